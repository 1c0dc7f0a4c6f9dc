from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from polyrec.core.errors import EngineError
from polyrec.core.onnx_runtime import onnx_runtime
from polyrec.encode.e5_graph import (
    GELU_ZERO,
    WEIGHT_MAX,
    build_graph,
    pair_nibbles,
    round_weights,
)
from polyrec.encode.e5_weights import BLOCK_TYPE, Vocabulary, Weights

DIM, WIDE, HEADS, LAYERS, WORDS, POSITIONS = 64, 128, 4, 2, 50, 20


def blocks_of(rng: np.random.Generator, n_numbers: int) -> Any:
    blocks = np.zeros(n_numbers // 32, BLOCK_TYPE)
    blocks["scale"] = rng.uniform(0.02, 0.04, len(blocks))
    blocks["nibbles"] = rng.integers(0, 256, (len(blocks), 16))
    return blocks


@pytest.fixture(scope="module")
def weights() -> Weights:
    """Make a small model at random; norms are near the identity, as in the real one."""
    rng = np.random.default_rng(0)
    tensors = {
        "emb.word": blocks_of(rng, WORDS * DIM),
        "emb.pos": rng.normal(0, 0.1, POSITIONS * DIM),
        "emb.type": rng.normal(0, 0.1, 2 * DIM),
    }
    norms = ["emb.ln"]
    for layer in range(LAYERS):
        for part in ("q", "k", "v", "ao"):
            tensors[f"l{layer}.{part}.w"] = blocks_of(rng, DIM * DIM)
            tensors[f"l{layer}.{part}.b"] = rng.normal(0, 0.1, DIM)
        for part, size in (("fi", WIDE), ("fo", DIM)):
            tensors[f"l{layer}.{part}.w"] = blocks_of(rng, DIM * WIDE)
            tensors[f"l{layer}.{part}.b"] = rng.normal(0, 0.1, size)
        norms += [f"l{layer}.aln", f"l{layer}.oln"]
    for norm in norms:
        tensors[f"{norm}.w"] = rng.normal(1, 0.1, DIM)
        tensors[f"{norm}.b"] = rng.normal(0, 0.1, DIM)
    typed = {k: v if v.dtype == BLOCK_TYPE else v.astype(np.float32) for k, v in tensors.items()}
    vocabulary = Vocabulary([], [], 0, 2, 3, {})
    return Weights(DIM, LAYERS, HEADS, POSITIONS, 1e-12, vocabulary, typed)


def session_of(weights: Weights) -> Any:
    graph = build_graph(weights)
    return onnx_runtime().InferenceSession(graph, providers=["CPUExecutionProvider"])


def norm(weights: Weights, x: Any, name: str) -> Any:
    centred = x - x.mean(-1, keepdims=True)
    scaled = centred / np.sqrt(centred.var(-1, keepdims=True) + weights.epsilon)
    return scaled * weights.vector(f"{name}.w") + weights.vector(f"{name}.b")


def by_hand(weights: Weights, ids: list[int]) -> Any:
    """Encode one text in floating point, as BERT is written in the paper."""
    n = len(ids)

    def linear(x: Any, name: str) -> Any:
        return x @ weights.matrix(f"{name}.w", x.shape[1]).T + weights.vector(f"{name}.b")

    x = weights.matrix("emb.word", DIM)[ids] + weights.vector("emb.type")[:DIM]
    x = norm(weights, x + weights.vector("emb.pos").reshape(-1, DIM)[:n], "emb.ln")
    for layer in range(LAYERS):
        q, k, v = (
            linear(x, f"l{layer}.{part}").reshape(n, HEADS, -1).swapaxes(0, 1) for part in "qkv"
        )
        scores = np.exp(q @ k.swapaxes(1, 2) / math.sqrt(DIM // HEADS))
        seen = (scores / scores.sum(-1, keepdims=True)) @ v
        flat = seen.swapaxes(0, 1).reshape(n, DIM)
        x = norm(weights, x + linear(flat, f"l{layer}.ao"), f"l{layer}.aln")
        wide = linear(x, f"l{layer}.fi")
        bent = wide * (1 + np.vectorize(math.erf)(wide / math.sqrt(2))) / 2
        x = norm(weights, x + linear(bent, f"l{layer}.fo"), f"l{layer}.oln")
    return x.mean(0)


def test_the_graph_computes_a_bert_encoder(weights: Weights) -> None:
    ids = np.random.default_rng(1).integers(0, WORDS, (5, 12)).astype(np.int32)
    (made,) = session_of(weights).run(None, {"ids": ids})
    assert made.shape == (5, DIM)
    for vector, text in zip(made, ids.tolist(), strict=True):
        expected = by_hand(weights, text)
        cosine = vector @ expected / np.linalg.norm(vector) / np.linalg.norm(expected)
        assert cosine > 0.998
        assert np.linalg.norm(vector) == pytest.approx(np.linalg.norm(expected), rel=0.02)


def test_a_text_gets_the_same_vector_in_any_company(weights: Weights) -> None:
    session = session_of(weights)
    ids = np.random.default_rng(2).integers(0, WORDS, (9, 7)).astype(np.int32)
    (together,) = session.run(None, {"ids": ids})
    alone = np.concatenate([session.run(None, {"ids": ids[i : i + 1]})[0] for i in range(9)])
    assert np.allclose(together, alone, atol=1e-5)


def test_nibbles_are_paired_with_their_neighbours() -> None:
    numbers = np.random.default_rng(3).integers(0, 16, (4, 32)).astype(np.uint8)
    as_in_the_file = numbers[:, :16] | (numbers[:, 16:] << 4)
    assert (pair_nibbles(as_in_the_file) == numbers[:, 0::2] | (numbers[:, 1::2] << 4)).all()


def test_rounded_weights_are_at_most_half_a_step_off() -> None:
    matrix = np.random.default_rng(4).normal(size=(6, 10)).astype(np.float32)
    matrix[5] = 0
    whole, steps = round_weights(matrix)
    assert whole.shape == (10, 6)
    assert (np.abs(whole[:, :5]).max(axis=0) == WEIGHT_MAX).all()
    assert (np.abs(whole.T * steps[:, None] - matrix) <= steps[:, None] * 0.501).all()


def test_no_pair_of_products_overflows_16_bits() -> None:
    assert 2 * 255 * WEIGHT_MAX < 2**15
    assert GELU_ZERO > 0


def test_a_missing_tensor_is_named(weights: Weights) -> None:
    tensors = {name: each for name, each in weights.tensors.items() if name != "l1.fo.b"}
    broken = Weights(DIM, LAYERS, HEADS, POSITIONS, 1e-12, weights.vocabulary, tensors)
    with pytest.raises(EngineError, match=r"the model file has no tensor 'l1\.fo\.b'"):
        build_graph(broken)
