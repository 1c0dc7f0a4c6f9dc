"""Models in folders, made on the spot for the encoder `sentence`: tiny ones, and e5 rebuilt."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from polyrec.core.files import whole_folder
from polyrec.encode.e5_tokenizer import SPACE

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from polyrec.core.types import Floats
    from polyrec.encode.e5_weights import Vocabulary, Weights

LINES = (
    "A woodworking course for beginners, in two parts",
    "Ein Kurs im Tischlern für Anfänger, in zwei Teilen",
    "Kvartalsrapport om obligationsmarknaden",
    "Un cours de menuiserie pour débutants",
    "木工の入門コース",
    "Курс столярного дела для начинающих",
)
"""What tiny tokenizers learn their pieces from."""

DROPPED = r"[\x01-\x08\x0b\x0e-\x1f\x7f\x{8f}\x{9f}]"
SPACES = r"[\t\n\x0c\r\x{1680}\x{200b}-\x{200f}\x{2028}\x{2029}\x{2581}\x{feff}\x{fffd}]"
"""Where the character map of e5 is not NFKC: what it drops, and what it makes a space."""


def tiny_xlm_r(folder: Path, *, lines: Iterable[str] = LINES, seed: int = 0) -> Path:
    """Save an XLM-RoBERTa of random weights, two layers of 32, in Hugging Face's plain form."""
    from tokenizers import Regex, Tokenizer
    from tokenizers.models import Unigram
    from tokenizers.normalizers import NFKC, Replace, Sequence
    from tokenizers.pre_tokenizers import Metaspace
    from tokenizers.processors import TemplateProcessing
    from tokenizers.trainers import UnigramTrainer
    from transformers import XLMRobertaConfig, XLMRobertaModel

    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    tokenizer = Tokenizer(Unigram())
    tokenizer.normalizer = Sequence([NFKC(), Replace(Regex(r"\s+"), " ")])
    tokenizer.pre_tokenizer = Metaspace(SPACE)
    options: Any = {"vocab_size": 200, "special_tokens": special, "unk_token": "<unk>"}
    trainer = UnigramTrainer(**options, show_progress=False)
    tokenizer.train_from_iterator(list(lines), trainer)
    tokenizer.post_processor = TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    config = XLMRobertaConfig(
        **_small(tokenizer.get_vocab_size()), max_position_embeddings=66, pad_token_id=1
    )
    return _save(folder, _random(XLMRobertaModel, config, seed), tokenizer, special)


def tiny_mbert(folder: Path, *, lines: Iterable[str] = LINES, seed: int = 0) -> Path:
    """Save a multilingual BERT of random weights, two layers of 32, in the same plain form."""
    from tokenizers import Tokenizer
    from tokenizers.models import WordPiece
    from tokenizers.normalizers import BertNormalizer
    from tokenizers.pre_tokenizers import BertPreTokenizer
    from tokenizers.processors import TemplateProcessing
    from tokenizers.trainers import WordPieceTrainer
    from transformers import BertConfig, BertModel

    special = ["[CLS]", "[PAD]", "[SEP]", "[UNK]", "[MASK]"]
    tokenizer = Tokenizer(WordPiece(unk_token="[UNK]"))  # noqa: S106 (no password)
    tokenizer.normalizer = BertNormalizer(lowercase=False)
    tokenizer.pre_tokenizer = BertPreTokenizer()
    trainer = WordPieceTrainer(vocab_size=200, special_tokens=special, show_progress=False)
    tokenizer.train_from_iterator(list(lines), trainer)
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 0), ("[SEP]", 2)]
    )
    config = BertConfig(
        **_small(tokenizer.get_vocab_size()), max_position_embeddings=64, pad_token_id=1
    )
    return _save(folder, _random(BertModel, config, seed), tokenizer, special)


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
    _save(folder, model.eval(), tokenizer, special, max_tokens=max_tokens)
    _say_how_to_pool(folder, weights.dim, max_tokens)
    return folder


def _small(n_tokens: int) -> dict[str, int]:
    return {
        "vocab_size": n_tokens,
        "hidden_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "intermediate_size": 64,
    }


def _random(architecture: Any, config: Any, seed: int) -> Any:
    """Draw weights that depend on the seed alone, and leave the generator as it was."""
    import torch

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return architecture(config).eval()


def _save(
    folder: Path, model: Any, tokenizer: Any, special: list[str], *, max_tokens: int = 64
) -> Path:
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
    (folder / "2_Normalize").mkdir()
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps(content), encoding="utf-8")
