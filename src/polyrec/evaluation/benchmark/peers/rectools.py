"""RecTools: EASE, PureSVD and item-item TF-IDF. https://github.com/MobileTeleSystems/RecTools.

Apache-2.0. Its nearest neighbours are those of implicit, behind its own data set.
"""

from __future__ import annotations

import importlib.metadata
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from implicit.nearest_neighbours import TFIDFRecommender
from rectools import Columns
from rectools.dataset import Dataset
from rectools.models import EASEModel, ImplicitItemKNNWrapperModel, PureSVDModel

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyrec.evaluation.benchmark.peers.drive import Job, Lists

MODELS: dict[str, dict[str, Any]] = {
    "ease": {
        "defaults": {"regularization": 500.0},
        "grid": {"regularization": [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0]},
    },
    "pure-svd": {
        "defaults": {"factors": 10},
        "grid": {"factors": [5, 10, 20, 40, 60, 80, 120, 160, 200, 300]},
    },
    "tfidf": {
        "defaults": {"K": 20},
        "grid": {"K": [5, 10, 20, 30, 50, 80, 100, 200, 300, 500]},
    },
}


def about(job: Job) -> str:
    """Name the version."""
    del job
    return f"RecTools {importlib.metadata.version('rectools')}"


def fit(job: Job) -> Callable[[np.ndarray, int], Lists]:
    """Fit one of the models on a data set of its own kind."""
    rows = job.train.tocoo()
    frame = pd.DataFrame(
        {Columns.User: rows.row, Columns.Item: rows.col, Columns.Weight: rows.data}
    )
    frame[Columns.Datetime] = pd.Timestamp("2020-01-01")
    data = Dataset.construct(frame)
    model = _made(job)
    model.fit(data)
    known = np.zeros(job.train.shape[0], dtype=bool)
    known[rows.row] = True

    def recommend(users: np.ndarray, k: int) -> Lists:
        items, scores = np.full((len(users), k), -1), np.full((len(users), k), -np.inf)
        place = {user: row for row, user in enumerate(users.tolist())}
        found = model.recommend(users[known[users]], data, k=k, filter_viewed=True)
        row = found[Columns.User].map(place).to_numpy()
        rank = found[Columns.Rank].to_numpy() - 1
        items[row, rank] = found[Columns.Item].to_numpy()
        scores[row, rank] = found[Columns.Score].to_numpy()
        return items, scores

    return recommend


def _made(job: Job) -> Any:
    own = {"recommend_n_threads": job.threads}
    if job.model == "ease":
        return EASEModel(**job.settings, **own)
    if job.model == "pure-svd":
        return PureSVDModel(**job.settings, **own)  # a seed would fail with this SciPy
    return ImplicitItemKNNWrapperModel(TFIDFRecommender(**job.settings, num_threads=job.threads))
