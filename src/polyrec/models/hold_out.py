"""Splits inside the training data, on which a model chooses its own weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from polyrec.core.types import Histories, IdMap
from polyrec.data.interactions import Interactions
from polyrec.data.split import SPLITS, split_works
from polyrec.measures.accuracy import ndcg_of_scores

if TYPE_CHECKING:
    from polyrec.core.types import Floats, Integers

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
        never_chosen: items that cannot be held out, as nobody chose them; to rank them would only
            punish a model that shows new items.
    """

    train: Histories
    seen: Histories
    relevant: Histories
    never_chosen: Integers

    def ndcg(self, scores: Floats) -> float:
        """Give the mean nDCG@20 of scores for `seen`, full ranking.

        The scores are changed: items that are seen or never chosen become -inf.
        """
        scores[np.repeat(np.arange(len(self.seen)), self.seen.lengths), self.seen.items] = -np.inf
        scores[:, self.never_chosen] = -np.inf
        return float(np.nanmean(ndcg_of_scores(scores, self.relevant, K)))


def hold_out(
    histories: Histories, *, works: Integers | None = None, seed: int = 0
) -> list[HeldOut]:
    """Split histories twice: a share of each user's items, and all there is of a share of items.

    Args:
        histories: what is parted.
        works: which work each item is a version of, shape (items,), to keep the versions of a work
            together; None where that is not known.
        seed: draws what is held out.

    Returns:
        Two splits; none where there is too little to hold out.
    """
    found = []
    rows = _rows(histories)
    counts = np.bincount(histories.items, minlength=histories.n_items)
    never_chosen = np.flatnonzero(counts == 0)
    # the seed of an outer split must not draw the same items once more
    inner_seed = int(np.random.SeedSequence([seed, K]).generate_state(1)[0])
    for name in ("random", "cold-items"):
        if works is None:
            n_items = histories.n_items
            test = SPLITS[name](rows, n_items, test_share=SHARE, seed=inner_seed)
        else:
            _, test = split_works(name, rows, works, test_share=SHARE, seed=inner_seed)
        train = rows.where(~test).histories(histories.n_items)
        relevant = rows.where(test).histories(histories.n_items)
        users = _sample(train, relevant, inner_seed)
        if len(users):
            found.append(HeldOut(train, train.rows(users), relevant.rows(users), never_chosen))
    return found if len(found) == 2 else []


def _rows(histories: Histories) -> Interactions:
    users = IdMap(tuple(str(user) for user in range(len(histories))))
    user = np.repeat(np.arange(len(histories)), histories.lengths)
    return Interactions(users, user, histories.items, histories.weights, histories.times)


def _sample(train: Histories, relevant: Histories, seed: int) -> np.ndarray:
    """Draw users who have something to learn from and something held out."""
    able = np.flatnonzero((train.lengths > 0) & (relevant.lengths > 0))
    most = min(MAX_USERS, max(MAX_CELLS // max(train.n_items, 1), 50))
    if len(able) <= most:
        return able
    return np.sort(np.random.default_rng(seed).choice(able, most, replace=False))
