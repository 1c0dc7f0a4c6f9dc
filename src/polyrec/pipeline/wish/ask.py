"""Asks a model with a wish in plain words: what is understood comes back beside the answer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from polyrec.core.errors import DataError, EngineError
from polyrec.pipeline.wish.answer import answer
from polyrec.pipeline.wish.by_model import by_model
from polyrec.pipeline.wish.by_rules import by_rules
from polyrec.pipeline.wish.offered import Offered
from polyrec.pipeline.wish.wish import GIVEN, Asked, Understood, Wish

if TYPE_CHECKING:
    from polyrec.core.types import Query
    from polyrec.llm.language_model import LanguageModel
    from polyrec.pipeline.learned import Learned
    from polyrec.pipeline.wish.answer import Recommend

UNREAD = "words could not be encoded: a category is known by its name alone"
"""What kept a wish from being understood as well as it might."""

LONGEST_WISH = 1_000
"""Letters; a wish is a sentence or two."""


def understand(
    wish: str, offered: Offered, language_model: LanguageModel | None = None
) -> Understood:
    """Work a wish out.

    Where words cannot be encoded, a category is found by its name alone, and `error` says so.

    Args:
        wish: the user's own words.
        offered: what the catalog has.
        language_model: works it out in place of rules; see `by_model`.

    Raises:
        ConfigError: the wish would leave the machine without leave.
        DataError: it is empty, or longer than a wish may be.
    """
    if not wish.strip():
        raise DataError("the wish is empty", hint="say what is wished, such as 'games in German'")
    if len(wish) > LONGEST_WISH:
        raise DataError(
            f"the wish has {len(wish):,} letters", hint=f"say it in at most {LONGEST_WISH:,}"
        )
    try:
        if language_model is not None:
            return by_model(wish, offered, language_model)
        return by_rules(wish, offered)
    except EngineError:
        return replace(by_rules(wish, replace(offered, nearest=None)), error=UNREAD)


def ask(
    learned: Learned,
    recommend: Recommend,
    wish: str | Wish,
    query: Query | None = None,
    language_model: LanguageModel | None = None,
) -> Asked:
    """Answer a wish in a user's own words, or one that was understood before and perhaps edited.

    Args:
        learned: the model.
        recommend: answers a query with it.
        wish: the user's own words, or what was understood, which is taken as it is.
        query: who asks, or None.
        language_model: works the wish out in place of rules, or None.

    Raises as `Service.recommend` does, and:
        DataError: the wish is empty, or longer than a wish may be.
    """
    if isinstance(wish, Wish):
        return Asked(Understood(wish, worked_by=GIVEN), answer(learned, recommend, wish, query))
    understood = understand(wish, Offered.of(learned), language_model)
    return answered(learned, recommend, understood, query)


def answered(
    learned: Learned, recommend: Recommend, understood: Understood, query: Query | None = None
) -> Asked:
    """Answer what was understood of a wish.

    A category that was read from words was perhaps not meant: where nothing in it may be shown, it
    is left out of what was understood, and the answer says so.

    Raises as `Service.recommend` does.
    """
    found = answer(learned, recommend, understood.wish, query)
    category = understood.wish.category
    guessed = {each.value for each in understood.said if each.field == "category"}
    if found.items or category not in guessed:
        return Asked(understood, found)
    said = tuple(each for each in understood.said if each.field != "category")
    wider = replace(understood, wish=replace(understood.wish, category=None), said=said)
    found = answer(learned, recommend, wider.wish, query)
    note = f"the category {category!r} is left out: nothing in it may be shown"
    return Asked(wider, replace(found, note="; ".join(filter(None, [found.note, note]))))
