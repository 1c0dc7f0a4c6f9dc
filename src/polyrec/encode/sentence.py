"""Any model of sentence-transformers or Hugging Face, by folder or name; extra `torch`."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from polyrec.core.errors import ConfigError, EngineError
from polyrec.core.model_folder import (
    digest_of,
    first_line,
    model_folder,
    need_libraries,
    refuse_pickles,
    silent,
)
from polyrec.encode.adapted import check_verdict
from polyrec.encode.encoder import Encoder, Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyrec.core.types import Floats

WHO = "encoder 'sentence'"

BATCHES_AT_ONCE = 16
"""Batches that the library gets in one call, after which progress is reported."""

UNUSED = ("*.bin", "*.h5", "*.msgpack", "*.onnx", "*.ot", "*.pt", "*.ckpt", "onnx/*", "openvino/*")
"""What is not fetched of a model: its weights in other forms than safetensors."""


@dataclass
class Sentence(Encoder):
    """A model of sentence-transformers or Hugging Face, run by PyTorch.

    A model without pooling of its own gets the mean over its tokens. Weights must be safetensors:
    pickles and code that lie beside a model are never run. Nothing is fetched unless
    `allow_download` is set.

    Attributes:
        model: a folder, or a name such as `intfloat/multilingual-e5-base`.
        device: `cpu`, `cuda`, ...; empty takes the fastest there is.
        batch_size: texts per step; more need more memory.
        query_prefix: stands before what somebody looks for; empty takes the model's own, if any.
        passage_prefix: stands before items' texts; empty takes the model's own, if any.
        max_tokens: texts are cut at this many tokens; 0 takes the model's own limit.
        revision: branch, tag or commit of a model given by name; empty takes the newest.
        allow_download: fetch a model that is not on this machine.
        force: use a folder of `polyrec adapt` even if its health was not found to be sound.
    """

    model: str
    device: str = ""
    batch_size: int = 32
    query_prefix: str = ""
    passage_prefix: str = ""
    max_tokens: int = 0
    revision: str = ""
    allow_download: bool = False
    force: bool = False
    dim_: int | None = field(default=None, init=False, repr=False, compare=False)
    _digest: str = field(default="", init=False, repr=False, compare=False)
    _engine: Any = field(default=None, init=False, repr=False, compare=False)
    _lock: Any = field(default_factory=threading.RLock, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.model:
            raise ConfigError("model is empty", hint="give a model's folder or name")
        if self.batch_size < 1:
            raise ConfigError(f"batch_size is {self.batch_size}", hint="give at least 1")
        if self.max_tokens < 0:
            raise ConfigError(
                f"max_tokens is {self.max_tokens}", hint="give 0 for the model's own limit, or more"
            )

    @property
    def dim(self) -> int:
        """The length of a vector; loads the model where it is not known yet."""
        if self.dim_ is None:
            self._load()
        assert self.dim_ is not None
        return self.dim_

    @property
    def fingerprint(self) -> str:
        """Names the model by commit or by the hash of its files, and settings that move vectors."""
        with self._lock:
            if not self._digest:
                self._digest = digest_of(self.folder)
        prefixes = hashlib.sha256(f"{self.query_prefix}\0{self.passage_prefix}".encode())
        name = Path(self.model).name
        return f"sentence-1/{name}/{self._digest}/{self.max_tokens}/{prefixes.hexdigest()[:8]}"

    @property
    def folder(self) -> Path:
        """Where the model lies; fetches it first where that is allowed.

        Raises:
            ConfigError: there is no such folder, or no model of the name on this machine.
            EngineError: the model could not be fetched.
        """
        return model_folder(
            self.model,
            WHO,
            owner="sentence-transformers",
            revision=self.revision,
            allow_download=self.allow_download,
            leave_out=UNUSED,
        )

    def check(self) -> None:
        """Refuse an adapted model whose health was not found to be sound, unless forced."""
        given = Path(self.model).expanduser()
        if given.is_dir() and not self.force:
            check_verdict(given, WHO)

    def open(self) -> None:
        """Load the model."""
        self._load()

    def _encode(self, texts: list[str], kind: Kind, advance: Callable[[int], None]) -> Floats:
        model = self._load()
        prefix = self.query_prefix if kind == "query" else self.passage_prefix
        run = model.encode_query if kind == "query" else model.encode_document
        vectors = np.empty((len(texts), self.dim), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda row: len(texts[row]), reverse=True)
        size = self.batch_size * BATCHES_AT_ONCE
        for start in range(0, len(order), size):
            rows = order[start : start + size]
            vectors[rows] = run(
                [texts[row] for row in rows],
                prompt=prefix or None,
                batch_size=self.batch_size,
                show_progress_bar=False,
            )
            advance(len(rows))
        return vectors

    def _load(self) -> Any:
        """Open the model once."""
        with self._lock:
            if self._engine is None:
                self._engine = self._open()
                self.dim_ = int(self._engine.get_embedding_dimension())
        return self._engine

    def _open(self) -> Any:
        self.check()
        need_libraries(WHO, ("torch", "sentence_transformers"), "torch")
        folder = self.folder
        refuse_pickles(folder, WHO)
        from sentence_transformers import SentenceTransformer

        with silent():
            try:
                model = SentenceTransformer(
                    str(folder),
                    device=self.device or None,
                    local_files_only=True,
                    trust_remote_code=False,
                    model_kwargs={"use_safetensors": True},
                )
            except (OSError, ValueError, KeyError, RuntimeError, ImportError) as error:
                raise EngineError(
                    f"{WHO}: {folder} cannot be loaded: {first_line(error)}",
                    hint="give the folder of a model, with its tokenizer and safetensors",
                ) from error
        if self.max_tokens:
            limit = model.max_seq_length
            if limit and self.max_tokens > limit:
                raise ConfigError(
                    f"max_tokens is {self.max_tokens}, and the model {folder} reads {limit}",
                    hint=f"give at most {limit}, or 0",
                )
            model.max_seq_length = self.max_tokens
        return model.eval()
