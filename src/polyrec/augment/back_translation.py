"""Rewords texts by translating them into another language and back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from polyrec.augment.augmenter import Augmenter, Synthetic, check_small, small_languages
from polyrec.core.errors import ConfigError
from polyrec.core.language import UNDETERMINED, matches, standard_tag

if TYPE_CHECKING:
    from collections.abc import Iterator

    from polyrec.translate.translator import Translator

HOW = "back-translation"


@dataclass
class BackTranslation(Augmenter):
    """Translates texts of languages that have few into a pivot language and back.

    Attributes:
        translator: goes both ways; languages that it does not cover both ways are left out.
        pivot: the language in the middle, BCP 47.
        languages: those to fill up, BCP 47; empty for all that have fewer than `up_to` texts.
        up_to: a language with as many texts or more is left as it is; each text of the others is
            reworded once.
    """

    translator: Translator
    pivot: str = "en"
    languages: list[str] = field(default_factory=list)
    up_to: int = 300

    def __post_init__(self) -> None:
        self.languages = check_small(self.up_to, self.languages)
        self.pivot = standard_tag(self.pivot)
        if self.pivot == UNDETERMINED:
            raise ConfigError(f"pivot is {self.pivot!r}", hint="name a language, such as 'en'")

    def _augment(self, texts: list[str], languages: list[str], seed: int) -> Iterator[Synthetic]:
        del seed  # nothing is drawn
        for language in small_languages(languages, self.up_to, self.languages):
            if not self._covers(language):
                continue
            rows = [row for row, tag in enumerate(languages) if tag == language]
            there = self.translator.translate(
                [texts[row] for row in rows], source=language, target=self.pivot
            )
            arrived = [(row, t.text) for row, t in zip(rows, there, strict=True) if t.translated]
            back = self.translator.translate(
                [text for _, text in arrived], source=self.pivot, target=language
            )
            for (row, _), translation in zip(arrived, back, strict=True):
                if translation.translated:
                    yield Synthetic(translation.text, language, row, HOW)

    def _covers(self, language: str) -> bool:
        if language == UNDETERMINED or matches(self.pivot, language):
            return False
        translator, pivot = self.translator, self.pivot
        return translator.covers(language, pivot) and translator.covers(pivot, language)
