from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyrec.core.errors import ConfigError, DataError
from polyrec.llm.http import Http
from polyrec.llm.language_model import Completion, LanguageModel, Prompt
from polyrec.llm.likely import NONE_LIKELY, NONE_TOLD, check_answers, logs_of, tokens_told
from polyrec.llm.scripted import Scripted
from polyrec.testing.chat_server import chat_server
from polyrec.testing.json_server import Answer


def test_tokens_that_are_an_answer_or_begin_it_count_for_it() -> None:
    told = [(" Yes", math.log(0.4)), ("yes", math.log(0.2)), ("N", math.log(0.1)), ("a", -3.0)]
    yes, no = logs_of(told, ("Yes", "No"))
    assert math.exp(yes) == pytest.approx(0.6)
    assert math.exp(no) == pytest.approx(0.1)


def test_an_answer_that_is_not_told_has_the_least_that_is() -> None:
    assert logs_of([("Yes", -0.1), ("a", -7.0), ("b", -3.0)], ("Yes", "No")) == (-0.1, -7.0)


def test_a_token_that_begins_two_answers_counts_for_none() -> None:
    assert logs_of([("n", -0.1), ("no", -1.0), (" ", -0.2)], ("nie", "no")) == (-1.0, -1.0)


def test_where_no_answer_is_told_there_are_no_logs() -> None:
    assert logs_of([("maybe", -0.1)], ("Yes", "No")) == ()
    assert logs_of([], ("Yes", "No")) == ()


@given(st.lists(st.tuples(st.text(max_size=4), st.floats(-1e3, 0)), max_size=20))
def test_whatever_is_told_logs_are_finite(told: list[tuple[str, float]]) -> None:
    found = logs_of(told, ("Yes", "No"))
    assert len(found) in (0, 2)
    assert all(math.isfinite(log) for log in found)


@pytest.mark.parametrize("answers", [[], ["Yes"], ["Yes", " "], ["Yes", "YES"], ["no", "nobody"]])
def test_answers_that_cannot_be_told_apart_are_refused(answers: list[str]) -> None:
    with pytest.raises(DataError, match=r"two or more|begin alike"):
        check_answers(answers)


@pytest.mark.parametrize(
    "choice",
    [
        None,
        {},
        {"logprobs": None},
        {"logprobs": {"content": []}},
        {"logprobs": {"content": [{"top_logprobs": [{"token": "a"}]}]}},
        {"logprobs": {"content": [{"top_logprobs": [{"token": "a", "logprob": "many"}]}]}},
        {"logprobs": {"content": [{"top_logprobs": [{"token": "a", "logprob": -math.inf}]}]}},
    ],
)
def test_a_service_that_tells_nothing_of_use_tells_nothing(choice: Any) -> None:
    assert tokens_told(choice) == []


def test_a_model_that_cannot_say_so_is_refused() -> None:
    class Silent(LanguageModel):
        fingerprint = "silent"
        sends_out = False

        def _complete(self, *_: Any) -> list[Completion]:
            return []

    with pytest.raises(ConfigError, match="Silent does not say how likely answers are; take one"):
        Silent().likelihood([Prompt("a")], ["Yes", "No"])


def test_the_script_says_which_answer_is_likely() -> None:
    model = Scripted(["No", "Yes", "perhaps"])
    no, yes, neither, even = model.likelihood([Prompt("a")] * 4, ["Yes", "No"])
    assert (no.text, yes.text) == ("No", "Yes")
    assert math.exp(no.logs[1]) == pytest.approx(0.9)
    assert (neither.logs, neither.error) == ((), NONE_LIKELY)
    assert even.logs[0] == even.logs[1]


def test_a_service_is_asked_for_its_next_token() -> None:
    with chat_server() as server:
        model = Http(server.url, "tiny", allow_user_text=True)
        [made] = model.likelihood([Prompt("a")], ["Yes", "No"], kind="query")
        assert (made.text, made.logs) == ("Yes", (-0.5, -1.0))
        asked = server.requests[-1][0]
    assert (asked["max_tokens"], asked["logprobs"], asked["top_logprobs"]) == (1, True, 20)


def test_a_service_that_leaves_likelihoods_out_is_named() -> None:
    bare = Answer(body=lambda right: {**right, "choices": [{"message": {"content": "Yes"}}]})
    with chat_server([bare]) as server:
        [made] = Http(server.url, "tiny").likelihood([Prompt("a")], ["Yes", "No"])
    assert (made.text, made.error) == ("", NONE_TOLD)


def test_likelihoods_are_remembered(tmp_path: Any) -> None:
    from polyrec.llm.cached import Cached

    part = Cached(Scripted(["No"]), folder=str(tmp_path))
    [first] = part.likelihood([Prompt("a")], ["Yes", "No"])
    [again] = part.likelihood([Prompt("a")], ["Yes", "No"])
    assert again == first
    assert (part.hits, part.misses) == (1, 1)
    [own] = part.likelihood([Prompt("a")], ["Yes", "No"], kind="query")
    assert own.logs[0] == own.logs[1]
    assert (part.hits, part.misses) == (1, 1)
