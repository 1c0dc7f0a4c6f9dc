"""Reads an adapted multilingual-e5-small, in Hugging Face's form, as weights of the fast engine."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from polyrec.core.errors import ConfigError, EngineError
from polyrec.encode.e5_weights import BLOCK, BLOCK_TYPE, to_blocks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from polyrec.encode.e5_weights import Vocabulary, Weights

MODEL_FILE = "model.safetensors"
HEAD_FILE = "head.safetensors"
TOKENIZER_FILE = "tokenizer.json"

SIZES = {
    "model_type": "bert",
    "hidden_size": 384,
    "num_hidden_layers": 12,
    "vocab_size": 250_037,
}
"""By these the configuration of a folder is known."""

WORDS = "emb.word"
EMBEDDINGS = {
    WORDS: "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}
IN_A_LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
HEAD = {"head.w": "weight", "head.b": "bias"}


def hugging_face_names(n_layers: int) -> dict[str, str]:
    """Give for each tensor of `e5-small` the name that Hugging Face's BertModel has for it."""
    names = dict(EMBEDDINGS)
    for layer in range(n_layers):
        for ours, theirs in IN_A_LAYER.items():
            for end, ending in (("w", "weight"), ("b", "bias")):
                names[f"l{layer}.{ours}.{end}"] = f"encoder.layer.{layer}.{theirs}.{ending}"
    return names


def is_e5(folder: Path) -> bool:
    """Say whether a folder has the sizes of an adapted e5-small, or a head for it alone."""
    try:
        config = json.loads((folder / "config.json").read_bytes())
    except FileNotFoundError:
        return (folder / HEAD_FILE).is_file() and not (folder / MODEL_FILE).is_file()
    except ValueError:
        return False
    return isinstance(config, dict) and SIZES.items() <= config.items()


def read_adapted(folder: Path, base: Weights) -> Weights:
    """Read what a folder changes of the model that it comes from: all weights, a head, or both.

    Args:
        folder: has `model.safetensors`, `head.safetensors` or both.
        base: the model that it comes from, whose vocabulary and sizes it must have.

    Raises:
        ConfigError: it is no such folder, or holds a model of other sizes or vocabulary.
        EngineError: a file is broken.
    """
    tensors = dict(base.tensors)
    found = [name for name in (MODEL_FILE, HEAD_FILE) if (folder / name).is_file()]
    if not found:
        raise ConfigError(
            f"{folder} has neither {MODEL_FILE} nor {HEAD_FILE}",
            hint="give a folder that polyrec adapt wrote",
        )
    if MODEL_FILE in found:
        _check_vocabulary(folder, base.vocabulary)
        tensors |= _in_our_form(folder / MODEL_FILE, hugging_face_names(base.n_layers), base)
    if HEAD_FILE in found:
        tensors |= _in_our_form(folder / HEAD_FILE, HEAD, base)
    return replace(base, tensors=tensors)


def _in_our_form(file: Path, names: dict[str, str], base: Weights) -> Iterator[tuple[str, Any]]:
    """Give the tensors of a file under our names, flat, the words' in blocks."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(file, framework="np") as opened:
            there = set(opened.keys())
            for ours, theirs in names.items():
                name = theirs if theirs in there else f"bert.{theirs}"
                if name not in there:
                    raise _other_model(file, f"it lacks {theirs}")
                tensor = opened.get_tensor(name).astype(np.float32)
                if tensor.size != _n_numbers(ours, base):
                    raise _other_model(file, f"the shape of {theirs} is {tensor.shape}")
                if not np.isfinite(tensor).all():
                    raise EngineError(
                        f"{file}: {theirs} holds what is no number", hint="adapt again"
                    )
                yield ours, to_blocks(tensor) if ours == WORDS else tensor.reshape(-1)
    except (SafetensorError, OSError, TypeError) as error:
        raise EngineError(f"{file} cannot be read: {error}", hint="check the file") from error


def _n_numbers(name: str, base: Weights) -> int:
    """Say how many numbers a tensor has in the model that a folder comes from."""
    if name in HEAD:
        return base.dim ** (2 if name.endswith("w") else 1)
    tensor = base.tensors[name]
    return int(tensor.size) * (BLOCK if tensor.dtype == BLOCK_TYPE else 1)


def _check_vocabulary(folder: Path, known: Vocabulary) -> None:
    """Refuse a folder whose tokens are not those that the engine cuts texts into."""
    file = folder / TOKENIZER_FILE
    try:
        pieces = [piece for piece, _ in json.loads(file.read_bytes())["model"]["vocab"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _other_model(file, "it names no tokens in pieces with scores") from error
    if pieces != known.pieces:
        raise _other_model(file, "its tokens are others")


def _other_model(file: Path, why: str) -> ConfigError:
    return ConfigError(
        f"{file} is not of a multilingual-e5-small: {why}",
        hint="use the encoder 'sentence' for this folder",
    )
