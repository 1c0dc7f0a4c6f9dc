"""The default detector: naive Bayes over bytes, 139 languages, in a package of five megabytes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any

from polyrec.core.errors import ConfigError
from polyrec.core.language import wide_tag
from polyrec.text.detect.detector import Candidate
from polyrec.text.detect.ranked import MOST_CANDIDATES, Ranked

NO_CONTENT = "zxx"
MOST_LOOKED_AT = 40
"""The rest of its languages have next to no probability."""

_LEARNED = (
    "af am ar as az be bg bn br bs ca cs cy da de el en eo es et eu fa fi fr fy ga gd gl gu ha he "
    "hi hr hu hy id is it ja jv ka kk km kn ko ku ky la lo lt lv mg mk ml mn mr ms my ne nl no om "
    "or pa pl ps pt ro ru sa sd si sk sl so sq sr su sv sw ta te th tl tr ug uk ur uz vi xh yi zh"
)
LEARNED = frozenset(_LEARNED.split())
"""Languages that the default encoder has learned: those of XLM-R (Conneau et al. 2020)."""


@dataclass
class Py3langid(Ranked):
    """Detects 139 languages at tens of thousands of short texts per second.

    Attributes:
        min_confidence: below it a text's language is `und`.
        mixed: whether to look for parts of a text that are in another language.
        rare: how likely a language is that the default encoder has not learned, next to one that
            it has. With 1, many a short English or Spanish title is taken for a small language.
    """

    min_confidence: float = 0.3
    mixed: bool = True
    rare: float = 0.2

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 <= self.rare <= 1:
            raise ConfigError(f"rare is {self.rare!r}", hint="give a number from 0 to 1")

    def _rank(self, texts: list[str]) -> list[list[Candidate]]:
        identifier = _identifier()
        return [self._weighed(identifier.rank(text)) for text in texts]

    def _weighed(self, ranked: list[tuple[str, float]]) -> list[Candidate]:
        weights = [
            (tag, value if tag in LEARNED else value * self.rare)
            for tag, value in ranked[:MOST_LOOKED_AT]
            if tag != NO_CONTENT
        ]
        total = sum(weight for _, weight in weights)
        best = sorted(weights, key=itemgetter(1), reverse=True)[:MOST_CANDIDATES]
        return [Candidate(wide_tag(tag), weight / total) for tag, weight in best]


@lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
