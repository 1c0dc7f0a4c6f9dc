"""Very many users, items and choices: iALS with a text prior beside implicit's iALS.

    python benchmarks/scale.py > results/scale.txt
    python benchmarks/scale.py --users 50000 --items 10000 --interactions 2500000

A world is made (`scale_data.py`), and each side runs in processes of its own on the same number of
threads: `text-als` fits, and writes everyone's recommendations to Parquet; implicit's ALS fits, and
recommends to everyone in batches, seen items left out, ids mapped. Both take the same factors,
sweeps and steps of conjugate gradients. Vectors of items are given, as both a plan's encoder and
its cache come before a fit. At last faiss searches the same factors, nothing left out.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import textwrap
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np
import polars as pl
import scale_data

import polyrec
from polyrec.core.types import Histories, IdMap, Training
from polyrec.evaluation.benchmark.machine import commit, machine
from polyrec.pipeline.fitted import Fitted

if TYPE_CHECKING:
    from collections.abc import Iterator

FILE = "recommendations.parquet"
BATCH = 10_000
SEARCHED = 20_000
"""faiss looks for so many users: its speed is the same for all."""

CONFIDENCE = 40.0


def load(folder: Path) -> Histories:
    """Read the choices of a made world."""
    indptr, items = np.load(folder / "indptr.npy"), np.load(folder / "items.npy")
    weights = np.ones(len(items), dtype=np.float32)
    n_items = len(np.load(folder / "language.npy", mmap_mode="r"))
    return Histories(indptr, items.astype(np.int64), weights, n_items)


def names(kind: str, n: int) -> tuple[str, ...]:
    """Name users or items."""
    return tuple(f"{kind}{i:07}" for i in range(n))


def found(folder: Path, items: np.ndarray) -> float:
    """Say for which share of the users who were asked the held-out item is in the list."""
    held = np.load(folder / "held.npy")
    return float((items[: len(held)] == held[:, None]).any(axis=1).mean())


@contextmanager
def timed(told: dict[str, float], name: str) -> Iterator[None]:
    """Write down how long a block takes, by the clock and of all processors together."""
    start, busy = time.perf_counter(), time.process_time()
    yield
    told[f"{name}_s"] = time.perf_counter() - start
    told[f"{name}_busy_s"] = time.process_time() - busy


def peak_gb() -> float:
    """Give the most memory that this process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9


def fit_ours(folder: Path, factors: int, sweeps: int) -> dict[str, float]:
    """Fit `text-als`, and save the pipeline that it is part of."""
    from polyrec.models.text_als import TextAls
    from polyrec.pipeline import artifact
    from polyrec.pipeline.learned import Learned, kept
    from polyrec.testing.worlds import two_camps

    TextAls(factors=factors, sweeps=1).fit(two_camps().training)  # what compiles is compiled
    vectors = np.load(folder / "vectors.npy")
    histories = load(folder)
    model = TextAls(factors=factors, sweeps=sweeps, alpha=CONFIDENCE)
    told: dict[str, float] = {}
    with timed(told, "fit"):
        model.fit(Training(histories, vectors))
    told["peak_gb"] = peak_gb()
    ids, users = names("i", histories.n_items), names("u", len(histories))
    language = np.load(folder / "language.npy")
    texts = [{scale_data.LANGUAGES[tag]: name} for tag, name in zip(language, ids, strict=True)]
    catalog = polyrec.Catalog.from_texts(ids, texts)
    plan = polyrec.Plan.from_table({"encoder": "hashing", "recommender": "text-als"})
    plan = polyrec.Plan(model, plan.encoder)
    learned = Learned(plan, catalog, IdMap(users), histories, kept(vectors))
    artifact.save(learned, folder / "model")
    return told


def recommend_ours(folder: Path, k: int, first: int) -> dict[str, float]:
    """Write the recommendations of everyone, or of the first so many users."""
    rec = polyrec.load(folder / "model")
    if first:
        known = rec.learned
        users = IdMap(known.users.names[:first])
        histories = known.histories.rows(slice(0, first))
        rec = Fitted(replace(known, users=users, histories=histories))
    rec.service.recommend(polyrec.Query(user_id="u0000000", k=k))  # what compiles is compiled
    told: dict[str, float] = {}
    with timed(told, "recommend"):
        rec.recommend_everyone(folder / FILE, k=k)
    told["recommend_peak_gb"] = peak_gb()
    n_asked = len(np.load(folder / "held.npy"))
    lists = pl.scan_parquet(folder / FILE).head(n_asked * k).collect()
    items = np.array([int(name[1:]) for name in lists["item_id"]]).reshape(n_asked, k)
    return told | {"found": found(folder, items)}


def run_implicit(folder: Path, settings: dict[str, int]) -> dict[str, float]:
    """Fit implicit's ALS, and recommend to the same users with ids mapped."""
    import scipy.sparse as sp
    from implicit.cpu.als import AlternatingLeastSquares

    indptr, items = np.load(folder / "indptr.npy"), np.load(folder / "items.npy")
    n_items = len(np.load(folder / "language.npy", mmap_mode="r"))
    chosen = np.ones(len(items), dtype=np.float32)
    X = sp.csr_matrix((chosen, items, indptr.astype(np.int32)), (len(indptr) - 1, n_items))
    threads = int(os.environ["NUMBA_NUM_THREADS"])
    model = AlternatingLeastSquares(
        factors=settings["factors"],
        iterations=settings["sweeps"],
        alpha=CONFIDENCE,
        regularization=1.0,
        num_threads=threads,
        random_state=0,
    )
    told: dict[str, float] = {}
    with timed(told, "fit"):
        model.fit(X, show_progress=False)
    told["peak_gb"] = peak_gb()
    item_ids, user_ids = np.array(names("i", n_items)), np.array(names("u", X.shape[0]))
    asked, n_asked = [], len(np.load(folder / "held.npy"))
    n_users = settings["first"] or X.shape[0]
    with timed(told, "recommend"):
        for first in range(0, n_users, BATCH):
            users = np.arange(first, min(first + BATCH, n_users))
            best, _ = model.recommend(
                users, X[users], N=settings["k"], filter_already_liked_items=True
            )
            lists = user_ids[users], item_ids[best]
            if first < n_asked:
                asked.append(best)
            del lists
    return told | {"found": found(folder, np.concatenate(asked)[:n_asked])}


def run_faiss(folder: Path, k: int) -> dict[str, float]:
    """Search the factors of `text-als` by faiss, which looks at every item."""
    import faiss

    rec = polyrec.load(folder / "model")
    model, histories = rec.learned.plan.recommender, rec.learned.histories
    people = model.people(histories.rows(slice(0, SEARCHED)))
    faiss.omp_set_num_threads(int(os.environ["NUMBA_NUM_THREADS"]))
    index = faiss.IndexFlatIP(people.shape[1])
    index.add(np.ascontiguousarray(model.items_))
    start = time.perf_counter()
    for first in range(0, len(people), BATCH):
        index.search(people[first : first + BATCH], k)
    return {"users_per_s": len(people) / (time.perf_counter() - start)}


def alone(part: str, folder: Path, threads: int, settings: dict[str, int]) -> dict[str, float]:
    """Run a part in a process of its own; each thread gets one of BLAS, as implicit wants it."""
    variables = ("OMP_NUM_THREADS", "NUMBA_NUM_THREADS", "POLARS_MAX_THREADS")
    blas = threads if part == "faiss" else 1
    env = {name: str(threads) for name in variables} | {"OPENBLAS_NUM_THREADS": str(blas)}
    options = [f"--{name}={value}" for name, value in settings.items()]
    command = [sys.executable, __file__, f"--part={part}", f"--folder={folder}", *options]
    done = subprocess.run(command, env=os.environ | env, check=True, stdout=subprocess.PIPE)  # noqa: S603
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return told


PARTS: dict[str, Any] = {
    "fit": lambda folder, s: fit_ours(folder, s["factors"], s["sweeps"]),
    "recommend": lambda folder, s: recommend_ours(folder, s["k"], s["first"]),
    "implicit": run_implicit,
    "faiss": lambda folder, s: run_faiss(folder, s["k"]),
}


@click.command()
@click.option("--users", default=1_000_000, show_default=True)
@click.option("--items", default=200_000, show_default=True)
@click.option("--interactions", default=50_000_000, show_default=True)
@click.option("--dim", default=64, show_default=True, help="Of the items' vectors.")
@click.option("--factors", default=64, show_default=True)
@click.option("--sweeps", default=15, show_default=True, help="Iterations, as implicit says.")
@click.option("-k", "--k", default=10, show_default=True, help="Items per list.")
@click.option("--first", default=0, help="Recommend to the first so many users; 0 for everyone.")
@click.option("--threads", default=2, show_default=True)
@click.option("--seed", default=0, show_default=True)
@click.option("--folder", type=click.Path(path_type=Path), help="Where it is made; kept if given.")
@click.option("--part", type=click.Choice(list(PARTS)), hidden=True)
def main(folder: Path | None, part: str | None, threads: int, **sizes: int) -> None:
    """Measure both sides on a world of the size that is given."""
    settings = {name: sizes[name] for name in ("factors", "sweeps", "k", "first")}
    if part is not None:
        assert folder is not None
        click.echo(json.dumps(PARTS[part](folder, settings)))
        return
    with tempfile.TemporaryDirectory() as made:
        where = folder or Path(made)
        where.mkdir(parents=True, exist_ok=True)
        compare(where, threads, sizes, settings)


def compare(folder: Path, threads: int, sizes: dict[str, int], settings: dict[str, int]) -> None:
    """Make the world, run both sides, and print what they took."""
    about = ", ".join(f"{name} {value}" for name, value in machine().items())
    click.echo(textwrap.fill(f"commit {commit()}; {about}", 100))
    world = {name: sizes[name] for name in ("users", "items", "interactions", "dim", "seed")}
    n_choices = scale_data.make(folder, **world)
    size = (
        f"{sizes['users']:,} users, {sizes['items']:,} items, {n_choices:,} interactions; vectors "
        f"of {sizes['dim']}; {threads} threads, {settings['factors']} factors, "
        f"{settings['sweeps']} sweeps of 3 steps, lists of {settings['k']}"
    )
    click.echo(textwrap.fill(size, 100))
    told = {name: alone(name, folder, threads, settings) for name in PARTS}
    ours, lists, theirs, faiss = (told[n] for n in ("fit", "recommend", "implicit", "faiss"))
    n_users = settings["first"] or sizes["users"]
    speed, other = (n_users / each["recommend_s"] for each in (lists, theirs))
    written = (folder / FILE).stat().st_size / 1e6
    asked, by_chance = min(scale_data.ASKED, sizes["users"]), settings["k"] / sizes["items"]
    fit, fit_there = (_took(each, "fit") for each in (ours, theirs))
    all_, all_there = (_took(each, "recommend") for each in (lists, theirs))
    for line in (
        f"text-als (kernels by numba) fits in {fit}, implicit's ALS in {fit_there}",
        f"fit: {ours['fit_s'] / theirs['fit_s']:.2f} x implicit",
        f"peak: {ours['peak_gb']:.2f} GB (implicit {theirs['peak_gb']:.2f})",
        f"text-als writes {written:.0f} MB of Parquet for {n_users:,} users in {all_}, peak "
        f"{lists['recommend_peak_gb']:.2f} GB; implicit recommends in {all_there}, not written: "
        f"{speed:,.0f} and {other:,.0f} users/s",
        f"recommend to everyone: {speed / other:.2f} x implicit",
        f"faiss flat, nothing left out, no ids: {faiss['users_per_s']:,.0f} users/s; "
        f"text-als {speed / faiss['users_per_s']:.2f} x faiss",
        f"one choice of each of {asked:,} users held out is in their list: text-als "
        f"{lists['found']:.3f}, implicit {theirs['found']:.3f}, by chance {by_chance:.5f}",
    ):
        click.echo(textwrap.fill(line, 100))


def _took(told: dict[str, float], name: str) -> str:
    return f"{told[f'{name}_s']:.1f} s ({told[f'{name}_busy_s']:.1f} s of processors)"


if __name__ == "__main__":
    main()
