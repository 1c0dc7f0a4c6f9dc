"""Removes each language's own principal directions from its vectors."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from scipy.linalg import eigh

from polyrec.core.errors import ConfigError
from polyrec.encode.debias import Debias, rows_of

if TYPE_CHECKING:
    from polyrec.core.types import Doubles, Floats, Strings


@dataclass
class Lir(Debias):
    """Projects every language off the first principal directions of its own texts.

    The directions are the first eigenvectors of a language's second moments (about nought, not
    about the mean: the first one is close to the language's mean). A language with n texts has the
    moments (n m + shrinkage g) / (n + shrinkage), where m are its own and g those of all texts, so
    that languages with few texts lean on the catalog. Texts of unknown language (`und`) take part
    in g and are projected off its directions, as are languages that were not there to learn from.
    Learning costs dim^3 per language. Source: Yang et al. 2021, "A simple and effective method to
    eliminate the self language bias in multilingual representations" (LIR).

    Attributes:
        rank: how many directions are removed.
        shrinkage: how many texts' worth of trust the moments of all texts have.
    """

    rank: int = 1
    shrinkage: float = 5.0
    languages_: Strings | None = field(default=None, init=False, repr=False, compare=False)
    bases_: Floats | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.rank < 1:
            raise ConfigError(f"rank is {self.rank}", hint="give at least 1")
        if not self.shrinkage >= 0:
            raise ConfigError(f"shrinkage is {self.shrinkage}", hint="give 0 or more")

    @property
    def fitted(self) -> bool:
        """Whether the directions are known."""
        return self.bases_ is not None

    def _fit(self, vectors: Floats, languages: Strings) -> None:
        if not len(vectors):
            raise ConfigError("debias 'lir' has no texts to learn from")
        shared = _moments(vectors) / len(vectors)
        self.languages_ = np.unique(languages[languages != "und"])
        bases = []
        for tag in self.languages_:
            own = vectors[languages == tag]
            moments = _moments(own) + self.shrinkage * shared
            bases.append(_first_directions(moments / (len(own) + self.shrinkage), self.rank))
        bases.append(_first_directions(shared, self.rank))
        self.bases_ = np.stack(bases).astype(np.float32)

    def _apply(self, vectors: Floats, languages: Strings) -> Floats:
        if self.languages_ is None or self.bases_ is None:
            raise AssertionError("checked by apply")
        rows = rows_of(languages, self.languages_)
        freed = np.array(vectors, dtype=np.float32)
        for row in np.unique(rows):
            basis = self.bases_[row]
            own = rows == row
            freed[own] -= (vectors[own] @ basis.T) @ basis
        return freed


def _moments(vectors: Floats) -> Doubles:
    """Sum the outer products of the rows, shape (dim, dim)."""
    exact = vectors.astype(np.float64)
    return np.asarray(exact.T @ exact)


def _first_directions(moments: Doubles, rank: int) -> Doubles:
    """Give the eigenvectors of the largest eigenvalues as rows, at most `rank`."""
    dim = len(moments)
    _, vectors = eigh(moments, subset_by_index=[max(dim - rank, 0), dim - 1])
    return np.asarray(vectors.T)
