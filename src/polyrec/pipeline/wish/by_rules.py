"""Works a wish out by rules: names of languages, numbers, words of denial, names of categories."""

from __future__ import annotations

from typing import TYPE_CHECKING

from polyrec.core.language import matches
from polyrec.pipeline.wish.cues import JOINS
from polyrec.pipeline.wish.find_avoided import BUT, find_avoided
from polyrec.pipeline.wish.find_category import find_category
from polyrec.pipeline.wish.find_count import find_count
from polyrec.pipeline.wish.find_languages import NOT, find_languages
from polyrec.pipeline.wish.reading import Reading, listed
from polyrec.pipeline.wish.wish import Said, Understood, Wish

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from polyrec.pipeline.wish.offered import Offered
    from polyrec.pipeline.wish.reading import Found

MOST_LANGUAGES = 20
"""A wish names no more."""

EDGES = " ,;:，、；：。·-–—"


def by_rules(wish: str, offered: Offered) -> Understood:
    """Work a wish out.

    Only what the catalog has becomes a filter. What does stays out of the text, but for the name of
    a category.

    Args:
        wish: the user's own words, in any language.
        offered: what the catalog has.
    """
    reading = Reading.of(wish, offered.language_of(wish))
    named, unmet = _had(find_languages(reading), offered)
    counts = find_count(reading)
    avoided = find_avoided(reading, [*named, *counts])
    taken = [*named, *counts, *avoided]
    text = _rest(reading.text, taken)
    categories = find_category(reading, offered.categories, taken, offered.nearest, text)
    found = sorted([*taken, *categories], key=lambda each: (each.start, each.field))
    values: dict[str, Any] = {}
    for each in found:
        if each.value.startswith(NOT):
            continue
        if each.field in ("languages", "without"):
            if each.value not in values.get(each.field, ()):
                values[each.field] = (*values.get(each.field, ()), each.value)
        else:
            values[each.field] = int(each.value) if each.field == "k" else each.value
    if named and "languages" not in values:  # only such as are not wished are named
        values["languages"] = _others(named, offered)
    made = Wish(text=text, text_language=reading.language, **values)
    said = tuple(
        Said(each.field, each.value, reading.text[each.start : each.end].strip(EDGES))
        for each in found
    )
    return Understood(made, said, unmet)


def _had(found: list[Found], offered: Offered) -> tuple[list[Found], tuple[str, ...]]:
    """Keep the languages that the catalog has, and name the others."""
    named = [each for each in found if each.field == "languages"]
    had = [
        each
        for each in named
        if any(matches(each.value.removeprefix(NOT), tag) for tag in offered.languages)
    ]
    unmet = tuple(dict.fromkeys(each.value for each in named if each not in had))
    mode = [each for each in found if each.field == "language_mode"]
    return ([*had, *mode] if had else []), unmet


def _others(denied: list[Found], offered: Offered) -> tuple[str, ...]:
    """Give the catalog's languages less those that are not wished."""
    tags = [each.value.removeprefix(NOT) for each in denied if each.field == "languages"]
    left = [each for each in offered.languages if not any(matches(tag, each) for tag in tags)]
    return tuple(left[:MOST_LANGUAGES])


def _rest(text: str, taken: Iterable[Found]) -> str:
    """Give a text without what became filters."""
    kept, place = [], 0
    for start, end in sorted((each.start, each.end) for each in taken):
        if start >= place:
            kept.append(_bare(text[place:start]))
        place = max(place, end)
    kept.append(_bare(text[place:]))
    return " ".join(filter(None, kept))


def _bare(piece: str) -> str:
    """Take marks away from both ends of a piece, and a word that has lost what it joined."""
    words = piece.strip(EDGES).split(" ")
    joins = listed(JOINS) | BUT
    while words and words[-1].casefold() in joins:
        words.pop()
    while words and words[0].casefold() in joins:
        del words[0]
    return " ".join(words).strip(EDGES)
