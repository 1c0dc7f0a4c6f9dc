"""An encoder without a model: character n-grams hashed to signed places; for tests, and fast."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from polyrec.core.errors import ConfigError
from polyrec.encode.encoder import Encoder, Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyrec.core.types import Floats


@dataclass
class Hashing(Encoder):
    """Counts hashed character n-grams of the lower-cased text.

    It knows no language: texts that share letters lie near each other. Source: Weinberger et al.
    2009, "Feature hashing for large scale multitask learning".

    Attributes:
        size: length of a vector.
        ngram: characters per n-gram.
    """

    size: int = 256
    ngram: int = 3

    def __post_init__(self) -> None:
        for name in ("size", "ngram"):
            if getattr(self, name) < 1:
                raise ConfigError(f"{name} is {getattr(self, name)}", hint="give at least 1")

    @property
    def dim(self) -> int:
        """The length of a vector."""
        return self.size

    @property
    def fingerprint(self) -> str:
        """Names the settings."""
        return f"hashing-1/{self.size}/{self.ngram}"

    def _encode(self, texts: list[str], kind: Kind, advance: Callable[[int], None]) -> Floats:
        del kind
        vectors = np.zeros((len(texts), self.size), dtype=np.float32)
        for row, text in enumerate(texts):
            padded = f" {text.lower()} "
            for start in range(max(1, len(padded) - self.ngram + 1)):
                gram = padded[start : start + self.ngram].encode()
                digest = int.from_bytes(hashlib.blake2b(gram, digest_size=8).digest(), "little")
                vectors[row, (digest >> 1) % self.size] += 1.0 if digest & 1 else -1.0
            advance(1)
        return vectors
