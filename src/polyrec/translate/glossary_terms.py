"""Terms of a glossary: read from a table, found in texts (the longest first), put in with case."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from polyrec.core.errors import ConfigError, LanguageError
from polyrec.core.language import UNDETERMINED, matches, standard_tag

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

UNSPACED = re.compile(r"[぀-ゟ㐀-䶿一-鿿豈-﫿฀-๿຀-໿က-႟ក-៿\U00020000-\U0003ffff]")
"""Signs of scripts that put no space between words: Hiragana, Han, Thai, Lao, Myanmar, Khmer."""

KATAKANA = re.compile(r"[゠-ヿㇰ-ㇿｦ-ﾟ]")


def read_terms(file: Path, who: str) -> dict[str, list[str]]:
    """Read a table whose columns are named by languages; other columns are left out.

    Returns:
        Per language the terms of all rows; empty where a row has none.

    Raises:
        ConfigError: the file cannot be read, or fewer than two of its columns are languages.
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            if file.suffix.lower() == ".tsv":
                table = list(csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
            else:
                table = list(csv.reader(lines))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        why = getattr(error, "strerror", None) or error
        raise ConfigError(f"{who}: {file} cannot be read: {why}", hint="set file") from error
    places = _languages(table[0]) if table else {}
    if len(places) < 2:
        raise ConfigError(
            f"{who}: {file} has fewer than two columns of languages",
            hint="name its columns by language tags, such as en,de,pt-BR",
        )
    return {
        tag: [" ".join(row[place].split()) if place < len(row) else "" for row in table[1:]]
        for tag, place in places.items()
    }


def _languages(header: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for place, name in enumerate(header):
        try:
            tag = standard_tag(name)
        except LanguageError:
            continue
        if tag != UNDETERMINED:
            found.setdefault(tag, place)
    return found


def column(terms: dict[str, list[str]], tag: str, *, wished: bool) -> str | None:
    """Find the column that serves a language, that of the very tag before others.

    Args:
        terms: columns by tag.
        tag: the language of texts, or the one that is wished for.
        wished: which of the two.
    """
    fitting = [t for t in terms if (matches(tag, t) if wished else matches(t, tag))]
    return min(fitting, key=lambda each: (each != tag, each), default=None)


@dataclass(frozen=True)
class Match:
    """A term in a text: `text[start:end]`, and what stands for it in the other language."""

    start: int
    end: int
    target: str


@dataclass
class Terms:
    """The terms of one pair of languages; where a term stands twice, the first row counts.

    Attributes:
        targets: what stands for each term, by its folded spelling.
        lengths: how long terms are by their first sign, the longest first.
    """

    targets: dict[str, str]
    lengths: dict[str, list[int]] = field(init=False)

    def __post_init__(self) -> None:
        found: dict[str, set[int]] = defaultdict(set)
        for term in self.targets:
            found[term[0]].add(len(term))
        self.lengths = {sign: sorted(each, reverse=True) for sign, each in found.items()}

    @classmethod
    def of(cls, source: list[str], target: list[str]) -> Terms:
        """Pair two columns; rows that lack either are left out."""
        pairs: dict[str, str] = {}
        for one, other in zip(source, target, strict=True):
            if one and other:
                pairs.setdefault(folded(one), other)
        return cls(pairs)

    def matches(self, text: str) -> Iterator[Match]:
        """Find terms from left to right, the longest at each place, at borders of words only."""
        low, at = folded(text), 0
        while at < len(text):
            match = self._at(low, text, at)
            if match:
                yield match
            at = match.end if match else at + 1

    def _at(self, low: str, text: str, start: int) -> Match | None:
        if low[start] not in self.lengths or not _border(low, start):
            return None
        for length in self.lengths[low[start]]:
            end = start + length
            target = self.targets.get(low[start:end])
            if target is not None and _border(low, end):
                return Match(start, end, in_case_of(text[start:end], target))
        return None


def folded(text: str) -> str:
    """Spell in small letters, sign by sign, so that places stay the same."""
    return "".join(low if len(low := sign.lower()) == 1 else sign for sign in text)


def in_case_of(given: str, target: str) -> str:
    """Spell a term the way another is: all in capitals, or with a capital at its start."""
    letters = [sign for sign in given if sign.isalpha()]
    if len(letters) > 1 and all(sign.isupper() for sign in letters):
        return target.upper()
    return target[:1].upper() + target[1:] if letters and given[:1].isupper() else target


def joined(pieces: list[str]) -> str:
    """Put pieces together, with a space where two words would else become one."""
    text = ""
    for piece in filter(None, pieces):
        text += piece if not text or _border(text[-1] + piece[0], 1) else f" {piece}"
    return text


def _border(text: str, at: int) -> bool:
    """Say whether no word goes on at a place."""
    if not 0 < at < len(text):
        return True
    before, after = _class(text[at - 1]), _class(text[at])
    return not before or before != after


def _class(sign: str) -> str:
    """Say to which words a sign belongs; empty if it is a border by itself."""
    if UNSPACED.match(sign):
        return ""
    if KATAKANA.match(sign):
        return "katakana"
    return "word" if sign.isalnum() or sign == "_" else ""
