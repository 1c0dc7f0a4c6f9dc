"""Answers a wish: its filters as a query, and what is to be avoided left out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from polyrec.core.counted import counted
from polyrec.core.types import Query
from polyrec.text.tokens import tokenizer_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyrec.core.types import Suggestion
    from polyrec.data.catalog import Catalog
    from polyrec.pipeline.learned import Learned
    from polyrec.pipeline.wish.wish import Wish

    Recommend = Callable[[Query], Suggestion]

LEFT_OUT = "left out, with words to avoid"
"""Part of a note: before it stands how many, behind it the words."""

TIMES, SPARE, ROUNDS = 2, 20, 3
"""Of twice as many items as are wished, and some, it is looked which are to be avoided; where too
few are left, of as many again behind them."""


def query_of(wish: Wish, query: Query | None = None) -> Query:
    """Give the query of a wish; who asks comes from another query."""
    return replace(
        query or Query(),
        text=wish.text or None,
        text_language=wish.text_language,
        languages=wish.languages,
        language_mode=wish.language_mode,
        category=wish.category,
        k=wish.k,
    )


def answer(
    learned: Learned, recommend: Recommend, wish: Wish, query: Query | None = None
) -> Suggestion:
    """Answer a wish.

    An item is left out if one of its texts, in any language, has a word to avoid, whatever its
    ending. Only items that would be shown are looked at.

    Args:
        learned: the model.
        recommend: answers a query with it.
        wish: what was understood.
        query: who asks, or None.

    Raises as `Service.recommend` does.
    """
    asked = query_of(wish, query)
    if not wish.without:
        return recommend(asked)
    out: list[str] = []
    for _ in range(ROUNDS):
        wide = replace(asked, k=TIMES * wish.k + SPARE, deny=(*asked.deny, *out))
        shown = [item.item_id for item in recommend(wide).items]
        found = [item_id for item_id in shown if has_avoided(learned.catalog, item_id, wish)]
        out += found
        if len(shown) - len(found) >= wish.k or len(shown) < wide.k:
            break
    answered = recommend(replace(asked, deny=(*asked.deny, *out)))
    if not out:
        return answered
    words = ", ".join(wish.without)
    said = f"{counted(len(out), 'item')} {LEFT_OUT}: {words}"
    return replace(answered, note="; ".join(filter(None, [answered.note, said])))


def has_avoided(catalog: Catalog, item_id: str, wish: Wish) -> bool:
    """Say whether one of an item's texts has all words of something to avoid."""
    for language, text in catalog.texts[catalog.ids.index(item_id)].items():
        terms = _terms(text, language)
        for each in wish.without:
            for wanted in (_terms(each, language), _terms(each, wish.text_language)):
                if wanted and wanted <= terms:
                    return True
    return False


def _terms(text: str, language: str) -> frozenset[str]:
    """Give the stems of a text's words."""
    cut = tokenizer_for(language, strict=False)(text)
    return frozenset(token.term for token in cut)
