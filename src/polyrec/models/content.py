"""Content: recommends what is described like the history, whoever else chose it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from polyrec.core.errors import ConfigError
from polyrec.core.search_space import Between, OneOf
from polyrec.models.neighbours import check_near, check_search, nearest
from polyrec.models.recommender import Recommender

if TYPE_CHECKING:
    import scipy.sparse as sp

    from polyrec.core.search_space import SearchSpace
    from polyrec.core.types import Floats, Histories, Strings, Training

PROFILES = ("neighbours", "mean")


@dataclass
class Content(Recommender):
    """Scores items by vectors alone.

    With `profile = "neighbours"` an item scores the weights of those of its nearest items that the
    history holds: several interests stay apart. With `"mean"` it scores the cosine with the mean
    vector of the history. A text in place of a history scores the cosine with the text, sharpened.

    Attributes:
        profile: `neighbours` or `mean`.
        n_neighbours: nearest items that count, for `neighbours`.
        sharpness: how fast their weight falls with the cosine.
        search: how neighbours are found: `exact`, `graph` (extra `ann`), or `auto`, which takes the
            graph from 100,000 items on.
    """

    needs_vectors = True
    accepts_new_items = True
    is_linear = True
    search_space: ClassVar[SearchSpace] = {
        "profile": OneOf(PROFILES),
        "n_neighbours": Between(5, 500, log=True, whole=True),
        "sharpness": Between(1.0, 100.0, log=True),
    }

    profile: str = "neighbours"
    n_neighbours: int = 50
    sharpness: float = 10.0
    search: str = "auto"
    vectors_: Floats | None = field(default=None, init=False, repr=False, compare=False)
    neighbours_: sp.csr_array | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.profile not in PROFILES:
            raise ConfigError(f"profile is {self.profile!r}", hint=f"give one of {PROFILES}")
        check_near(self.n_neighbours, self.sharpness)
        check_search(self.search)

    def _fit(self, training: Training, seed: int) -> None:
        del seed
        assert training.vectors is not None
        self._learn(training.vectors)

    def _learn(self, vectors: Floats) -> None:
        self.vectors_ = vectors
        if self.profile == "neighbours":
            near = nearest(vectors, self.n_neighbours, search=self.search)
            self.neighbours_ = near.weights(self.sharpness)

    def _score(self, histories: Histories, profiles: Floats | None) -> Floats:
        return self._score_parts(histories, histories, profiles)

    def _score_parts(self, parts: Histories, whole: Histories, profiles: Floats | None) -> Floats:
        assert self.vectors_ is not None
        X = parts.matrix()
        if self.neighbours_ is not None:
            scores = (X @ self.neighbours_.T).toarray()
        else:
            length = np.linalg.norm(whole.matrix() @ self.vectors_, axis=1, keepdims=True)
            scores = (X @ self.vectors_ / np.maximum(length, 1e-12)) @ self.vectors_.T
        if profiles is not None:
            scores += text_scores(profiles, self.vectors_, sharpness=self.sharpness)
        return np.asarray(scores)

    def _extend(self, vectors: Floats, languages: Strings, categories: Strings) -> None:
        del languages, categories
        assert self.vectors_ is not None
        self._learn(np.concatenate([self.vectors_, vectors]))


def text_scores(profiles: Floats, vectors: Floats, *, sharpness: float) -> Floats:
    """Score items for texts by exp(sharpness (cos - best cos)); a row of zeros scores 0.

    The best item of a text has 1, as much as a history of just its nearest neighbour could give.
    """
    cosine = profiles @ vectors.T
    soft = np.exp(sharpness * (cosine - cosine.max(axis=1, keepdims=True)))
    given = np.abs(profiles).sum(axis=1, keepdims=True) > 0
    return np.asarray(np.where(given, soft, 0.0), dtype=np.float32)
