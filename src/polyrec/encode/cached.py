"""An encoder that remembers: vectors on disk, found by content (text, kind, model, version)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from polyrec.core.remembered import Remembered, default_folder
from polyrec.encode.encoder import Encoder, Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyrec.core.types import Floats

BLOCK = 512


@dataclass
class Cached(Encoder):
    """Asks the encoder that it holds only for what it has not seen.

    The key is a SHA-256 of the held encoder's fingerprint, the kind and the text, so the file holds
    no text. Several processes may share it. What is done is kept if the work is broken off.

    Attributes:
        encoder: the encoder that makes the vectors.
        folder: where `vectors.sqlite` lies; empty for `default_folder()`.
    """

    encoder: Encoder
    folder: str = ""
    hits: int = field(default=0, init=False, repr=False, compare=False)
    misses: int = field(default=0, init=False, repr=False, compare=False)

    @property
    def dim(self) -> int:
        """The length of a vector."""
        return self.encoder.dim

    @property
    def fingerprint(self) -> str:
        """That of the held encoder: remembering changes no vector."""
        return self.encoder.fingerprint

    @property
    def file(self) -> Path:
        """The file that holds the vectors."""
        return Path(self.folder or default_folder()) / "vectors.sqlite"

    def _encode(self, texts: list[str], kind: Kind, advance: Callable[[int], None]) -> Floats:
        prefix = f"{self.fingerprint}\0{kind}\0"
        keys = [hashlib.sha256((prefix + t).encode("utf-8", "replace")).digest() for t in texts]
        vectors = np.empty((len(texts), self.dim), dtype=np.float32)
        memory = Remembered(self.file, "vectors", "vector cache")
        with memory.opened() as file:
            known = file.get(keys)
            new = sorted({key: i for i, key in enumerate(keys) if key not in known}.values())
            self.hits, self.misses = self.hits + len(keys) - len(new), self.misses + len(new)
            new.sort(key=lambda i: len(texts[i]))
            advance(len(keys) - len(new))
            for start in range(0, len(new), BLOCK):
                rows = new[start : start + BLOCK]
                made = self.encoder._encode([texts[i] for i in rows], kind, advance)
                made = np.asarray(made, dtype=np.float32)  # `encode` scales what is kept
                fresh = {keys[i]: v.tobytes() for i, v in zip(rows, made, strict=True)}
                file.put(fresh)
                known |= fresh
        for row, key in enumerate(keys):
            if len(known[key]) != vectors[row].nbytes:
                raise memory.unusable("it holds a vector of another length")
            vectors[row] = np.frombuffer(known[key], dtype=np.float32)
        return vectors
