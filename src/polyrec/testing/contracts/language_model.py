"""What every language model promises."""

from __future__ import annotations

import json
import math
from typing import Any, ClassVar

import numpy as np

from polyrec.core.errors import ConfigError, DataError
from polyrec.llm.language_model import Completion, Prompt
from polyrec.testing.contracts.part import PartContract, refusal
from polyrec.testing.injections import ATTACKS

EXAMPLES = (("rojo", "red"), ("azul", "blue"), ("negro", "black"))
WORDS = ("verde", "blanco")
ODD_DATA = ("", " \n", "a\0b", "\ud800 half a pair", "🪚🪵", "word " * 5000)
SCHEMA = {
    "type": "object",
    "properties": {"color": {"enum": ["green", "white"]}, "sure": {"type": "boolean"}},
    "required": ["color", "sure"],
    "additionalProperties": False,
}


JUDGED = ("Yes", "No")


def question(data: str) -> Prompt:
    """Ask whether something is a color."""
    examples = (("red", "Yes"), ("Monday", "No"), ("green", "Yes"), ("seven", "No"))
    return Prompt(data, "Is it a color? Answer Yes or No.", examples)


def prompt(data: str) -> Prompt:
    """Ask for the English of a color."""
    return Prompt(data, "Translate the color.", EXAMPLES, ("Spanish", "English"))


class LanguageModelContract(PartContract):
    """Write `class TestMine(LanguageModelContract)` with `part = Mine()`."""

    kind = "language-model"
    max_tokens: ClassVar[int] = 16

    def make(self) -> Any:
        """Give the part itself: models learn nothing, and may be slow to load."""
        return self.part

    def ask(self, *data: str, schema: Any = None) -> list[Completion]:
        """Ask about data."""
        made: list[Completion] = self.make().complete(
            [prompt(each) for each in data], schema=schema, max_tokens=self.max_tokens
        )
        return made

    def test_parts_with_equal_settings_are_equal(self) -> None:
        one, other = super().make(), super().make()
        assert one is not other
        assert one == other == self.part
        assert one.fingerprint == other.fingerprint == self.part.fingerprint

    def test_there_is_one_answer_per_prompt(self) -> None:
        made = self.ask(*WORDS)
        assert len(made) == len(WORDS)
        for each in made:
            assert each.text
            assert not each.error
            assert each.model
            assert not each.cut

    def test_order_changes_no_answer(self) -> None:
        texts = [each.text for each in self.ask(*WORDS)]
        assert [each.text for each in self.ask(*WORDS[::-1])] == texts[::-1]

    def test_no_prompts_have_no_answers(self) -> None:
        assert self.make().complete([]) == []

    def test_what_is_no_prompt_is_refused(self) -> None:
        message = refusal(DataError, lambda: self.make().complete([prompt("a"), "b"]))
        assert "prompt 1 is 'b'" in message

    def test_an_answer_of_no_tokens_is_refused(self) -> None:
        call = lambda: self.make().complete([prompt("a")], max_tokens=0)
        assert "max_tokens is 0" in refusal(DataError, call)

    def test_what_is_no_schema_is_refused(self) -> None:
        message = refusal(ConfigError, lambda: self.ask("a", schema={"type": "banana"}))
        assert "no JSON schema" in message

    def test_answers_keep_to_the_schema(self) -> None:
        for each in self.ask(*WORDS, schema=SCHEMA):
            assert not each.error
            found = json.loads(each.text)
            assert found.keys() == {"color", "sure"}
            assert found["color"] in ("green", "white")

    def test_odd_data_give_a_text_or_an_error(self) -> None:
        made = self.ask(*ODD_DATA)
        assert len(made) == len(ODD_DATA)
        assert all(bool(each.text) != bool(each.error) for each in made)
        assert made[-1].cut

    def test_attacks_change_no_number_of_answers(self) -> None:
        made = self.ask(*ATTACKS.values())
        assert len(made) == len(ATTACKS)
        assert all(bool(each.text) != bool(each.error) for each in made)

    def test_likely_answers_stand_in_the_order_of_the_answers(self) -> None:
        model = self.make()
        one = model.likelihood([question("blue"), question("Tuesday")], JUDGED)
        other = model.likelihood([question("blue"), question("Tuesday")], JUDGED[::-1])
        assert len(one) == len(other) == 2
        for each, turned in zip(one, other, strict=True):
            assert not each.error
            assert len(each.logs) == 2
            assert all(log <= 0 for log in each.logs)
            assert sum(map(math.exp, each.logs)) <= 1 + 1e-6
            assert each.text == JUDGED[each.logs.index(max(each.logs))]
            # what was read before moves the engines' numbers a little
            assert np.allclose(each.logs, turned.logs[::-1], atol=0.2)

    def test_no_prompts_have_no_likelihoods(self) -> None:
        assert self.make().likelihood([], JUDGED) == []

    def test_answers_that_begin_alike_are_refused(self) -> None:
        call = lambda: self.make().likelihood([question("blue")], ["Yes", "yes, it is"])
        assert "begin alike" in refusal(DataError, call)
        assert "two or more" in refusal(
            DataError, lambda: self.make().likelihood([question("blue")], ["Yes"])
        )

    def test_odd_data_have_likelihoods_or_an_error(self) -> None:
        made = self.make().likelihood([question(data) for data in ODD_DATA], JUDGED)
        assert len(made) == len(ODD_DATA)
        assert all(bool(each.logs) != bool(each.error) for each in made)

    def test_a_user_s_own_text_leaves_the_machine_only_with_leave(self) -> None:
        model = self.make()

        def ask() -> Any:
            return model.complete([prompt("verde")], max_tokens=self.max_tokens, kind="query")

        if model.sends_out and not model.allow_user_text:
            assert "allow_user_text" in refusal(ConfigError, ask)
            weigh = lambda: model.likelihood([question("blue")], JUDGED, kind="query")
            assert "allow_user_text" in refusal(ConfigError, weigh)
        else:
            assert len(ask()) == 1
