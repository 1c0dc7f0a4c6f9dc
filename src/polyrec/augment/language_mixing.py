"""Mixes languages: words of a language that has few texts in the texts of others."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from polyrec.augment.augmenter import (
    Augmenter,
    Synthetic,
    chance,
    check_share,
    check_small,
    drawn,
    small_languages,
)
from polyrec.augment.rewording import reworded
from polyrec.augment.vocabulary import Vocabulary, dictionary
from polyrec.core.language import UNDETERMINED, matches
from polyrec.translate.glossary_terms import Terms, read_terms
from polyrec.translate.tags import best_tag

if TYPE_CHECKING:
    from collections.abc import Iterator

    from polyrec.encode.encoder import Encoder

HOW = "language-mixing"
HALF = 0.5


@dataclass
class LanguageMixing(Augmenter):
    """Puts words of languages that have few texts in the place of other languages' words.

    Which word stands for which comes from a glossary, where one is given, and from the words of
    wordfreq: two words stand for each other where each is the other's nearest in the multilingual
    space. A text is in the language of most of its words.

    Attributes:
        encoder: makes the words' vectors; best the plan's own, inside `cached`.
        share: the chance of each word that has another to be replaced.
        margin: how much nearer than its surroundings a word must lie to stand for another.
        vocabulary: how many frequent words of a language are looked at.
        glossary: a CSV, or a TSV by its ending, with one column per language; empty for none.
        languages: those to fill up, BCP 47; empty for all that have fewer than `up_to` texts.
        up_to: how many texts each should have, made ones included.
    """

    encoder: Encoder
    share: float = 0.5
    margin: float = 0.05
    vocabulary: int = 3000
    glossary: str = ""
    languages: list[str] = field(default_factory=list)
    up_to: int = 300
    _known: dict[str, Vocabulary] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _pairs: dict[tuple[str, str], dict[str, list[str]]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        self.languages = check_small(self.up_to, self.languages)
        check_share("share", self.share)

    def _augment(self, texts: list[str], languages: list[str], seed: int) -> Iterator[Synthetic]:
        for target, lack in small_languages(languages, self.up_to, self.languages).items():
            able = {
                tag
                for tag in set(languages) - {UNDETERMINED}
                if not matches(target, tag) and self._others(tag, target)
            }
            rows = [row for row, tag in enumerate(languages) if tag in able]
            for row in drawn(rows, texts, lack, seed=seed):
                rng = chance(seed, f"{target}\0{texts[row]}")
                others = self._others(languages[row], target)
                made, foreign = reworded(texts[row], others, self.share, rng)
                language = target if foreign > HALF else languages[row]
                yield Synthetic(made, language, row, HOW)

    def _others(self, source: str, target: str) -> dict[str, list[str]]:
        """Give what may stand for each word of a language in another, worked out once."""
        if (source, target) not in self._pairs:
            words = self._words(source), self._words(target)
            found = dictionary(*words, margin=self.margin)
            both = {(source, target): found, (target, source): {o: w for w, o in found.items()}}
            for pair, induced in both.items():
                known = induced | self._terms(*pair)
                self._pairs[pair] = {word: [other] for word, other in known.items()}
        return self._pairs[source, target]

    def _words(self, language: str) -> Vocabulary:
        if language not in self._known:
            self._known[language] = Vocabulary.of(language, self.encoder, self.vocabulary)
        return self._known[language]

    def _terms(self, source: str, target: str) -> dict[str, str]:
        """Give the glossary's terms of a pair; of more than a word none is found in a text."""
        one, other = (
            best_tag(self._columns, source, wished=False),
            best_tag(self._columns, target, wished=True),
        )
        if one is None or other is None:
            return {}
        return Terms.of(self._columns[one], self._columns[other]).targets

    @cached_property
    def _columns(self) -> dict[str, list[str]]:
        if not self.glossary:
            return {}
        return read_terms(Path(self.glossary).expanduser(), "augmenter 'language-mixing'")
