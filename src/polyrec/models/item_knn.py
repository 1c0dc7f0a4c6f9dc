"""Item neighbours: an item is for those who chose items that the same people chose."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from polyrec.models.recommender import Recommender
from polyrec.models.sparse_product import strongest
from polyrec.models.weighting import (
    NEIGHBOUR_SPACE,
    check_neighbours,
    mean_length,
    rarity,
    weighted,
)

if TYPE_CHECKING:
    import scipy.sparse as sp

    from polyrec.core.search_space import SearchSpace
    from polyrec.core.types import Floats, Histories, Training


@dataclass
class ItemKnn(Recommender):
    """Scores an item by how alike it is to its nearest items, where these are in the history.

    An item is a document and the users who chose it are its words, weighed by `weighting`; the
    product W W' says how alike two items are, times n / (n + `shrinkage`) where n users chose both.
    Each item keeps its nearest, and score = X S'. Cost is the sum of the histories' lengths squared
    in time, items x `n_neighbours` in memory. Blind to new items. Use it where the catalog is too
    large for `ease`, or a recommendation must be explained by the items it rests on. Sources:
    Sarwar et al. 2001, "Item-based collaborative filtering recommendation algorithms"; the
    shrinkage: Bell and Koren 2007, "Improved neighborhood-based collaborative filtering".

    Attributes:
        n_neighbours: how many nearest items an item keeps.
        weighting: `bm25`, `cosine` or `tfidf`: what a user's choice counts.
        shrinkage: how many common users it takes to trust a likeness by half; 0 trusts all.
    """

    is_linear = True
    search_space: ClassVar[SearchSpace] = NEIGHBOUR_SPACE

    n_neighbours: int = 100
    weighting: str = "bm25"
    shrinkage: float = 5.0
    weights_: sp.csr_array | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        check_neighbours(self.weighting, self.n_neighbours, self.shrinkage)

    def _fit(self, training: Training, seed: int) -> None:
        del seed
        items = training.histories.matrix().T.tocsr()
        W = weighted(items, self.weighting, rarity(items), mean_length(items))
        nearest = strongest(
            W, W.T.tocsr(), self.n_neighbours, shrinkage=self.shrinkage, without_self=True
        )
        self.weights_ = nearest.T.tocsr()

    def _score(self, histories: Histories, profiles: Floats | None) -> Floats:
        del profiles
        assert self.weights_ is not None
        return np.asarray((histories.matrix() @ self.weights_).toarray())
