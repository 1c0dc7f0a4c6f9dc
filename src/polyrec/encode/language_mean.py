"""Subtracts each language's mean vector; small languages lean on the catalog's mean."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from polyrec.core.errors import ConfigError
from polyrec.encode.debias import Debias, rows_of

if TYPE_CHECKING:
    from polyrec.core.types import Floats, Strings


@dataclass
class LanguageMean(Debias):
    """Centres every language on the same point.

    A language with n texts gets the mean (n m + shrinkage g) / (n + shrinkage), where m is its own
    mean and g the mean of all texts. Those of unknown language (`und`) take part in g and get it,
    as do languages that were not there to learn from. Source: Libovický et al. 2020, "On the
    language neutrality of pre-trained multilingual representations"; evaluated for retrieval by Roy
    et al. 2020, LAReQA.

    Attributes:
        shrinkage: how many texts' worth of trust the mean of all texts has.
    """

    shrinkage: float = 5.0
    languages_: Strings | None = field(default=None, init=False, repr=False, compare=False)
    means_: Floats | None = field(default=None, init=False, repr=False, compare=False)
    mean_: Floats | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.shrinkage >= 0:
            raise ConfigError(f"shrinkage is {self.shrinkage}", hint="give 0 or more")

    @property
    def fitted(self) -> bool:
        """Whether the means are known."""
        return self.means_ is not None

    def _fit(self, vectors: Floats, languages: Strings) -> None:
        if not len(vectors):
            raise ConfigError("debias 'language-mean' has no texts to learn from")
        self.mean_ = vectors.mean(axis=0)
        self.languages_, which = np.unique(languages, return_inverse=True)
        counts = np.bincount(which)
        sums = np.zeros((len(counts), vectors.shape[1]), dtype=np.float64)
        np.add.at(sums, which, vectors)
        shrunk = (sums + self.shrinkage * self.mean_) / (counts[:, None] + self.shrinkage)
        shrunk[self.languages_ == "und"] = self.mean_
        self.means_ = shrunk.astype(np.float32)

    def _apply(self, vectors: Floats, languages: Strings) -> Floats:
        if self.languages_ is None or self.means_ is None or self.mean_ is None:
            raise AssertionError("checked by apply")
        means = np.concatenate([self.means_, self.mean_[None]])
        own: Floats = means[rows_of(languages, self.languages_)]
        return vectors - own
