"""Finds the category of a catalog that a wish names, in its own words or in another language's."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from polyrec.pipeline.wish.cues import IN_CATEGORY
from polyrec.pipeline.wish.reading import Found, Reading, words_of
from polyrec.text.tokens import stop_words, tokenizer_for

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from polyrec.pipeline.wish.reading import Word

    Nearest = Callable[[str, Sequence[str], str], tuple[int, str] | None]

SHORTEST_NAME = 4
"""Letters; a shorter name counts only where the wish says that it is a category."""


@dataclass(frozen=True)
class Category:
    """A category as a wish may name it.

    Attributes:
        name: as the catalog has it.
        words: its words, and the same as English stems.
    """

    name: str
    words: tuple[str, ...]
    stems: tuple[str, ...]


def find_category(
    reading: Reading,
    names: Sequence[str],
    taken: Sequence[Found],
    nearest: Nearest | None = None,
    text: str = "",
) -> list[Found]:
    """Find the category that is named; none where several are.

    Args:
        reading: the wish.
        names: the catalog's categories.
        taken: stretches that mean something else.
        nearest: says which category a text lies near, and which of its words nearest; None where
            nothing tells.
        text: what is left of the wish.
    """
    free = [
        word
        for word in reading.words
        if not any(each.start <= word.start < each.end for each in taken)
    ]
    named: dict[str, Found] = {}
    for category in _categories(tuple(names)):
        for place in range(len(free)):
            if (found := _named_at(free, place, category)) is not None:
                named[category.name] = found
                break
    said = [each for each in named.values() if each.start < 0]
    if said:
        return [said[0]._replace(start=-said[0].start - 1)]
    if len(named) == 1:
        return list(named.values())
    small = stop_words(reading.language) if reading.language != "und" else frozenset()
    content = [word for word in free if word.folded not in small]
    if named or nearest is None or not content or not text:
        return []
    near = nearest(text, [word.folded for word in content], reading.language)
    if near is None:
        return []
    word = content[near[0]]
    return [Found("category", near[1], word.start, word.end)]


def _named_at(free: Sequence[Word], place: int, category: Category) -> Found | None:
    """Give where a category is named; the start is below 0 where the wish says that it is one."""
    n_words = len(category.words)
    here = free[place : place + n_words]
    folded = tuple(word.folded for word in here)
    if folded != category.words and _stems(folded) != category.stems:
        return None
    before = free[place - 1] if place else None
    behind = free[place + n_words] if place + n_words < len(free) else None
    cues = frozenset(IN_CATEGORY.split("|"))
    if before is not None and before.folded in cues:
        return Found("category", category.name, -before.start - 1, here[-1].end)
    if behind is not None and behind.folded in cues:
        return Found("category", category.name, -here[0].start - 1, behind.end)
    if sum(map(len, category.words)) < SHORTEST_NAME:
        return None
    return Found("category", category.name, here[0].start, here[-1].end)


@lru_cache(maxsize=16)
def _categories(names: tuple[str, ...]) -> tuple[Category, ...]:
    made = []
    for name in names:
        spaced = "".join(letter if letter.isalnum() else " " for letter in name)
        words = tuple(word.folded for word in words_of(spaced))
        if words:
            made.append(Category(name, words, _stems(words)))
    return tuple(made)


@lru_cache(maxsize=4096)
def _stems(words: tuple[str, ...]) -> tuple[str, ...]:
    tokenizer = tokenizer_for("en")
    return tuple(token.term for word in words for token in tokenizer(word))
