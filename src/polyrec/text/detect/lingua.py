"""The detector `lingua`: letters in ones to fives, 75 languages; best at a few words, and slow."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from lingua import LanguageDetectorBuilder

from polyrec.core.language import wide_tag
from polyrec.text.detect.detector import Candidate
from polyrec.text.detect.ranked import Ranked

if TYPE_CHECKING:
    from lingua import ConfidenceValue, LanguageDetector

DIGITS = 5


@dataclass
class Lingua(Ranked):
    """Detects 75 languages; holds a gigabyte of memory once it has met them all.

    Attributes:
        min_confidence: below it a text's language is `und`.
        mixed: whether to look for parts of a text that are in another language.
        low_accuracy: whether to look at three letters at a time only: faster, in less memory, and
            worse for short texts.
    """

    min_confidence: float = 0.2
    mixed: bool = True
    low_accuracy: bool = False

    def _rank(self, texts: list[str]) -> list[list[Candidate]]:
        found = _detector(self.low_accuracy).compute_language_confidence_values_in_parallel(texts)
        return [_candidates(values) for values in found]


def _candidates(values: list[ConfidenceValue]) -> list[Candidate]:
    """Round what lingua sums up in another order each time, so that an answer stays."""
    rounded = [
        Candidate(wide_tag(each.language.iso_code_639_1.name.lower()), round(each.value, DIGITS))
        for each in values
    ]
    likely = [each for each in rounded if each.probability > 0]
    return sorted(likely, key=lambda each: (-each.probability, each.language))


@lru_cache(maxsize=2)
def _detector(low_accuracy: bool) -> LanguageDetector:
    builder = LanguageDetectorBuilder.from_all_languages()
    return (builder.with_low_accuracy_mode() if low_accuracy else builder).build()
