"""An encoder of word counts: what names, part numbers and borrowed words share across languages."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from polyrec.encode.encoder import Encoder

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyrec.core.types import Floats
    from polyrec.encode.encoder import Kind

WORD = re.compile(r"\w+")


@dataclass
class WordCounts(Encoder):
    """Counts words in hashed places; a word counts by the logarithm of how often it stands.

    Attributes:
        size: length of a vector.
    """

    size: int = 1024

    @property
    def dim(self) -> int:
        """The length of a vector."""
        return self.size

    @property
    def fingerprint(self) -> str:
        """Names the version and every setting: the vector cache finds vectors by it."""
        return f"word-counts-1/{self.size}"

    def _encode(self, texts: list[str], kind: Kind, advance: Callable[[int], None]) -> Floats:
        del kind  # what is looked for and what is found are counted alike
        vectors = np.zeros((len(texts), self.size), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in WORD.findall(text.casefold()):
                vectors[row, zlib.crc32(word.encode()) % self.size] += 1
            advance(1)
        return np.log1p(vectors)
