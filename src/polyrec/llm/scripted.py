"""A language model whose answers are written down beforehand, faults among them, for tests."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from polyrec.core.errors import ConfigError, EngineError
from polyrec.llm.language_model import Completion, LanguageModel, Prompt, UnfinishedError, weighed
from polyrec.llm.rendering import as_data, as_text, is_cut

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

WHO = "language-model 'scripted'"
STOPS = {
    "!timeout": "did not answer in time",
    "!429": "answered 429: too many requests",
    "!500": "answered 500: internal error",
}
ANSWERS = ("!garbage", "!truncated", "!refusal", "!echo", "!empty")
GARBAGE = "\ufffd\x00}{]["
LIKELY = 0.9
REFUSED = "I'm sorry, but I can't help with that."


@dataclass
class Scripted(LanguageModel):
    """Gives answers from a list, one per prompt; asks nobody and knows nothing.

    An answer that begins with `!` is a fault: `!timeout`, `!429` and `!500` stop the work as they
    do where a service stays away; `!garbage`, `!truncated`, `!refusal`, `!echo` and `!empty` are
    answers that cannot be used. After the list, an answer is the data itself, or the smallest JSON
    that keeps to the schema. Where it is asked how likely answers are, the one that the list names
    has nine in ten; after the list, all are alike.

    Attributes:
        answers: the answers of the next prompts; `{data}` in one stands for the prompt's data.
        repeat: whether the list begins anew when it ends.
        max_data_letters: how much of a prompt's data it sees.
    """

    answers: list[str] = field(default_factory=list)
    repeat: bool = False
    max_data_letters: int = 2000
    asked: list[Prompt] = field(default_factory=list, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for answer in self.answers:
            if answer.startswith("!") and answer not in {*STOPS, *ANSWERS}:
                faults = ", ".join((*STOPS, *ANSWERS))
                raise ConfigError(f"{WHO} knows no fault {answer!r}", hint=f"known: {faults}")

    @property
    def fingerprint(self) -> str:
        """Names the script."""
        return f"scripted-1/{json.dumps(self.answers)}/{self.repeat}/{self.max_data_letters}"

    @property
    def sends_out(self) -> bool:
        """False: it asks nobody."""
        return False

    def _complete(
        self,
        prompts: list[Prompt],
        schema: Mapping[str, Any] | None,
        max_tokens: int,
        advance: Callable[[int], None],
    ) -> list[Completion]:
        def said(answer: str | None, prompt: Prompt) -> Completion:
            return self._said(answer, prompt, schema, max_tokens)

        return self._all(prompts, said, advance)

    def _likelihood(
        self, prompts: list[Prompt], answers: tuple[str, ...], advance: Callable[[int], None]
    ) -> list[Completion]:
        def said(answer: str | None, prompt: Prompt) -> Completion:
            made = Completion("", "scripted", len(prompt.data.split()), 1, cut=self._is_cut(prompt))
            told = _likely(answer, answers)
            return weighed(made, told, answers)

        return self._all(prompts, said, advance)

    def _all(
        self,
        prompts: list[Prompt],
        said: Callable[[str | None, Prompt], Completion],
        advance: Callable[[int], None],
    ) -> list[Completion]:
        """Give what the list says for each prompt, or stop where it says so."""
        done: list[Completion | None] = [None] * len(prompts)
        for row, prompt in enumerate(prompts):
            answer = self._next()
            self.asked.append(prompt)
            if answer in STOPS:
                stop = EngineError(f"{WHO} {STOPS[answer]}", hint="try again later", retryable=True)
                raise UnfinishedError(stop, done)
            done[row] = said(answer, prompt)
            advance(1)
        return [each for each in done if each is not None]

    def _next(self) -> str | None:
        place = len(self.asked)
        if self.repeat and self.answers:
            return self.answers[place % len(self.answers)]
        return self.answers[place] if place < len(self.answers) else None

    def _said(
        self,
        answer: str | None,
        prompt: Prompt,
        schema: Mapping[str, Any] | None,
        max_tokens: int,
    ) -> Completion:
        right = as_data(prompt.data, self.max_data_letters)
        if schema is not None:
            right = json.dumps(smallest(schema))
        faults = {
            "!garbage": GARBAGE,
            "!truncated": right[: len(right) // 2],
            "!refusal": REFUSED,
            "!echo": f"{prompt.instruction}\n{as_text(prompt, self.max_data_letters)}",
            "!empty": "",
        }
        text = right if answer is None else faults.get(answer, answer.replace("{data}", right))
        cut_off = answer == "!truncated"
        return Completion(
            text,
            "scripted",
            prompt_tokens=len(prompt.data.split()),
            completion_tokens=len(text.split()),
            error=f"the answer was cut off at {max_tokens} tokens" if cut_off else "",
            cut=self._is_cut(prompt),
        )

    def _is_cut(self, prompt: Prompt) -> bool:
        return is_cut(prompt.data, self.max_data_letters)


def _likely(answer: str | None, answers: tuple[str, ...]) -> list[tuple[str, float]]:
    """Make what a model would tell that is to give an answer; any of them where there is none."""
    if answer is None:
        return [(each, -math.log(len(answers))) for each in answers]
    if answer not in answers:
        return [(answer, 0.0)]
    rest = math.log((1 - LIKELY) / (len(answers) - 1))
    return [(each, math.log(LIKELY) if each == answer else rest) for each in answers]


def smallest(schema: Mapping[str, Any]) -> Any:
    """Make a small value that keeps to a plain JSON schema of objects, lists and scalars."""
    for name in ("const", "default"):
        if name in schema:
            return schema[name]
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type")
    if kind == "object":
        held = schema.get("properties", {})
        return {name: smallest(held.get(name, {})) for name in schema.get("required", held)}
    if kind == "array":
        return [smallest(schema.get("items", {}))] * schema.get("minItems", 0)
    plain = {"string": "x" * max(schema.get("minLength", 1), 1), "boolean": False}
    return plain.get(str(kind), schema.get("minimum", 0))
