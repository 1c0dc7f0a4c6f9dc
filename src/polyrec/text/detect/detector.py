"""The detector's contract: texts in, the language of each out, `und` where that is not sure."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from polyrec.core.texts import check_texts

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Span:
    """A stretch of a text in one language: `text[start:end]`."""

    start: int
    end: int
    language: str


class Candidate(NamedTuple):
    """A language that a text may be in, and how likely."""

    language: str
    probability: float


@dataclass(frozen=True)
class Detection:
    """What a detector found out about one text.

    Attributes:
        language: BCP 47 tag as people write it (`zh`, not `cmn`), `und` where it is not sure.
        confidence: how likely the best guess is right, 0 to 1; 0 where there is none.
        script: ISO 15924 code of most of the text's letters; `Zyyy` where it has none.
        spans: where the text is in which language, in order, if it is in more than one; else empty.
        candidates: the likeliest languages, best first; empty where there is no guess at all.
    """

    language: str
    confidence: float
    script: str
    spans: tuple[Span, ...] = ()
    candidates: tuple[Candidate, ...] = ()


class Detector(ABC):
    """Says in which language texts are; a new one writes `_detect`."""

    def detect(self, texts: Sequence[str]) -> list[Detection]:
        """Detect the language of each text, in order.

        Raises:
            DataError: something is not a text, or a text is given in place of a list.
        """
        check_texts(texts)
        return self._detect(list(texts)) if len(texts) else []

    @abstractmethod
    def _detect(self, texts: list[str]) -> list[Detection]:
        """Detect the language of at least one text."""
