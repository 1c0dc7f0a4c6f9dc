"""Matrix factorisation with texts: what nobody rated yet is rated by what its text says."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from polyrec.core.errors import ConfigError
from polyrec.core.search_space import Between
from polyrec.models.biased_mf import BiasedMf
from polyrec.models.factorisation import fold_in

if TYPE_CHECKING:
    from polyrec.core.search_space import SearchSpace
    from polyrec.core.types import Floats, Training


@dataclass
class TextMf(BiasedMf):
    """`biased-mf` whose rows are a learned linear map of text vectors, plus a part of their own.

    An item's text is its vector, a user's the profile where the training data have profiles; both
    are taken along the main axes of the items' vectors. The less an item or a user was rated, the
    more its text counts, and what nobody rated is what its text says. Where `fit` saw no profiles,
    what somebody asks with is taken for an item that they rated highest, before all others. Cost
    is that of `biased-mf`, and epochs x items x axes x factors. Use it where texts say what people
    like, such as reviews, and for new items. Sources: Koren, Bell and Volinsky 2009; Rendle 2010,
    "Factorization machines", for what is known beside ids.

    Attributes:
        axes: so many main axes of the vectors count.
        l2_text: ridge penalty on the maps.
    """

    needs_vectors = True
    search_space: ClassVar[SearchSpace] = {
        **BiasedMf.search_space,
        "axes": Between(8, 128, log=True, whole=True),
        "l2_text": Between(1.0, 1000.0, log=True),
    }

    axes: int = 64
    l2_text: float = 100.0
    centre_: Floats | None = field(default=None, init=False, repr=False, compare=False)
    axes_: Floats | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.axes < 1:
            raise ConfigError(f"axes is {self.axes}", hint="give at least 1")
        if not 0 < self.l2_text < np.inf:
            raise ConfigError(f"l2_text is {self.l2_text}", hint="give a number above 0")

    @property
    def _map_penalty(self) -> float:
        return self.l2_text

    def _about(self, training: Training) -> tuple[Floats, Floats]:
        assert training.vectors is not None
        self.centre_ = training.vectors.mean(axis=0, dtype=np.float64).astype(np.float32)
        apart = training.vectors - self.centre_
        spread, axes = np.linalg.eigh((apart.T @ apart).astype(np.float64))
        strongest = slice(None, -1 - min(self.axes, len(axes)), -1)
        # the mean square of an item is one, so that a penalty means the same in every space
        size = np.sqrt(max(spread[strongest].sum() / len(apart), 1e-9))
        self.axes_ = (axes[:, strongest] / size).astype(np.float32)
        items = self._told(training.vectors)
        if training.profiles is None:
            return items, super()._about(training)[1]
        return items, self._told(training.profiles)

    def _told(self, vectors: Floats) -> Floats:
        """Give what is known by texts, a constant first; a vector of zeros says nothing."""
        assert self.centre_ is not None
        assert self.axes_ is not None
        said = (vectors - self.centre_) @ self.axes_
        said[~vectors.any(axis=1)] = 0
        return np.hstack([np.ones((len(vectors), 1), dtype=np.float32), said])

    def _before(self, profiles: Floats | None, n_users: int) -> Floats:
        assert self.user_map_ is not None
        before = super()._before(None, n_users)
        if profiles is None:
            return before
        if len(self.user_map_) > 1:
            return self._told(profiles) @ self.user_map_
        assert self.scale_ is not None
        assert self.mean_ is not None
        best = self.scale_[1:] - np.float32(self.mean_)
        items = self._unrated(profiles)
        for user in np.flatnonzero(profiles.any(axis=1)):
            before[user] = fold_in(best, items[user, None], before[user], self._penalty)
        return before

    def _unrated(self, vectors: Floats) -> Floats:
        assert self.item_map_ is not None
        return self._told(vectors) @ self.item_map_
