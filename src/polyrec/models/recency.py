"""Recency: what was chosen lately counts more than what was chosen long ago."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from polyrec.core.errors import ConfigError
from polyrec.core.search_space import Between
from polyrec.models.recommender import Recommender

if TYPE_CHECKING:
    from polyrec.core.search_space import SearchSpace
    from polyrec.core.types import Booleans, Floats, Histories, Strings, Training

DAY_S = 86_400
LEAST = 1e-6
"""No choice weighs less: it is known, however old."""


@dataclass
class Recency(Recommender):
    """Asks another recommender with histories whose choices count less the older they are.

    A choice's weight is halved for each `half_life_days` between it and the latest choice of its
    user, so that who comes back after years is who they were. What the other recommender learns
    from stays as it is. Histories without times count as they are, and so do choices without one.

    Attributes:
        recommender: the one that is asked.
        half_life_days: days that halve a weight.
    """

    search_space: ClassVar[SearchSpace] = {"half_life_days": Between(3.0, 3000.0, log=True)}

    recommender: Recommender
    half_life_days: float = 180.0

    def __post_init__(self) -> None:
        if not 0 < self.half_life_days < np.inf:
            raise ConfigError(
                f"half_life_days is {self.half_life_days}", hint="give a number above 0"
            )

    @property
    def needs_vectors(self) -> bool:  # type: ignore[override]
        """As the one that is asked."""
        return self.recommender.needs_vectors

    @property
    def needs_categories(self) -> bool:  # type: ignore[override]
        """As the one that is asked."""
        return self.recommender.needs_categories

    @property
    def needs_times(self) -> bool:  # type: ignore[override]
        """As the one that is asked."""
        return self.recommender.needs_times

    @property
    def accepts_new_items(self) -> bool:  # type: ignore[override]
        """As the one that is asked."""
        return self.recommender.accepts_new_items

    @property
    def is_linear(self) -> bool:  # type: ignore[override]
        """As the one that is asked: weights are those of the whole history."""
        return self.recommender.is_linear

    @property
    def reads_history(self) -> bool:  # type: ignore[override]
        """As the one that is asked."""
        return self.recommender.reads_history

    def _fit(self, training: Training, seed: int) -> None:
        self.recommender.fit(training, seed=seed)

    def _score(self, histories: Histories, profiles: Floats | None) -> Floats:
        return self.recommender.score(self._weighed(histories), profiles=profiles)

    def _score_parts(self, parts: Histories, whole: Histories, profiles: Floats | None) -> Floats:
        latest = _latest(whole)[0] if whole.times is not None else None
        known = self._weighed(parts, latest), self._weighed(whole)
        return self.recommender.score_parts(*known, profiles=profiles)

    def _weighed(self, histories: Histories, latest: float | None = None) -> Histories:
        """Weigh choices by their age, seen from their user's latest choice or from a time."""
        if histories.times is None:
            return histories
        now = _latest(histories)[histories.users] if latest is None else latest
        half_lives = (now - histories.times) / (DAY_S * self.half_life_days)
        share = np.where(np.isnan(half_lives), 1.0, 0.5 ** np.maximum(half_lives, 0))
        weights = np.maximum(share, LEAST) * histories.weights
        return replace(histories, weights=weights.astype(np.float32))

    def _extend(self, vectors: Floats, languages: Strings, categories: Strings) -> None:
        self.recommender.extend(vectors, languages, categories)

    def _forget(self, kept: Booleans) -> None:
        self.recommender.forget(kept)

    def _work_ahead(self) -> None:
        self.recommender.work_ahead()


def _latest(histories: Histories) -> np.ndarray:
    """Give when each user chose last, shape (users,); -inf for no choice with a time."""
    assert histories.times is not None
    latest = np.full(len(histories), -np.inf)
    np.fmax.at(latest, histories.users, histories.times)
    return latest
