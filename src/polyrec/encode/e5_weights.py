"""Reads the file of multilingual-e5-small in 4-bit blocks: vocabulary, character map, tensors."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from polyrec.core.errors import EngineError

if TYPE_CHECKING:
    from pathlib import Path

    from polyrec.core.types import Floats

MAGIC = b"E5S1"
VERSION = 1
BLOCK = 32
BLOCK_TYPE = np.dtype([("scale", "<f2"), ("nibbles", "u1", BLOCK // 2)])
"""Q4_0: weight j is scale * (nibble - 8); byte j holds weight j low and weight j + 16 high."""

AT_ONCE = 2**13
"""Blocks that are rounded at once, which bounds the memory that it takes."""


@dataclass(frozen=True)
class Vocabulary:
    """The pieces of a unigram tokenizer, and what happens to a text's characters before.

    Attributes:
        pieces: the text of each token, by id.
        scores: the log probability of each, by id.
        begin: the token that opens every text.
        end: the token that closes every text.
        unknown: the token of a character that no piece holds.
        characters: replacements by code point; an empty one drops the character.
    """

    pieces: list[str]
    scores: list[float]
    begin: int
    end: int
    unknown: int
    characters: dict[int, str]


@dataclass(frozen=True)
class Weights:
    """The parts of a BERT encoder.

    Attributes:
        dim: length of a hidden vector.
        n_layers: number of layers.
        n_heads: attention heads per layer.
        n_positions: the longest text, in tokens.
        epsilon: of the layer norms.
        vocabulary: what the tokenizer needs.
        tensors: flat arrays by name: float32, or blocks of `BLOCK_TYPE`.
    """

    dim: int
    n_layers: int
    n_heads: int
    n_positions: int
    epsilon: float
    vocabulary: Vocabulary
    tensors: dict[str, Any]

    def vector(self, name: str) -> Floats:
        """Give a tensor of plain numbers.

        Raises:
            EngineError: the file has none of this name.
        """
        return np.asarray(self._tensor(name, np.dtype("<f4")), dtype=np.float32)

    def blocks(self, name: str) -> Any:
        """Give the blocks of a matrix, shape (rows, blocks per row); a row is `dim` long.

        Raises:
            EngineError: the file has none of this name.
        """
        return self._tensor(name, BLOCK_TYPE).reshape(-1, self.dim // BLOCK)

    def matrix(self, name: str, n_inputs: int) -> Floats:
        """Give a matrix as numbers, shape (outputs, inputs), be they plain or in 4-bit blocks.

        Raises:
            EngineError: the file has none of this name.
        """
        found = self.tensors.get(name)
        if found is not None and found.dtype != BLOCK_TYPE and found.size % n_inputs == 0:
            return self.vector(name).reshape(-1, n_inputs)
        blocks = self._tensor(name, BLOCK_TYPE)
        nibbles = blocks["nibbles"]
        signed = np.concatenate([nibbles & 15, nibbles >> 4], axis=1).astype(np.float32) - 8
        signed *= blocks["scale"].astype(np.float32)[:, None]
        return signed.reshape(-1, n_inputs)

    def _tensor(self, name: str, dtype: np.dtype[Any]) -> Any:
        found = self.tensors.get(name)
        if found is None or found.dtype != dtype:
            raise EngineError(f"the model file has no tensor {name!r}", hint="check the file")
        return found


def to_blocks(matrix: Floats) -> Any:
    """Round a matrix to 4-bit blocks; one that was read from blocks gives the same blocks again.

    The number farthest from 0 in a block gets the nibble 0, the others the nearest.

    Args:
        matrix: rows of a length that is a multiple of `BLOCK`.
    """
    rows = matrix.reshape(-1, BLOCK)
    blocks = np.empty(len(rows), dtype=BLOCK_TYPE)
    for start in range(0, len(rows), AT_ONCE):
        part, made = rows[start : start + AT_ONCE], blocks[start : start + AT_ONCE]
        most, least = part.max(axis=1), part.min(axis=1)
        scale = (np.where(most > -least, most, least) / -8).astype(np.float16)
        steps = np.where(scale == 0, 1, scale).astype(np.float32)
        nibbles = (np.rint(part / steps[:, None]) + 8).clip(0, 15).astype(np.uint8)
        made["scale"] = scale
        made["nibbles"] = nibbles[:, : BLOCK // 2] | (nibbles[:, BLOCK // 2 :] << 4)
    return blocks


def read_weights(file: Path) -> Weights:
    """Read a model file; the tensors stay in the file until they are used.

    Raises:
        EngineError: it is not such a file, or it is broken.
    """
    try:
        data = np.memmap(file, dtype=np.uint8, mode="r")
        return _parse(_Cursor(data))
    except (OSError, ValueError) as error:
        raise EngineError(f"{file} cannot be loaded: {error}", hint="check the file") from error


class _Cursor:
    """Reads little-endian values one after the other."""

    def __init__(self, data: Any) -> None:
        self.data = data
        self.at = 0

    def array(self, dtype: str, count: int, at: int | None = None) -> Any:
        """Give values that begin at a place, or where the last ones ended."""
        start = self.at if at is None else at
        end = start + count * np.dtype(dtype).itemsize
        if count < 0 or not 0 <= start <= end <= len(self.data):
            raise ValueError("it ends too early")
        self.at = end if at is None else self.at
        return self.data[start:end].view(dtype)

    def integer(self, dtype: str = "<i4") -> int:
        return int(self.array(dtype, 1)[0])

    def text(self, n_bytes: int) -> bytes:
        return bytes(self.array("u1", n_bytes))


def _parse(cursor: _Cursor) -> Weights:
    if cursor.text(4) != MAGIC:
        raise ValueError("it is not an e5 model file")
    if (version := cursor.integer("<u4")) != VERSION:
        raise ValueError(f"its version is {version}, not {VERSION}")
    sizes = cursor.array("<i4", 7).tolist()
    dim, n_layers, n_heads, _, _, n_positions, _ = sizes
    epsilon = float(cursor.array("<f4", 1)[0])
    block = cursor.integer()
    if block != BLOCK or min(sizes) < 1 or dim % BLOCK or dim % n_heads:
        raise ValueError(f"its sizes are {sizes} in blocks of {block}")
    vocabulary = _vocabulary(cursor)
    tensors = dict(_tensor(cursor) for _ in range(cursor.integer()))
    return Weights(dim, n_layers, n_heads, n_positions, epsilon, vocabulary, tensors)


def _vocabulary(cursor: _Cursor) -> Vocabulary:
    n_pieces, begin, end, _, unknown = cursor.array("<i4", 5).tolist()
    n_bytes = cursor.integer("<u8")
    bounds = cursor.array("<u4", n_pieces + 1).tolist()
    scores = cursor.array("<f4", n_pieces).tolist()
    letters = cursor.text(n_bytes)
    pieces = [letters[start:stop].decode() for start, stop in pairwise(bounds)]
    n_replaced = cursor.integer()
    table = cursor.text(cursor.integer("<u4"))
    return Vocabulary(pieces, scores, begin, end, unknown, _characters(table, n_replaced))


def _characters(table: bytes, count: int) -> dict[int, str]:
    """Read code point, number of replacements (one byte) and replacements, `count` times."""
    found: dict[int, str] = {}
    at = 0
    for _ in range(count):
        start = at + 5
        code, n_letters = int.from_bytes(table[at : at + 4], "little"), table[at + 4]
        at = start + 4 * n_letters
        found[code] = table[start:at].decode("utf-32-le")
    return found


def _tensor(cursor: _Cursor) -> tuple[str, Any]:
    """Read one line of the directory, and find the tensor that it names."""
    name = cursor.text(cursor.integer("<u2")).decode()
    in_blocks = cursor.integer("u1")
    count, start, _ = cursor.integer("<u4"), cursor.integer("<u8"), cursor.integer("<u8")
    if not in_blocks:
        return name, cursor.array("<f4", count, at=start)
    raw = cursor.array("u1", count // BLOCK * BLOCK_TYPE.itemsize, at=start)
    return name, raw.view(BLOCK_TYPE)
