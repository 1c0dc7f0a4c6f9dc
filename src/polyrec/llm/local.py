"""A language model on this machine: llama.cpp runs Gemma 3 270M, or any GGUF file by its path."""

from __future__ import annotations

import atexit
import importlib.util
import os
import secrets
import shutil
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from polyrec.core.errors import ConfigError, EngineError, MissingExtraError
from polyrec.core.files import sha256_of
from polyrec.llm.gemma import NAME, SHA256, gemma_file
from polyrec.llm.language_model import Completion, LanguageModel, Prompt, weighed
from polyrec.llm.likely import tokens_told
from polyrec.llm.rendering import RENDERING, as_messages, as_text, is_cut

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

WHO = "language-model 'local'"
QUIET, LOUD = -1, 3
"""What llama.cpp calls verbosity."""

NO_SPACES = {"x-guidance": {"whitespace_flexible": False}}
"""JSON without white space, which small models would else write for ever."""

LEAST_CONTEXT = 256

N_TOLD = 200
"""So many of the likeliest next tokens are looked at for how likely answers are."""


@dataclass
class Local(LanguageModel):
    """A GGUF model run by llama.cpp; nothing leaves the machine.

    What stands before the data, examples above all, is read once and kept for the prompts that
    follow. A schema constrains what is written token by token.

    Attributes:
        model: `gemma-3-270m`, which comes with the extra, or the path of a GGUF file.
        chat: whether the model was taught to follow instructions: it is then asked with its chat
            template, else by examples in plain text.
        threads: threads that compute; 0 for all cores but one. Threads wait for each other, so one
            too many on a busy machine is far slower than one too few.
        parallel: prompts that are answered at the same time. Answers then depend a little on which
            prompts meet; with 1, the same prompts have the same answers.
        context: tokens that prompt and answer may have together.
        temperature: 0 takes the likeliest token always; more draws among them.
        seed: what draws start from.
        max_data_letters: how much of a prompt's data the model sees.
        verbose: whether llama.cpp writes to stderr.
    """

    model: str = NAME
    chat: bool = False
    threads: int = 0
    parallel: int = 1
    context: int = 2048
    temperature: float = 0.0
    seed: int = 0
    max_data_letters: int = 2000
    verbose: bool = False

    def __post_init__(self) -> None:
        for name, least in (("parallel", 1), ("context", LEAST_CONTEXT), ("max_data_letters", 1)):
            if getattr(self, name) < least:
                raise ConfigError(f"{name} is {getattr(self, name)}", hint=f"give {least} or more")
        for name in ("threads", "temperature", "seed"):
            if not getattr(self, name) >= 0:
                raise ConfigError(f"{name} is {getattr(self, name)}", hint="give 0 or more")
        if self.model != NAME and not self.model.endswith(".gguf"):
            raise ConfigError(
                f"{WHO}: model is {self.model!r}", hint=f"give {NAME!r} or the path of a GGUF file"
            )

    @property
    def sends_out(self) -> bool:
        """False: the model runs here."""
        return False

    @property
    def asks_again(self) -> bool:
        """Only where tokens are drawn: the likeliest are the same each time."""
        return self.temperature > 0

    @property
    def fingerprint(self) -> str:
        """Names the file by its content, and the settings that answers depend on."""
        sampling = f"{self.temperature:g}" + (f"-{self.seed}" if self.temperature else "")
        size = f"{self.context}-{self.max_data_letters}"
        style = "chat" if self.chat else "text"
        return f"local-1/{self._content}/{style}-{RENDERING}/{sampling}/{size}"

    @cached_property
    def _content(self) -> str:
        return SHA256 if self.model == NAME else sha256_of(self._path())

    def _path(self) -> Path:
        if self.model == NAME:
            return gemma_file()
        path = Path(self.model)
        if not path.is_file():
            raise ConfigError(f"{WHO}: there is no file {path}", hint="set model to a GGUF file")
        return path

    def _engine(self) -> Any:
        if importlib.util.find_spec("xllamacpp") is None:
            raise MissingExtraError(WHO, needs="xllamacpp", remedy="pip install 'polyrec[llm]'")
        path = str(self._path().resolve())
        threads = self.threads or max(_cores() - 1, 1)
        return _engine(path, threads, self.parallel, self.context, self.verbose)

    def _complete(
        self,
        prompts: list[Prompt],
        schema: Mapping[str, Any] | None,
        max_tokens: int,
        advance: Callable[[int], None],
    ) -> list[Completion]:
        request: dict[str, Any] = {"max_tokens": max_tokens}
        if schema is not None:
            request["json_schema"] = {**schema, **NO_SPACES}
        elif not self.chat:
            request["stop"] = ["\n"]

        def completion(prompt: Prompt, answer: dict[str, Any], seconds: float) -> Completion:
            made = self._completion(prompt, answer, seconds)
            if made.error or answer["choices"][0]["finish_reason"] != "length":
                return made
            return replace(made, error=f"the answer was cut off at {max_tokens} tokens")

        return self._all(prompts, request, completion, advance)

    def _likelihood(
        self, prompts: list[Prompt], answers: tuple[str, ...], advance: Callable[[int], None]
    ) -> list[Completion]:
        request: dict[str, Any] = {"max_tokens": 1, "logprobs": N_TOLD}
        if self.chat:
            request |= {"logprobs": True, "top_logprobs": N_TOLD}

        def completion(prompt: Prompt, answer: dict[str, Any], seconds: float) -> Completion:
            made = self._completion(prompt, answer, seconds)
            told = [] if made.error else tokens_told(answer["choices"][0])
            return weighed(made, told, answers)

        return self._all(prompts, request, completion, advance)

    def _all(
        self,
        prompts: list[Prompt],
        request: dict[str, Any],
        completion: Callable[[Prompt, dict[str, Any], float], Completion],
        advance: Callable[[int], None],
    ) -> list[Completion]:
        """Ask the same of each prompt; make completions of what the engine gives."""
        engine = self._engine()
        lock = threading.Lock()

        def answered(prompt: Prompt) -> Completion:
            start = time.perf_counter()
            answer = self._answer(engine, prompt, request)
            made = completion(prompt, answer, time.perf_counter() - start)
            with lock:
                advance(1)
            return made

        first = [answered(prompts[0])]  # by itself: the others share what it read
        with ThreadPoolExecutor(self.parallel) as pool:
            return first + list(pool.map(answered, prompts[1:]))

    def _answer(self, engine: Any, prompt: Prompt, request: dict[str, Any]) -> dict[str, Any]:
        sampling = {"temperature": self.temperature, "seed": self.seed, "cache_prompt": True}
        if self.chat:
            messages = as_messages(prompt, self.max_data_letters)
            found = engine.handle_chat_completions({**request, **sampling, "messages": messages})
        else:
            text = as_text(prompt, self.max_data_letters)
            found = engine.handle_completions({**request, **sampling, "prompt": text})
        return dict(found)

    def _completion(self, prompt: Prompt, answer: dict[str, Any], seconds: float) -> Completion:
        cut = is_cut(prompt.data, self.max_data_letters)
        if "error" in answer:
            said = str(answer["error"].get("message", answer["error"]))
            return Completion("", self._name, seconds=seconds, error=said, cut=cut)
        choice = answer["choices"][0]
        text = str(choice["message"]["content"] if self.chat else choice["text"])
        return Completion(
            text.strip(),
            self._name,
            prompt_tokens=answer["usage"]["prompt_tokens"],
            completion_tokens=answer["usage"]["completion_tokens"],
            seconds=seconds,
            cut=cut,
        )

    @property
    def _name(self) -> str:
        return Path(self.model).stem if self.model != NAME else NAME


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@lru_cache(maxsize=1)
def _engine(path: str, threads: int, parallel: int, context: int, verbose: bool) -> Any:
    """Load a model; parts with the same settings share it.

    llama.cpp's engine always listens as a server. It does so on a socket in a folder that only this
    user may open, with a key that nobody knows, and shows no prompts.
    """
    import xllamacpp

    folder = tempfile.mkdtemp(prefix="polyrec-")  # 0700
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    params = xllamacpp.CommonParams()
    params.model.path = path
    params.n_ctx = context * parallel
    params.n_parallel = parallel
    params.cpuparams.n_threads = threads
    params.cpuparams_batch.n_threads = threads
    params.swa_full = True  # else what was read cannot be used again where attention is windowed
    params.verbosity = LOUD if verbose else QUIET
    params.warmup = False
    params.hostnames = [str(Path(folder) / "engine.sock")]
    params.api_keys = [secrets.token_urlsafe(32)]
    params.endpoint_slots = params.ui = False
    try:
        return xllamacpp.Server(params)
    except RuntimeError as error:
        raise EngineError(
            f"{WHO}: llama.cpp cannot load {path}",
            hint="is it a whole GGUF file? set verbose = true to see what llama.cpp says",
        ) from error
