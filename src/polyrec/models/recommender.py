"""The recommender's contract: fit, score any histories, rank, take in new items."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np

from polyrec.core.errors import ConfigError, DataError, NotFittedError
from polyrec.core.types import Booleans, Floats, Histories, Rankings, Strings, best_items

if TYPE_CHECKING:
    from polyrec.core.search_space import SearchSpace
    from polyrec.core.types import Training

BATCH = 512
CELLS = 2**24
"""Users are ranked in batches of at most `BATCH`, and of at most so many users x items."""


class Recommender(ABC):
    """Scores items for histories; users are what they chose, so anybody can be scored.

    A new one writes `_fit` and `_score`, and `_extend` if it can score items it has not been
    fitted on.

    Attributes:
        is_linear: whether a history's scores are those of an empty one plus a sum over its items,
            so that each item's part in a score is known exactly.
        search_space: what `polyrec tune` may make of the settings; empty where there is nothing.
    """

    needs_vectors: ClassVar[bool] = False
    needs_categories: ClassVar[bool] = False
    needs_times: ClassVar[bool] = False
    accepts_new_items: ClassVar[bool] = False
    is_linear: ClassVar[bool] = False
    search_space: ClassVar[SearchSpace] = {}

    n_fitted_: int | None = None
    n_items_: int | None = None
    dim_: int | None = None

    def fit(self, training: Training, *, seed: int = 0) -> Self:
        """Learn from training data.

        Raises:
            ConfigError: the training data lack vectors, categories or times that the model needs.
            DataError: they have no interactions, or their parts differ in length.
        """
        name = type(self).__name__
        if self.needs_vectors and training.vectors is None:
            raise ConfigError(f"{name} needs item vectors", hint="name an encoder in the plan")
        if self.needs_categories and training.categories is None:
            raise ConfigError(f"{name} needs categories", hint="give the catalog a category column")
        if not len(training.histories.items):
            raise DataError("there are no interactions to learn from")
        if self.needs_times and training.histories.times is None:
            raise ConfigError(f"{name} needs times", hint="give the interactions a datetime column")
        for column in (training.vectors, training.languages, training.categories):
            if column is not None and len(column) != training.n_items:
                raise DataError(f"{training.n_items} items but {len(column)} rows about them")
        n_users, profiles = len(training.histories), training.profiles
        if profiles is not None and len(profiles) != n_users:
            raise DataError(f"{n_users} users but {len(profiles)} profiles of them")
        self._fit(training, seed)
        self.n_fitted_ = self.n_items_ = training.n_items
        self.dim_ = None if training.vectors is None else training.vectors.shape[1]
        return self

    def score(self, histories: Histories, *, profiles: Floats | None = None) -> Floats:
        """Score every item for every history; higher is better, -inf means cannot be scored.

        Args:
            histories: what the users chose; need not be in the training data. Their `n_items` is
                that of the training data plus what `extend` added.
            profiles: shape (users, dim), vectors of what users said they want, zero for none;
                models without vectors ignore them.

        Returns:
            Shape (users, items). Memory is users x items: `top` works in blocks.

        Raises:
            NotFittedError: fit has not been called.
            DataError: the histories are over other items, or the profiles are not one per history
                or not as long as the vectors that the model was fitted on.
        """
        if self.n_items_ is None:
            raise NotFittedError(type(self).__name__)
        if histories.n_items != self.n_items_:
            raise DataError(f"histories over {histories.n_items} items, fitted on {self.n_items_}")
        if profiles is not None and len(profiles) != len(histories):
            raise DataError(f"{len(profiles)} profiles for {len(histories)} histories")
        if profiles is not None:
            self._check_dim("profiles", profiles)
        if self.accepts_new_items or self.n_items_ == self.n_fitted_:
            return np.asarray(self._score(histories, profiles), dtype=np.float32)
        scores = np.full((len(histories), self.n_items_), -np.inf, dtype=np.float32)
        scores[:, : self.n_fitted_] = self._score(self._fitted_part(histories), profiles)
        return scores

    def top(
        self,
        histories: Histories,
        k: int,
        *,
        allowed: Booleans | None = None,
        profiles: Floats | None = None,
        seed: int = 0,
    ) -> Rankings:
        """Rank the k best items for each history, leaving out what the history holds.

        Args:
            histories: as in `score`.
            k: length of the lists.
            allowed: which items may stand in them, shape (items,) or (users, items); None for all.
            profiles: as in `score`.
            seed: draws the order of equal scores.
        """
        blocks = []
        size = max(1, min(BATCH, CELLS // max(histories.n_items, 1)))
        for start, block in histories.batches(size):
            rows = slice(start, start + len(block))
            given = self.score(block, profiles=None if profiles is None else profiles[rows])
            scores = given.copy()  # a model may have handed out an array that it holds
            scores[np.repeat(np.arange(len(block)), block.lengths), block.items] = -np.inf
            if allowed is not None:
                barred = ~np.atleast_2d(allowed if allowed.ndim == 1 else allowed[rows])
                scores[np.broadcast_to(barred, scores.shape)] = -np.inf
            blocks.append(best_items(scores, k, seed=seed))
        return Rankings.stacked(blocks, k)

    def extend(self, vectors: Floats, languages: Strings, categories: Strings) -> None:
        """Add items after fitting, without refitting; they stand behind the ones known so far.

        Args:
            vectors: shape (new items, dim).
            languages: their languages, shape (new items,).
            categories: their categories, empty for none, shape (new items,).

        A model with `accepts_new_items = False` scores them -inf.

        Raises:
            NotFittedError: fit has not been called.
            DataError: the three differ in length, or the vectors are not as long as those that the
                model was fitted on.
        """
        if self.n_items_ is None:
            raise NotFittedError(type(self).__name__)
        if not len(vectors) == len(languages) == len(categories):
            raise DataError("new items need one vector, language and category each")
        self._check_dim("vectors", vectors)
        if len(vectors):
            if self.accepts_new_items:
                self._extend(vectors, languages, categories)
            self.n_items_ += len(vectors)

    def _check_dim(self, name: str, vectors: Floats) -> None:
        """Refuse vectors of another space, where the model looks at vectors at all."""
        if self.needs_vectors and self.dim_ is not None and vectors.shape[1:] != (self.dim_,):
            raise DataError(
                f"{name} of shape {vectors.shape}, fitted on vectors of length {self.dim_}",
                hint="encode them as the items were",
            )

    def _fitted_part(self, histories: Histories) -> Histories:
        """Leave out the items that were added after fitting."""
        assert self.n_fitted_ is not None
        return Histories.from_matrix(histories.matrix()[:, : self.n_fitted_])

    @abstractmethod
    def _fit(self, training: Training, seed: int) -> None: ...

    @abstractmethod
    def _score(self, histories: Histories, profiles: Floats | None) -> Floats: ...

    def _extend(self, vectors: Floats, languages: Strings, categories: Strings) -> None:
        """Take in new items; only for models that accept them."""
        raise NotImplementedError
