"""The world that a recommender is tested in, and what it is asked there."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np

from polyrec.core.types import Floats, Histories
from polyrec.models.rater import Rater
from polyrec.testing.contracts.part import PartContract
from polyrec.testing.worlds import TwoCamps, two_camps


@lru_cache(maxsize=2)
def _world(*, rated: bool) -> TwoCamps:
    return two_camps(others=0.4) if rated else two_camps()


class OnWorld(PartContract):
    """A recommender on the world of two camps; see `RecommenderContract`."""

    kind = "recommender"
    is_personal: ClassVar[bool] = True
    tolerance: ClassVar[float] = 1e-4

    @property
    def world(self) -> TwoCamps:
        """The world it is tested in, rated for raters; its arrays cannot be written to."""
        return _world(rated=self.rates)

    def fitted(self) -> Any:
        """Make a part and fit it on the world."""
        return self.make().fit(self.world.training)

    def extended(self) -> Any:
        """Make a part, fit it and add the world's four new items."""
        part = self.fitted()
        part.extend(self.world.new_vectors, self.world.new_languages, self.world.new_categories)
        return part

    @property
    def histories(self) -> Histories:
        """What the users of the world chose."""
        return self.world.training.histories

    @property
    def rates(self) -> bool:
        """Whether the part gives stars."""
        return isinstance(self.part, Rater)

    @property
    def tells_new_items_apart(self) -> bool:
        """Whether new items of the two camps must get unlike scores."""
        told = self.part.needs_vectors or self.part.needs_categories
        return bool(self.is_personal and told and self.part.accepts_new_items)

    def user(self, user: int) -> Histories:
        """Give what one user chose."""
        return self.histories.rows(slice(user, user + 1))

    def extend_by(self, part: Any, n_new: int) -> None:
        """Add the first of the world's new items."""
        world = self.world
        part.extend(
            world.new_vectors[:n_new], world.new_languages[:n_new], world.new_categories[:n_new]
        )


def no_choices(n_users: int, n_items: int) -> Histories:
    """Give the histories of users who chose nothing."""
    return Histories.from_lists([[]] * n_users, n_items=n_items)


def histories_of(matrix: Floats) -> Histories:
    """Give the histories of users by what each chose, shape (users, items)."""
    rows = [np.flatnonzero(row).tolist() for row in matrix]
    return Histories.from_lists(rows, n_items=matrix.shape[1])


def wider(histories: Histories, n_new: int) -> Histories:
    """Give the same histories where there are more items."""
    return replace(histories, n_items=histories.n_items + n_new)
