"""The language model's contract: prompts in, completions out, data never taken for instructions."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from polyrec.core.errors import ConfigError, DataError, EngineError
from polyrec.core.progress import progress
from polyrec.llm.likely import NONE_LIKELY, NONE_TOLD, check_answers, logs_of
from polyrec.llm.usable import check_schema, why_not

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


@dataclass(frozen=True)
class Prompt:
    """One question: our instruction, examples of ours, and the data that it is about.

    Only `instruction`, `examples` and `names` are ours. `data` is text of items or users: a model
    renders it between delimiters which it cannot close, cut to a length, so that it is never an
    instruction.

    Attributes:
        data: the text that the question is about.
        instruction: what to do with it, in one or two sentences.
        examples: pairs of data and the wished answer.
        names: what data and answers are called, such as Spanish and English.
    """

    data: str
    instruction: str = ""
    examples: tuple[tuple[str, str], ...] = ()
    names: tuple[str, str] = ("Text", "Answer")


@dataclass(frozen=True)
class Completion:
    """A language model's answer.

    Attributes:
        text: what it wrote; empty where it failed.
        model: which model wrote it.
        prompt_tokens: tokens read.
        completion_tokens: tokens written.
        seconds: how long it took; 0 where it was remembered.
        error: why there is no answer that can be used; empty if there is one.
        cut: whether the data was longer than the model takes, so that it saw the beginning only.
        logs: how likely each of the answers is that were asked about, as natural logs of
            probabilities; empty where none were.
    """

    text: str
    model: str
    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0
    error: str = ""
    cut: bool = False
    logs: tuple[float, ...] = ()


class UnfinishedError(EngineError):
    """A model could not go on; what it had done by then is kept.

    Args:
        cause: what stopped it.
        done: one completion per prompt that was answered, None for the others.
    """

    def __init__(self, cause: EngineError, done: list[Completion | None]) -> None:
        super().__init__(
            cause.problem, hint=cause.hint, retryable=cause.retryable, wait_s=cause.wait_s
        )
        self.done = done


class LanguageModel(ABC):
    """Answers prompts; a new one writes `fingerprint`, `sends_out` and `_complete`.

    One that can say how likely answers are writes `_likelihood` too.
    One that sends prompts to other machines has a setting `allow_user_text`.
    """

    @property
    @abstractmethod
    def fingerprint(self) -> str:
        """Names model, version and every setting that an answer depends on, for caches."""

    @property
    @abstractmethod
    def sends_out(self) -> bool:
        """Whether prompts leave this machine."""

    @property
    def asks_again(self) -> bool:
        """Whether the same question may have a better answer the second time."""
        return True

    def complete(
        self,
        prompts: Sequence[Prompt],
        *,
        schema: Mapping[str, Any] | None = None,
        max_tokens: int = 256,
        kind: Literal["passage", "query"] = "passage",
    ) -> list[Completion]:
        """Answer prompts, in order.

        An answer that cannot be used (cut off, no JSON of the schema, a refusal, the question said
        back) is asked for once more, where the model may then answer otherwise.

        Args:
            prompts: any number of them.
            schema: a JSON schema that every answer must keep to; None for free text.
            max_tokens: the most that an answer may have.
            kind: `passage` where the data are items' texts, `query` where a user's own are among
                them.

        Returns:
            One completion per prompt. A prompt for which the model gives nothing that can be used
            has a completion with `error`.

        Raises:
            ConfigError: the model cannot be used as it is set, the schema is none, or a user's own
                text would leave the machine without leave.
            DataError: something is not a prompt.
            UnfinishedError: the model had to stop on the way; it holds what was done.
            EngineError: the model cannot be reached or run at all.
        """
        self._check(prompts, kind)
        if max_tokens < 1:
            raise DataError(f"max_tokens is {max_tokens}", hint="give at least 1")
        if schema is not None:
            check_schema(schema)
        if not len(prompts):
            return []
        with progress("asking the language model", len(prompts), unit="prompts") as advance:
            return self._answers(list(prompts), schema, max_tokens, advance)

    def likelihood(
        self,
        prompts: Sequence[Prompt],
        answers: Sequence[str],
        *,
        kind: Literal["passage", "query"] = "passage",
    ) -> list[Completion]:
        """Say how likely each of a few short answers is as what the model says next.

        An answer of several tokens is known by its first one.

        Args:
            prompts: any number of them.
            answers: such as Yes and No; none may begin as another does.
            kind: as for `complete`.

        Returns:
            One completion per prompt: its `text` is the likeliest answer, its `logs` stand in the
            order of the answers. Where the model tells nothing of them, it has an `error`.

        Raises:
            ConfigError: the model never says how likely answers are, or cannot be used as it is
                set; further as `complete`.
            DataError: something is not a prompt, or the answers cannot be told apart.
            EngineError: as `complete`.
        """
        self._check(prompts, kind)
        check_answers(answers)
        if not len(prompts):
            return []
        with progress("asking the language model", len(prompts), unit="prompts") as advance:
            return self._likelihood(list(prompts), tuple(answers), advance)

    def _check(self, prompts: Sequence[Prompt], kind: str) -> None:
        for i, prompt in enumerate(prompts):
            if not isinstance(prompt, Prompt):
                raise DataError(f"prompt {i} is {prompt!r}", hint="give a Prompt")
        if kind == "query":
            self.check_leave()

    def check_leave(self) -> None:
        """Refuse to send a user's own text to another machine without leave.

        Raises:
            ConfigError: it would be sent.
        """
        if self.sends_out and not getattr(self, "allow_user_text", False):
            raise ConfigError(
                f"language model {type(self).__name__} would send a user's own text to another "
                "machine",
                hint="set allow_user_text = true in the plan if it may",
            )

    def _answers(
        self,
        prompts: list[Prompt],
        schema: Mapping[str, Any] | None,
        max_tokens: int,
        advance: Callable[[int], None],
    ) -> list[Completion]:
        """Answer prompts; what cannot be used is asked for once more, then has an error."""
        try:
            made = self._complete(prompts, schema, max_tokens, advance)
            found = [_judged(p, c, schema) for p, c in zip(prompts, made, strict=True)]
        except UnfinishedError as stop:
            stop.done = [
                done and _judged(p, done, schema)
                for p, done in zip(prompts, stop.done, strict=True)
            ]
            raise
        again = [row for row, each in enumerate(found) if each.error]
        if not again or not self.asks_again:
            return found
        try:
            second: list[Completion | None] = list(
                self._complete([prompts[row] for row in again], schema, max_tokens, _silent)
            )
        except EngineError as stop:  # first answers stand: they say why they cannot be used
            second = stop.done if isinstance(stop, UnfinishedError) else [None] * len(again)
        for row, completion in zip(again, second, strict=True):
            if completion is not None:
                found[row] = _both(found[row], _judged(prompts[row], completion, schema))
        return found

    @abstractmethod
    def _complete(
        self,
        prompts: list[Prompt],
        schema: Mapping[str, Any] | None,
        max_tokens: int,
        advance: Callable[[int], None],
    ) -> list[Completion]:
        """Answer at least one prompt; report prompts done."""

    def _likelihood(
        self, prompts: list[Prompt], answers: tuple[str, ...], advance: Callable[[int], None]
    ) -> list[Completion]:
        """Weigh the answers to at least one prompt; report prompts done."""
        del prompts, answers, advance
        raise ConfigError(
            f"language model {type(self).__name__} does not say how likely answers are",
            hint="take one that does, such as 'local', or ask for answers alone",
        )


def weighed(
    completion: Completion, told: Sequence[tuple[str, float]], answers: Sequence[str]
) -> Completion:
    """Say in a completion how likely answers are, by the next tokens that a model told of."""
    if completion.error:
        return replace(completion, text="")
    logs = logs_of(told, answers)
    if not logs:
        return replace(completion, text="", error=NONE_LIKELY if told else NONE_TOLD)
    return replace(completion, text=answers[logs.index(max(logs))], logs=logs)


def _judged(prompt: Prompt, completion: Completion, schema: Mapping[str, Any] | None) -> Completion:
    if completion.error:
        return replace(completion, text="")
    error = why_not(
        completion.text, data=prompt.data, instruction=prompt.instruction, schema=schema
    )
    return replace(completion, text="", error=error) if error else completion


def _both(first: Completion, second: Completion) -> Completion:
    """Give the second of two answers with what both took."""
    return replace(
        second,
        prompt_tokens=first.prompt_tokens + second.prompt_tokens,
        completion_tokens=first.completion_tokens + second.completion_tokens,
        seconds=first.seconds + second.seconds,
    )


def _silent(steps: int) -> None:
    """Count nothing: these prompts were counted before."""
    del steps
