"""Quality estimation by a few plain features and the nearness of source and translation."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from polyrec.core.language import UNDETERMINED, matches
from polyrec.translate import kept, surface
from polyrec.translate.meaning import default_encoder, nearness
from polyrec.translate.quality import Quality

if TYPE_CHECKING:
    from polyrec.core.types import Doubles
    from polyrec.encode.debias import Debias
    from polyrec.encode.encoder import Encoder, Kind
    from polyrec.text.detect.detector import Detector

CONSTANT = -2.05
WEIGHTS = {
    "similarity": 2.54,
    "length": -0.43,
    "copied": -1.22,
    "unknown": -1.0,
    "numbers": -1.0,
    "marks": -1.0,
    "units": -1.0,
    "repetition": -1.0,
    "language": -1.0,
}
"""Learned by benchmarks/quality_weights.py."""


@dataclass
class Features(Quality):
    """Judges by meaning, length, what must be kept, what is left over, and the language.

    The estimate is 1 / (1 + exp(-s)) with s = constant + sum of weight x feature. The features:
    similarity (cosine of source and translation in the debiased space), length (distance of the
    logarithm of the ratio from the usual), numbers, marks (addresses, placeholders, tags) and units
    (share lost), copied (share of the source's words left as they were), unknown (words marked as
    such), repetition, language (another one or another script than asked for). Source: the features
    of Specia et al. 2013, "QuEst", joined with the similarity of Lo 2019, "YiSi-2".

    Attributes:
        encoder: makes the vectors of sources and translations.
        debias: frees them from language bias; without one, the language means that ship are used,
            which are those of the default encoder. One that has learned nothing learns on the texts
            that it gets, each time.
        detector: says in which language translations are; without one their script alone is looked
            at.
    """

    encoder: Encoder = field(default_factory=default_encoder)
    debias: Debias | None = None
    detector: Detector | None = None

    @property
    def fingerprint(self) -> str:
        """Names encoder, debias, detector and weights."""
        weights = ",".join(f"{value:g}" for value in (CONSTANT, *WEIGHTS.values()))
        return f"features-1({self.encoder.fingerprint},{self.debias},{self.detector},{weights})"

    def _estimate(
        self, sources: list[str], translations: list[str], source: str, target: str, kind: Kind
    ) -> Doubles:
        table = self.table(sources, translations, languages=(source, target), kind=kind)
        scores = CONSTANT + table @ np.array(list(WEIGHTS.values()))
        return np.asarray(1 / (1 + np.exp(-scores)))

    def table(
        self,
        sources: list[str],
        translations: list[str],
        *,
        languages: tuple[str, str],
        kind: Kind = "passage",
    ) -> Doubles:
        """Give the features of each translation, shape (texts, features), in `WEIGHTS`' order."""
        source, target = languages
        pairs = list(zip(sources, translations, strict=True))
        bare = [surface.UNKNOWN.sub("", text) for text in translations]
        columns: dict[str, Doubles | list[float]] = {
            "similarity": nearness(
                sources,
                bare,
                languages=languages,
                encoder=self.encoder,
                debias=self.debias,
                kind=kind,
            ),
            "length": [surface.length_oddity(a, b, source=source, target=target) for a, b in pairs],
            "numbers": [kept.numbers_lost(a, b) for a, b in pairs],
            "marks": [kept.lost(kept.marks(a), kept.marks(b)) for a, b in pairs],
            "units": [kept.lost(kept.units(a), kept.units(b)) for a, b in pairs],
            "copied": [surface.copied(a, b) for a, b in zip(sources, bare, strict=True)],
            "unknown": [surface.unknown_marks(a, b) for a, b in pairs],
            "repetition": [surface.repetition(a, b) for a, b in pairs],
            "language": self._wrong_language(pairs, target),
        }
        return np.column_stack([columns[name] for name in WEIGHTS]).astype(np.float64)

    def _wrong_language(self, pairs: list[tuple[str, str]], target: str) -> list[float]:
        found = [surface.foreign(a, b, target=target) for a, b in pairs]
        if self.detector is None:
            return found
        detected = self.detector.detect([b for _, b in pairs])
        return [
            share
            if each.language == UNDETERMINED or matches(surface.language_of(target), each.language)
            else max(share, each.confidence)
            for share, each in zip(found, detected, strict=True)
        ]
