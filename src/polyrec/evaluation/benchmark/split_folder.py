"""A split as a folder of arrays, from which a model learns in a process of its own.

It holds the training part and who the test users are, never what they chose.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

import numpy as np

from polyrec.core.types import Histories, Training

if TYPE_CHECKING:
    from pathlib import Path

    from polyrec.core.types import Integers

TRAIN, USERS, INNER = "train.npz", "users.npy", "inner"


def write_split(folder: Path, train: Histories, users: Integers) -> None:
    """Write what every model gets: the training part, and the users whose lists are measured."""
    folder.mkdir(parents=True)
    write_histories(folder / TRAIN, train)
    np.save(folder / USERS, users)


def write_inner(folder: Path, train: Histories, test: Histories) -> None:
    """Write a split inside the training part, on which peers choose settings."""
    (folder / INNER).mkdir()
    write_histories(folder / INNER / TRAIN, train)
    write_histories(folder / INNER / "test.npz", test)


def write_histories(file: Path, histories: Histories) -> None:
    """Write histories as arrays."""
    arrays: dict[str, Any] = {
        "indptr": histories.indptr,
        "items": histories.items,
        "weights": histories.weights,
    }
    if histories.times is not None:
        arrays["times"] = histories.times
    np.savez(file, n_items=np.array(histories.n_items), **arrays)


def read_histories(file: Path) -> Histories:
    """Read what `write_histories` wrote."""
    with np.load(file, allow_pickle=False) as held:
        times = held.get("times")
        parts = (held["indptr"], held["items"], held["weights"])
        return Histories(*parts, int(held["n_items"]), times)


def write_training(file: Path, training: Training) -> None:
    """Write what polyrec's own models learn from beside the histories: vectors, languages ..."""
    columns: dict[str, Any] = {f.name: getattr(training, f.name) for f in fields(training)}
    del columns["histories"]
    np.savez(file, **{name: column for name, column in columns.items() if column is not None})


def read_training(file: Path, train: Path) -> Training:
    """Read what `write_training` wrote, and the histories in `train`."""
    with np.load(file, allow_pickle=False) as held:
        return Training(read_histories(train), **{name: held[name] for name in held.files})
