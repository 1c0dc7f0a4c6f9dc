"""Rewords texts by words that lie near theirs in the multilingual space."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from polyrec.augment.augmenter import (
    Augmenter,
    Synthetic,
    chance,
    check_share,
    check_small,
    small_languages,
)
from polyrec.augment.rewording import reworded
from polyrec.augment.vocabulary import Vocabulary, synonyms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from polyrec.encode.encoder import Encoder

HOW = "synonyms"
DEPTH = 3
"""Of how many nearest words one is drawn."""


@dataclass
class Synonyms(Augmenter):
    """Replaces words by near ones of the same language, in the languages that have few texts.

    Words and how frequent they are come from wordfreq. Texts whose script puts nothing between
    words stay as they are.

    Attributes:
        encoder: makes the words' vectors; best the plan's own, inside `cached`.
        share: the chance of each word that has near ones to be replaced.
        min_cosine: how near a word must be, the mean of the language taken away.
        vocabulary: how many frequent words of a language are looked at.
        languages: those to fill up, BCP 47; empty for all that have fewer than `up_to` texts.
        up_to: a language with as many texts or more is left as it is; each text of the others is
            reworded once.
    """

    encoder: Encoder
    share: float = 0.3
    min_cosine: float = 0.5
    vocabulary: int = 3000
    languages: list[str] = field(default_factory=list)
    up_to: int = 300
    _near: dict[str, dict[str, list[str]]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        self.languages = check_small(self.up_to, self.languages)
        check_share("share", self.share)

    def _augment(self, texts: list[str], languages: list[str], seed: int) -> Iterator[Synthetic]:
        small = small_languages(languages, self.up_to, self.languages)
        for row, (text, language) in enumerate(zip(texts, languages, strict=True)):
            if language in small:
                made, _ = reworded(text, self._others(language), self.share, chance(seed, text))
                yield Synthetic(made, language, row, HOW)

    def _others(self, language: str) -> dict[str, list[str]]:
        """Give the near words of each word, worked out once."""
        if language not in self._near:
            words = Vocabulary.of(language, self.encoder, self.vocabulary)
            self._near[language] = synonyms(words, depth=DEPTH, min_cosine=self.min_cosine)
        return self._near[language]
