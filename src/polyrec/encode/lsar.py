"""Removes the low-rank subspace in which the means of the languages differ."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from polyrec.core.errors import ConfigError
from polyrec.encode.debias import Debias

if TYPE_CHECKING:
    from polyrec.core.types import Floats, Strings


@dataclass
class Lsar(Debias):
    """Projects all texts off the subspace that tells languages apart.

    The languages' mean vectors are split into a part that they share and a subspace of low rank,
    orthogonal to it, in which they differ; the subspace is removed. The language of a text need not
    be known for that: `und`, languages that were not there to learn from and languages with few
    texts are projected like all others.

    In closed form the subspace is spanned by the first right singular vectors of the means less
    their mean. (The published steps then move the shared part to the point of the affine hull that
    lies nearest to nought, which changes the shared part but not the span.) Source: Xie et al.
    2022, "Discovering low-rank subspaces for language-agnostic multilingual representations"
    (LSAR), after Piratla et al. 2020.

    Attributes:
        rank: dimensions that are removed, at most one less than there are languages; all of them
            if not given.
        min_texts: languages with fewer texts than this have no say in the subspace.
        centred: whether the mean of all texts is subtracted as well, which is not part of the
            published method.
    """

    rank: int | None = None
    min_texts: int = 20
    centred: bool = True
    basis_: Floats | None = field(default=None, init=False, repr=False, compare=False)
    mean_: Floats | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for name in ("rank", "min_texts"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise ConfigError(f"{name} is {value}", hint="give at least 1")

    @property
    def fitted(self) -> bool:
        """Whether the subspace is known."""
        return self.basis_ is not None

    def _fit(self, vectors: Floats, languages: Strings) -> None:
        if not len(vectors):
            raise ConfigError("debias 'lsar' has no texts to learn from")
        tags, counts = np.unique(languages[languages != "und"], return_counts=True)
        means = [
            vectors[languages == tag].mean(axis=0, dtype=np.float64)
            for tag in tags[counts >= self.min_texts]
        ]
        self.basis_ = _differences(means, self.rank, dim=vectors.shape[1])
        shared = vectors.mean(axis=0, dtype=np.float64) * self.centred
        self.mean_ = np.asarray(shared, dtype=np.float32)

    def _apply(self, vectors: Floats, languages: Strings) -> Floats:
        del languages
        if self.basis_ is None or self.mean_ is None:
            raise AssertionError("checked by apply")
        moved = vectors - self.mean_
        return np.asarray(moved - (moved @ self.basis_.T) @ self.basis_)


def _differences(means: list[np.ndarray], rank: int | None, *, dim: int) -> Floats:
    """Give an orthonormal basis of how means differ, shape (at most rank, dim)."""
    if len(means) < 2:
        return np.zeros((0, dim), dtype=np.float32)
    table = np.stack(means)
    _, sizes, directions = np.linalg.svd(table - table.mean(axis=0), full_matrices=False)
    most = min(len(means) - 1, rank or len(means))
    kept = int((sizes[:most] > sizes[0] * 1e-6).sum())
    return np.asarray(directions[:kept], dtype=np.float32)
