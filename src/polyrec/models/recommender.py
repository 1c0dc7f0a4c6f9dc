"""The recommender's contract: fit, score any histories, rank, take in new items."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np

from polyrec.core.errors import ConfigError, DataError, MissingExtraError, NotFittedError
from polyrec.core.registry import part_class, parts
from polyrec.core.types import (
    Booleans,
    Floats,
    Histories,
    Integers,
    Rankings,
    Strings,
    best_items,
)

if TYPE_CHECKING:
    from polyrec.core.search_space import SearchSpace
    from polyrec.core.types import Training

BATCH = 512
CELLS = 2**24
"""Users are ranked in batches of at most `BATCH`, and of at most so many users x items."""


class Recommender(ABC):
    """Scores items for histories; users are what they chose, so anybody can be scored.

    A new one writes `_fit` and `_score`, `_extend` if it can score items it has not been fitted
    on, `_score_parts` if its scores are sums once something of the whole history is held fixed,
    and `_forget` if it keeps a row for each user.

    Attributes:
        is_linear: whether a history's scores are those of an empty one plus a sum over its items,
            where what the history has as a whole (its length, who its neighbours are) is held
            fixed; so that each item's part in a score is known exactly.
        reads_history: whether scores depend on the history; else all users get the same.
        search_space: what `polyrec tune` may make of the settings; empty where there is nothing.
    """

    needs_vectors: ClassVar[bool] = False
    needs_categories: ClassVar[bool] = False
    needs_times: ClassVar[bool] = False
    accepts_new_items: ClassVar[bool] = False
    is_linear: ClassVar[bool] = False
    reads_history: ClassVar[bool] = True
    search_space: ClassVar[SearchSpace] = {}

    n_fitted_: int | None = None
    n_items_: int | None = None
    dim_: int | None = None

    def fit(self, training: Training, *, seed: int = 0) -> Self:
        """Learn from training data.

        Raises:
            ConfigError: the training data lack vectors, categories or times that the model needs.
            DataError: they have no interactions, or their parts differ in length.
        """
        name = type(self).__name__
        if self.needs_vectors and training.vectors is None:
            raise ConfigError(f"{name} needs item vectors", hint="name an encoder in the plan")
        if self.needs_categories and training.categories is None:
            raise ConfigError(f"{name} needs categories", hint="give the catalog a category column")
        if not len(training.histories.items):
            raise DataError("there are no interactions to learn from")
        if self.needs_times and training.histories.times is None:
            raise ConfigError(f"{name} needs times", hint="give the interactions a datetime column")
        known = (training.vectors, training.languages, training.categories)
        for column in (*known, training.new, training.markets):
            if column is not None and len(column) != training.n_items:
                raise DataError(f"{training.n_items} items but {len(column)} rows about them")
        n_users, profiles = len(training.histories), training.profiles
        if profiles is not None and len(profiles) != n_users:
            raise DataError(f"{n_users} users but {len(profiles)} profiles of them")
        self._fit(training, seed)
        self.n_fitted_ = self.n_items_ = training.n_items
        self.dim_ = None if training.vectors is None else training.vectors.shape[1]
        return self

    def score(self, histories: Histories, *, profiles: Floats | None = None) -> Floats:
        """Score every item for every history; higher is better, -inf means cannot be scored.

        Args:
            histories: what the users chose; need not be in the training data. Their `n_items` is
                that of the training data plus what `extend` added.
            profiles: shape (users, dim), vectors of what users said they want, zero for none;
                models without vectors ignore them.

        Returns:
            Shape (users, items). Memory is users x items: `top` works in blocks.

        Raises:
            NotFittedError: fit has not been called.
            DataError: the histories are over other items, or the profiles are not one per history
                or not as long as the vectors that the model was fitted on.
        """
        self._check(histories, profiles)
        if self._scores_all:
            return np.asarray(self._score(histories, profiles), dtype=np.float32)
        scores = np.full((len(histories), histories.n_items), -np.inf, dtype=np.float32)
        scores[:, : self.n_fitted_] = self._score(self._fitted_part(histories), profiles)
        return scores

    def top(
        self,
        histories: Histories,
        k: int,
        *,
        allowed: Booleans | None = None,
        profiles: Floats | None = None,
        seed: int = 0,
    ) -> Rankings:
        """Rank the k best items for each history, leaving out what the history holds.

        Args:
            histories: as in `score`.
            k: length of the lists.
            allowed: which items may stand in them, shape (items,) or (users, items); None for all.
            profiles: as in `score`.
            seed: draws the order of equal scores.
        """
        self._check(histories, profiles)
        return self._top(histories, k, allowed, profiles, seed)

    def _top(
        self,
        histories: Histories,
        k: int,
        allowed: Booleans | None,
        profiles: Floats | None,
        seed: int,
    ) -> Rankings:
        """Rank by what `score` says, block by block; a model may know a faster way."""
        blocks = []
        for start, block in histories.batches(self._block_of(histories.n_items)):
            rows = slice(start, start + len(block))
            given = self.score(block, profiles=None if profiles is None else profiles[rows])
            scores = given.copy()  # a model may have handed out an array that it holds
            scores[block.users, block.items] = -np.inf
            if allowed is not None:
                barred = ~(allowed if allowed.ndim == 1 else allowed[rows])
                np.copyto(scores, -np.inf, where=barred)
            blocks.append(best_items(scores, k, seed=seed))
        return blocks[0] if len(blocks) == 1 else Rankings.stacked(blocks, k)

    def contributions(
        self, history: Histories, items: Integers, *, profiles: Floats | None = None
    ) -> tuple[Floats, Floats]:
        """Say what each event of a history adds to the scores of some items.

        Args:
            history: of one user.
            items: whose scores are asked about, shape (items,).
            profiles: as in `score`, shape (1, dim).

        Returns:
            What the items score without any event, shape (items,), and what each event adds, in
            the history's order, shape (items, events). They add up to `score`. Items that cannot be
            scored have -inf and nothing to add. Cost is that of scoring one user per event.

        Raises:
            ConfigError: the model is not linear.
            NotFittedError: fit has not been called.
            DataError: there is not exactly one history, or as in `score`.
        """
        if not self.is_linear:
            raise ConfigError(
                f"what each item adds to a score of {type(self).__name__} is not known",
                hint=f"it is for {', '.join(_linear_models())}",
            )
        if len(history) != 1:
            raise DataError(f"{len(history)} histories", hint="give the history of one user")
        self._check(history, profiles)
        n_events = len(history.items)
        indptr = np.concatenate([[0], np.arange(n_events + 1)])
        alone = replace(history, indptr=indptr)  # an empty history, then one for each event
        found = np.empty((n_events + 1, len(items)), dtype=np.float32)
        for start, block in alone.batches(self._block_of(history.n_items)):
            rows = slice(start, start + len(block))
            given = None if profiles is None else np.repeat(profiles, len(block), axis=0)
            found[rows] = self.score_parts(block, history, profiles=given)[:, items]
        base, parts = found[0], np.zeros((len(items), n_events), dtype=np.float32)
        scored = np.isfinite(base)
        parts[scored] = (found[1:, scored] - base[scored]).T
        return base, parts

    def score_parts(
        self, parts: Histories, whole: Histories, *, profiles: Floats | None = None
    ) -> Floats:
        """Score parts of one history as `contributions` needs them, with what it has as a whole.

        Args:
            parts: some of the history's events each.
            whole: the history, of one user.
            profiles: as in `score`, one for each part and all alike.

        Returns:
            Shape (parts, items), -inf where `score` has it.
        """
        if self._scores_all:
            return np.asarray(self._score_parts(parts, whole, profiles), dtype=np.float32)
        scores = np.full((len(parts), parts.n_items), -np.inf, dtype=np.float32)
        known = self._fitted_part(parts), self._fitted_part(whole)
        scores[:, : self.n_fitted_] = self._score_parts(*known, profiles)
        return scores

    def extend(self, vectors: Floats, languages: Strings, categories: Strings) -> None:
        """Add items after fitting, without refitting; they stand behind the ones known so far.

        Args:
            vectors: shape (new items, dim).
            languages: their languages, shape (new items,).
            categories: their categories, empty for none, shape (new items,).

        A model with `accepts_new_items = False` scores them -inf.

        Raises:
            NotFittedError: fit has not been called.
            DataError: the three differ in length, or the vectors are not as long as those that the
                model was fitted on.
        """
        if self.n_items_ is None:
            raise NotFittedError(type(self).__name__)
        if not len(vectors) == len(languages) == len(categories):
            raise DataError("new items need one vector, language and category each")
        self._check_dim("vectors", vectors)
        if len(vectors):
            if self.accepts_new_items:
                self._extend(vectors, languages, categories)
            self.n_items_ += len(vectors)

    def forget(self, kept: Booleans) -> None:
        """Drop what the model keeps of single users; what it learned from all of them stays.

        Args:
            kept: which of the users with a history it keeps, in the order of the training data less
                those that were dropped before.

        Raises:
            NotFittedError: fit has not been called.
        """
        if self.n_items_ is None:
            raise NotFittedError(type(self).__name__)
        self._forget(kept)

    def work_ahead(self) -> None:
        """Work out what makes answers to single users fast: once, for time and memory.

        Scores stay what they are, up to rounding. Most models need nothing of the kind.

        Raises:
            NotFittedError: fit has not been called.
        """
        if self.n_items_ is None:
            raise NotFittedError(type(self).__name__)
        self._work_ahead()

    def _check(self, histories: Histories, profiles: Floats | None) -> None:
        """Refuse what cannot be scored."""
        if self.n_items_ is None:
            raise NotFittedError(type(self).__name__)
        if histories.n_items != self.n_items_:
            raise DataError(f"histories over {histories.n_items} items, fitted on {self.n_items_}")
        if profiles is not None and len(profiles) != len(histories):
            raise DataError(f"{len(profiles)} profiles for {len(histories)} histories")
        if profiles is not None:
            self._check_dim("profiles", profiles)

    @property
    def _scores_all(self) -> bool:
        """Whether there is no item that was added and cannot be scored."""
        return self.accepts_new_items or self.n_items_ == self.n_fitted_

    @staticmethod
    def _block_of(n_items: int) -> int:
        return max(1, min(BATCH, CELLS // max(n_items, 1)))

    def _check_dim(self, name: str, vectors: Floats) -> None:
        """Refuse vectors of another space, where the model looks at vectors at all."""
        if self.needs_vectors and self.dim_ is not None and vectors.shape[1:] != (self.dim_,):
            raise DataError(
                f"{name} of shape {vectors.shape}, fitted on vectors of length {self.dim_}",
                hint="encode them as the items were",
            )

    def _fitted_part(self, histories: Histories) -> Histories:
        """Leave out the items that were added after fitting."""
        assert self.n_fitted_ is not None
        return Histories.from_matrix(histories.matrix()[:, : self.n_fitted_])

    @abstractmethod
    def _fit(self, training: Training, seed: int) -> None: ...

    @abstractmethod
    def _score(self, histories: Histories, profiles: Floats | None) -> Floats: ...

    def _score_parts(self, parts: Histories, whole: Histories, profiles: Floats | None) -> Floats:
        """Score parts of one history with what it has as a whole held fixed."""
        del whole
        return self._score(parts, profiles)

    def _extend(self, vectors: Floats, languages: Strings, categories: Strings) -> None:
        """Take in new items; only for models that accept them."""
        raise NotImplementedError

    def _forget(self, kept: Booleans) -> None:  # noqa: B027 (most keep nothing of single users)
        """Drop rows of users; arrays are replaced, not written into."""

    def _work_ahead(self) -> None:  # noqa: B027 (most have nothing to work out)
        """Keep what is worked out in attributes that are not saved: their names begin with `_`."""


def _linear_models() -> list[str]:
    """Name the installed recommenders whose contributions are known, whatever the settings."""
    found = []
    for name in parts()["recommender"]:
        with suppress(MissingExtraError):
            if part_class("recommender", name).is_linear is True:
                found.append(name)
    return found
