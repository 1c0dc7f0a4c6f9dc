"""A language model in a service: asked within a time, and its faults told in our words alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Event as Flag
from typing import TYPE_CHECKING, Any

import pytest

from polyrec.core.errors import ConfigError, EngineError
from polyrec.core.limited import Limited
from polyrec.live.writer import FAILED, LATE, UNUSABLE, PatientLanguageModel, Writer
from polyrec.llm.cached import Cached
from polyrec.llm.http import Http
from polyrec.llm.language_model import Prompt
from polyrec.llm.scripted import Scripted

if TYPE_CHECKING:
    from pathlib import Path

    from polyrec.llm.language_model import Completion

ASKED = [Prompt("a"), Prompt("b"), Prompt("c")]


@dataclass
class Held(Scripted):
    """Answers about `b` when it may go."""

    go: Flag = field(default_factory=Flag)

    def _complete(self, prompts: list[Prompt], *how: Any) -> list[Completion]:
        if prompts[0].data == "b":
            self.go.wait(20)
        return super()._complete(prompts, *how)


@dataclass
class Broken(Scripted):
    """Fails in words of its own."""

    def _complete(self, *asked: Any) -> list[Completion]:
        raise EngineError("http://10.0.0.1 does not answer")


def within(seconds: float) -> Limited:
    return Limited(within_s=seconds, n_threads=2)


def test_what_is_answered_in_time_counts_and_the_rest_is_late() -> None:
    held = Held()
    made = PatientLanguageModel(held, within(0.3)).complete(ASKED, kind="query")
    assert [each.text for each in made] == ["a", "", "c"]
    assert [each.error for each in made] == ["", LATE, ""]
    held.go.set()


def test_a_fault_is_told_in_our_own_words() -> None:
    with pytest.raises(EngineError) as caught:
        PatientLanguageModel(Broken(), within(5)).complete(ASKED, kind="query")
    assert FAILED in str(caught.value)
    assert "10.0.0.1" not in str(caught.value)
    (one,) = PatientLanguageModel(Scripted(["!refusal"] * 2), within(5)).complete(ASKED[:1])
    assert (one.text, one.error) == ("", UNUSABLE)


def test_one_that_fails_again_and_again_is_left_alone() -> None:
    model = Scripted(["!timeout"], repeat=True)
    patient = PatientLanguageModel(model)
    for _ in range(3):
        with pytest.raises(EngineError):
            patient.complete(ASKED[:1], kind="query")
    with pytest.raises(EngineError, match="rests"):
        patient.complete(ASKED[:1], kind="query")
    assert len(model.asked) == 3


def test_answers_to_what_people_say_are_not_remembered(tmp_path: Path) -> None:
    cached = Cached(Scripted(), str(tmp_path))
    PatientLanguageModel(cached).complete(ASKED)
    assert not cached.file.exists()


def test_a_model_elsewhere_needs_leave_before_anything_is_asked() -> None:
    far = Http("http://10.0.0.1/v1", "large")
    with pytest.raises(ConfigError, match="allow_user_text = true"):
        Writer.of(far, within_s=1)
    allowed = Writer.of(Http("http://10.0.0.1/v1", "large", allow_user_text=True), within_s=1)
    assert isinstance(allowed.model, PatientLanguageModel)
    assert (allowed.model.limited.within_s, allowed.model.allow_user_text) == (1, True)
    assert allowed.model.fingerprint == allowed.model.model.fingerprint
    assert Writer().model is None


def test_a_model_on_this_machine_is_loaded_at_the_start() -> None:
    model = Scripted()
    Writer.of(model, within_s=1)
    assert len(model.asked) == 1
    with pytest.raises(EngineError):
        Writer.of(Broken(), within_s=1)
