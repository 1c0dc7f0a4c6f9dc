"""The contract of what frees vectors from language bias."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Self

from polyrec.core.errors import DataError, NotFittedError
from polyrec.encode.encoder import unit_rows

if TYPE_CHECKING:
    from polyrec.core.types import Floats, Strings


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
            Unit rows, shape (n, dim). `und` and languages never seen use the whole catalogue's
            statistics.

        Raises:
            DataError: the two differ in length.
            NotFittedError: nothing has been learned.
        """
        _check(vectors, languages)
        if not self.fitted:
            raise NotFittedError(type(self).__name__)
        return unit_rows(self._apply(vectors, languages))

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
