"""Hybrid: what people did and what texts say, joined in closed form; new items included."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import scipy.sparse as sp

from polyrec.core.errors import ConfigError
from polyrec.core.search_space import Between
from polyrec.core.types import Histories, Training
from polyrec.core.vectors import unit_rows
from polyrec.models.content import text_scores
from polyrec.models.ease import Ease
from polyrec.models.features import Space, described
from polyrec.models.hold_out import hold_out
from polyrec.models.neighbours import check_search, nearest
from polyrec.models.recommender import Recommender
from polyrec.models.weight_search import Weights, climb

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from polyrec.core.search_space import SearchSpace
    from polyrec.core.types import Doubles, Floats, Strings
    from polyrec.models.hold_out import HeldOut

GRIDS: dict[str, tuple[float, ...]] = {
    "new_item_boost": (1.0, 2.0, 3.0, 4.0, 6.0, 8.0),
    "l2": (2.0, 5.0, 10.0, 20.0, 50.0, 150.0, 500.0),
    "spread": (0.0, 0.05, 0.15, 0.3, 0.6, 1.0),
    "nearness": (0.0, 0.05, 0.15, 0.3, 0.6, 1.0),
    "linear": (0.0, 0.25, 0.5, 1.0, 2.0),
    "category": (0.0, 0.2, 0.4),
}
"""What each weight may be, in order of size; the search changes them in this order."""

START: Weights = {
    "new_item_boost": 4.0,
    "l2": 10.0,
    "spread": 0.15,
    "nearness": 0.15,
    "linear": 0.5,
    "category": 0.4,
}
"""Where the search starts, and what counts where there is too little to search on."""

KEPT = 3
"""Versions of a piece that the search keeps: a step up, a step down and where it stands."""


@dataclass
class Hybrid(Recommender):
    """EASE, spread over neighbours in the multilingual space, and a linear text model.

    With S = X B the scores of EASE for the histories X, M the weights of each item's soft
    neighbours (rows sum to one) and F the items' features (vector and category):

        text  = spread S M' + nearness X M' + linear X F (F'F + ridge)^-1 F'
        score = S + text (1 + (new_item_boost - 1) q e)

    e in 0..1 is the lack of evidence for an item's own S, evidence / (evidence + users who chose
    it): the greater, the more its text must speak for it. q in 0..1 is the share of the history
    that EASE knows: without S there is nothing to make up for. A text in place of a history adds
    its nearness to each item.

    Weights that are None are chosen in `fit`, inside the training data: by a climb over `GRIDS`
    from `START`, on the mean nDCG@20 of a random split (all items) and a cold-items split.
    Sources: Steck 2019 (EASE); Jeunen et al. 2020, "Closed-form models for collaborative filtering
    with side-information".

    Attributes:
        l2: ridge penalty of EASE.
        spread: weight of what EASE says of an item's neighbours.
        nearness: weight of the history's own items among an item's neighbours.
        linear: weight of the linear text model.
        new_item_boost: how many times as much the text of an item that nobody chose counts.
        category: how much a shared category counts beside the vectors' cosine.
        sharpness: how fast a neighbour's weight falls with the cosine.
        n_neighbours: how many nearest items count.
        evidence: number of users at which half of the boost is gone.
        memory_limit_gb: as in EASE.
        search: as in Content.
    """

    needs_vectors = True
    accepts_new_items = True
    is_linear = True
    # what `fit` chooses itself is left to it
    search_space: ClassVar[SearchSpace] = {
        "sharpness": Between(1.0, 100.0, log=True),
        "n_neighbours": Between(5, 200, log=True, whole=True),
        "evidence": Between(0.05, 10.0, log=True),
    }

    l2: float | None = None
    spread: float | None = None
    nearness: float | None = None
    linear: float | None = None
    new_item_boost: float | None = None
    category: float | None = None
    sharpness: float = 10.0
    n_neighbours: int = 30
    evidence: float = 0.5
    memory_limit_gb: float = 4.0
    search: str = "auto"

    ease_: Ease = field(default_factory=Ease, init=False, repr=False, compare=False)
    chosen_: Doubles | None = field(default=None, init=False, repr=False, compare=False)
    features_: Floats | None = field(default=None, init=False, repr=False, compare=False)
    solve_: Floats | None = field(default=None, init=False, repr=False, compare=False)
    neighbours_: sp.csr_array | None = field(default=None, init=False, repr=False, compare=False)
    lack_: Floats | None = field(default=None, init=False, repr=False, compare=False)
    columns_: Strings | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.evidence > 0:
            raise ConfigError(f"evidence is {self.evidence}", hint="give a number above 0")
        check_search(self.search)

    @property
    def weights(self) -> Weights:
        """The weights that count, given or chosen, by name; of a fitted model only."""
        assert self.chosen_ is not None
        return dict(zip(GRIDS, self.chosen_.tolist(), strict=True))

    def settled(self) -> Hybrid:
        """Give a hybrid that has learned nothing yet, with the weights that this one has."""
        weights: dict[str, Any] = self.weights
        return replace(self, **weights)

    def _fit(self, training: Training, seed: int) -> None:
        given = {name: getattr(self, name) for name in GRIDS}
        weights = {n: START[n] if value is None else float(value) for n, value in given.items()}
        free = {name: grid for name, grid in GRIDS.items() if given[name] is None}
        space = Space.of(training, self.n_neighbours, search=self.search)
        if not space.columns:
            weights["category"] = 0.0
            free.pop("category", None)
        if free and (inner := hold_out(training.histories, seed=seed)):
            trials = [_Trial(self, space, part) for part in inner]
            weights = climb(lambda w: float(np.mean([t.ndcg(w) for t in trials])), weights, free)
        self._learn(training.histories, space, weights)

    def _learn(self, histories: Histories, space: Space, weights: Weights) -> None:
        self.ease_ = self._ease(histories, weights["l2"])
        items = space.at(weights["category"])
        self.features_, self.solve_ = items.features, items.solve
        self.neighbours_ = items.near.weights(self.sharpness)
        self.columns_ = np.array(space.columns, dtype=np.str_)
        self.lack_ = self._lack(histories)
        self.chosen_ = np.array([weights[name] for name in GRIDS])

    def _ease(self, histories: Histories, l2: float) -> Ease:
        return Ease(l2=l2, memory_limit_gb=self.memory_limit_gb).fit(Training(histories))

    def _lack(self, histories: Histories) -> Floats:
        """Say how little evidence there is for each item, 0..1, shape (items,)."""
        counts = np.bincount(histories.items, minlength=histories.n_items)
        return (self.evidence / (self.evidence + counts)).astype(np.float32)

    def _score(self, histories: Histories, profiles: Floats | None) -> Floats:
        return self._score_parts(histories, histories, profiles)

    def _score_parts(self, parts: Histories, whole: Histories, profiles: Floats | None) -> Floats:
        assert self.features_ is not None
        assert self.solve_ is not None
        assert self.neighbours_ is not None
        assert self.lack_ is not None
        X, M, F = parts.matrix(), self.neighbours_, self.features_
        S = self._own(parts)
        pieces = {
            "spread": S @ M.T,
            "nearness": (X @ M.T).toarray(),
            "linear": (X @ F @ self.solve_) @ F.T,
        }
        scores = blend(S, pieces, self.weights, self._boosted(whole, self.lack_))
        if profiles is not None:
            scores += self._text_scores(profiles)
        return scores

    def _own(self, histories: Histories) -> Floats:
        """Give EASE's scores; items added since it was fitted have 0."""
        known = self.ease_.n_items_ or 0
        if histories.n_items == known:
            return self.ease_.score(histories)
        own = np.zeros((len(histories), histories.n_items), dtype=np.float32)
        part = Histories.from_matrix(histories.matrix()[:, :known])
        own[:, :known] = self.ease_.score(part)
        return own

    @staticmethod
    def _boosted(histories: Histories, lack: Floats) -> Floats:
        """Say how far the boost holds for each history and item, shape (users, items)."""
        X = histories.matrix()
        known = X @ (1 - lack) / np.maximum(X.sum(axis=1), 1e-12)
        return np.asarray(known[:, None] * lack[None, :], dtype=np.float32)

    def _text_scores(self, profiles: Floats) -> Floats:
        """Score items by nearness to a text, whatever their category."""
        assert self.features_ is not None
        vectors = self.features_[:, : profiles.shape[1]]
        return text_scores(profiles, unit_rows(vectors), sharpness=self.sharpness)

    def _extend(self, vectors: Floats, languages: Strings, categories: Strings) -> None:
        del languages
        assert self.features_ is not None
        assert self.neighbours_ is not None
        assert self.lack_ is not None
        assert self.columns_ is not None
        weights, known = self.weights, len(self.features_)
        new = described(vectors, categories, self.columns_.tolist(), weight=weights["category"])
        self.features_ = np.concatenate([self.features_, new])
        found = nearest(self.features_, self.n_neighbours, first=known, search=self.search)
        near = found.weights(self.sharpness)
        M, shape = self.neighbours_, (known, len(self.features_))
        old = sp.csr_array((M.data, M.indices, M.indptr), shape=shape)
        self.neighbours_ = sp.csr_array(sp.vstack([old, near], format="csr"))
        self.lack_ = np.concatenate([self.lack_, np.ones(len(new), dtype=np.float32)])


def blend(own: Floats, pieces: dict[str, Any], weights: Weights, boosted: Floats) -> Floats:
    """Join EASE's scores and the text's pieces; all of shape (users, items)."""
    text = np.zeros_like(own)
    for name, piece in pieces.items():
        if weights[name]:
            text += np.float32(weights[name]) * piece
    return np.asarray(own + text * (1 + np.float32(weights["new_item_boost"] - 1) * boosted))


class _Trial:
    """Measures weights on one inner split, keeping the latest of each piece that it works out."""

    def __init__(self, model: Hybrid, space: Space, part: HeldOut) -> None:
        self.model, self.space, self.part = model, space, part
        self.boosted = model._boosted(part.seen, model._lack(part.train))
        self.kept: dict[str, dict[Hashable, Any]] = {}

    def ndcg(self, w: Weights) -> float:
        X = self.part.seen.matrix()
        items = self.space.at(w["category"])
        S = self._keep("own", w["l2"], lambda: self._own(w["l2"]))
        M = self._keep("near", w["category"], lambda: items.near.weights(self.model.sharpness))
        F = items.features
        pieces = {
            "spread": self._keep("spread", (w["l2"], w["category"]), lambda: S @ M.T),
            "nearness": self._keep("nearness", w["category"], (X @ M.T).toarray),
            "linear": self._keep("linear", w["category"], lambda: (X @ F @ items.solve) @ F.T),
        }
        return self.part.ndcg(blend(S, pieces, w, self.boosted))

    def _own(self, l2: float) -> Floats:
        return self.model._ease(self.part.train, l2).score(self.part.seen)

    def _keep(self, name: str, key: Hashable, make: Callable[[], Any]) -> Any:
        kept = self.kept.setdefault(name, {})
        kept[key] = kept.pop(key) if key in kept else make()
        if len(kept) > KEPT:
            del kept[next(iter(kept))]
        return kept[key]
