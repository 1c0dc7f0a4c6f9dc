"""The runner of polyrec's own recommenders: see `peers/drive.py`, which loads this file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from polyrec import __version__
from polyrec.core.registry import build
from polyrec.evaluation.benchmark.split_folder import read_training

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

    from polyrec.core.types import Floats, Integers
    from polyrec.evaluation.benchmark.peers.drive import Job
    from polyrec.models.recommender import Recommender


def about(job: Job) -> str:
    """Name the version."""
    del job
    return f"polyrec {__version__}"


def fit(job: Job) -> Callable[[Integers, int], tuple[np.ndarray, Floats]]:
    """Fit a recommender; `settings` are its table in a plan and the file of its training data."""
    table, file = job.settings["recommender"], job.settings["training"]
    training = read_training(job.folder / file, job.folder / "train.npz")
    recommender: Recommender = build("recommender", table)
    recommender.fit(training, seed=job.seed)

    def recommend(users: Integers, k: int) -> tuple[np.ndarray, Floats]:
        known = training.histories.rows(users)
        rankings = recommender.top(known, min(k, training.n_items), seed=job.seed)
        return rankings.items, rankings.scores

    return recommend
