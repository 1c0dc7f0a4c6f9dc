"""Translation models of random weights, made on the spot: MarianMT, M2M100, and one converted."""

from __future__ import annotations

import json
import tempfile
import warnings
from pathlib import Path
from typing import Any

from polyrec.core.files import whole_folder
from polyrec.core.model_folder import silent
from polyrec.testing.torch_models import LINES

SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")


def tiny_marian(folder: Path, *, seed: int = 0) -> Path:
    """Save a MarianMT of random weights, two layers of 32, as its authors' models are saved."""
    from transformers import MarianConfig, MarianMTModel, MarianTokenizer

    with tempfile.TemporaryDirectory() as name, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of sacremoses, which only tidies punctuation
        pieces = _pieces(Path(name) / "both.spm")
        vocabulary = ["</s>", "<unk>", *pieces, "<pad>"]
        options = _files(Path(name), vocabulary)
        spm = str(Path(name) / "both.spm")
        tokenizer: Any = MarianTokenizer(spm, spm, options, model_max_length=512)
        config: Any = MarianConfig(
            **_small(len(vocabulary), eos=0, pad=len(vocabulary) - 1),
            forced_eos_token_id=None,
        )
        return _saved(folder, _random(MarianMTModel, config, seed), tokenizer)


def tiny_m2m100(folder: Path, *, seed: int = 0) -> Path:
    """Save an M2M100 of random weights: one model for a hundred languages."""
    from transformers import M2M100Config, M2M100ForConditionalGeneration, M2M100Tokenizer

    with tempfile.TemporaryDirectory() as name:
        spm = Path(name) / "both.spm"
        vocabulary = [*SPECIAL, *_pieces(spm)]
        tokenizer: Any = M2M100Tokenizer(_files(Path(name), vocabulary), str(spm))
        config: Any = M2M100Config(**_small(tokenizer.encoder_size + 108, eos=2, pad=1))
        return _saved(folder, _random(M2M100ForConditionalGeneration, config, seed), tokenizer)


def converted(model: Path, folder: Path) -> Path:
    """Convert a MarianMT for CTranslate2, with the files of its tokenizer."""
    from ctranslate2.converters import TransformersConverter

    kept = ["tokenizer_config.json", "source.spm", "target.spm", "vocab.json"]
    with silent(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        TransformersConverter(str(model), copy_files=kept).convert(str(folder))
    return folder


def _pieces(file: Path) -> list[str]:
    """Learn pieces of words from a few lines, save them, and list them without special ones."""
    import sentencepiece

    with file.open("wb") as out:
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(LINES),
            model_writer=out,
            vocab_size=120,
            hard_vocab_limit=False,
            minloglevel=2,
        )
    model = sentencepiece.SentencePieceProcessor(str(file))
    return [model.id_to_piece(i) for i in range(3, model.get_piece_size())]


def _files(folder: Path, vocabulary: list[str]) -> str:
    file = folder / "vocab.json"
    file.write_text(json.dumps({piece: i for i, piece in enumerate(vocabulary)}), encoding="utf-8")
    return str(file)


def _small(n_tokens: int, *, eos: int, pad: int) -> dict[str, Any]:
    sides = ("encoder", "decoder")
    return {
        "vocab_size": n_tokens,
        "d_model": 32,
        **{f"{side}_layers": 2 for side in sides},
        **{f"{side}_attention_heads": 4 for side in sides},
        **{f"{side}_ffn_dim": 64 for side in sides},
        "max_position_embeddings": 512,
        "eos_token_id": eos,
        "pad_token_id": pad,
        "decoder_start_token_id": pad if pad > eos else eos,
        # so that different texts get different translations
        "init_std": 0.5,
        "tie_word_embeddings": False,
    }


def _random(architecture: Any, config: Any, seed: int) -> Any:
    """Draw weights that depend on the seed alone, and leave the generator as it was."""
    import torch

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return architecture(config).eval()


def _saved(folder: Path, model: Any, tokenizer: Any) -> Path:
    with silent(), whole_folder(folder) as aside:
        model.save_pretrained(aside)
        tokenizer.save_pretrained(aside)
    return folder
