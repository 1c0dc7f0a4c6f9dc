"""The contract of what judges translations without knowing the right ones."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

import numpy as np

from polyrec.core.errors import DataError
from polyrec.core.language import standard_tag
from polyrec.core.texts import check_texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from polyrec.core.types import Doubles
    from polyrec.encode.encoder import Kind


class Quality(ABC):
    """Estimates how good translations are; a new one writes `fingerprint` and `_estimate`."""

    @property
    @abstractmethod
    def fingerprint(self) -> str:
        """Names version and every setting that an estimate depends on, for memories."""

    def estimate(
        self,
        sources: Sequence[str],
        translations: Sequence[str],
        *,
        source: str,
        target: str,
        kind: Kind = "passage",
    ) -> Doubles:
        """Estimate the quality of each translation, in order.

        Args:
            sources: the texts that were translated.
            translations: one for each of them.
            source: language of the sources, BCP 47.
            target: language that the translations should be in, BCP 47.
            kind: `passage` for items' texts, `query` for a user's own.

        Returns:
            Shape (texts,), from 0 to 1, more is better; 0 where a text became blank.

        Raises:
            DataError: the two differ in length, or something is not a text.
            LanguageError: a language is not BCP 47.
        """
        source, target = standard_tag(source), standard_tag(target)
        check_texts(sources, "sources")
        check_texts(translations, "translations")
        if len(sources) != len(translations):
            raise DataError(f"{len(sources)} sources but {len(translations)} translations")
        found = np.zeros(len(sources))
        rows = [i for i, text in enumerate(translations) if text.strip()]
        if rows:
            found[rows] = self._estimate(
                [sources[i] for i in rows], [translations[i] for i in rows], source, target, kind
            )
        return np.clip(found, 0.0, 1.0)

    @abstractmethod
    def _estimate(
        self, sources: list[str], translations: list[str], source: str, target: str, kind: Kind
    ) -> Doubles:
        """Estimate at least one, none of the translations blank."""
