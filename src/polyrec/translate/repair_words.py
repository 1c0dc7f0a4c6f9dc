"""Repairs of words: marks of unknown ones, sources left inside, loops."""

from __future__ import annotations

import re

from polyrec.translate.surface import UNKNOWN, WORD

MOST_WORDS = 8
"""The longest run of words that is looked for as a loop."""

CHARACTERS = re.compile(r"([^\W\d_]{2,20}?)\1{3,}")
RUN = re.compile(r"\w+")
SEPARATORS = " \t\n-–—:|/=>→()[]\"'“”«»"


def without_marks(one: str, other: str, source: str, target: str) -> str:
    """Remove the marks that engines put before words that they do not know."""
    del source, target

    def bare(match: re.Match[str]) -> str:
        word = RUN.match(other, match.end())
        return match[0] if word and match[0] + word[0] in one else ""

    return UNKNOWN.sub(bare, other)


def without_source(one: str, other: str, source: str, target: str) -> str:
    """Remove the whole source from the beginning or the end of a translation."""
    del source, target
    given, at = one.strip(), other.find(one.strip())
    if len(WORD.findall(given)) < 4 or at < 0:
        return other
    before, after = other[:at], other[at + len(given) :]
    rest = (before if not after.strip(SEPARATORS + ".") else after).strip(SEPARATORS)
    both = before.strip(SEPARATORS) and after.strip(SEPARATORS + ".")
    enough = len(WORD.findall(rest)) * 3 >= len(WORD.findall(given))
    return rest if enough and not both else other


def without_repeats(one: str, other: str, source: str, target: str) -> str:
    """Keep one of what is said again and again; not where the source does so too."""
    del source, target
    words = other.split(" ")
    if _looped(one.split(" ")) is None and (found := _looped(words)) is not None:
        start, size, times = found
        return " ".join(words[: start + size] + words[start + size * times :])
    if CHARACTERS.search(one) is None:
        return CHARACTERS.sub(r"\1", other)
    return other


def _looped(words: list[str]) -> tuple[int, int, int] | None:
    """Find the first run of words that follows itself: its start, its size, how often it stands."""
    plain = [word.casefold().strip(".,;:!?") for word in words]
    for size in range(1, MOST_WORDS + 1):
        needed = 3 if size < 4 else 2
        for start in range(len(plain) - size * needed + 1):
            run = plain[start : start + size]
            if not WORD.search(" ".join(run)):
                continue
            times = 1
            while plain[start + size * times : start + size * (times + 1)] == run:
                times += 1
            if times >= needed:
                return start, size, times
    return None
