"""Models in folders, made on the spot for the encoder `sentence`: tiny ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from polyrec.adapt.base import save_model
from polyrec.encode.e5_tokenizer import SPACE

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

LINES = (
    "A woodworking course for beginners, in two parts",
    "Ein Kurs im Tischlern für Anfänger, in zwei Teilen",
    "Kvartalsrapport om obligationsmarknaden",
    "Un cours de menuiserie pour débutants",
    "木工の入門コース",
    "Курс столярного дела для начинающих",
)
"""What tiny tokenizers learn their pieces from."""


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
    return save_model(folder, _random(XLMRobertaModel, config, seed), tokenizer, special)


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
    return save_model(folder, _random(BertModel, config, seed), tokenizer, special)


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
