"""What the face of a translation says about it: its length, words left over, loops, its script."""

from __future__ import annotations

import math
import re
import unicodedata
from functools import lru_cache

import langcodes

from polyrec.core.language import with_script

WORD = re.compile(r"[^\W\d_]+")
ASCII = re.compile(r"[A-Za-z]+|[^\W\d_A-Za-z]+")
UNKNOWN = re.compile(r"(?<![\w*@#])[*@#](?=\w)")
"""The marks that apertium puts before words that it does not know or cannot inflect."""

LENGTHS = {
    "cs": -0.01,
    "da": 0.05,
    "de": 0.16,
    "en": 0.00,
    "es": 0.14,
    "fi": 0.09,
    "fr": 0.17,
    "it": 0.12,
    "ja": -0.53,
    "ko": -0.53,
    "nl": 0.08,
    "pl": 0.10,
    "pt": 0.11,
    "ru": 0.08,
    "sk": 0.02,
    "sr": 0.02,
    "sv": 0.04,
    "tr": 0.03,
    "uk": 0.08,
    "zh": -0.90,
}
"""Logarithm of a text's length beside the English one's: scripts/build_language_means.py."""

SCRIPTS = {
    "Jpan": ("HIRAGANA", "KATAKANA", "CJK"),
    "Kore": ("HANGUL", "CJK"),
    "Hans": ("CJK",),
    "Hant": ("CJK",),
    "Latn": ("LATIN",),
    "Cyrl": ("CYRILLIC",),
    "Grek": ("GREEK",),
    "Arab": ("ARABIC",),
    "Hebr": ("HEBREW",),
    "Deva": ("DEVANAGARI",),
    "Thai": ("THAI",),
}
"""How Unicode begins the names of a script's letters."""

LOOP = 3
"""So many words in a row must come back to be called a repetition."""

USUAL = 0.3
"""Lengths vary by so much (on the logarithm) without anything being wrong."""


def length_oddity(one: str, other: str, *, source: str, target: str) -> float:
    """Say how far a translation's length is from what is usual for the languages.

    Returns:
        The distance of the logarithm of the ratio, beyond `USUAL`, at most 2; 0 if nothing is odd.
        Short texts vary more, so theirs counts for less.
    """
    usual = LENGTHS.get(language_of(target), 0.0) - LENGTHS.get(language_of(source), 0.0)
    ratio = math.log(max(len(other.strip()), 1) / max(len(one.strip()), 1))
    trust = min(1.0, 0.25 + len(one) / 40)
    return min(max(abs(ratio - usual) - USUAL, 0.0) * trust, 2.0)


def copied(one: str, other: str) -> float:
    """Give the share of the source's words, names and short ones apart, that are still there."""
    words = [word for word in WORD.findall(one) if len(word) > 3 and word.islower()]
    there = set(WORD.findall(other.lower()))
    return sum(word in there for word in words) / len(words) if words else 0.0


def unknown_marks(one: str, other: str) -> float:
    """Give the share of words, names apart, that an engine marked as unknown to it."""
    marked = sum(other[match.end()].islower() for match in UNKNOWN.finditer(other))
    before = sum(one[match.end()].islower() for match in UNKNOWN.finditer(one))
    return max(marked - before, 0) / max(len(WORD.findall(other)), 1)


def repetition(one: str, other: str) -> float:
    """Give the share of a translation that says again what it has said, beyond the source's."""
    return max(_repeated(other) - _repeated(one), 0.0)


def _repeated(text: str) -> float:
    words = text.lower().split()
    if len(words) < 2 * LOOP:  # no words, or no spaces between them
        words = list("".join(words))
    runs = [tuple(words[i : i + LOOP]) for i in range(len(words) - LOOP + 1)]
    return 1 - len(set(runs)) / len(runs) if runs else 0.0


def foreign(one: str, other: str, *, target: str) -> float:
    """Give the share of letters in another script than the target's, words of the source apart."""
    prefixes = SCRIPTS.get(with_script(target).partition("-")[2])
    if prefixes is None:
        return 0.0
    names = set() if "LATIN" in prefixes else set(ASCII.findall(one))
    letters = [c for word in ASCII.findall(other) if word not in names for c in word]
    return sum(not _name(c).startswith(prefixes) for c in letters) / max(len(letters), 1)


@lru_cache(maxsize=8192)
def _name(letter: str) -> str:
    return unicodedata.name(letter, "")


@lru_cache(maxsize=1024)
def language_of(tag: str) -> str:
    """Give a tag's language alone."""
    return str(langcodes.Language.get(tag).language)
