"""Finds what somebody does not want: `not about furniture`, `sin muebles`, `家具以外`."""

from __future__ import annotations

from functools import lru_cache

import regex

from polyrec.pipeline.wish.cues import ABOUT, AVOID, AVOID_BEHIND, JOINS, POLITE
from polyrec.pipeline.wish.reading import Found, Reading, cues, listed

LONGEST_CUE, MOST_WORDS = 4, 4
"""Words of a cue; words that one thing to avoid may have."""

NOT_A_WISH = listed(
    "only just too very yet necessarily longer matter more less nur sehr zu mehr solo"
)
"""Behind a cue they mean something else: `not only`, `no longer`."""

NO_SPACES = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}ー]")
BUT = listed("but aber sondern pero mais ma maar men ale но a але 但 但是 しかし ama لكن بل")


def find_avoided(reading: Reading, taken: list[Found]) -> list[Found]:
    """Find words to avoid.

    Args:
        reading: the wish.
        taken: stretches that mean something else already.
    """
    found = _in_one_run(reading)
    place = 0
    while place < len(reading.words):
        n_words = reading.cues_at(place, _cues(reading.language), LONGEST_CUE)
        start = reading.words[place].start
        if not n_words or any(each.start <= start < each.end for each in taken):
            place += 1
            continue
        made, place = _behind(reading, place, place + n_words, taken)
        found += made
    found += _before(reading)
    return sorted(found, key=lambda each: each.start)


def is_part(word: str, avoided: Found) -> bool:
    """Whether words stand in what is to be avoided: whole ones, where a script parts them."""
    around = r"(?<![\p{L}\p{M}\p{N}])", r"(?![\p{L}\p{M}\p{N}])"
    start, end = ("", "") if NO_SPACES.search(word) else around
    pattern = f"{start}{regex.escape(word.casefold())}{end}"
    return regex.search(pattern, avoided.value.casefold()) is not None


def _behind(reading: Reading, cue: int, first: int, taken: list[Found]) -> tuple[list[Found], int]:
    """Read what stands behind a cue: one thing or several, up to a mark or the next cue."""
    words, place, about = reading.words, first, listed(ABOUT)
    if first < len(words) and words[first].folded in NOT_A_WISH:
        return [], first
    stretches: list[list[int]] = [[]]
    while place < len(words) and not _ends(reading, place, taken):
        folded = words[place].folded
        if folded in listed(JOINS) and stretches[-1]:
            stretches.append([])
        elif stretches[-1] or folded not in about:
            stretches[-1].append(place)
        if len(stretches[-1]) > MOST_WORDS:
            break
        place += 1
    made: list[Found] = []
    for stretch in stretches:
        while stretch and words[stretch[-1]].folded in about | listed(POLITE):
            stretch.pop()
        if stretch:
            start, end = words[stretch[0]].start, words[stretch[-1]].end
            begun = made[-1].end if made else words[cue].start
            made.append(Found("without", reading.text[start:end], begun, end))
    return made, max(place, first)


def _ends(reading: Reading, place: int, taken: list[Found]) -> bool:
    """Whether what is to be avoided ends before a word."""
    word = reading.words[place]
    return (
        reading.breaks_between(reading.words[place - 1].end, word.start)
        or word.folded in BUT
        or any(each.start <= word.start < each.end for each in taken)
        or _is_next_cue(reading, place)
    )


def _is_next_cue(reading: Reading, place: int) -> bool:
    """Whether another denial begins: `no drums and no flutes`."""
    before = reading.words[place - 1].folded
    joined = before in listed(JOINS)
    return joined and reading.cues_at(place, _cues(reading.language), LONGEST_CUE) > 0


def _before(reading: Reading) -> list[Found]:
    """Find what stands before a cue: `가구 말고`, `mobilya olmadan`."""
    behind = AVOID_BEHIND.get(reading.language, "")
    found = []
    for place in range(1, len(reading.words)) if behind else []:
        word, cue = reading.words[place - 1], reading.words[place]
        if reading.cues_at(place, cues(behind), LONGEST_CUE):
            end = reading.words[place + reading.cues_at(place, cues(behind), 2) - 1].end
            value = reading.text[word.start : word.end]
            found.append(Found("without", value, word.start, max(end, cue.end)))
    return found


def _in_one_run(reading: Reading) -> list[Found]:
    """Find words to avoid in scripts that part no words."""
    if not NO_SPACES.search(reading.text):
        return []
    found = []
    for match in _after_pattern().finditer(reading.text):
        values = [
            each.removesuffix("的").removesuffix("类")
            for each in regex.split("和|或者|或|及", match["what"])
        ]
        found += [Found("without", each, match.start(), match.end()) for each in values if each]
    return found + [
        Found("without", match["what"], match.start(), match.end())
        for match in _before_pattern().finditer(reading.text)
    ]


@lru_cache(maxsize=1)
def _after_pattern() -> regex.Pattern[str]:
    either = "|".join(sorted(AVOID["zh"].split("|"), key=len, reverse=True))
    return regex.compile(rf"(?:{either})(?P<what>(?:(?!的)[\p{{Han}}\p{{Latin}}]){{1,8}})")


@lru_cache(maxsize=1)
def _before_pattern() -> regex.Pattern[str]:
    either = "|".join(sorted(AVOID_BEHIND["ja"].split("|"), key=len, reverse=True))
    what = r"(?P<what>(?:[\p{Katakana}ー]+|\p{Han}+|[\p{Latin}]+))"
    return regex.compile(rf"{what}(?:{either})")


@lru_cache(maxsize=64)
def _cues(language: str) -> frozenset[tuple[str, ...]]:
    """Give the cues of a language; of all languages, less the short ones, where it is not known."""
    if language in AVOID:
        return cues(AVOID[language])
    if language in AVOID_BEHIND:
        return frozenset()
    every = {cue for each in AVOID.values() for cue in cues(each)}
    return frozenset(cue for cue in every if sum(map(len, cue)) > 3)
