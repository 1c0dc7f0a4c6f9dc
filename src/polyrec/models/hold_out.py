"""Splits inside the training data, on which a model chooses its own weights."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from polyrec.core.types import Histories, IdMap
from polyrec.data.interactions import Interactions
from polyrec.data.split import cold_items, split_works
from polyrec.measures.accuracy import ndcg_of_scores

if TYPE_CHECKING:
    from collections.abc import Sequence

    from polyrec.core.types import Booleans, Floats, Integers, Training

SHARE = 0.2
K = 20
MAX_USERS = 2000
MAX_CELLS = 4_000_000
"""Users are sampled so that users x items stays below this."""


@dataclass(frozen=True, eq=False)
class HeldOut:
    """One inner split.

    Attributes:
        train: what a trial learns from; all users.
        seen: the same for the users on whom it is measured.
        relevant: what was held out of those.
        barred: items that were new before the split: nobody chose them yet, so they cannot be held
            out, and to rank them would only punish a model that shows new items.
        new: which items are new to `train`, shape (items,), or None where that is not known.
        seed: for what is fitted on `train`: splits inside it drawn by the outer seed would hold out
            the same items once more, of which nothing is left.
    """

    train: Histories
    seen: Histories
    relevant: Histories
    barred: Integers
    new: Booleans | None = None
    seed: int = 0

    def training(self, outer: Training) -> Training:
        """Give what a trial may learn from, out of the training data that were split."""
        return replace(outer, histories=self.train, new=self.new)

    def ndcg(self, scores: Floats) -> float:
        """Give the mean nDCG@20 of scores for `seen`, full ranking.

        The scores are changed: items that are seen or barred become -inf.
        """
        scores[self.seen.users, self.seen.items] = -np.inf
        scores[:, self.barred] = -np.inf
        return float(np.nanmean(ndcg_of_scores(scores, self.relevant, K)))


def hold_out(
    histories: Histories,
    *,
    kinds: Sequence[str] = ("random", "cold-items"),
    works: Integers | None = None,
    new: Booleans | None = None,
    seed: int = 0,
) -> list[HeldOut]:
    """Split histories once for each kind.

    Args:
        histories: what is parted.
        kinds: `random` holds out a share of each user's items, `cold-items` all there is of a share
            of items, which are then new, and `mixed` both, so that about half of it is new.
        works: which work each item is a version of, shape (items,), to keep the versions of a work
            together; None where that is not known.
        new: which items have only just come, shape (items,), or None where that is not known.
        seed: draws what is held out.

    Returns:
        A split for each kind; none where there is too little to hold out.
    """
    found = []
    rows = _rows(histories)
    works = np.arange(histories.n_items) if works is None else works
    barred, inner_seed = _barred(histories, new), _inner_seed(seed)
    cold = cold_items(int(works.max(initial=-1)) + 1, test_share=SHARE, seed=inner_seed)[works]
    for kind in kinds:
        test = np.zeros(len(rows), dtype=np.bool_)
        drawn = new
        if kind != "random":
            test |= cold[rows.item]
            drawn = cold if new is None else cold | new
        if kind != "cold-items":
            _, known = split_works("random", rows, works, test_share=SHARE, seed=inner_seed)
            test |= known
        train = rows.where(~test).histories(histories.n_items)
        relevant = rows.where(test).histories(histories.n_items)
        users = _sample(train, relevant, inner_seed)
        if len(users):
            parts = (train, train.rows(users), relevant.rows(users))
            found.append(HeldOut(*parts, barred, drawn, inner_seed))
    return found if len(found) == len(kinds) else []


def hold_out_last(
    histories: Histories, *, new: Booleans | None = None, seed: int = 0
) -> list[HeldOut]:
    """Hold out the latest item of each user who has two others; none where nobody has.

    Args:
        histories: what is parted; with times.
        new: as in `hold_out`.
        seed: draws on whom it is measured, where there are very many users.
    """
    assert histories.times is not None
    user = histories.users
    order = np.lexsort((histories.times, user))
    last = np.zeros(len(user), dtype=bool)
    last[order[histories.indptr[1:][histories.lengths > 2] - 1]] = True
    rows = _rows(histories)
    train, relevant = (rows.where(part).histories(histories.n_items) for part in (~last, last))
    users = _sample(train, relevant, seed)
    if not len(users):
        return []
    parts = (train, train.rows(users), relevant.rows(users))
    return [HeldOut(*parts, _barred(histories, new), new, _inner_seed(seed))]


def _barred(histories: Histories, new: Booleans | None) -> Integers:
    """List the items that are new before anything is held out."""
    return np.flatnonzero(~histories.chosen & (False if new is None else new))


def _inner_seed(seed: int) -> int:
    """Give a seed of its own: that of an outer split must not draw the same items once more."""
    return int(np.random.SeedSequence([seed, K]).generate_state(1)[0])


def _rows(histories: Histories) -> Interactions:
    users = IdMap(tuple(str(user) for user in range(len(histories))))
    user = histories.users
    return Interactions(users, user, histories.items, histories.weights, histories.times)


def _sample(train: Histories, relevant: Histories, seed: int) -> np.ndarray:
    """Draw users who have something to learn from and something held out."""
    able = np.flatnonzero((train.lengths > 0) & (relevant.lengths > 0))
    most = min(MAX_USERS, max(MAX_CELLS // max(train.n_items, 1), 50))
    if len(able) <= most:
        return able
    return np.sort(np.random.default_rng(seed).choice(able, most, replace=False))
