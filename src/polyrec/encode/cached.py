"""An encoder that remembers: vectors of items on disk, by their texts; of questions, in memory."""

from __future__ import annotations

import hashlib
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from polyrec.core.language import UNDETERMINED
from polyrec.core.remembered import Memory, Recent, Remembered, default_folder
from polyrec.encode.encoder import Encoder, Kind

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from polyrec.core.types import Floats

BLOCK = 512
MOST_QUERIES = 2000
"""So many questions and words of questions are remembered."""


@dataclass
class Cached(Encoder):
    """Asks the encoder that it holds only for what it has not seen.

    The key is a SHA-256 of the held encoder's fingerprint, the kind and the text (and its language,
    where the encoder reads by it), so the file holds no text. Several processes may share it. What
    is done is kept if the work is broken off. What people ask with (the kind `query`) never comes
    into the file: the vectors of the last questions stay in memory, until the process ends.

    Attributes:
        encoder: the encoder that makes the vectors.
        folder: where `vectors.sqlite` lies; empty for `default_folder()`.
    """

    encoder: Encoder
    folder: str = ""
    hits: int = field(default=0, init=False, repr=False, compare=False)
    misses: int = field(default=0, init=False, repr=False, compare=False)
    _asked: Recent = field(
        default_factory=lambda: Recent(MOST_QUERIES), init=False, repr=False, compare=False
    )

    @property
    def dim(self) -> int:
        """The length of a vector."""
        return self.encoder.dim

    @property
    def sends_out(self) -> bool:
        """Whether the held encoder sends texts out."""
        return self.encoder.sends_out

    @property
    def takes_user_text(self) -> bool:
        """Whether the held encoder does."""
        return self.encoder.takes_user_text

    @property
    def learns(self) -> bool:
        """Whether the held encoder learns."""
        return self.encoder.learns

    @property
    def fingerprint(self) -> str:
        """That of the held encoder: remembering changes no vector."""
        return self.encoder.fingerprint

    @property
    def file(self) -> Path:
        """The file that holds the vectors."""
        return Path(self.folder or default_folder()) / "vectors.sqlite"

    def forget_queries(self) -> None:
        """Drop what is remembered of questions, here and in the held encoder."""
        self._asked.forget()
        self.encoder.forget_queries()

    def open(self) -> None:
        """Have the held encoder load what it takes."""
        self.encoder.open()

    def _fit(self, texts: list[str], languages: list[str]) -> None:
        self.encoder.fit(texts, languages)

    def _encode(self, texts: list[str], kind: Kind, advance: Callable[[int], None]) -> Floats:
        return self._encode_by_language(texts, [UNDETERMINED] * len(texts), kind, advance)

    def _encode_by_language(
        self, texts: list[str], languages: list[str], kind: Kind, advance: Callable[[int], None]
    ) -> Floats:
        prefix = f"{self.fingerprint}\0{kind}\0"
        said = [
            f"{tag}\0{t}" if self.learns else t for tag, t in zip(languages, texts, strict=True)
        ]
        keys = [hashlib.sha256((prefix + s).encode("utf-8", "replace")).digest() for s in said]
        vectors = np.empty((len(texts), self.dim), dtype=np.float32)
        on_disk = Remembered(self.file, "vectors", "vector cache")
        memory: AbstractContextManager[Memory]
        memory = on_disk.opened() if kind == "passage" else nullcontext(self._asked)
        with memory as file:
            known = file.get(keys)
            new = sorted({key: i for i, key in enumerate(keys) if key not in known}.values())
            self.hits, self.misses = self.hits + len(keys) - len(new), self.misses + len(new)
            new.sort(key=lambda i: len(texts[i]))
            advance(len(keys) - len(new))
            for start in range(0, len(new), BLOCK):
                rows = new[start : start + BLOCK]
                some, tags = [texts[i] for i in rows], [languages[i] for i in rows]
                made = self.encoder._encode_by_language(some, tags, kind, advance)
                made = np.asarray(made, dtype=np.float32)  # `encode` scales what is kept
                fresh = {keys[i]: v.tobytes() for i, v in zip(rows, made, strict=True)}
                file.put(fresh)
                known |= fresh
        for row, key in enumerate(keys):
            if len(known[key]) != vectors[row].nbytes:
                raise on_disk.unusable("it holds a vector of another length")
            vectors[row] = np.frombuffer(known[key], dtype=np.float32)
        return vectors
