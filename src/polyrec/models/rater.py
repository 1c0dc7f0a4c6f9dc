"""The rater's contract: a recommender that also says how many stars somebody would give."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from polyrec.core.errors import DataError, NotFittedError
from polyrec.models.recommender import Recommender

if TYPE_CHECKING:
    from typing import Self

    from polyrec.core.types import Floats, Histories, Integers, Training


class Rater(Recommender):
    """Takes weights for stars, and scores an item by the stars that it expects.

    A new one writes `_fit`, `_score` in stars, which may lie beyond the scale, and `_extend`.

    Attributes:
        scale_: the fewest and most stars of the training data, shape (2,).
    """

    accepts_new_items: ClassVar[bool] = True

    scale_: Floats | None = None

    def fit(self, training: Training, *, seed: int = 0) -> Self:
        """Learn from training data whose weights are stars; raises as other recommenders do."""
        stars = training.histories.weights
        self.scale_ = np.array([stars.min(), stars.max()], np.float32) if len(stars) else None
        return super().fit(training, seed=seed)

    def predict(
        self,
        histories: Histories,
        users: Integers,
        items: Integers,
        *,
        profiles: Floats | None = None,
    ) -> Floats:
        """Say how many stars users would give to items.

        Args:
            histories: what the users rated before, as in `score`; an empty one is somebody unknown.
            users: for each pair, which of the histories, shape (pairs,).
            items: for each pair, which item, shape (pairs,).
            profiles: as in `score`.

        Returns:
            Shape (pairs,), within the scale of the training data. Cost is that of scores of all
            items for the users named.

        Raises:
            NotFittedError: fit has not been called.
            DataError: users and items differ in number, or one is not there; else as `score`.
        """
        if self.scale_ is None or self.n_items_ is None:
            raise NotFittedError(type(self).__name__)
        if len(users) != len(items):
            raise DataError(f"{len(users)} users but {len(items)} items to rate")
        for what, given, n in (("user", users, len(histories)), ("item", items, self.n_items_)):
            if len(given) and not 0 <= given.min() <= given.max() < n:
                raise DataError(f"a {what} lies outside 0..{n - 1}")
        named, place = np.unique(users, return_inverse=True)
        stars = np.empty(len(users), dtype=np.float32)
        size = self._block_of(self.n_items_)
        for start in range(0, len(named), size):
            block = named[start : start + size]
            told = None if profiles is None else profiles[block]
            scores = self.score(histories.rows(block), profiles=told)
            pairs = np.flatnonzero((place >= start) & (place < start + size))
            stars[pairs] = scores[place[pairs] - start, items[pairs]]
        return np.clip(stars, *self.scale_)
