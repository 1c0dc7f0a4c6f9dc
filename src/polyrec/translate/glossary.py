"""A glossary: terms whose translation is known, alone or forced upon another translator."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from polyrec.core.errors import ConfigError
from polyrec.core.files import sha256_of
from polyrec.translate.glossary_terms import Terms, column, joined, read_terms
from polyrec.translate.translator import AS_IS, Translation, Translator, not_translated

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyrec.encode.encoder import Kind
    from polyrec.translate.glossary_terms import Match

WHO = "translator 'glossary'"
ENGINE = "glossary"


@dataclass
class Glossary(Translator):
    """Terms from a table with one column per language.

    Alone, it translates texts that consist of its terms. Around another translator, it translates
    these too, and in the other's work puts its own terms in place: what stands for a term in the
    meantime is a made-up name. Where such a name does not come back once, the text is translated
    without terms, and `error` says so.

    Attributes:
        file: CSV, or TSV by its ending; columns are named by BCP 47 tags, others are left out.
        translator: translates the rest of a text; none leaves texts with a rest untranslated.
    """

    file: str
    translator: Translator | None = None
    _pairs: dict[tuple[str, str], Terms] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _lock: threading.Lock = field(
        default_factory=threading.Lock, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        if not self.file:
            raise ConfigError("file is empty", hint="name a table with one column per language")

    @cached_property
    def _columns(self) -> dict[str, list[str]]:
        return read_terms(Path(self.file).expanduser(), WHO)

    @property
    def sends_out(self) -> bool:
        """Whether the held translator sends texts out."""
        return self.translator is not None and self.translator.sends_out

    @property
    def takes_user_text(self) -> bool:
        """Whether the held translator does."""
        return self.translator is None or self.translator.takes_user_text

    @property
    def fingerprint(self) -> str:
        """Names the file by its hash, and the held translator."""
        assert self._columns  # which says what is wrong with the file
        held = f"/[{self.translator.fingerprint}]" if self.translator else ""
        return f"glossary-1/{sha256_of(Path(self.file).expanduser())[:16]}{held}"

    def covers(self, source: str, target: str) -> bool:
        """Say whether the held translator does, or the table has both columns if there is none."""
        if self.translator is not None:
            return self.translator.covers(source, target)
        try:
            return self._pair(source, target) is not None
        except ConfigError:
            return False

    def uncovered(self, source: str, target: str) -> ConfigError:
        """Name the columns that there are, or say what is wrong with the file."""
        if self.translator is not None:
            return self.translator.uncovered(source, target)
        try:
            have = ", ".join(self._columns)
        except ConfigError as error:
            return error
        return ConfigError(
            f"{WHO} has no columns for {source!r} and {target!r}; {self.file} has {have}",
            hint="add a column, or name another translator",
        )

    def _pair(self, source: str, target: str) -> tuple[str, str] | None:
        one = column(self._columns, source, wished=False)
        other = column(self._columns, target, wished=True)
        return (one, other) if one and other else None

    def _terms(self, source: str, target: str) -> Terms:
        pair = self._pair(source, target)
        if pair is None:
            return Terms({})
        with self._lock:
            if pair not in self._pairs:
                self._pairs[pair] = Terms.of(*(self._columns[tag] for tag in pair))
            return self._pairs[pair]

    def _translate(
        self,
        texts: list[str],
        source: str,
        target: str,
        kind: Kind,
        advance: Callable[[int], None],
    ) -> list[Translation]:
        terms = self._terms(source, target)
        matched = [list(terms.matches(text)) for text in texts]
        found: dict[int, Translation] = {}
        for row, (text, matches) in enumerate(zip(texts, matched, strict=True)):
            rest = "".join(_rest(text, matches))
            if matches and not any(sign.isalpha() for sign in rest):
                found[row] = Translation(_filled(text, matches), ENGINE)
        left = [row for row in range(len(texts)) if row not in found]
        advance(len(found))
        if left and self.translator is None:
            why = f"{WHO}: not all of it is in {Path(self.file).name}"
            found |= {row: not_translated(texts[row], why) for row in left}
        elif left and self.translator is not None:
            given = [(texts[row], matched[row]) for row in left]
            made = self._forced(self.translator, given, source, target, kind)
            found |= dict(zip(left, made, strict=True))
        advance(len(left))
        return [found[row] for row in range(len(texts))]

    def _forced(
        self,
        translator: Translator,
        given: list[tuple[str, list[Match]]],
        source: str,
        target: str,
        kind: Kind,
    ) -> list[Translation]:
        """Have texts translated with names in place of terms, and put the terms in."""
        masked = [_masked(text, matches) for text, matches in given]
        made = translator.translate(masked, source=source, target=target, kind=kind)
        found = [_unmasked(each, matches) for each, (_, matches) in zip(made, given, strict=True)]
        lost = [row for row, each in enumerate(found) if each is None]
        plain = [given[row][0] for row in lost]
        again = translator.translate(plain, source=source, target=target, kind=kind)
        why = f"{WHO}: {{}} lost the place of a term"
        for row, each in zip(lost, again, strict=True):
            error = "; ".join(filter(None, (each.error, why.format(each.engine or "it"))))
            found[row] = Translation(each.text, each.engine, each.quality, each.approved, error)
        return [each for each in found if each is not None]


def _rest(text: str, matches: list[Match]) -> list[str]:
    """Give what stands before, between and behind terms."""
    starts = [0, *(match.end for match in matches)]
    ends = [*(match.start for match in matches), len(text)]
    return [text[start:end] for start, end in zip(starts, ends, strict=True)]


def _filled(text: str, matches: list[Match]) -> str:
    rest = _rest(text, matches)
    pieces = [rest[0]]
    for match, piece in zip(matches, rest[1:], strict=True):
        pieces += [match.target, piece]
    return joined(pieces)


def _name(place: int) -> str:
    """Make up a name that no dictionary has and every engine leaves as it is."""
    letters = "".join("bcdfghjk"[int(digit)] for digit in f"{place:o}")
    return f"Xq{letters}zx"


def _masked(text: str, matches: list[Match]) -> str:
    rest = _rest(text, matches)
    return rest[0] + "".join(_name(i) + piece for i, piece in enumerate(rest[1:]))


def _unmasked(made: Translation, matches: list[Match]) -> Translation | None:
    """Put terms in the place of their names; None if a name is not there exactly once."""
    if not matches:
        return made
    if not made.translated:
        return None
    found = made.text
    for i, match in enumerate(matches):
        if found.count(_name(i)) != 1:
            return None
        found = found.replace(_name(i), match.target)
    engine = ENGINE if made.engine == AS_IS else f"{ENGINE}/{made.engine}"
    return Translation(found, engine, made.quality, made.approved, made.error)
