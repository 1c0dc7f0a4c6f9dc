"""Finds how many items somebody wishes: `five games`, `top 3`, `5冊`."""

from __future__ import annotations

from functools import lru_cache

import regex

from polyrec.pipeline.wish.cues import COUNTED, GIVE
from polyrec.pipeline.wish.reading import Found, Reading, cues, listed

MOST = 100
"""Items in a list; larger numbers mean something else."""

TO_ME = listed(
    "me mir uns mich us please bitte i a the los las les die i'd like to nur only мне لي mi"
)
UNITS = listed(
    "year years year-old month months week weeks day days hour hours minute minutes players player "
    "jahre jahren tage stunden minuten spieler años días horas minutos jugadores ans jours heures "
    "minutes joueurs anni giorni ore minuti giocatori anos dias лет дней часов игроков jaar dagen "
    "d bit euro euros dollars percent % th nd rd st x"
)
COUNTERS = r"个|款|部|门|本(?!地|格)|条|首|つ|件|冊|個|本の|개|가지|권|편"
NUMERALS = "二两兩三四五六七八九十"


def find_count(reading: Reading) -> list[Found]:
    """Find a number of items; of several the first."""
    words = reading.words
    for place, word in enumerate(words):
        value = _number(word.folded)
        if value is not None and place + 1 < len(words):
            if words[place + 1].folded not in UNITS:
                return [Found("k", str(value), word.start, word.end)]
            break
        n_cue = reading.cues_at(place, cues(GIVE), 2)
        if not n_cue and word.folded not in TO_ME and not _second_of_cue(reading, place):
            break
    return [
        Found("k", str(_number(match["n"])), match.start(), match.end())
        for match in _pattern().finditer(reading.text)
        if _number(match["n"]) is not None
    ][:1]


def numbers_in(reading: Reading) -> dict[int, str]:
    """Give the numbers that a wish names, and the word for each."""
    found = {_number(word.folded): word.folded for word in reading.words}
    found |= {_number(match["n"]): match.group() for match in _pattern().finditer(reading.text)}
    return {n: word for n, word in found.items() if n is not None}


def _second_of_cue(reading: Reading, place: int) -> bool:
    return place > 0 and reading.cues_at(place - 1, cues(GIVE), 2) == 2


def _number(word: str) -> int | None:
    if word.isdecimal() and len(word) < 4:
        return int(word) if 0 < int(word) <= MOST else None
    return _in_words().get(word)


@lru_cache(maxsize=1)
def _in_words() -> dict[str, int]:
    return {word: n for n, written in COUNTED.items() for word in listed(written)}


@lru_cache(maxsize=1)
def _pattern() -> regex.Pattern[str]:
    return regex.compile(rf"(?P<n>\d{{1,3}}|[{NUMERALS}])\s?(?:{COUNTERS})")
