"""The augmenter's contract: texts in, further texts out that say that they are made."""

from __future__ import annotations

import zlib
from abc import ABC, abstractmethod
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from polyrec.core.errors import ConfigError, DataError
from polyrec.core.language import UNDETERMINED, standard_tag
from polyrec.core.texts import check_texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True)
class Synthetic:
    """A made text. Models may learn from it; it is never shown, split or tested.

    Attributes:
        text: what was made.
        language: BCP 47 tag of most of its words.
        source: row of the text that it was made from.
        how: name of the augmenter that made it.
    """

    text: str
    language: str
    source: int
    how: str


class Augmenter(ABC):
    """Makes texts out of texts; a new one writes `_augment`."""

    def augment(
        self, texts: Sequence[str], languages: Sequence[str], *, seed: int = 0
    ) -> list[Synthetic]:
        """Make further texts, for the languages that have few.

        Args:
            texts: any number of texts; nothing is made from blank ones.
            languages: the language of each, BCP 47.
            seed: draws everything that is drawn.

        Returns:
            Made texts in the order of their sources; none or several per source, none of them
            blank, equal to its source or made twice from it.

        Raises:
            DataError: something is not a text, or texts and languages differ in number.
            LanguageError: a language is not BCP 47.
            ConfigError: the augmenter cannot be used as it is set.
            EngineError: an engine that it needs failed as a whole.
        """
        check_texts(texts)
        if len(texts) != len(languages):
            raise DataError(f"{len(texts)} texts but {len(languages)} languages")
        tags = [standard_tag(str(tag)) for tag in languages]
        rows = [row for row, text in enumerate(texts) if text.strip()]
        if not rows:
            return []
        made = self._augment([texts[row] for row in rows], [tags[row] for row in rows], seed)
        found = {
            (rows[each.source], each.language, each.text): each.how
            for each in made
            if each.text.strip() and each.text != texts[rows[each.source]]
        }
        ordered = sorted(found, key=lambda key: key[0])
        return [Synthetic(text, tag, row, found[row, tag, text]) for row, tag, text in ordered]

    @abstractmethod
    def _augment(self, texts: list[str], languages: list[str], seed: int) -> Iterable[Synthetic]:
        """Make texts out of at least one, none of them blank; `source` is a row of these."""


def small_languages(
    languages: Sequence[str], up_to: int, only: Sequence[str] = ()
) -> dict[str, int]:
    """List the languages with fewer texts than `up_to`, and how many each lacks; `und` is none.

    Args:
        languages: the language of each text.
        up_to: how many texts a language should have.
        only: look at these, be there texts of them or not; empty for those that there are.
    """
    counts = Counter(languages)
    wanted = sorted(set(only) or counts.keys() - {UNDETERMINED})
    return {tag: up_to - counts[tag] for tag in wanted if counts[tag] < up_to}


def check_small(up_to: int, only: Sequence[str]) -> list[str]:
    """Check the settings by which small languages are found, and spell tags the standard way.

    Raises:
        ConfigError: the number is below 1, or the languages are no list.
        LanguageError: a language is not BCP 47.
    """
    if up_to < 1:
        raise ConfigError(f"up_to is {up_to}", hint="give at least 1")
    if isinstance(only, str):
        raise ConfigError(f"languages is the text {only!r}", hint=f"give a list: [{only!r}]")
    return [standard_tag(tag) for tag in only]


def check_share(name: str, value: float) -> None:
    """Refuse a share outside 0..1.

    Raises:
        ConfigError: it is outside.
    """
    if not 0 < value <= 1:
        raise ConfigError(f"{name} is {value}", hint="give a number above 0, at most 1")


def chance(seed: int, text: str) -> np.random.Generator:
    """Give the draws for a text: they do not depend on the texts beside it."""
    return np.random.default_rng([seed, zlib.crc32(text.encode("utf-8", "replace"))])


def drawn(rows: Sequence[int], texts: Sequence[str], most: int, *, seed: int) -> list[int]:
    """Draw at most so many rows; a text is drawn or not whatever the order of the others."""
    order = sorted(rows, key=lambda row: (float(chance(seed, texts[row]).random()), row))
    return sorted(order[:most])
