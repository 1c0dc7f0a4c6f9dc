"""Fills up languages that have few texts with translations of other languages' texts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from polyrec.augment.augmenter import Augmenter, Synthetic, check_small, drawn, small_languages
from polyrec.core.language import UNDETERMINED, matches

if TYPE_CHECKING:
    from collections.abc import Iterator

    from polyrec.translate.translator import Translator

HOW = "translation"


@dataclass
class ForwardTranslation(Augmenter):
    """Translates texts of other languages into those that have few.

    Attributes:
        translator: makes the translations; pairs that it does not cover are left out.
        languages: those to fill up, BCP 47; empty for all that have fewer than `up_to` texts.
        up_to: how many texts each should have, made ones included.
    """

    translator: Translator
    languages: list[str] = field(default_factory=list)
    up_to: int = 300

    def __post_init__(self) -> None:
        self.languages = check_small(self.up_to, self.languages)

    def _augment(self, texts: list[str], languages: list[str], seed: int) -> Iterator[Synthetic]:
        for target, lack in small_languages(languages, self.up_to, self.languages).items():
            able = {tag for tag in set(languages) if self._covers(tag, target)}
            rows = [row for row, tag in enumerate(languages) if tag in able]
            chosen = drawn(rows, texts, lack, seed=seed)
            for source in sorted(able):
                own = [row for row in chosen if languages[row] == source]
                made = self.translator.translate(
                    [texts[row] for row in own], source=source, target=target
                )
                for row, translation in zip(own, made, strict=True):
                    if translation.translated:
                        yield Synthetic(translation.text, target, row, HOW)

    def _covers(self, source: str, target: str) -> bool:
        if source == UNDETERMINED or matches(target, source):
            return False
        return self.translator.covers(source, target)
