"""What somebody writes becomes a vector: a wish, and reviews, some for and some against."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from polyrec.core.language import UNDETERMINED, standard_tag
from polyrec.core.types import Review
from polyrec.core.vectors import unit_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyrec.core.types import Floats, Query
    from polyrec.pipeline.space import Space


def texts_of(query: Query) -> list[Review]:
    """List all that a query says in words; blank texts and those of weight 0 say nothing."""
    wish = [] if query.text is None else [Review(query.text, 1.0, query.text_language)]
    return [each for each in (*wish, *query.reviews) if each.text.strip() and each.weight]


def says_what_is_wanted(query: Query) -> bool:
    """Whether there is a text for something; those against alone do not say what is wanted."""
    return any(each.weight > 0 for each in texts_of(query))


def with_languages(query: Query, language_of: Callable[[str], str]) -> Query:
    """Find the languages of a query's texts that have no tag."""

    def found(text: str, tag: str) -> str:
        is_open = standard_tag(tag) == UNDETERMINED and text.strip()
        return language_of(text) if is_open else tag

    reviews = tuple(
        replace(each, language=found(each.text, each.language)) for each in query.reviews
    )
    language = found(query.text or "", query.text_language)
    return replace(query, text_language=language, reviews=reviews)


def vector_of(space: Space, query: Query) -> Floats:
    """Give the direction of all that a query says, texts against it taken away, shape (1, dim).

    Raises:
        ConfigError: a user's own text would leave the machine without leave.
    """
    texts = texts_of(query)
    vectors = space.queries([each.text for each in texts], [each.language for each in texts])
    weights = np.array([each.weight for each in texts], dtype=np.float32)
    return unit_rows((weights @ vectors)[None])
