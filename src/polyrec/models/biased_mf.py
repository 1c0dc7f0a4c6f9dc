"""Biased matrix factorisation: stars from biases and factors, learned by gradient descent."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from polyrec.core.errors import ConfigError
from polyrec.core.search_space import Between
from polyrec.models.factorisation import descend, fold_in, side
from polyrec.models.rater import Rater

if TYPE_CHECKING:
    from polyrec.core.search_space import SearchSpace
    from polyrec.core.types import Doubles, Floats, Histories, Strings, Training


@dataclass
class BiasedMf(Rater):
    """Stars = mean + user's bias + item's bias + user's factors . item's factors.

    Learned by gradient descent on the squared error of the ratings, with ridge penalties on what
    users and items have of their own: an item that nobody rated, and a user who rated nothing, are
    what the average one is. A user is then what a ridge regression of their history on the items'
    rows gives, whether they were in the training data or not. Cost is epochs x ratings x factors,
    and for each user who is scored the history's length x factors squared, and factors cubed. Use
    it where weights are stars and the question is how many somebody would give; to rank what
    somebody would choose, models of choices are better, as what people rate is no random sample.
    Source: Koren, Bell and Volinsky 2009, "Matrix factorization techniques for recommender
    systems".

    Attributes:
        factors: how many factors; 0 leaves the biases alone.
        l2: ridge penalty on factors, in ratings.
        l2_bias: the same on biases.
        epochs: how often each rating is learned from.
        learning_rate: the length of first steps; they shrink to nothing.
        batch_size: ratings per step.
    """

    search_space: ClassVar[SearchSpace] = {
        "factors": Between(4, 128, log=True, whole=True),
        "l2": Between(1.0, 50.0, log=True),
        "l2_bias": Between(0.5, 20.0, log=True),
        "epochs": Between(10, 80, log=True, whole=True),
    }

    factors: int = 64
    l2: float = 13.0
    l2_bias: float = 5.0
    epochs: int = 30
    learning_rate: float = 0.1
    batch_size: int = 4096
    mean_: float | None = field(default=None, init=False, repr=False, compare=False)
    items_: Floats | None = field(default=None, init=False, repr=False, compare=False)
    item_map_: Floats | None = field(default=None, init=False, repr=False, compare=False)
    user_map_: Floats | None = field(default=None, init=False, repr=False, compare=False)
    loss_: Doubles | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.factors < 0:
            raise ConfigError(f"factors is {self.factors}", hint="give 0 or more")
        for name in ("l2", "l2_bias", "learning_rate"):
            if not 0 < getattr(self, name) < np.inf:
                raise ConfigError(f"{name} is {getattr(self, name)}", hint="give a number above 0")
        for name in ("epochs", "batch_size"):
            if getattr(self, name) < 1:
                raise ConfigError(f"{name} is {getattr(self, name)}", hint="give at least 1")

    @property
    def _penalty(self) -> Floats:
        return np.array([self.l2] * self.factors + [self.l2_bias], dtype=np.float32)

    @property
    def _map_penalty(self) -> float:
        return 0.0  # there is nothing but the constant

    def _fit(self, training: Training, seed: int) -> None:
        histories, rng = training.histories, np.random.default_rng(seed)
        n_rated = np.bincount(histories.items, minlength=histories.n_items)
        about_items, about_users = self._about(training)
        users = side(about_users, histories.lengths, self._penalty, self._map_penalty, rng)
        items = side(about_items, n_rated, self._penalty, self._map_penalty, rng)
        self.mean_, self.loss_ = descend(
            histories,
            users,
            items,
            epochs=self.epochs,
            learning_rate=self.learning_rate,
            batch_size=self.batch_size,
            rng=rng,
        )
        self.items_ = items.rows(np.arange(histories.n_items))
        self.item_map_, self.user_map_ = items.map, users.map

    def _about(self, training: Training) -> tuple[Floats, Floats]:
        """Say what is known of each item and each user, a constant first."""
        return _constant(training.n_items), _constant(len(training.histories))

    def _before(self, profiles: Floats | None, n_users: int) -> Floats:
        """Give the rows that users have before they rate anything."""
        del profiles
        assert self.user_map_ is not None
        return np.tile(self.user_map_[0], (n_users, 1))

    def user_rows(self, histories: Histories, profiles: Floats | None = None) -> Floats:
        """Give each user's factors and, last, bias, shape (users, factors + 1)."""
        assert self.items_ is not None
        assert self.mean_ is not None
        rows = self._before(profiles, len(histories))
        for user, before in enumerate(rows):
            part = slice(histories.indptr[user], histories.indptr[user + 1])
            stars = histories.weights[part] - np.float32(self.mean_)
            rated = self.items_[histories.items[part]]
            rows[user] = fold_in(stars, rated, before, self._penalty)
        return rows

    def _score(self, histories: Histories, profiles: Floats | None) -> Floats:
        assert self.items_ is not None
        assert self.mean_ is not None
        U, V = self.user_rows(histories, profiles), self.items_
        stars = U[:, :-1] @ V[:, :-1].T + U[:, -1:] + V[:, -1]
        return np.asarray(stars + np.float32(self.mean_))

    def _extend(self, vectors: Floats, languages: Strings, categories: Strings) -> None:
        del languages, categories
        assert self.items_ is not None
        self.items_ = np.concatenate([self.items_, self._unrated(vectors)])

    def _unrated(self, vectors: Floats) -> Floats:
        """Give the rows of items that nobody rated."""
        assert self.item_map_ is not None
        return _constant(len(vectors)) @ self.item_map_


def _constant(n: int) -> Floats:
    return np.ones((n, 1), dtype=np.float32)
