"""Finds words by the rules of Unicode, and pairs of characters where a script has no spaces."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import regex

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

WITHOUT_SPACES = r"\p{Han}\p{Hiragana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
"""Scripts whose words are not parted; a run of katakana is one word, mostly a borrowed one."""

LETTER = regex.compile(r"[\p{L}\p{N}]")
_CLUSTER = regex.compile(r"\X")
_UNSEEN = str.maketrans({"’": "'", "ʼ": "'", "\xad": None, "\u0640": None, "\ufeff": None})
_SARA_AM = (("\u0e4d\u0e32", "\u0e33"), ("\u0ecd\u0eb2", "\u0eb3"))
_TURKIC = str.maketrans({"I": "ı", "İ": "i"})
_ELIDED = {
    "fr": "l d c j m n s t qu jusqu lorsqu puisqu quoiqu",
    "it": "l d c m t s v n un all dall dell nell sull coll quell quest bell gl agl dagl degl negl",
    "ca": "l d m n s t",
}


class Piece(NamedTuple):
    """A word as it was found.

    Attributes:
        word: as it stands in the text.
        form: the form under which a dictionary has it, or empty.
        is_function: whether its part of speech says that it carries no subject.
    """

    word: str
    form: str = ""
    is_function: bool = False


def normal(text: str) -> str:
    """Write a text the one way in which its words are compared; upper case stays.

    Compatibility forms (full width, ligatures, Arabic presentation forms) become common ones;
    tatweel and soft hyphens go.
    """
    if text.isascii():
        return text
    made = unicodedata.normalize("NFKC", text.translate(_UNSEEN))
    for parted, whole in _SARA_AM:  # which NFKC parts, and no dictionary does
        made = made.replace(parted, whole)
    return made


def lower(word: str, language: str) -> str:
    """Lower a word as its language does: `I` is `ı` in Turkish."""
    return (word.translate(_TURKIC) if language == "tr" else word).lower()


def words(
    text: str, *, own: str = "", cut: Callable[[str], Iterable[Piece]] | None = None
) -> list[Piece]:
    """Find the words of a normal text, in order.

    Letters, digits and marks join, as in UAX 29; so do `'` and `.` between them (`don't`,
    `node.js`), and `C++` and `C#` stay whole. Hyphens part.

    Args:
        text: as `normal` gives it.
        own: a set of characters, in a regular expression's words, of which `cut` knows the words.
        cut: finds them in a run of such characters; those of other scripts without spaces are cut
            into overlapping pairs.
    """
    found: list[Piece] = []
    for match in runs(text, own):
        if match.lastgroup == "word":
            found.append(Piece(match.group()))
            continue
        if match.lastgroup == "own" and cut is not None:
            made = cut(match.group())
        else:
            made = map(Piece, pairs(match.group()))
        found += [piece for piece in made if LETTER.search(piece.word)]
    return found


def runs(text: str, own: str = "") -> Iterator[regex.Match[str]]:
    """Give the matches of a normal text in order: the groups are `word`, `run` and `own`."""
    yield from _pattern(own).finditer(text)


def pairs(run: str) -> list[str]:
    """Cut a run into overlapping pairs of characters, each with its marks; one alone stays."""
    seen = _CLUSTER.findall(run)
    return [one + other for one, other in pairwise(seen)] or seen


def elided(word: str, language: str) -> list[str]:
    """Part what stands for a word before an apostrophe: `l'eau` gives `l'` and `eau`."""
    known = _ELIDED.get(language, "").split()
    parts = []
    while known:
        before, mark, behind = word.partition("'")
        if not (mark and behind and before.lower() in known):
            break
        parts.append(before + mark)
        word = behind
    return [*parts, word]


@lru_cache(maxsize=16)
def _pattern(own: str) -> regex.Pattern[str]:
    first = rf"[[\p{{L}}\p{{N}}]--[{WITHOUT_SPACES}{own}]]"
    more = rf"[[\p{{L}}\p{{M}}\p{{N}}_\u200c\u200d]--[{WITHOUT_SPACES}{own}]]"
    joined = rf"['.·]{first}|(?<=\p{{N}}),(?=\p{{N}})|(?<=\p{{Hebrew}})[\"׳״](?=\p{{Hebrew}})"
    sharp = r"(?<![\p{Latin}\p{N}])[A-Za-z](?:\+\+|\#)(?![\p{Latin}\p{N}])"
    parts = [rf"(?P<word>{sharp}|{first}{more}*(?:(?:{joined}){more}*)*)"]
    parts.append(rf"(?P<run>[{WITHOUT_SPACES}][{WITHOUT_SPACES}\p{{M}}]*)")
    if own:
        parts.insert(0, rf"(?P<own>[{own}][{own}\p{{M}}]*)")
    return regex.compile("(?V1)" + "|".join(parts))
