"""LightFM: factors learned with the loss WARP. https://github.com/lyst/lightfm, Apache-2.0."""

from __future__ import annotations

import importlib.metadata
from typing import TYPE_CHECKING, Any

import numpy as np
from lightfm import LightFM

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyrec.evaluation.benchmark.peers.drive import Job, Lists

MODELS: dict[str, dict[str, Any]] = {
    "warp": {
        "defaults": {"no_components": 10, "learning_rate": 0.05, "item_alpha": 0.0, "epochs": 30},
        "grid": {
            "no_components": [16, 32, 64, 128],
            "learning_rate": [0.02, 0.05, 0.1],
            "item_alpha": [0.0, 1e-5],
            "epochs": [30, 100],
        },
    },
}


def about(job: Job) -> str:
    """Name the version, and the build that installs where LightFM's own does not."""
    del job
    return f"LightFM {importlib.metadata.version('rectools-lightfm')} (rectools-lightfm)"


def fit(job: Job) -> Callable[[np.ndarray, int], Lists]:
    """Fit without features: its own way of users and items as they are."""
    settings = dict(job.settings)
    epochs = settings.pop("epochs")
    model = LightFM(loss="warp", random_state=job.seed, **settings)
    model.fit(job.train.tocoo(), epochs=epochs, num_threads=job.threads)
    item_bias, items = model.get_item_representations()
    _, users = model.get_user_representations()

    def score(block: np.ndarray) -> np.ndarray:
        return np.asarray(users[block] @ items.T + item_bias)

    return lambda users, k: job.ranked(score, users, k)
