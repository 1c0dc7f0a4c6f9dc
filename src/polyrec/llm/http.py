"""Any service that speaks the OpenAI protocol for chats (OpenAI, vLLM, Ollama, llama.cpp)."""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from polyrec.core.errors import ConfigError, EngineError
from polyrec.core.http import Endpoint
from polyrec.llm.language_model import (
    Completion,
    LanguageModel,
    Prompt,
    UnfinishedError,
    weighed,
)
from polyrec.llm.likely import tokens_told
from polyrec.llm.rendering import RENDERING, as_messages, is_cut

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

WHO = "language-model 'http'"
MILLION = 1_000_000

N_TOLD = 20
"""So many of the likeliest next tokens are asked for: the most that OpenAI's protocol gives."""


@dataclass
class Http(LanguageModel):
    """A service with an OpenAI-compatible endpoint for chats; prompts leave the machine.

    A fault that may pass is tried again, with pauses that double; if it does not pass, the work
    stops. A prompt that the service refuses has a completion with an error, and the others go on.
    Tokens and money are counted for as long as the part lives. Once the budget is used up nothing
    more is asked, so that at most the requests then under way go beyond it.

    Attributes:
        url: the endpoint, such as `https://host/v1/chat/completions`.
        model: the model's name, as the service knows it.
        temperature: 0 takes the likeliest token always; more draws among them.
        seed: what draws start from, where the service heeds it.
        max_data_letters: how much of a prompt's data is sent.
        concurrency: requests under way at the same time.
        timeout_s: how long to wait to connect, and for each part of an answer.
        retries: further tries after a fault that may pass, with growing pauses.
        key_env: the environment variable that holds the service's key; empty for no key.
        max_total_tokens: tokens, read and written, after which nothing more is asked; 0 for no end.
        price_in: what a million tokens read cost, in any currency.
        price_out: what a million tokens written cost.
        max_cost: money after which nothing more is asked; 0 for no end.
        allow_user_text: whether a user's own text may go to the service.
    """

    url: str
    model: str
    temperature: float = 0.0
    seed: int = 0
    max_data_letters: int = 8000
    concurrency: int = 4
    timeout_s: float = 60.0
    retries: int = 4
    key_env: str = ""
    max_total_tokens: int = 0
    price_in: float = 0.0
    price_out: float = 0.0
    max_cost: float = 0.0
    allow_user_text: bool = False
    tokens: int = field(default=0, init=False, repr=False, compare=False)
    cost: float = field(default=0.0, init=False, repr=False, compare=False)
    _lock: Any = field(default_factory=threading.Lock, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.model:
            raise ConfigError("model is empty", hint="give the name that the service knows")
        for name in ("concurrency", "max_data_letters"):
            if getattr(self, name) < 1:
                raise ConfigError(f"{name} is {getattr(self, name)}", hint="give 1 or more")
        for name in ("temperature", "max_total_tokens", "price_in", "price_out", "max_cost"):
            if not getattr(self, name) >= 0:
                raise ConfigError(f"{name} is {getattr(self, name)}", hint="give 0 or more")
        if self.max_cost and not self.price_in and not self.price_out:
            raise ConfigError(
                f"max_cost is {self.max_cost:g} but tokens cost nothing",
                hint="set price_in and price_out, per million tokens",
            )
        assert self._endpoint  # which checks url, timeout_s and retries

    @cached_property
    def _endpoint(self) -> Endpoint:
        return Endpoint(self.url, WHO, self.timeout_s, self.retries, self.key_env)

    @property
    def sends_out(self) -> bool:
        """True: prompts go to the service."""
        return True

    @property
    def fingerprint(self) -> str:
        """Names service, model and settings that answers depend on."""
        sampling = f"{self.temperature:g}-{self.seed}"
        style = f"chat-{RENDERING}-{self.max_data_letters}"
        return f"http-1/{self.url}/{self.model}/{style}/{sampling}"

    def _complete(
        self,
        prompts: list[Prompt],
        schema: Mapping[str, Any] | None,
        max_tokens: int,
        advance: Callable[[int], None],
    ) -> list[Completion]:
        more: dict[str, Any] = {"max_tokens": max_tokens}
        if schema is not None:
            wanted = {"name": "answer", "schema": dict(schema)}
            more["response_format"] = {"type": "json_schema", "json_schema": wanted}

        def ask(prompt: Prompt) -> Completion:
            completion, reason, _ = self._ask(prompt, more)
            if reason == "length" and not completion.error:
                return replace(completion, error=f"the answer was cut off at {max_tokens} tokens")
            return completion

        return self._all(prompts, ask, advance)

    def _likelihood(
        self, prompts: list[Prompt], answers: tuple[str, ...], advance: Callable[[int], None]
    ) -> list[Completion]:
        more = {"max_tokens": 1, "logprobs": True, "top_logprobs": N_TOLD}

        def ask(prompt: Prompt) -> Completion:
            completion, _, told = self._ask(prompt, more)
            return weighed(completion, told, answers)

        return self._all(prompts, ask, advance)

    def _all(
        self,
        prompts: list[Prompt],
        ask: Callable[[Prompt], Completion],
        advance: Callable[[int], None],
    ) -> list[Completion]:
        """Ask about all prompts, several at a time."""
        stop: list[EngineError] = []

        def answered(prompt: Prompt) -> Completion | EngineError | None:
            try:
                with self._lock:
                    if not stop:
                        self._check_budget()
                if stop:
                    return None
                completion = ask(prompt)
            except EngineError as error:
                if error.retryable or isinstance(error, _BudgetError):
                    stop.append(error)
                    return None
                return error
            with self._lock:
                advance(1)
            return completion

        with ThreadPoolExecutor(self.concurrency) as pool:
            made = list(pool.map(answered, prompts))
        refused = [each for each in made if isinstance(each, EngineError)]
        if refused and not any(isinstance(each, Completion) for each in made):
            raise refused[0]  # not one prompt's fault
        done = [
            Completion("", self.model, error=each.problem, cut=self._is_cut(prompt))
            if isinstance(each, EngineError)
            else each
            for prompt, each in zip(prompts, made, strict=True)
        ]
        if stop:
            raise UnfinishedError(stop[0], done)
        return [each for each in done if each is not None]

    def _is_cut(self, prompt: Prompt) -> bool:
        return is_cut(prompt.data, self.max_data_letters)

    def _check_budget(self) -> None:
        if self.max_total_tokens and self.tokens >= self.max_total_tokens:
            raise _BudgetError(
                f"{WHO}: {self.tokens:,} tokens are used, of max_total_tokens = "
                f"{self.max_total_tokens:,}",
                hint="what was done is kept by the language model 'cached'; raise the budget",
            )
        if self.max_cost and self.cost >= self.max_cost:
            raise _BudgetError(
                f"{WHO}: {self.cost:.4g} is spent, of max_cost = {self.max_cost:g}",
                hint="what was done is kept by the language model 'cached'; raise the budget",
            )

    def _ask(
        self, prompt: Prompt, more: Mapping[str, Any]
    ) -> tuple[Completion, str, list[tuple[str, float]]]:
        """Give the completion of one prompt, why it ended, and the next tokens that it told of."""
        body: dict[str, Any] = {
            "model": self.model,
            "messages": as_messages(prompt, self.max_data_letters),
            "temperature": self.temperature,
            "seed": self.seed,
            **more,
        }
        start = time.perf_counter()
        answer = self._endpoint.post(body)
        seconds = time.perf_counter() - start
        text, reason, error = _said(answer)
        told = [] if error else tokens_told(answer["choices"][0])
        read, wrote = _used(answer, len(json.dumps(body).encode()), len(text.encode()))
        with self._lock:
            self.tokens += read + wrote
            self.cost += (read * self.price_in + wrote * self.price_out) / MILLION
        cut = self._is_cut(prompt)
        completion = Completion(text, self.model, read, wrote, seconds, error=error, cut=cut)
        return completion, reason, told


class _BudgetError(EngineError):
    """Tokens or money are used up."""


def _said(answer: Any) -> tuple[str, str, str]:
    """Read text, why it ended, and error from a service's answer."""
    try:
        choice = answer["choices"][0]
        message, reason = choice["message"], choice.get("finish_reason")
        text, refusal = message.get("content"), message.get("refusal")
    except (AttributeError, IndexError, KeyError, TypeError):
        return "", "", "the service gave no chat completion; is url .../chat/completions?"
    if refusal or reason == "content_filter":
        return "", "", "the model refused"
    if not isinstance(text, str):
        return "", "", "the answer is empty"
    return text.strip(), str(reason), ""


def _used(answer: Any, bytes_in: int, bytes_out: int) -> tuple[int, int]:
    """Read how many tokens were used; where the service does not say, no more than these."""
    usage = answer.get("usage") if isinstance(answer, dict) else None
    found = []
    for name, most in (("prompt_tokens", bytes_in), ("completion_tokens", bytes_out)):
        told = usage.get(name) if isinstance(usage, dict) else None
        found.append(told if isinstance(told, int) and told >= 0 else most)
    return found[0], found[1]
