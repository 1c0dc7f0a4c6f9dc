"""User neighbours: an item is for those who chose as the people did who chose it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import scipy.sparse as sp

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
    from polyrec.core.search_space import SearchSpace
    from polyrec.core.types import Booleans, Floats, Histories, Integers, Training


@dataclass
class UserKnn(Recommender):
    """Scores an item by how alike the nearest users are who chose it.

    A user is a document and the items chosen are its words, weighed by `weighting`; the product of
    two users' rows says how alike they are, times n / (n + `shrinkage`) where both chose n items.
    The score is the nearest users' likeness times their choices. Any history can be scored; a user
    of the training data is the nearest to themselves, which takes one place and speaks for nothing
    but what they have. `fit` costs next to nothing; a user's scores cost the sum of how often the
    items of the history were chosen, and the model holds all histories. Blind to new items. Use it
    where users are few or change seldom, or to show who is alike. Sources: Herlocker et al. 1999,
    "An algorithmic framework for performing collaborative filtering"; the shrinkage: Bell and Koren
    2007, "Improved neighborhood-based collaborative filtering".

    Attributes:
        n_neighbours: how many nearest users are asked.
        weighting: `bm25`, `cosine` or `tfidf`: what a chosen item counts.
        shrinkage: how many common items it takes to trust a likeness by half; 0 trusts all.
    """

    is_linear = True
    search_space: ClassVar[SearchSpace] = NEIGHBOUR_SPACE

    n_neighbours: int = 100
    weighting: str = "bm25"
    shrinkage: float = 0.0
    rarity_: Floats | None = field(default=None, init=False, repr=False, compare=False)
    usual_length_: float | None = field(default=None, init=False, repr=False, compare=False)
    chosen_: sp.csr_array | None = field(default=None, init=False, repr=False, compare=False)
    weighted_: sp.csr_array | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        check_neighbours(self.weighting, self.n_neighbours, self.shrinkage)

    def _fit(self, training: Training, seed: int) -> None:
        del seed
        X = training.histories.matrix()
        self._know(X[np.diff(X.indptr) > 0])

    def _know(self, chosen: sp.csr_array) -> None:
        self.chosen_ = chosen
        self.rarity_, self.usual_length_ = rarity(chosen), mean_length(chosen)
        self.weighted_ = self._weighted(chosen).T.tocsr()

    def _weighted(self, users: sp.csr_array) -> sp.csr_array:
        assert self.rarity_ is not None
        assert self.usual_length_ is not None
        return weighted(users, self.weighting, self.rarity_, self.usual_length_)

    def nearest(self, histories: Histories) -> sp.csr_array:
        """Say how alike the nearest users are, of those of the training data that have a history.

        Returns:
            Likenesses above 0, `n_neighbours` a row, shape (histories, users with a history).
        """
        assert self.weighted_ is not None
        users = self._weighted(histories.matrix())
        return strongest(users, self.weighted_, self.n_neighbours, shrinkage=self.shrinkage)

    def people(self, history: Histories, item: int) -> tuple[Integers, Floats, Floats]:
        """Say which of the nearest users chose an item, how alike they are, and what they add.

        Args:
            history: of one user.
            item: the item.

        Returns:
            Places among the users of the training data that have a history, likenesses, and parts
            of the score, which add up to it; each of shape (people,).

        Raises:
            NotFittedError: fit has not been called.
            DataError: the history is over other items.
        """
        self._check(history, None)
        assert self.chosen_ is not None
        nearest = self.nearest(history if self._scores_all else self._fitted_part(history))
        known = [item] if item < self.chosen_.shape[1] else []  # an added one nobody chose
        chosen = self.chosen_[nearest.indices][:, known].sum(axis=1, dtype=np.float32)
        spoke = chosen > 0
        likeness = nearest.data[spoke]
        return nearest.indices[spoke].astype(np.int64), likeness, likeness * chosen[spoke]

    def _forget(self, kept: Booleans) -> None:
        assert self.chosen_ is not None
        if kept.any():
            self._know(self.chosen_[kept])
        else:  # what is usual stays as it was: nobody is left to say it
            self.chosen_ = self.chosen_[kept]
            self.weighted_ = self.chosen_.T.tocsr()

    def _score(self, histories: Histories, profiles: Floats | None) -> Floats:
        del profiles
        assert self.chosen_ is not None
        return np.asarray((self.nearest(histories) @ self.chosen_).toarray())

    def _score_parts(self, parts: Histories, whole: Histories, profiles: Floats | None) -> Floats:
        del profiles
        assert self.weighted_ is not None
        assert self.chosen_ is not None
        counts = self._weighted(whole.matrix()).toarray()[0]
        nearest = self.nearest(whole)
        shared = self.weighted_[:, nearest.indices]
        trust = nearest.data / (counts @ shared)  # what shrinkage leaves of a likeness
        table = (counts[parts.items], parts.items, parts.indptr)
        alike = sp.csr_array(table, shape=(len(parts), parts.n_items)) @ shared
        return np.asarray(
            (alike.multiply(trust[None, :]) @ self.chosen_[nearest.indices]).toarray()
        )
