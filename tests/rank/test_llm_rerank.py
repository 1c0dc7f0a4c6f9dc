from __future__ import annotations

import json
import re
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyrec.core.errors import ConfigError, EngineError
from polyrec.core.registry import build, table_of
from polyrec.core.types import NO_ITEM, Histories, Rankings
from polyrec.llm.http import Http
from polyrec.llm.language_model import Completion, LanguageModel, Prompt, weighed
from polyrec.llm.scripted import Scripted
from polyrec.rank.llm_rerank import LATE, TOO_LONG, UNJUDGED, LlmRerank, shown_order
from polyrec.rank.ranker import Context
from polyrec.testing.injections import INJECTIONS

if TYPE_CHECKING:
    from collections.abc import Callable

N = 12
TEXTS = [f"thing {item}" for item in range(N)]
LISTWISE = {"method": "listwise"}


@dataclass
class Judge(LanguageModel):
    """Likes what its `taste` likes; asks nobody."""

    taste: Callable[[str], float]
    pause_s: float = 0.0
    prompts: list[Prompt] = field(default_factory=list)
    fingerprint = "judge"
    sends_out = False

    def _complete(self, prompts: list[Prompt], *_: Any) -> list[Completion]:
        time.sleep(self.pause_s)
        self.prompts += prompts
        return [
            Completion(json.dumps({"order": self._best_first(p.data)}), "judge") for p in prompts
        ]

    def _best_first(self, data: str) -> list[int]:
        shown = re.findall(r"\[(\d+)\] ([^\[]*)", data)
        return [int(n) for n, _ in sorted(shown, key=lambda each: -self.taste(each[1]))]

    def _likelihood(
        self, prompts: list[Prompt], answers: tuple[str, ...], advance: Callable[[int], None]
    ) -> list[Completion]:
        time.sleep(self.pause_s)
        self.prompts += prompts
        told = [[(answers[0], -5 + self.taste(p.data)), (answers[1], -5.0)] for p in prompts]
        advance(len(prompts))
        return [weighed(Completion("", "judge"), each, answers) for each in told]


def high_numbers(text: str) -> float:
    """Like the last number of a text, the higher the better."""
    return int(re.findall(r"\d+", text)[-1]) / 100


def context(k: int = N, own: tuple[int, ...] = (0,), **known: Any) -> Context:
    tags = np.array(["de", "de", "fr", *["en"] * (N - 3)])
    known = {"text_of": TEXTS.__getitem__} | known
    return Context(k, tags, histories=Histories.from_lists([own], n_items=N), **known)


def reranked(part: LlmRerank, given: Context, items: tuple[int, ...] = (1, 2, 3, 4)) -> list[int]:
    scores = -np.arange(len(items), dtype=np.float32)[None, :]
    found: list[int] = part.rerank(Rankings(np.array([items]), scores), given).items[0].tolist()
    return found


@pytest.mark.parametrize("how", [{}, LISTWISE, {**LISTWISE, "orders": ["reversed", "shuffled"]}])
def test_candidates_stand_as_the_model_likes_them(how: dict[str, Any]) -> None:
    part = LlmRerank(Judge(high_numbers), weight=1.0, **how)
    assert reranked(part, context()) == [4, 3, 2, 1]


@pytest.mark.parametrize("how", [{}, LISTWISE])
def test_weight_says_how_much_the_model_counts(how: dict[str, Any]) -> None:
    likes_last = Judge(lambda text: float(text.rstrip().endswith("thing 4")))
    places = {w: reranked(LlmRerank(likes_last, weight=w, **how), context()) for w in (0, 0.5, 1)}
    assert places[0] == [1, 2, 3, 4]
    assert places[0.5] == [1, 2, 4, 3]
    assert places[1][0] == 4


def test_equal_answers_keep_the_order() -> None:
    assert reranked(LlmRerank(Scripted(), weight=1.0), context()) == [1, 2, 3, 4]
    assert reranked(LlmRerank(Scripted(), weight=1.0, **LISTWISE), context()) == [1, 2, 3, 4]


def test_only_the_first_candidates_are_judged() -> None:
    model = Judge(high_numbers)
    part = LlmRerank(model, n_candidates=2, weight=1.0)
    assert part.depth(context(k=3)) == 3
    assert part.depth(context(k=1)) == 2
    assert reranked(part, context()) == [2, 1, 3, 4]
    assert len(model.prompts) == 2


@pytest.mark.parametrize(
    ("settings", "n", "asked"),
    [
        ({}, 0, False),
        ({"min_history": 3}, 2, False),
        ({"min_history": 3}, 3, True),
        ({"max_history": 3}, 3, True),
        ({"max_history": 3}, 4, False),
    ],
)
def test_the_length_of_the_history_decides_who_is_asked_about(
    settings: dict[str, int], n: int, *, asked: bool
) -> None:
    model = Judge(high_numbers)
    part = LlmRerank(model, **settings)  # type: ignore[arg-type]
    given = context(k=2, own=tuple(range(5, 5 + n)))
    assert part.depth(given) == (20 if asked else 2)
    reranked(part, given)
    assert bool(model.prompts) == asked
    assert not given.notes


def test_a_wish_is_asked_about_where_no_history_is_needed() -> None:
    model = Judge(high_numbers)
    reranked(LlmRerank(model, min_history=0), context(own=(), wish="bread"))
    assert model.prompts[0].data == "Wanted: bread || Offered: thing 1"
    reranked(LlmRerank(model, min_history=0), context(own=()))
    assert len(model.prompts) == 4


def test_what_stands_behind_the_evidence_is_not_judged() -> None:
    model = Judge(high_numbers)
    reranked(LlmRerank(model), context(above=np.array([[7, 8]])))
    assert not model.prompts


def test_the_latest_items_of_a_history_are_shown() -> None:
    model = Judge(high_numbers)
    given = context(own=(0, 5, 6))
    times = Histories(
        *[getattr(given.histories, n) for n in ("indptr", "items", "weights")],
        N,
        np.array([3.0, 1.0, 2.0]),
    )
    part = LlmRerank(model, n_shown_history=2)
    reranked(part, Context(N, given.item_languages, histories=times, text_of=given.text_of))
    assert model.prompts[0].data.startswith("Chosen: thing 0 | thing 6 ||")


@pytest.mark.parametrize(
    ("wished", "own", "asked"),
    [
        (("ar", "en"), (0,), "سؤال"),
        ((), (0, 1, 2), "Frage"),
        ((), (2,), "Question"),
        (("sw",), (0,), "Question"),
    ],
)
def test_the_model_is_asked_in_the_language_of_who_asks(
    wished: tuple[str, ...], own: tuple[int, ...], asked: str
) -> None:
    model = Judge(high_numbers)
    reranked(LlmRerank(model), context(own=own, languages=wished), (5, 6))
    assert model.prompts[0].names[0] == asked


@pytest.mark.parametrize("how", [{}, LISTWISE])
@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ("!timeout", "language-model 'scripted' did not answer in time"),
        ("!500", "language-model 'scripted' answered 500: internal error"),
    ],
)
def test_a_model_that_fails_leaves_the_order_and_a_note(
    fault: str, why: str, how: dict[str, Any]
) -> None:
    given = context()
    assert reranked(LlmRerank(Scripted([fault]), **how), given) == [1, 2, 3, 4]
    assert given.notes == [f"{UNJUDGED}: {why}"]


def test_a_model_that_fails_again_and_again_is_left_alone() -> None:
    model = Scripted(["!500"], repeat=True)
    part, given = LlmRerank(model), context()
    for _ in range(5):
        reranked(part, given)
    assert len(model.asked) == 3
    assert "again and again" in given.notes[-1]


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("!garbage", "the answer holds what is no text"),
        ("!refusal", "the model refused"),
        ("!truncated", "the answer was cut off at 48 tokens"),
        ("!empty", "the answer is empty"),
        ('{"order":[1,2]}', "the answer breaks the schema at order (minItems)"),
        ('{"order":[1,2,3,99]}', "the answer breaks the schema at order/3 (enum)"),
        ('{"order":["1",2,3,4]}', "the answer breaks the schema at order/0 (enum)"),
        ("[4,3,2,1]", "the answer breaks the schema at its top (type)"),
    ],
)
def test_nonsense_leaves_the_order_and_a_note(said: str, why: str) -> None:
    given = context()
    part = LlmRerank(Scripted([said, said]), weight=1.0, **LISTWISE)
    assert reranked(part, given) == [1, 2, 3, 4]
    assert given.notes == [f"{UNJUDGED}: {why}"]


def test_a_number_twice_counts_once_and_what_is_missing_stays_behind() -> None:
    part = LlmRerank(Scripted(['{"order":[3,3,3,1]}']), weight=1.0, **LISTWISE)
    assert reranked(part, context()) == [3, 1, 2, 4]


def test_what_is_not_judged_in_time_keeps_its_place() -> None:
    part = LlmRerank(Judge(high_numbers, pause_s=0.15), weight=1.0, time_budget_s=0.4)
    given = context()
    began = time.monotonic()
    found = reranked(part, given, tuple(range(N)))
    assert time.monotonic() - began < 2
    judged = len([each for each in found[:8] if each < 8])
    assert judged == 8
    assert found[:4] == [7, 6, 5, 4]
    assert found[8:] == [8, 9, 10, 11]
    assert given.notes == ["the language model judged only 8 of 12 candidates"]


@pytest.mark.parametrize("how", [{}, LISTWISE])
def test_a_model_that_hangs_keeps_nobody_waiting(how: dict[str, Any]) -> None:
    gate = threading.Event()

    def hangs(_: str) -> float:
        gate.wait(30)
        return 0.0

    given = context()
    began = time.monotonic()
    assert reranked(LlmRerank(Judge(hangs), time_budget_s=0.2, **how), given) == [1, 2, 3, 4]
    assert time.monotonic() - began < 5
    assert given.notes == [f"{UNJUDGED}: {LATE}"]
    gate.set()


def test_a_question_that_the_model_does_not_see_whole_is_not_heeded() -> None:
    given = context()
    part = LlmRerank(Scripted(max_data_letters=10), weight=1.0)
    assert reranked(part, given) == [1, 2, 3, 4]
    assert given.notes == [f"{UNJUDGED}: {TOO_LONG}"]


@pytest.mark.parametrize("attack", INJECTIONS)
@pytest.mark.parametrize("weight", [0.25, 0.5, 0.75])
def test_a_model_that_obeys_an_item_moves_it_no_further_than_its_weight(
    attack: str, weight: float
) -> None:
    obeys = Judge(lambda text: float("thing" not in text.rpartition("||")[2]))
    texts = [*TEXTS[:11], attack]
    given = context(text_of=texts.__getitem__)
    for how in ({}, LISTWISE):
        found = reranked(LlmRerank(obeys, weight=weight, **how), given, tuple(range(1, N)))  # type: ignore[arg-type]
        assert sorted(found) == list(range(1, N))
        assert found.index(11) >= int((1 - weight) * 10)
        assert [item for item in found if item != 11] == list(range(1, 11))


@given(st.lists(st.floats(-3, 3), min_size=N, max_size=N), st.floats(0, 1), st.booleans())
def test_only_candidates_come_out_and_each_once(
    likes: list[float], weight: float, listwise: bool
) -> None:
    model = Judge(lambda text: likes[int(re.findall(r"\d+", text)[-1]) % N])
    method = "listwise" if listwise else "pointwise"
    part = LlmRerank(model, method, weight=weight, n_candidates=7, time_budget_s=60)
    found = reranked(part, context(), tuple(range(1, 11)))
    assert sorted(found[:7]) == list(range(1, 8))
    assert found[7:] == [8, 9, 10]


def test_empty_places_and_single_candidates_ask_nobody() -> None:
    model = Judge(high_numbers)
    assert reranked(LlmRerank(model), context(), (3, NO_ITEM)) == [3, NO_ITEM]
    assert not model.prompts


def test_orders_are_permutations_and_the_same_each_time() -> None:
    assert shown_order("ranked", 3) == [0, 1, 2]
    assert shown_order("reversed", 3) == [2, 1, 0]
    assert sorted(shown_order("shuffled", 9)) == list(range(9))
    assert shown_order("shuffled", 9) == shown_order("shuffled", 9) != list(range(9))


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"method": "pairwise"}, "method is 'pairwise'; give pointwise or listwise"),
        ({"n_candidates": 0}, "n_candidates is 0"),
        ({"n_shown_history": 0}, "n_shown_history is 0"),
        ({"max_text_letters": 0}, "max_text_letters is 0"),
        ({"min_history": -1}, "min_history is -1"),
        ({"max_history": -1}, "max_history is -1"),
        ({"weight": 1.5}, "weight is 1.5; give 0 to 1"),
        ({"orders": []}, r"orders is \[\]"),
        ({"orders": ["random"]}, "give some of ranked, reversed, shuffled"),
        ({"time_budget_s": 0.0}, "time_budget_s is 0.0"),
    ],
)
def test_settings_out_of_range_are_refused(settings: dict[str, Any], why: str) -> None:
    with pytest.raises(ConfigError, match=why):
        LlmRerank(Scripted(), **settings)


def test_what_people_chose_leaves_the_machine_only_with_leave() -> None:
    url = "https://models.example/v1/chat/completions"
    with pytest.raises(ConfigError, match="would send what people chose to another machine; set"):
        LlmRerank(Http(url, "large"))
    assert LlmRerank(Http(url, "large", allow_user_text=True)).waits


def test_it_is_written_into_plans_as_it_is_read() -> None:
    table = {"use": "llm-rerank", "model": {"use": "scripted"}, "method": "listwise"}
    part = build("ranker", table)
    assert build("ranker", table_of("ranker", part)) == part
    assert build("ranker", {"use": "chain", "rankers": ["diversity", table]}).waits
    assert not build("ranker", {"use": "chain", "rankers": ["diversity"]}).waits


def test_an_engine_s_fault_is_no_fault_of_the_settings() -> None:
    @dataclass
    class Silent(Judge):
        def _likelihood(self, *_: Any) -> list[Completion]:
            raise EngineError("gone", hint="")

    given = context()
    reranked(LlmRerank(Silent(high_numbers)), given)
    assert given.notes == [f"{UNJUDGED}: gone"]
