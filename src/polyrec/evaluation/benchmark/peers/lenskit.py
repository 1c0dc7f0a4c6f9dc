"""LensKit: item-item and user-user neighbours, implicit matrix factorisation.

https://lenskit.org, MIT.
"""

from __future__ import annotations

import importlib.metadata
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from lenskit.als import ImplicitMFScorer
from lenskit.batch import recommend as recommend_all
from lenskit.data import from_interactions_df
from lenskit.knn import ItemKNNScorer, UserKNNScorer
from lenskit.pipeline import topn_pipeline
from lenskit.training import TrainingOptions

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyrec.evaluation.benchmark.peers.drive import Job, Lists

MODELS: dict[str, dict[str, Any]] = {
    "item-knn": {
        "defaults": {"max_nbrs": 20, "min_nbrs": 1},
        "grid": {"max_nbrs": [5, 10, 20, 50, 100, 200], "min_nbrs": [1, 2]},
    },
    "user-knn": {
        "defaults": {"max_nbrs": 30, "min_nbrs": 1},
        "grid": {"max_nbrs": [10, 20, 30, 50, 100, 200], "min_nbrs": [1, 2]},
    },
    "implicit-mf": {
        "defaults": {"embedding_size": 50, "epochs": 10, "regularization": 0.1, "weight": 40},
        "grid": {
            "embedding_size": [32, 64, 128],
            "epochs": [10],
            "regularization": [0.01, 0.1, 1.0],
            "weight": [5, 20, 40],
        },
    },
}

SCORERS = {
    "item-knn": ItemKNNScorer,
    "user-knn": UserKNNScorer,
    "implicit-mf": ImplicitMFScorer,
}


def about(job: Job) -> str:
    """Name the version."""
    del job
    return f"LensKit {importlib.metadata.version('lenskit')}"


def fit(job: Job) -> Callable[[np.ndarray, int], Lists]:
    """Fit one of the models, in the pipeline that LensKit makes for lists."""
    rows = job.train.tocoo()
    frame = pd.DataFrame({"user_id": rows.row, "item_id": rows.col})
    data = from_interactions_df(frame, class_name="choice")
    settings = dict(job.settings)
    if job.model != "implicit-mf":
        settings["feedback"] = "implicit"
    pipeline = topn_pipeline(SCORERS[job.model](**settings))
    pipeline.train(data, TrainingOptions(rng=job.seed))
    known = np.zeros(job.train.shape[0], dtype=bool)
    known[rows.row] = True

    def recommend(users: np.ndarray, k: int) -> Lists:
        items, scores = np.full((len(users), k), -1), np.full((len(users), k), -np.inf)
        place = {user: row for row, user in enumerate(users.tolist())}
        found = recommend_all(pipeline, users[known[users]].tolist(), n=k, n_jobs=1)
        for key, ranked in found.items():
            row = place[int(key.user_id)]
            score = ranked.scores()
            items[row, : len(ranked)] = ranked.ids()
            scores[row, : len(ranked)] = score
        return items, scores

    return recommend
