"""A language model that remembers: answers on disk, found by model, prompt, schema and length."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from polyrec.core.errors import EngineError
from polyrec.core.remembered import Open, Remembered, default_folder
from polyrec.llm.around import Around
from polyrec.llm.language_model import Completion, Prompt, UnfinishedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

BLOCK = 64
"""So many prompts at a time: what is done by then is kept if the work is broken off."""


@dataclass
class Cached(Around):
    """Asks the language model that it holds only what it has not been asked before.

    Prompts are not kept, only their SHA-256, but answers are: texts made from the data. Answers to
    a user's own text are neither looked up nor kept. Errors are asked for anew each time. What a
    model did before it had to stop is kept. Several processes may share the file.

    Attributes:
        model: the language model that answers.
        folder: where `answers.sqlite` lies; empty for `default_folder()`.
    """

    folder: str = ""
    hits: int = field(default=0, init=False, repr=False, compare=False)
    misses: int = field(default=0, init=False, repr=False, compare=False)

    @property
    def file(self) -> Path:
        """The file that holds the answers."""
        return Path(self.folder or default_folder()) / "answers.sqlite"

    def complete(
        self,
        prompts: Sequence[Prompt],
        *,
        schema: Mapping[str, Any] | None = None,
        max_tokens: int = 256,
        kind: Literal["passage", "query"] = "passage",
    ) -> list[Completion]:
        """Answer prompts, in order; the held model's own way where a user's own text is in them."""
        part = self.model.complete if kind == "query" else super().complete
        return part(prompts, schema=schema, max_tokens=max_tokens, kind=kind)

    def likelihood(
        self,
        prompts: Sequence[Prompt],
        answers: Sequence[str],
        *,
        kind: Literal["passage", "query"] = "passage",
    ) -> list[Completion]:
        """Say how likely answers are; the held model's own way where a user's text is asked."""
        part = self.model.likelihood if kind == "query" else super().likelihood
        return part(prompts, answers, kind=kind)

    def _complete(
        self,
        prompts: list[Prompt],
        schema: Mapping[str, Any] | None,
        max_tokens: int,
        advance: Callable[[int], None],
    ) -> list[Completion]:
        def ask(some: list[Prompt]) -> list[Completion]:
            return self.model._answers(some, schema, max_tokens, advance)

        return self._remembered(prompts, [schema, max_tokens], ask, advance)

    def _likelihood(
        self, prompts: list[Prompt], answers: tuple[str, ...], advance: Callable[[int], None]
    ) -> list[Completion]:
        def ask(some: list[Prompt]) -> list[Completion]:
            return self.model._likelihood(some, answers, advance)

        return self._remembered(prompts, ["likelihood", answers], ask, advance)

    def _remembered(
        self,
        prompts: list[Prompt],
        how: list[Any],
        ask: Callable[[list[Prompt]], list[Completion]],
        advance: Callable[[int], None],
    ) -> list[Completion]:
        """Ask for what is not known, block by block, and keep it."""
        keys = [_key([self.fingerprint, *how, asdict(prompt)]) for prompt in prompts]
        with Remembered(self.file, "answers", "cache of answers").opened() as file:
            known = {key: self._read(raw) for key, raw in file.get(keys).items()}
            todo = {key: p for key, p in zip(keys, prompts, strict=True) if key not in known}
            self.hits += len(keys) - len(todo)
            self.misses += len(todo)
            advance(len(keys) - len(todo))
            places = list(todo)
            for start in range(0, len(places), BLOCK):
                block = places[start : start + BLOCK]
                try:
                    made = ask([todo[key] for key in block])
                except UnfinishedError as stop:
                    known |= _keep(file, dict(zip(block, stop.done, strict=True)))
                    raise UnfinishedError(stop, [known.get(key) for key in keys]) from stop
                except EngineError as stop:
                    raise UnfinishedError(stop, [known.get(key) for key in keys]) from stop
                known |= _keep(file, dict(zip(block, made, strict=True)))
        return [known[key] for key in keys]

    def _read(self, raw: bytes) -> Completion:
        try:
            found = Completion(**json.loads(raw))
            return replace(found, seconds=0.0, logs=tuple(found.logs))
        except (TypeError, ValueError) as error:
            memory = Remembered(self.file, "answers", "cache of answers")
            raise memory.unusable("it holds what is no answer") from error


def _keep(file: Open, made: dict[bytes, Completion | None]) -> dict[bytes, Completion]:
    """Write down what has no error; give all that there is."""
    found = {key: each for key, each in made.items() if each is not None}
    file.put({k: json.dumps(asdict(c)).encode() for k, c in found.items() if not c.error})
    return found


def _key(asked: Any) -> bytes:
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).digest()
