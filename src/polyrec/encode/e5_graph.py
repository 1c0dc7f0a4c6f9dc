"""The model as an ONNX graph: whole-number products, one scale per token, no padding.

Weights are rounded to 7 bits with one scale per output, and every token's activations to 8 bits
with a scale of their own. So a vector never depends on the other texts of its batch, as it would
with one scale per tensor. Why 7 bits: two products of an unsigned 8-bit and a signed 7-bit number
fit in 16 bits, so that no processor's instructions overflow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from polyrec.core.types import Floats
    from polyrec.encode.e5_weights import Weights

OPSET = 21
IR_VERSION = 10
CONTRIB = "com.microsoft"
CONTRIB_OPS = {"FastGelu", "GatherBlockQuantized", "MatMulIntegerToFloat", "MultiHeadAttention"}

WEIGHT_MAX = 63
MIDDLE = 128
"""The whole number that stands for 0 where activations have both signs."""
GELU_ZERO = 16
"""The same behind the GELU, which never falls below `GELU_MIN`: more steps are left above."""
GELU_MIN = -0.17
SMALLEST = 1e-9


def build_graph(weights: Weights) -> bytes:
    """Write the graph: token ids of texts of one length in, one vector per text out.

    Input `ids` is int32, shape (texts, tokens). Output `vectors` is float32, shape (texts, dim):
    the mean of the last layer over all tokens, through the head where the weights have one, not of
    unit length.

    Raises:
        EngineError: the file lacks a tensor.
    """
    from onnx import TensorProto, helper

    graph = _Graph(weights)
    x = graph.embed("ids")
    for layer in range(weights.n_layers):
        x = graph.attend(x, f"l{layer}.")
        x = graph.feed_forward(x, f"l{layer}.")
    pooled = graph.add("ReduceMean", graph.by_text(x), graph.constant([1]), keepdims=0)
    made = graph.through_head(pooled) if "head.w" in weights.tensors else pooled
    graph.add("Identity", made, output="vectors")
    ids = helper.make_tensor_value_info("ids", TensorProto.INT32, ["texts", "tokens"])
    vectors = helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["texts", weights.dim])
    body = helper.make_graph(graph.nodes, "e5", [ids], [vectors], graph.constants)
    opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(CONTRIB, 1)]
    model = helper.make_model(body, opset_imports=opsets, ir_version=IR_VERSION)
    return bytes(model.SerializeToString())


def pair_nibbles(nibbles: Any) -> Any:
    """Re-pair 4-bit numbers: a byte held j and j + 16, and will hold 2 j low and 2 j + 1 high.

    Args:
        nibbles: shape (..., 16), one block of 32 in the last axis.
    """
    even, odd = nibbles[..., 0::2], nibbles[..., 1::2]
    return np.concatenate([(even & 15) | (odd << 4), (even >> 4) | (odd & 0xF0)], axis=-1)


class _Graph:
    """Nodes and constants as they are added; values are known by their names."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self.flat = self.constant([-1, weights.dim])
        self.last_axis = self.constant([-1])

    def add(self, op: str, *inputs: str, output: str = "", **attributes: Any) -> str:
        """Add a node, and give the name of what it puts out."""
        from onnx import helper

        name = output or f"{op}_{len(self.nodes)}"
        domain = CONTRIB if op in CONTRIB_OPS else ""
        self.nodes.append(helper.make_node(op, inputs, [name], domain=domain, **attributes))
        return name

    def constant(self, value: Any, dtype: Any = None) -> str:
        """Add a constant, and give its name."""
        from onnx import numpy_helper

        name = f"constant_{len(self.constants)}"
        array = np.ascontiguousarray(np.asarray(value, dtype=dtype))
        self.constants.append(numpy_helper.from_array(array.reshape(np.shape(value)), name))
        return name

    def embed(self, ids: str) -> str:
        """Sum the vectors of words and positions, and flatten to shape (all tokens, dim)."""
        weights, dim = self.weights, self.weights.dim
        blocks = weights.blocks("emb.word")
        table = self.constant(pair_nibbles(blocks["nibbles"]).reshape(len(blocks), -1))
        scales = self.constant(blocks["scale"], np.float32)
        words = self.add(
            "GatherBlockQuantized", table, ids, scales, bits=4, block_size=32, quantize_axis=1
        )
        # every token is of type 0
        places = weights.vector("emb.pos").reshape(-1, dim) + weights.vector("emb.type")[:dim]
        n_tokens = self.add("Shape", ids, start=1, end=2)
        here = self.add("Slice", self.constant(places), self.constant([0]), n_tokens)
        self.shape = self.add("Concat", self.add("Shape", ids), self.constant([dim]), axis=0)
        summed = self.add("Reshape", self.add("Add", words, here), self.flat)
        self.n_rows = self.add("Shape", summed, start=0, end=1)
        return self.norm(summed, "emb.ln.")

    def attend(self, x: str, name: str) -> str:
        """Let every token look at all tokens of its text; add to `x` and norm."""
        rows = self.rounded(x)
        parts = [self.by_text(self.product(rows, f"{name}{part}.w")) for part in "qkv"]
        biases = np.concatenate([self.weights.vector(f"{name}{part}.b") for part in "qkv"])
        n_heads = self.weights.n_heads
        seen = self.add("MultiHeadAttention", *parts, self.constant(biases), num_heads=n_heads)
        flat = self.add("Reshape", seen, self.flat)
        made = self.product(self.rounded(flat), f"{name}ao.w")
        return self.added(x, made, bias=f"{name}ao.b", norm=f"{name}aln.")

    def feed_forward(self, x: str, name: str) -> str:
        """Run each token through a wide layer and back; add to `x` and norm."""
        wide = self.product(self.rounded(x), f"{name}fi.w")
        bent = self.add("FastGelu", wide, self.constant(self.weights.vector(f"{name}fi.b")))
        n_wide = len(self.weights.vector(f"{name}fi.b"))
        made = self.product(self.rounded(bent, after_gelu=True), f"{name}fo.w", n_wide)
        return self.added(x, made, bias=f"{name}fo.b", norm=f"{name}oln.")

    def rounded(self, x: str, *, after_gelu: bool = False) -> tuple[str, str, str]:
        """Round each row to 8 bits: whole numbers, a scale per row, and what stands for 0."""
        zero = GELU_ZERO if after_gelu else MIDDLE
        least = GELU_MIN / -GELU_ZERO if after_gelu else SMALLEST
        largest = self.add("ReduceMax", x if after_gelu else self.add("Abs", x), self.last_axis)
        step = self.add("Mul", largest, self.constant(1 / (255 - zero), np.float32))
        scale = self.add("Max", step, self.constant(least, np.float32))
        zeros = self.add("Expand", self.constant([zero], np.uint8), self.n_rows)
        per_row = self.add("Reshape", scale, self.last_axis)
        whole = self.add("QuantizeLinear", x, per_row, zeros, axis=0)
        return whole, scale, self.constant(zero, np.uint8)

    def product(self, rows: tuple[str, str, str], name: str, n_inputs: int = 0) -> str:
        """Multiply rounded rows by a matrix of the file."""
        whole, scale, zero = rows
        matrix, steps = round_weights(self.weights.matrix(name, n_inputs or self.weights.dim))
        constants = [self.constant(matrix), self.constant(1, np.float32), self.constant(steps)]
        made = self.add("MatMulIntegerToFloat", whole, *constants, zero, self.constant(0, np.int8))
        return self.add("Mul", made, scale)

    def added(self, x: str, made: str, *, bias: str, norm: str) -> str:
        # ONNX Runtime's fused SkipLayerNormalization is five times slower than these three
        biased = self.add("Add", made, self.constant(self.weights.vector(bias)))
        return self.norm(self.add("Add", biased, x), norm)

    def norm(self, x: str, name: str) -> str:
        """Give every row mean 0 and variance 1, then the file's spread and centre."""
        spread, centre = (self.constant(self.weights.vector(name + part)) for part in "wb")
        epsilon = self.weights.epsilon
        return self.add("LayerNormalization", x, spread, centre, axis=-1, epsilon=epsilon)

    def through_head(self, pooled: str) -> str:
        """Map vectors, made of unit length first, by the head's matrix, and add its bias."""
        unit = self.add("LpNormalization", pooled, axis=-1, p=2)
        matrix = self.weights.matrix("head.w", self.weights.dim)
        made = self.add("MatMul", unit, self.constant(matrix.T))
        return self.add("Add", made, self.constant(self.weights.vector("head.b")))

    def by_text(self, x: str) -> str:
        """Give flat rows the shape (texts, tokens, dim)."""
        return self.add("Reshape", x, self.shape)


def round_weights(matrix: Floats) -> tuple[Any, Floats]:
    """Round a matrix, shape (outputs, inputs), to whole numbers up to `WEIGHT_MAX`.

    Returns:
        The whole numbers, shape (inputs, outputs), and the scale of each output.
    """
    steps = np.maximum(np.abs(matrix).max(axis=1), SMALLEST) / WEIGHT_MAX
    whole = np.rint(matrix / steps[:, None]).astype(np.int8)
    return np.ascontiguousarray(whole.T), steps.astype(np.float32)
