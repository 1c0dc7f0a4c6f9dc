"""A wish cut into words that remember where they stand, and what was found in it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple

import regex

from polyrec.core.language import UNDETERMINED
from polyrec.pipeline.wish.cues import AVOID
from polyrec.text.tokens import stop_words
from polyrec.text.words import normal

if TYPE_CHECKING:
    from polyrec.pipeline.wish.wish import Field

WORD = regex.compile(r"[\p{L}\p{M}\p{N}_+#]+(?:['’\-.][\p{L}\p{M}\p{N}_+#]+|['’](?=\s*\p{L}))*")
BREAK = regex.compile(r"[,.;:!?()\[\]，。；：！？、（）؛،؟।]")

VOTES_OF_DETECTOR = 2
"""So many votes of words a detector's guess is worth."""

BY_SCRIPT = {
    "ko": regex.compile(r"\p{Hangul}"),
    "ja": regex.compile(r"[\p{Hiragana}\p{Katakana}]"),
    "zh": regex.compile(r"\p{Han}"),
    "th": regex.compile(r"\p{Thai}"),
    "el": regex.compile(r"\p{Greek}"),
    "he": regex.compile(r"\p{Hebrew}"),
}
"""Languages that their letters tell, in this order."""


class Word(NamedTuple):
    """A word: as it is compared, and where it stands."""

    folded: str
    start: int
    end: int


class Found(NamedTuple):
    """A part of a filter, and the stretch of the wish that says so."""

    field: Field
    value: str
    start: int
    end: int


@dataclass(frozen=True)
class Reading:
    """A wish as rules read it.

    Attributes:
        text: the wish in one line, as words are compared.
        language: the likely language; `und` where nothing tells.
    """

    text: str
    language: str

    @classmethod
    def of(cls, wish: str, detected: str = UNDETERMINED) -> Reading:
        """Read a wish whose language a detector has guessed."""
        text = " ".join(normal(wish).split())
        return cls(text, _tongue(text, detected))

    @cached_property
    def words(self) -> tuple[Word, ...]:
        """Its words, in order."""
        return words_of(self.text)

    def breaks_between(self, start: int, end: int) -> bool:
        """Whether a comma or another mark parts two places."""
        return BREAK.search(self.text, start, end) is not None

    def cues_at(self, place: int, cues: frozenset[tuple[str, ...]], longest: int) -> int:
        """Give how many words from a place on are a cue; 0 if they are none."""
        for n in range(min(longest, len(self.words) - place), 0, -1):
            if tuple(word.folded for word in self.words[place : place + n]) in cues:
                return n
        return 0


def words_of(text: str) -> tuple[Word, ...]:
    """Cut a text into words."""
    return tuple(
        Word(match.group().replace("’", "'").casefold(), match.start(), match.end())
        for match in WORD.finditer(text)
    )


@lru_cache(maxsize=256)
def cues(listed: str) -> frozenset[tuple[str, ...]]:
    """Give cues that are parted by `|`, each as its words."""
    return frozenset(tuple(word.folded for word in words_of(each)) for each in listed.split("|"))


@lru_cache(maxsize=64)
def listed(words: str) -> frozenset[str]:
    """Give words that are parted by spaces."""
    return frozenset(word.casefold() for word in words.split())


def _tongue(text: str, detected: str) -> str:
    """Guess the language of a short text by its small words; a detector has two votes."""
    for tag, letters in BY_SCRIPT.items():
        if letters.search(text):
            return tag
    words = {word.folded for word in words_of(text)}
    votes = {tag: len(words & _small_words(tag)) for tag in AVOID}
    base = detected.partition("-")[0]
    if base != UNDETERMINED:
        votes[base] = votes.get(base, 0) + VOTES_OF_DETECTOR
    best = max(votes, key=lambda tag: (votes[tag], tag == base))
    return best if votes[best] else UNDETERMINED


@lru_cache(maxsize=64)
def _small_words(tag: str) -> frozenset[str]:
    return stop_words(tag) | {word for cue in cues(AVOID[tag]) for word in cue}
