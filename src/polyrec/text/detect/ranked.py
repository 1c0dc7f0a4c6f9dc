"""What detectors share whose library ranks languages: script, doubt, and texts in two languages."""

from __future__ import annotations

import re
from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

from polyrec.core.errors import ConfigError
from polyrec.core.language import UNDETERMINED
from polyrec.text.detect.detector import Candidate, Detection, Detector
from polyrec.text.detect.script import letter_script, script_of
from polyrec.text.detect.spans import pieces_of, spans_of

if TYPE_CHECKING:
    from polyrec.text.detect.detector import Span

MOST_CANDIDATES = 10
MOST_CHARACTERS = 2000
"""A longer text is judged by this much of its beginning; its spans by all of it."""

NO_LANGUAGE = re.compile(
    r"(?<!\S)\S[^\s@]*+@\S[^\s.]*+\.\S+"  # an e-mail address, in time linear in the text's length
    r"|(?:https?://|www\.)\S+"
    r"|[\x00-\x1f\x7f\ud800-\udfff]"
)
"""Addresses are in no language; control characters and halves of pairs stop some libraries."""


@dataclass
class Ranked(Detector):
    """A detector whose library ranks languages; a new one writes `_rank`.

    Attributes:
        min_confidence: below it a text's language is `und`.
        mixed: whether to look for parts of a text that are in another language.
    """

    min_confidence: float = 0.0
    mixed: bool = True

    def __post_init__(self) -> None:
        if not 0 <= self.min_confidence <= 1:
            raise ConfigError(
                f"min_confidence is {self.min_confidence!r}", hint="give a number from 0 to 1"
            )

    @abstractmethod
    def _rank(self, texts: list[str]) -> list[list[Candidate]]:
        """Rank the languages of texts that have letters, best first; none where there is no guess.

        Probabilities are of 0 to 1 and sum up to at most 1. A text's answer must not depend on
        the others.
        """

    def _detect(self, texts: list[str]) -> list[Detection]:
        bare = [NO_LANGUAGE.sub(_blank, text) for text in texts]
        ranked = self._ranked([text[:MOST_CHARACTERS] for text in bare])
        spans = self._spans(bare) if self.mixed else [()] * len(texts)
        return [
            self._detection(text, candidates, found)
            for text, candidates, found in zip(bare, ranked, spans, strict=True)
        ]

    def _detection(
        self, text: str, candidates: list[Candidate], spans: tuple[Span, ...]
    ) -> Detection:
        script = script_of(text)
        if not candidates:
            return Detection(UNDETERMINED, 0.0, script)
        best = candidates[0]
        sure = best.probability >= self.min_confidence
        return Detection(
            best.language if sure else UNDETERMINED,
            best.probability,
            script,
            spans,
            tuple(candidates[:MOST_CANDIDATES]),
        )

    def _ranked(self, texts: list[str]) -> list[list[Candidate]]:
        """Rank each text once, leaving out those without letters."""
        with_letters = [text for text in dict.fromkeys(texts) if any(map(letter_script, text))]
        found = (
            dict(zip(with_letters, self._rank(with_letters), strict=True)) if with_letters else {}
        )
        return [found.get(text, []) for text in texts]

    def _spans(self, texts: list[str]) -> list[tuple[Span, ...]]:
        """Find the parts of each text by ranking its pieces, all texts' pieces at once."""
        pieces = [pieces_of(text) for text in texts]
        asked = [text[a:b] for text, cut in zip(texts, pieces, strict=True) for a, b in cut]
        answers = iter(self._ranked(asked))
        return [spans_of([(a, b, next(answers)) for a, b in cut]) for cut in pieces]


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])
