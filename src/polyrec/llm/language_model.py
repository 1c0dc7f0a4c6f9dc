"""The language model's contract: prompts in, completions out, data never taken for instructions."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from polyrec.core.errors import DataError
from polyrec.core.progress import progress

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


@dataclass(frozen=True)
class Prompt:
    """One question: our instruction, examples of ours, and the data that it is about.

    Only `instruction` and `examples` are ours. `data` is text of items or users: a model renders it
    between delimiters which it cannot close, cut to a length, so that it is never an instruction.

    Attributes:
        data: the text that the question is about.
        instruction: what to do with it, in one or two sentences.
        examples: pairs of data and the wished answer.
    """

    data: str
    instruction: str = ""
    examples: tuple[tuple[str, str], ...] = ()


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
    """

    text: str
    model: str
    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0
    error: str = ""


class LanguageModel(ABC):
    """Answers prompts; a new one writes `fingerprint`, `sends_out` and `_complete`."""

    @property
    @abstractmethod
    def fingerprint(self) -> str:
        """Names model, version and every setting that an answer depends on, for caches."""

    @property
    @abstractmethod
    def sends_out(self) -> bool:
        """Whether prompts leave this machine."""

    def complete(
        self,
        prompts: Sequence[Prompt],
        *,
        schema: Mapping[str, Any] | None = None,
        max_tokens: int = 256,
    ) -> list[Completion]:
        """Answer prompts, in order.

        Args:
            prompts: any number of them.
            schema: a JSON schema that every answer must keep to; None for free text.
            max_tokens: the most that an answer may have.

        Returns:
            One completion per prompt. A prompt for which the model gives nothing that can be used
            has a completion with `error`.

        Raises:
            ConfigError: the model cannot be used as it is set.
            DataError: something is not a prompt.
            EngineError: the model cannot be reached or run at all.
        """
        for i, prompt in enumerate(prompts):
            if not isinstance(prompt, Prompt):
                raise DataError(f"prompt {i} is {prompt!r}", hint="give a Prompt")
        if not len(prompts):
            return []
        with progress("asking the language model", len(prompts), unit="prompts") as advance:
            return self._complete(list(prompts), schema, max_tokens, advance)

    @abstractmethod
    def _complete(
        self,
        prompts: list[Prompt],
        schema: Mapping[str, Any] | None,
        max_tokens: int,
        advance: Callable[[int], None],
    ) -> list[Completion]:
        """Answer at least one prompt; report prompts done."""
