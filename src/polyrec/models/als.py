"""iALS: factors of people and items, learned in turn from what was chosen and what was not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from polyrec.core.errors import ConfigError
from polyrec.core.progress import progress
from polyrec.core.search_space import Between
from polyrec.core.types import Rankings, drawn_order
from polyrec.models.compiled import kernels
from polyrec.models.longest_first import LongestFirst
from polyrec.models.recommender import Recommender

if TYPE_CHECKING:
    import scipy.sparse as sp

    from polyrec.core.search_space import SearchSpace
    from polyrec.core.types import Booleans, Doubles, Floats, Histories, Training
    from polyrec.models.text_prior import TextPrior

STEPS = 3
"""Each sweep goes so many steps of conjugate gradients from where the last one ended."""

BLOCK = 512
"""So many users are ranked by a thread at a time."""

TOLERANCE = 1e-5
"""A history that is scored is solved up to this, in at most as many steps as there are factors."""


@dataclass
class Als(Recommender):
    """Factorises the choices, of which those that were not made count little: iALS.

    With x a user's factors and y an item's, it seeks the least of the sum over all users and items
    of c (p - x y)^2 plus l2 (|x|^2 + |y|^2), where a choice of weight w has p = 1 and c = 1 + alpha
    w, and where nothing was chosen p = 0 and c = 1. Users and items are solved in turn, each by a
    few steps of conjugate gradients; a history is scored by solving for its x, so anybody can be.
    A sweep costs choices x `factors` + (users + items) x `factors` squared, memory is
    (users + items) x `factors`. Blind to new items. Use it where choices are many, as time and
    memory grow with them alone. Sources: Hu, Koren and Volinsky 2008, "Collaborative filtering for
    implicit feedback datasets"; Takacs, Pilaszy and Tikk 2011, "Applications of the conjugate
    gradient method for implicit feedback collaborative filtering"; Rendle et al. 2022, "Revisiting
    the performance of iALS on item recommendation benchmarks", for `scaling`.

    Attributes:
        factors: how many numbers stand for a user or an item.
        l2: how strongly factors are held to zero.
        alpha: how much more a choice counts than that something was not chosen, per weight.
        scaling: users and items of n choices, by weight, out of N possible ones are held by l2
            (1 + alpha n / N)^scaling: 0 holds all alike, 1 holds what was chosen often more.
        sweeps: how often users and items are solved.
    """

    is_linear = True
    search_space: ClassVar[SearchSpace] = {
        "factors": Between(16, 256, log=True, whole=True),
        "l2": Between(0.1, 1000.0, log=True),
        "alpha": Between(1.0, 1000.0, log=True),
        "scaling": Between(0.0, 1.0),
        "sweeps": Between(5, 30, whole=True),
    }

    factors: int = 128
    l2: float = 1.0
    alpha: float = 100.0
    scaling: float = 1.0
    sweeps: int = 15
    items_: Floats | None = field(default=None, init=False, repr=False, compare=False)
    gram_: Floats | None = field(default=None, init=False, repr=False, compare=False)
    _ahead: LongestFirst | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for name, least in (("factors", 1), ("sweeps", 1)):
            if getattr(self, name) < least:
                raise ConfigError(f"{name} is {getattr(self, name)}", hint=f"give at least {least}")
        for name in ("l2", "alpha"):
            if not 0 < getattr(self, name) < np.inf:
                raise ConfigError(f"{name} is {getattr(self, name)}", hint="give a number above 0")
        if not 0 <= self.scaling < np.inf:
            raise ConfigError(f"scaling is {self.scaling}", hint="give 0 or a number above it")

    def _fit(self, training: Training, seed: int) -> None:
        self._learn(training, seed, None)

    def _learn(self, training: Training, seed: int, prior: TextPrior | None) -> None:
        """Solve users and items in turn; what they are held to is learned on the way."""
        X = training.histories.matrix()
        by_item = X.T.tocsr()
        users = np.zeros((X.shape[0], self.factors), dtype=np.float32)
        items = self._first(training, seed)
        hold = self._held(X, self.l2)
        hold_items = self._held(by_item, self.l2 * (prior.strength if prior else 1))
        with progress("factors", self.sweeps, unit="sweeps") as advance:
            for sweep in range(1, self.sweeps + 1):
                self._solve(X, items, users, hold, prior=prior.users if prior else None)
                self._solve(by_item, users, items, hold_items, prior=prior.items if prior else None)
                if prior:
                    prior.learn(users, items, last=sweep == self.sweeps)
                advance(1)
        self.items_, self.gram_ = items, kernels().product(items, items)

    def _first(self, training: Training, seed: int) -> Floats:
        """Draw the items' factors at the start; those that nobody chose are zero."""
        drawn = np.random.default_rng(seed).standard_normal(
            (training.n_items, self.factors), dtype=np.float32
        )
        drawn[~training.histories.chosen] = 0
        return drawn / np.float32(10 * self.factors**0.5)

    def _solve(
        self,
        matrix: sp.csr_array,
        others: Floats,
        found: Floats,
        l2: Floats,
        *,
        prior: Floats | None = None,
        gram: Floats | None = None,
        steps: int = STEPS,
        tolerance: float = 0.0,
    ) -> None:
        """Improve rows' factors, given those of the columns."""
        part = kernels()
        gram = part.product(others, others) if gram is None else gram
        limits = {"steps": steps, "tolerance": tolerance}
        part.solve(matrix, others, gram, found, alpha=self.alpha, l2=l2, prior=prior, **limits)

    def _held(self, matrix: sp.csr_array, l2: float) -> Floats:
        """Say how strongly each row is held to its prior."""
        share = self.alpha * np.asarray(matrix.sum(axis=1)) / matrix.shape[1]
        return np.asarray(l2 * (1 + share) ** self.scaling, dtype=np.float32)

    def _user_prior(self, profiles: Floats | None) -> Floats | None:
        """Give what users are held to, None for zero."""
        del profiles
        return None

    def people(self, histories: Histories, profiles: Floats | None = None) -> Floats:
        """Give the factors of whoever has these histories, shape (users, factors)."""
        assert self.items_ is not None
        prior = self._user_prior(profiles)
        found = np.zeros((len(histories), self.factors), dtype=np.float32)
        if prior is not None:
            found[:] = prior
        X = histories.matrix()
        self._solve(
            *(X, self.items_, found, self._held(X, self.l2)),
            prior=prior,
            gram=self.gram_,
            steps=self.factors,
            tolerance=TOLERANCE,
        )
        return found

    def _score(self, histories: Histories, profiles: Floats | None) -> Floats:
        assert self.items_ is not None
        return np.asarray(self.people(histories, profiles) @ self.items_.T)

    def _top(
        self,
        histories: Histories,
        k: int,
        allowed: Booleans | None,
        profiles: Floats | None,
        seed: int,
    ) -> Rankings:
        assert self.items_ is not None
        if allowed is not None and allowed.ndim > 1:
            return super()._top(histories, k, allowed, profiles, seed)
        known = histories if self._scores_all else self._fitted_part(histories)
        tie_break = drawn_order(histories.n_items, seed)
        ahead = self._ahead
        if len(known) == 1 and ahead is not None and ahead.given is self.items_:
            barred = np.zeros(known.n_items, dtype=np.bool_)
            if allowed is not None:
                barred = ~allowed[: known.n_items]
            barred[known.items] = True
            (person,) = self.people(known, profiles)
            return ahead.best(person, k, barred=barred, tie_break=tie_break)
        part = kernels()

        def ranked(first: int) -> Rankings:
            rows = slice(first, first + BLOCK)
            block = known.rows(rows)
            people = self.people(block, None if profiles is None else profiles[rows])
            lists: Rankings = part.best_products(
                people, self.items_, k, histories=block, tie_break=tie_break, allowed=allowed
            )
            return lists

        return Rankings.stacked(part.in_threads(ranked, range(0, len(known), BLOCK)), k)

    def _work_ahead(self) -> None:
        assert self.items_ is not None
        if self._ahead is None or self._ahead.given is not self.items_:
            self._ahead = LongestFirst.of(self.items_)

    def _score_parts(self, parts: Histories, whole: Histories, profiles: Floats | None) -> Floats:
        """Solve with what is chosen held fixed: then scores are sums over the choices."""
        assert self.items_ is not None
        assert self.gram_ is not None
        if not len(whole.items):
            return self._score(parts, profiles)
        held = self._held(whole.matrix(), self.l2)
        chosen: Doubles = self.items_[whole.items].astype(np.float64)
        matrix = self.gram_ + chosen.T @ (self.alpha * whole.weights[:, None] * chosen)
        matrix[np.diag_indices_from(matrix)] += held
        confidence = parts.matrix()
        confidence.data = 1 + self.alpha * confidence.data
        aims = confidence @ self.items_
        prior = self._user_prior(profiles)
        if prior is not None:
            aims = aims + held * prior
        return np.asarray(np.linalg.solve(matrix, aims.T).T @ self.items_.T)
