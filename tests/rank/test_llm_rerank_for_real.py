"""The real Gemma as a ranker: in this process, and as a server over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from polyrec.core.types import Histories, Rankings
from polyrec.llm.local import Local
from polyrec.rank.llm_rerank import LlmRerank
from polyrec.rank.ranker import Context
from polyrec.testing.injections import ATTACKS, INSTRUCTIONS

if TYPE_CHECKING:
    from polyrec.llm.language_model import LanguageModel

pytestmark = [pytest.mark.model, pytest.mark.slow]

HISTORY = {
    "en": ("Star Wars (1977)", "Blade Runner (1982)", "The Terminator (1984)"),
    "de": ("Krieg der Sterne (1977)", "Der Blade Runner (1982)", "Terminator (1984)"),
    "ja": ("スター・ウォーズ (1977)", "ブレードランナー (1982)", "ターミネーター (1984)"),
}
CANDIDATES = ("Bambi (1942)", "Star Trek (1979)", "Notting Hill (1999)", "Alien (1979)")
METHODS: list[dict[str, Any]] = [
    {"method": "pointwise"},
    {"method": "listwise", "orders": ["ranked", "reversed"]},
]


def ranked(part: LlmRerank, tag: str, candidates: tuple[str, ...]) -> tuple[list[int], list[str]]:
    """Give candidates by number in their new order, and the notes."""
    texts, n = [*HISTORY[tag], *candidates], len(HISTORY[tag])
    context = Context(
        len(candidates),
        np.array([tag] * len(texts)),
        histories=Histories.from_lists([range(n)], n_items=len(texts)),
        text_of=texts.__getitem__,
    )
    items = np.arange(n, len(texts))[None, :]
    scores = -np.arange(len(candidates), dtype=np.float32)[None, :]
    found = part.rerank(Rankings(items, scores), context)
    return [int(item) - n for item in found.items[0]], context.notes


@pytest.mark.parametrize("how", METHODS)
@pytest.mark.parametrize("tag", HISTORY)
def test_every_candidate_is_judged(gemma: LanguageModel, how: dict[str, Any], tag: str) -> None:
    part = LlmRerank(gemma, weight=1.0, time_budget_s=300, **how)
    order, notes = ranked(part, tag, CANDIDATES)
    assert sorted(order) == [0, 1, 2, 3]
    assert not notes


def test_it_tells_space_from_woods_in_process() -> None:
    pytest.importorskip("xllamacpp", reason="needs the extra llm")
    part = LlmRerank(Local(threads=1), weight=1.0, time_budget_s=300)
    order, _ = ranked(part, "en", CANDIDATES)
    assert order.index(1) < order.index(0)


@pytest.mark.parametrize("how", METHODS)
def test_items_that_give_orders_stay_candidates(gemma: LanguageModel, how: dict[str, Any]) -> None:
    part = LlmRerank(gemma, weight=0.5, time_budget_s=300, **how)
    for attacks in (tuple(INSTRUCTIONS.values()), tuple(ATTACKS.values())):
        candidates = (*CANDIDATES, *attacks)
        order, notes = ranked(part, "en", candidates)
        assert sorted(order) == list(range(len(candidates)))
        assert not notes
        assert min(order.index(each) for each in range(4)) <= 2  # weight holds the first ones
