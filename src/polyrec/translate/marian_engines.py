"""What runs translation models: PyTorch through transformers, or CTranslate2."""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING, Any

from polyrec.core.errors import EngineError, LanguageError
from polyrec.core.language import standard_tag
from polyrec.core.model_folder import first_line, need_libraries, refuse_pickles, silent

if TYPE_CHECKING:
    from pathlib import Path

WHO = "translator 'marian'"
LANGUAGE = re.compile(r"__([a-z]{2,3})__|([a-z]{3}_[A-Z][a-z]{3})|([a-z]{2})_[A-Z]{2}")
"""Tokens that name languages: of M2M100, NLLB and mBART."""

FAULTS = (OSError, ValueError, KeyError, RuntimeError, ImportError, AssertionError, TypeError)


def opened(folder: Path, device: str) -> Engine:
    """Open a model by what lies in its folder.

    Raises:
        MissingExtraError: what runs it is not installed.
        ConfigError: its weights are a pickle.
        EngineError: it cannot be loaded.
    """
    converted = (folder / "model.bin").is_file()
    try:
        return Converted(folder, device) if converted else Torch(folder, device)
    except FAULTS as error:
        raise EngineError(
            f"{WHO}: {folder} cannot be loaded: {first_line(error)}",
            hint="give the folder of a model for translation, with its tokenizer",
        ) from error


class Engine:
    """A tokenizer and what all engines do with it; one thread at a time may use it."""

    def __init__(self, folder: Path) -> None:
        from transformers import AutoTokenizer

        with silent(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of sacremoses, which only tidies punctuation
            self.tokenizer: Any = AutoTokenizer.from_pretrained(
                str(folder), local_files_only=True, trust_remote_code=False
            )
        self.languages = _languages(self.tokenizer)
        self.named = set(map(self.tokenizer.convert_tokens_to_ids, self.languages.values()))

    def tokens(self, text: str, source: str, prefix: str) -> list[int]:
        """Cut a text into tokens; nothing that it holds counts as a token for the model."""
        if source:
            self.tokenizer.src_lang = source.strip("_")  # M2M100 says en for __en__
        guarded = f" {text}" if text.startswith(">>") else text  # >>fra<< would choose a language
        found = self.tokenizer(guarded, split_special_tokens=True, verbose=False)["input_ids"]
        start = [self.tokenizer.convert_tokens_to_ids(prefix)] if prefix else []
        return [*start, *found]

    def generate(
        self, tokens: list[list[int]], target: str, beams: int, max_tokens: int
    ) -> list[str]:
        """Translate one batch."""
        raise NotImplementedError

    def _text(self, tokens: list[int]) -> str:
        kept = [token for token in tokens if token not in self.named]
        text: str = self.tokenizer.decode(kept, skip_special_tokens=True)
        return text.strip()


class Torch(Engine):
    """A model run by PyTorch."""

    def __init__(self, folder: Path, device: str) -> None:
        need_libraries(WHO, ("torch", "transformers", "sentencepiece"), "torch")
        refuse_pickles(folder, WHO)
        super().__init__(folder)
        import torch
        from transformers import AutoModelForSeq2SeqLM

        self.device = device or ("cuda" if torch.cuda.is_available() else "cpu")
        with silent():
            model: Any = AutoModelForSeq2SeqLM.from_pretrained(
                str(folder), local_files_only=True, trust_remote_code=False, use_safetensors=True
            )
        self.model = model.eval().to(self.device)

    def generate(
        self, tokens: list[list[int]], target: str, beams: int, max_tokens: int
    ) -> list[str]:
        """Translate one batch."""
        import torch

        padded = self.tokenizer.pad({"input_ids": tokens}, return_tensors="pt").to(self.device)
        first = {"forced_bos_token_id": self.tokenizer.convert_tokens_to_ids(target)}
        with torch.inference_mode():
            made = self.model.generate(
                **padded,
                **(first if target else {}),
                num_beams=beams,
                do_sample=False,
                max_length=None,
                max_new_tokens=max_tokens,
            )
        return [self._text(row) for row in made.tolist()]


class Converted(Engine):
    """A model converted for CTranslate2."""

    def __init__(self, folder: Path, device: str) -> None:
        need_libraries(WHO, ("ctranslate2", "transformers", "sentencepiece"), "ctranslate2")
        super().__init__(folder)
        import ctranslate2

        self.model: Any = ctranslate2.Translator(str(folder), device=device or "auto")

    def generate(
        self, tokens: list[list[int]], target: str, beams: int, max_tokens: int
    ) -> list[str]:
        """Translate one batch."""
        made = self.model.translate_batch(
            [self.tokenizer.convert_ids_to_tokens(row) for row in tokens],
            target_prefix=[[target]] * len(tokens) if target else None,
            beam_size=beams,
            max_decoding_length=max_tokens,
        )
        found = [result.hypotheses[0] for result in made]
        return [self._text(self.tokenizer.convert_tokens_to_ids(row)) for row in found]


def _languages(tokenizer: Any) -> dict[str, str]:
    """Find what a model for many languages calls them, by their tags; none for one pair."""
    found: dict[str, str] = {}
    # M2M100 keeps these beside its vocabulary
    for token in (*tokenizer.get_vocab(), *getattr(tokenizer, "lang_code_to_token", {}).values()):
        named = LANGUAGE.fullmatch(token)
        if named:
            try:
                tag = standard_tag(next(filter(None, named.groups())))
            except LanguageError:
                continue
            found.setdefault(tag, token)
    return found
