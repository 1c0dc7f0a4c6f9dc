"""Runs one model in this process, whoever's it is: reads a split, writes lists, time and memory.

    python drive.py JOB.json

It runs in the environments of other libraries too, so it knows numpy and scipy only. A runner is a
file with two functions:

    about(job) -> str                       # versions of what it runs
    fit(job) -> (users, k) -> (items, scores)

where `job` is a `Job` and `users` are rows of `job.train`. A peer's runner has `MODELS` too: by
name of the model its defaults, and a grid of values from which further settings are drawn. The
split's folder holds no test interactions, so nothing can learn from them.
"""

from __future__ import annotations

import importlib.util
import itertools
import json
import random
import resource
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

Lists = tuple[np.ndarray, np.ndarray]
"""Items and their scores, shape (users, k), best first."""

BLOCK = 512
"""So many users are scored at a time."""


@dataclass(frozen=True)
class Job:
    """What a runner is given.

    Attributes:
        model: which of the runner's models.
        settings: the model's settings.
        folder: of the split; `train.npz` is in it, and what the runner itself had put there.
        train: weights of the training part, CSR of float32, shape (users, items).
        seed: draws whatever the model draws.
        threads: how many the model may use.
    """

    model: str
    settings: dict[str, Any]
    folder: Path
    train: sp.csr_matrix
    seed: int = 0
    threads: int = 1

    def ranked(self, score: Callable[[np.ndarray], np.ndarray], users: np.ndarray, k: int) -> Lists:
        """Rank all items by scores, block by block, leaving out what the users have.

        Args:
            score: takes users and gives scores, shape (users, items); NaN leaves an item out.
            users: rows of `train`.
            k: length of the lists.
        """
        blocks = [users[start : start + BLOCK] for start in range(0, len(users), BLOCK)]
        found = [_best_of(score(block), self.train[block], k) for block in blocks]
        return np.concatenate([f[0] for f in found]), np.concatenate([f[1] for f in found])


def main(path: str) -> None:
    """Do what a job's file says, and write what came of it beside it.

    `what` is `fit` (fit and recommend) or `choose` (settings, on a split inside train).
    """
    told = json.loads(Path(path).read_text(encoding="utf-8"))
    runner = _loaded(Path(told["runner"]))
    folder = Path(told["split"])
    job = Job(
        told["model"],
        told["settings"],
        folder,
        matrix(folder / "train.npz"),
        told["seed"],
        told["threads"],
    )
    found = _choose(runner, job, told) if told["what"] == "choose" else _run(runner, job, told)
    facts = {"about": runner.about(job), "peak_mb": peak_mb(), **found}
    Path(told["out"], "facts.json").write_text(json.dumps(facts), encoding="utf-8")


def _run(runner: ModuleType, job: Job, told: dict[str, Any]) -> dict[str, Any]:
    """Fit on the training part, and write the lists of the test users."""
    users = np.load(job.folder / "users.npy")
    job = replace(job, settings=settings_of(runner, job))
    before = peak_mb()
    start = time.perf_counter()
    recommend = runner.fit(job)
    fitted = time.perf_counter()
    items, scores = recommend(users, told["k"])
    done = time.perf_counter()
    np.savez(Path(told["out"], "lists.npz"), items=items, scores=scores)
    return {
        "settings": job.settings,
        "fit_s": fitted - start,
        "recommend_s": done - fitted,
        "before_mb": before,
    }


def _choose(runner: ModuleType, job: Job, told: dict[str, Any]) -> dict[str, Any]:
    """Try settings on the split inside the training part; the defaults are the first of them."""
    start = time.perf_counter()
    inner = job.folder / "inner"
    train, wanted = matrix(inner / "train.npz"), matrix(inner / "test.npz")
    users = np.flatnonzero(np.diff(wanted.indptr))
    tried = []
    for settings in _drawn(runner.MODELS[job.model], told["trials"], job.seed):
        recommend = runner.fit(replace(job, settings=settings, train=train, folder=inner))
        items, _ = recommend(users, told["k"])
        tried.append((mean_ndcg(np.asarray(items), wanted[users]), settings))
    value, settings = max(tried, key=lambda each: each[0])
    return {
        "settings": settings,
        "validation": value,
        "trials": len(tried),
        "choose_s": time.perf_counter() - start,
    }


def settings_of(runner: ModuleType, job: Job) -> dict[str, Any]:
    """Give a model's settings: those of the job over the defaults of a peer's runner."""
    models = getattr(runner, "MODELS", None)
    if models is None:
        return job.settings
    if job.model not in models:
        raise SystemExit(f"no model is named {job.model!r}; known: {', '.join(models)}")
    return {**models[job.model]["defaults"], **job.settings}


def _drawn(model: dict[str, Any], trials: int, seed: int) -> list[dict[str, Any]]:
    """Draw different settings from a model's grid, the defaults first."""
    grid = model["grid"]
    every = [dict(zip(grid, values, strict=True)) for values in itertools.product(*grid.values())]
    random.Random(seed).shuffle(every)  # noqa: S311 (no secret)
    drawn = [model["defaults"]] + [{**model["defaults"], **each} for each in every]
    different = [each for i, each in enumerate(drawn) if each not in drawn[:i]]
    return different[:trials]


def mean_ndcg(items: np.ndarray, wanted: sp.csr_matrix) -> float:
    """Give the mean nDCG of lists, relevance 0 or 1, at as many places as they have."""
    k = items.shape[1]
    gain = 1 / np.log2(np.arange(2, k + 2))
    best = np.concatenate([[0.0], np.cumsum(gain)])
    values = []
    for row, found in enumerate(items):
        relevant = wanted.indices[wanted.indptr[row] : wanted.indptr[row + 1]]
        values.append(gain[np.isin(found, relevant)].sum() / best[min(k, len(relevant))])
    return float(np.mean(values))


def matrix(file: Path) -> sp.csr_matrix:
    """Read weights, shape (users, items)."""
    with np.load(file, allow_pickle=False) as held:
        shape = (len(held["indptr"]) - 1, int(held["n_items"]))
        parts = (held["weights"].astype(np.float32), held["items"].astype(np.int32))
        return sp.csr_matrix((*parts, held["indptr"].astype(np.int32)), shape=shape)


def _best_of(scores: np.ndarray, seen: sp.csr_matrix, k: int) -> Lists:
    """Give the k best items of each row of scores, leaving out what was seen; -1 where none is."""
    scores = np.nan_to_num(np.array(scores, dtype=np.float32), nan=-np.inf)
    scores[np.repeat(np.arange(len(scores)), np.diff(seen.indptr)), seen.indices] = -np.inf
    k = min(k, scores.shape[1])
    top = np.argpartition(-scores, k - 1, axis=1)[:, :k]
    value = np.take_along_axis(scores, top, axis=1)
    order = np.argsort(-value, axis=1, kind="stable")
    items, value = np.take_along_axis(top, order, axis=1), np.take_along_axis(value, order, axis=1)
    return np.where(np.isfinite(value), items, -1), value


def peak_mb() -> float:
    """Give the most memory that this process has had, in megabytes.

    `VmHWM` begins anew with a program; `ru_maxrss`, for systems without it, takes over that of the
    process which started this one.
    """
    try:
        status = Path("/proc/self/status").read_text(encoding="utf-8")
        return int(status.partition("VmHWM:")[2].split()[0]) / 1000
    except (OSError, IndexError, ValueError):
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak / (1e6 if sys.platform == "darwin" else 1e3)


def _loaded(file: Path) -> ModuleType:
    """Load a runner by its path: its name must not hide a library's."""
    spec = importlib.util.spec_from_file_location("polyrec_runner", file)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{file} is no Python file")
    runner = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(runner)
    return runner


if __name__ == "__main__":
    main(sys.argv[1])
