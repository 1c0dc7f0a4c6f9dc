"""Cornac: BPR, EASE and item-item nearest neighbours.

https://github.com/PreferredAI/cornac, Apache-2.0.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any

import cornac
import numpy as np
from cornac.data import Dataset
from cornac.models import BPR, EASE, ItemKNN

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyrec.evaluation.benchmark.peers.drive import Job, Lists

MODELS: dict[str, dict[str, Any]] = {
    "bpr": {
        "defaults": {"k": 10, "max_iter": 100, "learning_rate": 0.001, "lambda_reg": 0.01},
        "grid": {
            "k": [32, 64, 128],
            "max_iter": [100, 300],
            "learning_rate": [0.01, 0.03, 0.1],
            "lambda_reg": [0.001, 0.01, 0.1],
        },
    },
    "ease": {
        "defaults": {"lamb": 500, "posB": True},
        "grid": {"lamb": [2, 5, 10, 20, 50, 100, 200, 500], "posB": [True, False]},
    },
    "item-knn": {
        "defaults": {"k": 20, "similarity": "cosine"},
        "grid": {"k": [10, 20, 50, 100, 200], "similarity": ["cosine"]},
    },
}


def about(job: Job) -> str:
    """Name the version."""
    del job
    return f"Cornac {cornac.__version__}"


def fit(job: Job) -> Callable[[np.ndarray, int], Lists]:
    """Fit one of the models on a data set of its own kind, which knows the items of train only."""
    rows = job.train.tocoo()
    n_users, n_items = job.train.shape
    users = OrderedDict((user, user) for user in range(n_users))
    items = OrderedDict((item, item) for item in range(n_items))
    data = Dataset.build(
        list(zip(rows.row.tolist(), rows.col.tolist(), rows.data.tolist(), strict=True)),
        global_uid_map=users,
        global_iid_map=items,
        seed=job.seed,
    )
    model = _made(job)
    model.fit(data)

    def score(block: np.ndarray) -> np.ndarray:
        scores = np.full((len(block), n_items), np.nan)
        for row, user in enumerate(block):
            if job.train.indptr[user + 1] > job.train.indptr[user]:
                found = np.asarray(model.score(int(user)), dtype=np.float64).ravel()
                scores[row, : len(found)] = found
        return scores

    return lambda users, k: job.ranked(score, users, k)


def _made(job: Job) -> Any:
    if job.model == "bpr":
        return BPR(**job.settings, seed=job.seed, verbose=False)
    if job.model == "ease":
        return EASE(**job.settings, seed=job.seed, verbose=False)
    return ItemKNN(**job.settings, seed=job.seed, num_threads=job.threads, verbose=False)
