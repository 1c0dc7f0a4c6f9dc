"""implicit: ALS, BPR and item-item BM25. https://github.com/benfred/implicit, MIT."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import implicit
import implicit.als
import implicit.bpr
import implicit.nearest_neighbours
import numpy as np
from threadpoolctl import threadpool_limits

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyrec.evaluation.benchmark.peers.drive import Job, Lists

MODELS: dict[str, dict[str, Any]] = {
    "als": {
        "defaults": {"factors": 100, "regularization": 0.01, "alpha": 1.0, "iterations": 15},
        "grid": {
            "factors": [32, 64, 128],
            "regularization": [0.01, 0.1, 1.0, 10.0],
            "alpha": [1.0, 5.0, 20.0],
            "iterations": [15],
        },
    },
    "bpr": {
        "defaults": {
            "factors": 100,
            "learning_rate": 0.01,
            "regularization": 0.01,
            "iterations": 100,
        },
        "grid": {
            "factors": [32, 64, 128],
            "learning_rate": [0.01, 0.03, 0.1],
            "regularization": [0.001, 0.01, 0.1],
            "iterations": [100, 300],
        },
    },
    "bm25": {
        "defaults": {"K": 20, "K1": 1.2, "B": 0.75},
        "grid": {"K": [20, 50, 100, 300], "K1": [0.5, 1.2, 3.0], "B": [0.0, 0.4, 0.75]},
    },
}


def about(job: Job) -> str:
    """Name the version."""
    del job
    return f"implicit {implicit.__version__}"


def fit(job: Job) -> Callable[[np.ndarray, int], Lists]:
    """Fit one of the models; implicit asks for one thread of BLAS beside its own."""
    model = _made(job)
    with threadpool_limits(1, "blas"):
        model.fit(job.train, show_progress=False)

    def recommend(users: np.ndarray, k: int) -> Lists:
        with threadpool_limits(1, "blas"):
            items, scores = model.recommend(users, job.train[users], N=k)
        if job.model == "bm25":  # it fills short lists with what the user has, at a score of 0
            items = np.where(scores > 0, items, -1)
        return items, scores

    return recommend


def _made(job: Job) -> Any:
    if job.model == "bm25":
        return implicit.nearest_neighbours.BM25Recommender(**job.settings, num_threads=job.threads)
    kind = {
        "als": implicit.als.AlternatingLeastSquares,
        "bpr": implicit.bpr.BayesianPersonalizedRanking,
    }[job.model]
    return kind(**job.settings, num_threads=job.threads, random_state=job.seed)
