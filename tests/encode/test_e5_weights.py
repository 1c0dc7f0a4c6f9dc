from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np
import pytest

from polyrec.core.errors import EngineError
from polyrec.encode.e5_weights import BLOCK_TYPE, read_weights

if TYPE_CHECKING:
    from pathlib import Path

PIECES = ("<s>", "<pad>", "</s>", "<unk>", "▁", "ä")
SCORES = (0.0, 0.0, 0.0, 0.0, -1.5, -2.0)
CHARACTERS = {0x09: " ", 0xFB01: "fi", 0x200D: ""}


def a_file(
    path: Path, *, magic: bytes = b"E5S1", version: int = 1, dim: int = 32, block: int = 32
) -> Path:
    """Write a small model file: two tensors, `plain` and `packed`."""
    head = magic + struct.pack("<I7ifi", version, dim, 1, 2, 64, 6, 16, 2, 1e-12, block)
    letters = [piece.encode() for piece in PIECES]
    bounds = np.cumsum([0, *map(len, letters)]).astype("<u4").tobytes()
    words = struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, sum(map(len, letters))) + bounds
    words += np.array(SCORES, "<f4").tobytes() + b"".join(letters)
    table = b"".join(
        struct.pack("<IB", code, len(text)) + text.encode("utf-32-le")
        for code, text in CHARACTERS.items()
    )
    words += struct.pack("<iI", len(CHARACTERS), len(table)) + table
    packed = np.zeros(1, BLOCK_TYPE)
    packed["scale"], packed["nibbles"] = 0.5, np.arange(16) + 16 * (15 - np.arange(16))
    tensors = {"plain": (0, 3, np.float32([1, 2, 3])), "packed": (1, 32, packed)}
    size = sum(2 + len(name) + 21 for name in tensors)
    start = len(head) + len(words) + 4 + size
    directory, body = struct.pack("<i", len(tensors)), b""
    for name, (kind, count, array) in tensors.items():
        raw = array.tobytes()
        directory += struct.pack("<H", len(name)) + name.encode()
        directory += struct.pack("<BIQQ", kind, count, start + len(body), len(raw))
        body += raw
    path.write_bytes(head + words + directory + body)
    return path


def test_sizes_and_vocabulary_are_those_that_were_written(tmp_path: Path) -> None:
    weights = read_weights(a_file(tmp_path / "model.bin"))
    assert (weights.dim, weights.n_layers, weights.n_heads, weights.n_positions) == (32, 1, 2, 16)
    assert weights.epsilon == pytest.approx(1e-12)
    vocabulary = weights.vocabulary
    assert tuple(vocabulary.pieces) == PIECES
    assert tuple(vocabulary.scores) == SCORES
    assert (vocabulary.begin, vocabulary.end, vocabulary.unknown) == (0, 2, 3)
    assert vocabulary.characters == CHARACTERS


def test_blocks_hold_the_first_half_low_and_the_second_half_high(tmp_path: Path) -> None:
    weights = read_weights(a_file(tmp_path / "model.bin"))
    expected = [*(np.arange(16) - 8) * 0.5, *(15 - np.arange(16) - 8) * 0.5]
    assert weights.matrix("packed", 32).tolist() == [expected]
    assert weights.blocks("packed").shape == (1, 1)
    assert weights.vector("plain").tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"magic": b"GGUF"}, "it is not an e5 model file"),
        ({"version": 2}, "its version is 2, not 1"),
        ({"block": 64}, "its sizes are [32, 1, 2, 64, 6, 16, 2] in blocks of 64"),
        ({"dim": 0}, "its sizes are [0, 1, 2, 64, 6, 16, 2] in blocks of 32"),
    ],
)
def test_another_kind_of_file_is_refused(tmp_path: Path, change: dict, problem: str) -> None:
    file = a_file(tmp_path / "model.bin", **change)
    with pytest.raises(EngineError) as caught:
        read_weights(file)
    assert str(caught.value) == f"{file} cannot be loaded: {problem}; check the file"


def test_a_file_cut_short_anywhere_is_refused(tmp_path: Path) -> None:
    whole = a_file(tmp_path / "model.bin").read_bytes()
    for length in range(len(whole)):
        short = tmp_path / "short.bin"
        short.write_bytes(whole[:length])
        with pytest.raises(EngineError, match=r"short\.bin cannot be loaded: .+; check the file"):
            read_weights(short)


def test_a_folder_is_no_model_file(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"cannot be loaded: .*directory"):
        read_weights(tmp_path)


def test_a_tensor_that_is_absent_or_of_another_kind_is_named(tmp_path: Path) -> None:
    weights = read_weights(a_file(tmp_path / "model.bin"))
    for ask in (
        lambda: weights.vector("packed"),
        lambda: weights.blocks("plain"),
        lambda: weights.matrix("plain", 32),
    ):
        with pytest.raises(EngineError, match=r"the model file has no tensor 'p\w+'; check the"):
            ask()
    with pytest.raises(EngineError, match=r"the model file has no tensor 'emb\.word'"):
        weights.vector("emb.word")
