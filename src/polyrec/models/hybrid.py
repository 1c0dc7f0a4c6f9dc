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
from polyrec.models.blend import blend, known_share, lack_of, lift, neighbours, told_new
from polyrec.models.content import text_scores
from polyrec.models.ease import Ease
from polyrec.models.features import Space, described
from polyrec.models.hold_out import hold_out
from polyrec.models.hybrid_trial import Trial
from polyrec.models.item_knn import ItemKnn
from polyrec.models.neighbours import check_near, check_search, nearest
from polyrec.models.recommender import Recommender
from polyrec.models.rows_ahead import RowsAhead
from polyrec.models.weight_search import Weights, climb

if TYPE_CHECKING:
    from polyrec.core.search_space import SearchSpace
    from polyrec.core.types import Booleans, Doubles, Floats, Strings
    from polyrec.models.hold_out import HeldOut

GRIDS: dict[str, tuple[float, ...]] = {
    "unseen_boost": (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0),
    "l2": (2.0, 5.0, 10.0, 20.0, 50.0, 150.0, 500.0, 1500.0),
    "item_knn": (0.0, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2),
    "spread": (0.0, 0.05, 0.15, 0.3, 0.6, 1.0),
    "nearness": (0.0, 0.05, 0.15, 0.3, 0.6, 1.0),
    "linear": (0.0, 0.25, 0.5, 1.0, 2.0),
    "category": (0.0, 0.2, 0.4),
    "new_item_boost": (1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 20.0, 40.0),
}
"""What each weight may be, in order of size; the search changes them in this order."""

START: Weights = {
    "unseen_boost": 3.0,
    "l2": 10.0,
    "item_knn": 0.2,
    "spread": 0.15,
    "nearness": 0.15,
    "linear": 0.5,
    "category": 0.4,
    "new_item_boost": 4.0,
}
"""Where the search starts, and what counts where there is too little to search on."""

CHOSEN_ON = (
    ("random", tuple(name for name in GRIDS if name != "new_item_boost")),
    ("mixed", ("new_item_boost",)),
)
"""On which inner split which weights are chosen, in turn."""


FRESH = 0.9
"""Rows worked out ahead serve as long as they are of so many of the items."""


@dataclass
class Hybrid(Recommender):
    """EASE and item neighbours, spread over near texts, and a linear text model.

    With B the weights of EASE, K those of `item-knn` (scaled so that an item's sum to one on
    average), S = X B + item_knn X K the scores of the histories X by what people did, M the weights
    of each item's soft neighbours (rows sum to one) and F the items' features (vector and
    category):

        text  = spread S M' + nearness X M' + linear X F (F'F + ridge)^-1 F'
        score = S + text (1 + (boost - 1) q e)

    e in 0..1 is the lack of evidence for an item's own S, evidence / (evidence + users who chose
    it): the greater, the more its text must speak for it. q in 0..1 is the share of the history
    that S knows: without S there is nothing to make up for. The boost is `new_item_boost` for items
    that are new, told by the training data or added later, and `unseen_boost` for all others: that
    nobody chose an item which was there to be chosen speaks against it. A text in place of a
    history adds its nearness to each item.

    Weights that are None are chosen in `fit`, inside the training data, by a climb over `GRIDS`
    from `START` on nDCG@20: all but `new_item_boost` on a random split, and then that one on a
    split in which half of what comes next is new. Sources: Steck 2019 (EASE); Jeunen et al. 2020,
    "Closed-form models for collaborative filtering with side-information".

    Attributes:
        l2: ridge penalty of EASE.
        item_knn: weight of the item neighbours.
        spread: weight of what EASE says of an item's neighbours.
        nearness: weight of the history's own items among an item's neighbours.
        linear: weight of the linear text model.
        unseen_boost: how many times as much the text of an item counts that nobody chose, though it
            was there.
        new_item_boost: the same for items that are new.
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
    item_knn: float | None = None
    spread: float | None = None
    nearness: float | None = None
    linear: float | None = None
    unseen_boost: float | None = None
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
    knn_: ItemKnn = field(default_factory=ItemKnn, init=False, repr=False, compare=False)
    lack_: Floats | None = field(default=None, init=False, repr=False, compare=False)
    new_: Booleans | None = field(default=None, init=False, repr=False, compare=False)
    columns_: Strings | None = field(default=None, init=False, repr=False, compare=False)
    _lift: tuple[Floats, Floats] | None = field(default=None, init=False, repr=False, compare=False)
    _ahead: RowsAhead | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not 0 < self.evidence < np.inf:
            raise ConfigError(f"evidence is {self.evidence}", hint="give a number above 0")
        for name in GRIDS:
            given = getattr(self, name)
            if given is not None and not 0 <= given < np.inf:
                raise ConfigError(f"{name} is {given}", hint="give 0 or a number above it")
        check_near(self.n_neighbours, self.sharpness)
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
        for kind, names in CHOSEN_ON:
            open_ones = {name: free[name] for name in names if name in free}
            for part in self._parts(training, kind, seed) if open_ones else []:
                trial = Trial(space, part, self._ease, self.sharpness, self.evidence)
                weights = climb(trial.ndcg, weights, open_ones)
        self._learn(training, space, weights)

    @staticmethod
    def _parts(training: Training, kind: str, seed: int) -> list[HeldOut]:
        return hold_out(training.histories, kinds=(kind,), new=training.new, seed=seed)

    def _learn(self, training: Training, space: Space, weights: Weights) -> None:
        histories, self._ahead = training.histories, None
        self.ease_ = self._ease(histories, weights["l2"])
        self.knn_ = neighbours(histories)
        items = space.at(weights["category"])
        self.features_, self.solve_ = items.features, items.solve
        self.neighbours_ = items.near.weights(self.sharpness)
        self.columns_ = np.array(space.columns, dtype=np.str_)
        self.lack_ = lack_of(histories, self.evidence)
        self.new_ = told_new(histories.n_items, training.new)
        self.chosen_ = np.array([weights[name] for name in GRIDS])

    def _ease(self, histories: Histories, l2: float) -> Ease:
        return Ease(l2=l2, memory_limit_gb=self.memory_limit_gb).fit(Training(histories))

    def _score(self, histories: Histories, profiles: Floats | None) -> Floats:
        return self._score_parts(histories, histories, profiles)

    def _score_parts(self, parts: Histories, whole: Histories, profiles: Floats | None) -> Floats:
        assert self.lack_ is not None
        own, text = self._pieces(parts)
        scores = blend(own, text, known_share(whole, self.lack_), self._lifted())
        if profiles is not None:
            scores += self._text_scores(profiles)
        return scores

    def _pieces(self, parts: Histories) -> tuple[Floats, Floats]:
        """Give the scores by what people did and by texts, shape (users, items) each."""
        assert self.features_ is not None
        ahead = self._ahead
        # of a long history, products of matrices are faster than sums of rows
        few = len(parts) == 1 and len(parts.items) <= self.features_.shape[1]
        if ahead is None or not few or not ahead.knows(parts):
            return self._worked_out(parts)
        own, text = ahead.sums(parts)[:, None, :]
        if n_added := parts.n_items - ahead.n_items:
            own = np.pad(own, ((0, 0), (0, n_added)))
            text = np.hstack([text, self._text(parts, own, first=ahead.n_items)])
        return own, text

    def _worked_out(self, parts: Histories) -> tuple[Floats, Floats]:
        own = self._own(parts)
        return own, self._text(parts, own)

    def _text(self, parts: Histories, own: Floats, *, first: int = 0) -> Floats:
        """Give the scores by texts of the items from one on."""
        assert self.features_ is not None
        assert self.solve_ is not None
        assert self.neighbours_ is not None
        weights, F, M = self.weights, self.features_, self.neighbours_
        near = np.float32(weights["spread"]) * own
        user = parts.users
        near[user, parts.items] += np.float32(weights["nearness"]) * parts.weights
        text = (M[first:] if first else M) @ near.T
        wanted = np.float32(weights["linear"]) * (parts.matrix() @ F @ self.solve_)
        return np.asarray(text.T + wanted @ F[first:].T)

    def _lifted(self) -> Floats:
        """Give `lift`, worked out once for as long as the evidence is the same."""
        assert self.lack_ is not None
        assert self.new_ is not None
        if self._lift is None or self._lift[0] is not self.lack_:
            self._lift = self.lack_, lift(self.weights, self.lack_, self.new_)
        return self._lift[1]

    def _work_ahead(self) -> None:
        assert self.features_ is not None
        n_items = len(self.features_)
        if self._ahead is None or self._ahead.n_items < FRESH * n_items:
            self._ahead = RowsAhead.of(n_items, 2, self._worked_out)

    def _own(self, histories: Histories) -> Floats:
        """Give the scores by what people did; items added since it was fitted have 0."""
        known = self.ease_.n_items_ or 0
        own = np.zeros((len(histories), histories.n_items), dtype=np.float32)
        part = histories
        if known < histories.n_items:
            part = Histories.from_matrix(histories.matrix()[:, :known])
        own[:, :known] = self.ease_.score(part)
        if weight := self.weights["item_knn"]:
            own[:, :known] += np.float32(weight) * self.knn_.score(part)
        return own

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
        assert self.new_ is not None
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
        self.new_ = np.concatenate([self.new_, np.ones(len(new), dtype=np.bool_)])

    def _forget(self, kept: Booleans) -> None:
        if self.ease_.dual_ is not None:
            self._ahead = None  # it is another EASE without them
        self.ease_.forget(kept)
