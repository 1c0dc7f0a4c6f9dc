"""A detector that asks others where its first is unsure, and counts all that they say alike."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace

from polyrec.core.errors import ConfigError
from polyrec.core.registry import build
from polyrec.text.detect.detector import Candidate, Detector
from polyrec.text.detect.py3langid import Py3langid
from polyrec.text.detect.ranked import Ranked

OTHERS = ("lingua", "eldc")


@dataclass
class SecondOpinion(Ranked):
    """Asks a fast detector first, and others about what it is unsure of; all then count alike.

    Attributes:
        first: the detector that is asked about every text.
        others: those that are asked where it is unsure; lingua and eldc if none are named.
        sure: how sure the first must be for its answer to stand.
        min_confidence: below it a text's language is `und`.
        mixed: whether to look for parts of a text that are in another language.
    """

    first: Detector = field(default_factory=Py3langid)
    others: list[Detector] = field(default_factory=list)
    sure: float = 0.5
    min_confidence: float = 0.3
    mixed: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 <= self.sure <= 1:
            raise ConfigError(f"sure is {self.sure!r}", hint="give a number from 0 to 1")

    def _rank(self, texts: list[str]) -> list[list[Candidate]]:
        ranked = _candidates(self.first, texts)
        unsure = [i for i, each in enumerate(ranked) if not _is_sure(each, self.sure)]
        asked = [texts[i] for i in unsure]
        others = self.others or [build("detector", name) for name in OTHERS]
        opinions = [_candidates(other, asked) for other in others]
        for place, i in enumerate(unsure):
            ranked[i] = _joined([ranked[i], *(each[place] for each in opinions)])
        return ranked


def _candidates(detector: Detector, texts: list[str]) -> list[list[Candidate]]:
    """Ask for candidates only: parts in other languages are looked for once, by who asks."""
    plain = replace(detector, mixed=False) if isinstance(detector, Ranked) else detector
    return [list(each.candidates) for each in plain.detect(texts)]


def _is_sure(candidates: list[Candidate], sure: float) -> bool:
    return bool(candidates) and candidates[0].probability >= sure


def _joined(opinions: list[list[Candidate]]) -> list[Candidate]:
    """Take the mean of what was said, by those who said anything."""
    spoke = [each for each in opinions if each]
    total: dict[str, float] = defaultdict(float)
    for each in spoke:
        for language, probability in each:
            total[language] += probability / len(spoke)
    found = [Candidate(language, value) for language, value in total.items()]
    return sorted(found, key=lambda each: (-each.probability, each.language))
