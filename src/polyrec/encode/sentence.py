"""Any model of sentence-transformers or Hugging Face, by folder or name; extra `torch`."""

from __future__ import annotations

import hashlib
import importlib.util
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from polyrec.core.errors import ConfigError, EngineError, MissingExtraError
from polyrec.core.files import sha256_of
from polyrec.encode.encoder import Encoder, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from polyrec.core.types import Floats

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
    """

    model: str
    device: str = ""
    batch_size: int = 32
    query_prefix: str = ""
    passage_prefix: str = ""
    max_tokens: int = 0
    revision: str = ""
    allow_download: bool = False
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
                self._digest = _digest_of(self.folder)
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
        given = Path(self.model).expanduser()
        if given.is_dir():
            if self.revision:
                raise ConfigError(
                    f"encoder 'sentence': {self.model} is a folder, which has no revision",
                    hint="leave revision empty, or give the model's name",
                )
            return given
        if given.is_absolute() or self.model.startswith((".", "~")) or self.model.count("/") > 1:
            raise ConfigError(f"encoder 'sentence': no folder {given}", hint="set model")
        return self._fetched()

    def _fetched(self) -> Path:
        """Find a model by name in the cache of Hugging Face, or fetch it."""
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import (
            HfHubHTTPError,
            HFValidationError,
            LocalEntryNotFoundError,
        )

        name = self.model if "/" in self.model else f"sentence-transformers/{self.model}"
        options: dict[str, Any] = {"revision": self.revision or None, "ignore_patterns": UNUSED}
        try:
            return Path(
                snapshot_download(name, local_files_only=not self.allow_download, **options)
            )
        except HFValidationError as error:
            raise ConfigError(
                f"encoder 'sentence': {self.model!r} is neither a folder nor a model's name",
                hint="set model",
            ) from error
        except (LocalEntryNotFoundError, HfHubHTTPError, OSError) as error:
            if not self.allow_download:
                raise ConfigError(
                    f"encoder 'sentence': there is no folder {self.model!r}, and no model of this "
                    "name on this machine",
                    hint="give a model's folder, or set allow_download = true to fetch it",
                ) from error
            raise EngineError(
                f"encoder 'sentence': {name} cannot be fetched: {_first_line(error)}",
                hint="check the name and the network, or give a model's folder",
                retryable=not isinstance(error, HfHubHTTPError),
            ) from error

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
        for library in ("torch", "sentence_transformers"):
            if importlib.util.find_spec(library) is None:
                raise MissingExtraError(
                    "encoder 'sentence'",
                    needs=library.replace("_", "-"),
                    remedy="pip install 'polyrec[torch]'",
                )
        folder = self.folder
        _refuse_pickles(folder)
        from sentence_transformers import SentenceTransformer

        with _silent():
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
                    f"encoder 'sentence': {folder} cannot be loaded: {_first_line(error)}",
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


def _digest_of(folder: Path) -> str:
    """Name a model's contents: the commit of what Hugging Face keeps, else a hash of its files."""
    if folder.parent.name == "snapshots":
        return folder.name[:16]
    digest = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        path = file.relative_to(folder)
        if file.is_file() and not any(part.startswith(".") for part in path.parts):
            digest.update(f"{path.as_posix()}\0{sha256_of(file)}\n".encode())
    return digest.hexdigest()[:16]


def _refuse_pickles(folder: Path) -> None:
    for file in folder.rglob("pytorch_model*.bin"):
        if not any(file.parent.glob("*.safetensors")):
            raise ConfigError(
                f"encoder 'sentence': {file} is a pickle, which may run code when it is read",
                hint="save the model again as safetensors",
            )


@contextmanager
def _silent() -> Iterator[None]:
    """Keep the library's own progress off stderr while a model loads."""
    from transformers.utils import logging

    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
