"""Any service with an OpenAI-compatible embeddings endpoint; texts leave the machine."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from polyrec.core.errors import ConfigError, EngineError
from polyrec.core.http import Endpoint
from polyrec.encode.encoder import Encoder, Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyrec.core.types import Floats

WHO = "encoder 'http'"
LARGEST = 1e18
"""No number of a vector may be larger: its square must fit float32."""


@dataclass
class Http(Encoder):
    """A service with an OpenAI-compatible embeddings endpoint, over http.

    What it gives is checked: one vector per text, all of one length, all numbers finite. Blank
    texts are not sent, and have vectors of zeros. Items' texts go to the service; what a user asks
    with goes there only if `allow_user_text` is set.

    Attributes:
        url: the endpoint, such as `https://host/v1/embeddings`.
        model: the model's name, as the service knows it.
        dimensions: length of the vectors to ask for, where the model can shorten them; 0 takes the
            model's own.
        batch_size: texts per request.
        query_prefix: stands before what somebody looks for.
        passage_prefix: stands before items' texts.
        query_input_type: sent as `input_type` with what somebody looks for; empty sends none.
        passage_input_type: sent as `input_type` with items' texts; empty sends none.
        timeout_s: how long to wait to connect, and for each part of an answer.
        retries: further tries after a fault that may pass, with growing pauses.
        key_env: the environment variable that holds the service's key; empty for no key.
        allow_user_text: whether a user's own text may go to the service.
    """

    url: str
    model: str
    dimensions: int = 0
    batch_size: int = 64
    query_prefix: str = ""
    passage_prefix: str = ""
    query_input_type: str = ""
    passage_input_type: str = ""
    timeout_s: float = 60.0
    retries: int = 4
    key_env: str = ""
    allow_user_text: bool = False
    dim_: int | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.model:
            raise ConfigError("model is empty", hint="give the name that the service knows")
        if self.batch_size < 1:
            raise ConfigError(f"batch_size is {self.batch_size}", hint="give at least 1")
        if self.dimensions < 0:
            raise ConfigError(
                f"dimensions is {self.dimensions}", hint="give 0 for the model's own, or more"
            )
        assert self._endpoint  # which checks url, timeout_s and retries

    @cached_property
    def _endpoint(self) -> Endpoint:
        return Endpoint(self.url, WHO, self.timeout_s, self.retries, self.key_env)

    @property
    def sends_out(self) -> bool:
        """Whether texts leave this machine, as they do."""
        return True

    @property
    def dim(self) -> int:
        """The length of a vector; asks the service with one word where it is not known yet."""
        if self.dim_ is None and not self.dimensions:
            self._asked(["polyrec"], "passage")
        return self.dimensions or self.dim_ or 0

    @property
    def fingerprint(self) -> str:
        """Names service, model and settings that move vectors."""
        kinds = (self.query_prefix, self.passage_prefix)
        types = (self.query_input_type, self.passage_input_type)
        settings = hashlib.sha256("\0".join((*kinds, *types)).encode()).hexdigest()
        return f"http-1/{self.url}/{self.model}/{self.dimensions}/{settings[:8]}"

    def _encode(self, texts: list[str], kind: Kind, advance: Callable[[int], None]) -> Floats:
        if kind == "query" and not self.takes_user_text:
            raise ConfigError(
                f"{WHO} would send a user's own text to {self.url}",
                hint="set allow_user_text = true in the plan if it may",
            )
        prefix = self.query_prefix if kind == "query" else self.passage_prefix
        rows = [row for row, text in enumerate(texts) if text.strip()]
        rows.sort(key=lambda row: len(texts[row]))  # a batch of like lengths needs no padding
        found: dict[int, Any] = {}
        for start in range(0, len(rows), self.batch_size):
            batch = rows[start : start + self.batch_size]
            made = self._asked([prefix + texts[row] for row in batch], kind)
            found.update(zip(batch, made, strict=True))
            advance(len(batch))
        advance(len(texts) - len(rows))
        vectors = np.zeros((len(texts), self.dim), dtype=np.float32)
        for row, vector in found.items():
            vectors[row] = vector
        return vectors

    def _asked(self, texts: list[str], kind: Kind) -> Floats:
        """Get the vectors of one batch, and check them."""
        body: dict[str, Any] = {"model": self.model, "input": texts, "encoding_format": "float"}
        if self.dimensions:
            body["dimensions"] = self.dimensions
        input_type = self.query_input_type if kind == "query" else self.passage_input_type
        if input_type:
            body["input_type"] = input_type
        vectors = self._vectors(self._endpoint.post(body), len(texts))
        dim = vectors.shape[1]
        if (wanted := self.dimensions or self.dim_) and dim != wanted:
            raise _unusable(
                f"vectors of {dim} numbers, not {wanted}",
                "where the model cannot shorten its vectors, set dimensions = 0",
            )
        self.dim_ = dim
        return vectors

    def _vectors(self, answer: Any, n_texts: int) -> Floats:
        try:
            data = list(answer["data"])
            if len(data) != n_texts:
                raise _unusable(f"{len(data)} vectors for {n_texts} texts")
            places = [int(each.get("index", place)) for place, each in enumerate(data)]
            if sorted(places) != list(range(n_texts)):
                raise _unusable("vectors whose index fits no text")
            ordered = [data[row]["embedding"] for row in np.argsort(places)]
            if len({len(vector) for vector in ordered}) != 1 or not len(ordered[0]):
                raise _unusable("vectors of different lengths, or none")
            exact = np.array(ordered, dtype=np.float64)
        except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
            raise _unusable("no list of embeddings", "check url: is it .../embeddings?") from error
        if exact.ndim != 2 or not (np.abs(exact) < LARGEST).all():
            raise _unusable("vectors with what is not a number")
        return exact.astype(np.float32)


def _unusable(what: str, hint: str = "") -> EngineError:
    return EngineError(f"{WHO}: the service gave {what}", hint=hint or "check service and model")
