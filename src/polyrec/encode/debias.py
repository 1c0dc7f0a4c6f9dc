"""The contract of what frees vectors from language bias."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Self

import numpy as np

from polyrec.core.errors import DataError, NotFittedError
from polyrec.core.language import UNDETERMINED, with_script
from polyrec.core.vectors import unit_rows

if TYPE_CHECKING:
    from polyrec.core.types import Floats, Integers, Strings


class Debias(ABC):
    """Learns what belongs to a language rather than to a text, and takes it away.

    A new one writes `_fit` and `_apply` and the attribute `fitted`.
    """

    def fit(self, vectors: Floats, languages: Strings) -> Self:
        """Learn from vectors, shape (n, dim), and the language of each.

        Raises:
            DataError: the two differ in length.
        """
        _check(vectors, languages)
        self._fit(vectors, languages)
        return self

    def apply(self, vectors: Floats, languages: Strings) -> Floats:
        """Free vectors from what their language brings along.

        Returns:
            Unit rows, shape (n, dim). `und` and languages never seen use the whole catalog's
            statistics; a tag never seen uses those of the same language in the same script, as
            `pt-BR` does those of `pt`.

        Raises:
            DataError: the two differ in length.
            NotFittedError: nothing has been learned.
        """
        _check(vectors, languages)
        if not self.fitted:
            raise NotFittedError(type(self).__name__)
        return unit_rows(self._apply(vectors, languages))

    def check_encoder(self, fingerprint: str) -> None:
        """Refuse an encoder that it cannot serve; what learns from the catalog serves them all.

        Raises:
            ConfigError: what it learns from was made by another encoder.
        """
        del fingerprint

    @property
    @abstractmethod
    def fitted(self) -> bool:
        """Whether it has learned what it needs."""

    @abstractmethod
    def _fit(self, vectors: Floats, languages: Strings) -> None: ...

    @abstractmethod
    def _apply(self, vectors: Floats, languages: Strings) -> Floats: ...


def _check(vectors: Floats, languages: Strings) -> None:
    if len(vectors) != len(languages):
        raise DataError(f"{len(vectors)} vectors but {len(languages)} languages")


def rows_of(languages: Strings, known: Strings) -> Integers:
    """Find the place in `known` of each language's statistics, -1 where there are none.

    A tag that is not known takes the first one of the same language in the same script; `und` takes
    none.
    """
    exact = {str(tag): i for i, tag in enumerate(known) if tag != UNDETERMINED}
    alike: dict[str, int] = {}
    for tag, i in exact.items():
        alike.setdefault(with_script(tag), i)
    tags, which = np.unique(languages, return_inverse=True)
    rows = [exact.get(tag, alike.get(with_script(tag), -1)) for tag in map(str, tags)]
    return np.array(rows, dtype=np.int64)[which]
