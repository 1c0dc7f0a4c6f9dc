"""The real Gemma works wishes out, in this process and over HTTP: it is held to the wish."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from polyrec.pipeline.wish.by_model import by_model
from polyrec.pipeline.wish.by_rules import by_rules
from polyrec.pipeline.wish.offered import Offered
from polyrec.pipeline.wish.wish import RULES, Wish
from polyrec.testing.injections import ATTACKS, INSTRUCTIONS

if TYPE_CHECKING:
    from polyrec.llm.language_model import LanguageModel
    from polyrec.pipeline.wish.wish import Understood

pytestmark = [pytest.mark.model, pytest.mark.slow]

OFFERED = Offered(("en", "de", "fr", "ja"), ("carpentry", "cooking", "music"))
NAMED = {
    "three courses in carpentry, in German or French, not about furniture": {
        "languages": {"de", "fr"},
        "category": {"carpentry"},
        "without": {"furniture"},
        "k": {3},
    },
    "libros de cocina en alemán, sin carne": {"languages": {"de"}, "without": {"carne"}},
    "日本語の本": {"languages": {"ja"}},
    "songs for a long evening": {},
}
"""Wishes, and all that they name: nothing else may be set, whatever the model says."""

ORDERS = {
    INSTRUCTIONS["en"]: {},
    ATTACKS["closes the delimiter"]: {"k": {9}},
    ATTACKS["writes JSON"]: {"k": {9, 1}},
}


def held(model: LanguageModel, text: str) -> Understood:
    """Work a wish out; what it sets must stand in it, or rules have done it and say why."""
    found = by_model(text, OFFERED, model)
    if found.worked_by == RULES:
        assert found.error
        assert found.wish == by_rules(text, OFFERED).wish
        return found
    assert (found.worked_by, found.error) == (model.model, "")  # type: ignore[attr-defined]
    for each in found.said:
        assert each.words.casefold() in text.casefold()
    return found


@pytest.mark.parametrize(("text", "named"), [*NAMED.items(), *ORDERS.items()])
def test_nothing_is_set_that_the_wish_does_not_name(
    gemma: LanguageModel, text: str, named: dict[str, set[object]]
) -> None:
    wish = held(gemma, text).wish
    assert set(wish.languages) <= named.get("languages", set())
    assert set(wish.without) <= named.get("without", set())
    assert wish.category in {None, *named.get("category", set())}
    assert wish.k in {Wish.k, *named.get("k", set())}
    assert (wish.language_mode == "any") is not bool(wish.languages)
