"""Finds the languages in which somebody wants to read, and whether others will do."""

from __future__ import annotations

from functools import lru_cache

import regex

from polyrec.pipeline.wish.cues import AVOID, BETWEEN, JOINS, ONLY, PREFER, READ_IN
from polyrec.pipeline.wish.language_names import by_stem, names
from polyrec.pipeline.wish.reading import Found, Reading, cues, listed

NOT = "not "
"""Before the tag of a language that somebody does not want to read."""

LONGEST_NAME, LONGEST_DENIAL = 3, 4
"""Words."""

READABLE = regex.compile(
    r"^(\p{L}{4,})(?:-?(?:sprach|talig|språk|språg|язычн|мовн)|-language)\p{L}*$"
)
FOLLOWED = listed("language sprache sprachig язык языке языком мовою में भाषा dilinde نیز")
SUFFIXED = regex.compile(r"^(\p{Hangul}+?)(?:로|로된|로만|로도|판)$|^(\p{L}{4,})(?:ksi|ul|ül)$")
UKRAINIAN = regex.compile(r"ською$|цькою$")
BY_ITSELF = {"tr", "uk", "hu", "fi"}
"""Languages whose word for `in Spanish` is one word."""


def find_languages(reading: Reading) -> list[Found]:
    """Find languages that a wish names to read in, in order; `language_mode` comes with them."""
    found = _in_one_run(reading)
    place = 0
    while place < len(reading.words):
        named = _named_at(reading, place)
        if named is None:
            place += 1
            continue
        tag, n_words = named
        start = _begin(reading, place, found)
        if start is not None:
            end = reading.words[place + n_words - 1].end
            following = place + n_words
            if following < len(reading.words) and reading.words[following].folded in FOLLOWED:
                end = reading.words[following].end
            found.append(Found("languages", tag, start, end))
        place += n_words
    return _with_mode(reading, [_denied(reading, each) or each for each in found])


def languages_in(reading: Reading) -> dict[str, str]:
    """Give the languages that a wish names in any way, and the words for each."""
    found = {names()[match["name"]]: match["name"] for match in _pattern().finditer(reading.text)}
    for place in range(len(reading.words)):
        if (named := _named_at(reading, place)) is not None:
            tag, n = named
            words = reading.words[place : place + n]
            found.setdefault(tag, reading.text[words[0].start : words[-1].end])
    return found


def others_will_do(reading: Reading) -> bool:
    """Whether a wish says that other languages will do as well."""
    return any(word.folded in listed(PREFER) or _has(PREFER, word.folded) for word in reading.words)


def _named_at(reading: Reading, place: int) -> tuple[str, int] | None:
    """Give the language that words from a place on name, and how many words do."""
    for n in range(min(LONGEST_NAME, len(reading.words) - place), 0, -1):
        words = reading.words[place : place + n]
        name = " ".join(word.folded for word in words)
        if (tag := names().get(name)) is not None:
            return tag, n
    word = reading.words[place].folded
    tag = _by_form(word)
    return None if tag is None else (tag, 1)


def _by_form(word: str) -> str | None:
    """Give the language that a form of its name stands for, or None."""
    if match := READABLE.match(word):
        return names().get(match[1]) or by_stem(match[1])
    if match := SUFFIXED.match(word):
        return names().get(match[1] or match[2]) or by_stem(match[1] or match[2])
    for before in ("по-", "بال", "وبال", "بـال"):
        if word.startswith(before):
            bare = word.removeprefix(before)
            return names().get(f"ال{bare}") if bare != word and "ال" in before else by_stem(bare)
    return by_stem(word)


def _begin(reading: Reading, place: int, found: list[Found]) -> int | None:
    """Say where the stretch begins that asks for a language; None if the name is a subject."""
    words, at = reading.words, place
    word = words[place].folded
    between = listed(BETWEEN)
    before = place - 1
    while before >= 0 and words[before].folded in between and place - before <= LONGEST_NAME:
        before -= 1
    if before >= 0 and not reading.breaks_between(words[before].end, words[place].start):
        cue = words[before].folded
        if cue in _read_in():
            return words[_with_mode_word(reading, before)].start
        if cue in listed(ONLY) | listed(PREFER):
            return words[before].start
    if found and found[-1].end <= words[place].start:
        gap = reading.text[found[-1].end : words[place].start].casefold().strip(" ,/、")
        parts = set(gap.split())
        if not parts - listed(JOINS) - _read_in() - between:
            return found[-1].end
    alone = reading.language in BY_ITSELF and (
        SUFFIXED.match(word) or UKRAINIAN.search(word) or reading.language == "tr"
    )
    follows = at + 1 < len(words) and words[at + 1].folded in FOLLOWED
    by_form = READABLE.match(word) or word.startswith(("по-", "بال", "وبال"))
    if by_form or follows or alone or regex.match(r"\p{Hangul}+(로|로된|로만|로도|판)$", word):
        return words[_with_mode_word(reading, at)].start
    return None


def _denied(reading: Reading, found: Found) -> Found | None:
    """Give a language that somebody does not want to read: `not in English`."""
    n_before = sum(word.end <= found.start for word in reading.words)
    denials = cues(AVOID.get(reading.language, ""))
    for n in range(1, min(LONGEST_DENIAL, n_before) + 1):
        place = n_before - n
        if reading.cues_at(place, denials, n) == n:
            first, last = reading.words[place], reading.words[n_before - 1]
            if not reading.breaks_between(last.end, found.start):
                return Found("languages", f"{NOT}{found.value}", first.start, found.end)
    return None


def _with_mode_word(reading: Reading, place: int) -> int:
    """Begin at a word before it that says whether others will do."""
    if place and reading.words[place - 1].folded in listed(ONLY) | listed(PREFER):
        return place - 1
    return place


def _with_mode(reading: Reading, found: list[Found]) -> list[Found]:
    """Say whether others will do: not, unless a word before or behind the languages says so."""
    if not found:
        return []
    found.sort(key=lambda each: each.start)
    first, last = found[0].start, found[-1].end
    around = [w for w in reading.words if first - 25 <= w.start and w.end <= last + 25]
    for word in around:
        if word.folded in listed(PREFER) or _has(PREFER, word.folded):
            return [*found, Found("language_mode", "prefer", word.start, word.end)]
    return [*found, Found("language_mode", "only", first, last)]


def _has(cue_list: str, word: str) -> bool:
    """Whether a run of characters without spaces holds one of the cues of such scripts."""
    return any(
        cue in word for cue in listed(cue_list) if regex.match(r"[\p{Han}\p{Kana}\p{Hira}]", cue)
    )


def _in_one_run(reading: Reading) -> list[Found]:
    """Find languages in scripts that part no words: `用中文`, `日本語で`."""
    return [
        Found("languages", names()[match["name"]], match.start(), match.end())
        for match in _pattern().finditer(reading.text)
        if match["before"] or match["behind"] is not None
    ]


@lru_cache(maxsize=1)
def _pattern() -> regex.Pattern[str]:
    han = [name for name in names() if regex.fullmatch(r"[\p{Han}\p{Kana}ー]{2,}", name)]
    either = "|".join(sorted(map(regex.escape, han), key=len, reverse=True))
    joined = "或者|或|以及|和|与|、|または|か|や"
    before = rf"(?P<before>(?:只要|只看|只|仅|最好)?(?:用|以|是|有)|只要|只看|仅|最好是?|{joined})?"
    behind = (
        r"(?P<behind>的|版|で(?:書かれた|読める)?|の(?=本|教材|講座|コース|もの|ゲーム|レシピ)"
        rf"|(?=(?:{joined})(?:{either})))?"
    )
    return regex.compile(rf"{before}(?P<name>{either}){behind}")


@lru_cache(maxsize=1)
def _read_in() -> frozenset[str]:
    return frozenset(
        " ".join(cue) for each in READ_IN.values() for cue in cues(each) if len(cue) == 1
    )
