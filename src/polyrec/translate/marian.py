"""Translation models of Hugging Face, or converted for CTranslate2, run on this machine."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from polyrec.core.errors import ConfigError, LanguageError, PolyrecError
from polyrec.core.language import standard_tag
from polyrec.core.model_folder import digest_of, model_folder
from polyrec.translate.marian_engines import WHO, opened
from polyrec.translate.tags import best_tag
from polyrec.translate.translator import Translation, Translator, not_translated

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyrec.encode.encoder import Kind

ENGINE = "marian"
LEFT_OUT = ("pytorch_model*.bin", "*.h5", "*.msgpack", "*.onnx", "*.ot", "*.pt", "*.ckpt", "*.npz")
"""What is not fetched of a model: its weights in other forms."""

NAMED_PAIR = re.compile(r"(?:^|[-_/])([a-z]{2,3})-([a-z]{2,3})$", re.I)
"""The pair in a name such as `opus-mt-es-en`."""


@dataclass
class Marian(Translator):
    """A sequence model such as MarianMT, M2M100 or NLLB, or one converted for CTranslate2.

    A folder with `model.bin` is a converted one (extra `ctranslate2`); any other is run by PyTorch
    (extra `torch`), with weights as safetensors only. Nothing is fetched unless `allow_download` is
    set. Texts with more tokens than `max_tokens` stay as they are, with an error.

    Attributes:
        model: a folder, or a name such as `Helsinki-NLP/opus-mt-es-en`.
        source: the language of texts, of a model for one pair; empty reads it from the name.
        target: the language that such a model translates into; empty reads it from the name.
        prefix: a token before each text, such as `>>fra<<`, where a model wants one.
        beams: how many translations are kept in sight at each step.
        batch_size: texts per step; more need more memory.
        max_tokens: the most that are read and written of a text.
        device: `cpu`, `cuda`, ...; empty takes the fastest there is.
        revision: branch, tag or commit of a model given by name; empty takes the newest.
        allow_download: fetch a model that is not on this machine.
    """

    model: str
    source: str = ""
    target: str = ""
    prefix: str = ""
    beams: int = 4
    batch_size: int = 16
    max_tokens: int = 512
    device: str = ""
    revision: str = ""
    allow_download: bool = False
    _digest: str = field(default="", init=False, repr=False, compare=False)
    _engine: Any = field(default=None, init=False, repr=False, compare=False)
    _lock: Any = field(default_factory=threading.RLock, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.model:
            raise ConfigError("model is empty", hint="give a model's folder or name")
        for name in ("beams", "batch_size", "max_tokens"):
            if (value := getattr(self, name)) < 1:
                raise ConfigError(f"{name} is {value}", hint="give at least 1")
        if bool(self.source) != bool(self.target):
            raise ConfigError(
                f"source is {self.source!r} and target is {self.target!r}",
                hint="give both languages, or none of them",
            )

    @property
    def folder(self) -> Path:
        """Where the model lies; fetches it first where that is allowed."""
        return model_folder(
            self.model,
            WHO,
            owner="Helsinki-NLP",
            revision=self.revision,
            allow_download=self.allow_download,
            leave_out=LEFT_OUT,
        )

    @property
    def fingerprint(self) -> str:
        """Names the model by commit or by the hash of its files, and settings that move texts."""
        with self._lock:
            if not self._digest:
                self._digest = digest_of(self.folder)
        settings = f"{self.prefix}/{self.beams}/{self.max_tokens}"
        return f"marian-1/{Path(self.model).name}/{self._digest}/{settings}"

    def covers(self, source: str, target: str) -> bool:
        """Say whether the model knows the pair; one for many languages is loaded for that."""
        try:
            return self._codes(source, target) is not None
        except PolyrecError:
            return False

    def uncovered(self, source: str, target: str) -> ConfigError:
        """Say which languages the model knows, or why it cannot be loaded."""
        try:
            known = sorted(self._load().languages)
        except ConfigError as error:
            return error
        except PolyrecError as error:
            return ConfigError(error.problem, hint=error.hint)
        pair = self._pair()
        have = ", ".join(known) or (" to ".join(pair) if pair else "no languages that it names")
        return ConfigError(
            f"{WHO} does not translate from {source!r} to {target!r}; {self.model} has {have}",
            hint="set source and target where the model is for one pair, or name another model",
        )

    def _pair(self) -> tuple[str, str] | None:
        """Give the languages of a model for one pair: by its settings, or by its name."""
        if self.source:
            return standard_tag(self.source), standard_tag(self.target)
        named = NAMED_PAIR.search(self.model.rstrip("/"))
        try:
            return (standard_tag(named[1]), standard_tag(named[2])) if named else None
        except LanguageError:
            return None

    def _codes(self, source: str, target: str) -> tuple[str, str] | None:
        """Give what the model calls both languages, empty for a model of one pair."""
        languages = self._load().languages
        pair = self._pair()
        if not languages and pair is None:
            return None
        sources, targets = (
            (pair[:1], pair[1:]) if pair and not languages else (languages, languages)
        )
        one = best_tag(sources, source, wished=False)
        other = best_tag(targets, target, wished=True)
        if not one or not other:
            return None
        return (languages[one], languages[other]) if languages else ("", "")

    def _load(self) -> Any:
        """Open the model once."""
        with self._lock:
            if self._engine is None:
                self._engine = opened(self.folder, self.device)
            return self._engine

    def _translate(
        self,
        texts: list[str],
        source: str,
        target: str,
        kind: Kind,
        advance: Callable[[int], None],
    ) -> list[Translation]:
        del kind
        codes = self._codes(source, target)
        assert codes is not None
        with self._lock:  # the tokenizer holds the languages
            engine = self._load()
            tokens = [engine.tokens(text, codes[0], self.prefix) for text in texts]
            why = f"{WHO}: the text has more than {self.max_tokens} tokens"
            found = [not_translated(text, why) for text in texts]
            rows = [row for row in range(len(texts)) if len(tokens[row]) <= self.max_tokens]
            rows.sort(key=lambda row: len(tokens[row]))  # a batch of like lengths needs no padding
            advance(len(texts) - len(rows))
            for start in range(0, len(rows), self.batch_size):
                batch = rows[start : start + self.batch_size]
                given = [tokens[row] for row in batch]
                made = engine.generate(given, codes[1], self.beams, self.max_tokens)
                for row, text in zip(batch, made, strict=True):
                    found[row] = Translation(text, ENGINE)
                advance(len(batch))
        return found
