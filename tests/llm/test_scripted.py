from __future__ import annotations

import pytest

from polyrec.core.errors import ConfigError
from polyrec.llm.language_model import Completion, Prompt, UnfinishedError
from polyrec.llm.scripted import ANSWERS, STOPS, Scripted

INSTRUCTION = "Say what this is, in one word."
WHY = {
    "!garbage": "the answer holds what is no text",
    "!truncated": "the answer was cut off at 256 tokens",
    "!refusal": "the model refused",
    "!echo": "the answer says the question back",
    "!empty": "the answer is empty",
}


def ask(model: Scripted, *data: str) -> list[Completion]:
    return model.complete([Prompt(each, INSTRUCTION) for each in data])


def test_answers_come_in_order_and_then_the_data() -> None:
    assert [each.text for each in ask(Scripted(["one", "two"]), "a", "b", "c")] == [
        "one",
        "two",
        "c",
    ]


def test_a_list_may_begin_anew() -> None:
    model = Scripted(["one", "two"], repeat=True)
    assert [each.text for each in ask(model, "a", "b", "c")] == ["one", "two", "one"]


@pytest.mark.parametrize("fault", ANSWERS)
def test_what_cannot_be_used_is_asked_for_once_more(fault: str) -> None:
    model = Scripted(["fine", fault, "better"])
    made = ask(model, "a", "b")
    assert [(each.text, each.error) for each in made] == [("fine", ""), ("better", "")]
    assert [each.data for each in model.asked] == ["a", "b", "b"]


@pytest.mark.parametrize("fault", ANSWERS)
def test_what_cannot_be_used_twice_has_an_error(fault: str) -> None:
    model = Scripted([fault, "fine", fault, "never asked for"])
    made = ask(model, "a", "b")
    assert [(each.text, each.error) for each in made] == [("", WHY[fault]), ("fine", "")]
    assert len(model.asked) == 3


def test_two_tries_cost_the_tokens_of_both() -> None:
    [made] = ask(Scripted(["!refusal", "a word"]), "two words")
    assert (made.prompt_tokens, made.completion_tokens) == (4, 10)


@pytest.mark.parametrize("fault", STOPS)
def test_a_service_that_stays_away_stops_the_work_and_what_was_done_is_kept(fault: str) -> None:
    with pytest.raises(UnfinishedError) as caught:
        ask(Scripted(["one", fault, "three"]), "a", "b", "c")
    assert caught.value.retryable
    assert str(caught.value) == f"language-model 'scripted' {STOPS[fault]}; try again later"
    first, *others = caught.value.done
    assert first is not None
    assert first.text == "one"
    assert others == [None, None]


def test_a_service_that_goes_away_at_the_second_try_takes_no_answer_along() -> None:
    made = ask(Scripted(["one", "!refusal", "!500"]), "a", "b")
    assert [(each.text, each.error) for each in made] == [("one", ""), ("", "the model refused")]


def test_an_unknown_fault_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"knows no fault '!oops'; known: !timeout, !429"):
        Scripted(["!oops"])
