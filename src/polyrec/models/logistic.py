"""Logistic: what tells the items of a history from all others, learned for each user by itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from polyrec.core.errors import ConfigError
from polyrec.core.search_space import Between
from polyrec.models.recommender import Recommender

if TYPE_CHECKING:
    from polyrec.core.search_space import SearchSpace
    from polyrec.core.types import Doubles, Floats, Histories, Strings, Training

LONGEST_STEP = 4.0


@dataclass
class Logistic(Recommender):
    """Scores items by a logistic regression of each user's own, on the items' vectors.

    The history is one class and all items the other, as many times as one likes: of such a
    regression the mean of the history under the background, tilted by exp(b x), is what counts, so
    it needs no samples of what was not chosen. It is fitted when somebody is scored, by steps of
    Newton with the background's covariance; the first alone is linear discriminant analysis. A
    text counts as one item more. Cost is `steps` x users x items x dim. Use it where histories are
    long enough to say what does not matter. Sources: Owen 2007, "Infinitely imbalanced logistic
    regression"; Hariharan et al. 2012, "Discriminative decorrelation for clustering and
    classification", for the first step.

    Attributes:
        l2: how strongly the weights are held back, divided by the items of the history.
        steps: how many steps are taken; 1 ranks as linear discriminant analysis.
    """

    needs_vectors = True
    accepts_new_items = True
    search_space: ClassVar[SearchSpace] = {"l2": Between(0.003, 3.0, log=True)}

    l2: float = 0.1
    steps: int = 12
    vectors_: Floats | None = field(default=None, init=False, repr=False, compare=False)
    mean_: Floats | None = field(default=None, init=False, repr=False, compare=False)
    axes_: Floats | None = field(default=None, init=False, repr=False, compare=False)
    spread_: Floats | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not 0 < self.l2 < np.inf:
            raise ConfigError(f"l2 is {self.l2}", hint="give a number above 0")
        if self.steps < 1:
            raise ConfigError(f"steps is {self.steps}", hint="give at least 1")

    def _fit(self, training: Training, seed: int) -> None:
        del seed
        assert training.vectors is not None
        V: Doubles = training.vectors.astype(np.float64)
        mean = V.mean(axis=0)
        spread, axes = np.linalg.eigh(np.cov(V, rowvar=False, bias=True).reshape(V.shape[1], -1))
        self.mean_, self.axes_ = mean.astype(np.float32), axes.astype(np.float32)
        self.spread_ = np.maximum(spread, 0).astype(np.float32)
        self.vectors_ = self._turned(training.vectors)

    def _turned(self, vectors: Floats) -> Floats:
        """Give vectors from the background's mean, along its axes: its covariance is diagonal."""
        assert self.mean_ is not None
        assert self.axes_ is not None
        return np.asarray((vectors - self.mean_) @ self.axes_, dtype=np.float32)

    def _score(self, histories: Histories, profiles: Floats | None) -> Floats:
        assert self.vectors_ is not None
        X = histories.matrix()
        n = histories.lengths.astype(np.float32)
        weight, total = X.sum(axis=1), np.asarray(X @ self.vectors_)
        if profiles is not None:
            given = np.abs(profiles).sum(axis=1) > 0
            usual = np.where(n > 0, weight / np.maximum(n, 1), 1) * given
            total += usual[:, None] * self._turned(profiles)
            weight, n = weight + usual, n + given
        mean = total / np.maximum(weight, 1e-12)[:, None]
        weights = self._tilt(mean, self.l2 / np.maximum(n, 1))
        weights[weight == 0] = 0
        return np.asarray(weights @ self.vectors_.T)

    def _tilt(self, mean: Doubles, held: Doubles) -> Floats:
        """Find each user's weights b: the highest b mean - log E exp(b x) - held / 2 |b|^2.

        Steps are Newton's with the background's covariance, the longer the more they are shortened
        (Bach 2010, "Self-concordant analysis for logistic regression"), and grow as long as they
        lead higher; one that does not is halved and tried again.
        """
        assert self.vectors_ is not None
        assert self.spread_ is not None
        background = self.vectors_[: self.n_fitted_]  # while it is fitted: all
        inverse = 1 / (self.spread_[None, :] + held[:, None])
        best, pull = np.zeros_like(mean), mean
        value, size = np.zeros(len(mean)), np.ones(len(mean))
        for _ in range(self.steps):
            way = inverse * pull
            long = np.maximum(np.linalg.norm(way, axis=1), 1e-12)
            tried = best + (size * np.log1p(long) / long)[:, None] * way
            odds = tried.astype(np.float32) @ background.T
            top = odds.max(axis=1, keepdims=True)
            odds = np.exp(odds - top)
            sums = odds.sum(axis=1, keepdims=True)
            norm = np.log(sums / len(background)) + top
            reached = (tried * mean).sum(axis=1) - norm[:, 0] - held / 2 * (tried**2).sum(axis=1)
            better = reached > value
            slope = mean - (odds @ background) / sums - held[:, None] * tried
            best = np.where(better[:, None], tried, best)
            pull = np.where(better[:, None], slope, pull)
            value = np.where(better, reached, value)
            size = np.where(better, np.minimum(1.5 * size, LONGEST_STEP), size / 2)
        return np.asarray(best, dtype=np.float32)

    def _extend(self, vectors: Floats, languages: Strings, categories: Strings) -> None:
        del languages, categories
        assert self.vectors_ is not None
        self.vectors_ = np.concatenate([self.vectors_, self._turned(vectors)])
