"""Models of what people do alone, beside each other: nDCG@20, time and memory of a fit.

Each is tuned by a short grid on the split's seeds 100 and 101, then measured on others. Seconds
are those of the processor, memory is the most that Python and numpy held beyond the data.

    python benchmarks/linear_models.py --seeds 0-4
    python benchmarks/linear_models.py FOLDER --models ease,sparse-ease
"""

from __future__ import annotations

import time
import tracemalloc
from itertools import product
from typing import TYPE_CHECKING, Any

import click
import numpy as np

import polyrec
from polyrec.cli.lists import NAMES, SEEDS
from polyrec.core.registry import build
from polyrec.core.types import Training
from polyrec.evaluation.protocol import measure

if TYPE_CHECKING:
    from polyrec.data.dataset import Dataset
    from polyrec.models.recommender import Recommender

GRIDS: dict[str, dict[str, tuple[float, ...]]] = {
    "ease": {"l2": (2.0, 5.0, 10.0, 100.0)},
    "sparse-ease": {"l2": (5.0, 10.0, 100.0), "n_neighbours": (100, 200)},
    "pure-svd": {"dim": (50, 100, 200, 300)},
    "bpr": {"l2": (0.02, 0.05)},
}
TUNED_ON = (100, 101)


@click.command()
@click.argument("data", default="debian")
@click.option("--seeds", type=SEEDS, default="0-4", show_default=True)
@click.option("--models", type=NAMES, default=",".join(GRIDS), show_default=True)
def main(data: str, seeds: list[int], models: list[str]) -> None:
    """Tune and measure each model on DATA: debian, or a folder."""
    given = polyrec.load_dataset(data) if data == "debian" else polyrec.read_dataset(data)
    click.echo("| model | nDCG@20 | fit CPU s | fit peak MB | settings |")
    click.echo("| --- | --- | --- | --- | --- |")
    for name in models:
        grid = [
            dict(zip(GRIDS[name], each, strict=True)) for each in product(*GRIDS[name].values())
        ]
        tables = [{"use": name, **settings} for settings in grid]
        best = max(tables, key=lambda table: np.mean([_run(given, table, s)[0] for s in TUNED_ON]))
        runs = [_run(given, best, seed) for seed in seeds]
        ndcg, seconds = np.mean(runs, axis=0)
        settings = ", ".join(f"{key} {value:g}" for key, value in best.items() if key != "use")
        memory = _peak_mb(given, best, seeds[0])
        click.echo(f"| {name} | {ndcg:.4f} | {seconds:.2f} | {memory:.0f} | {settings} |")


def _run(data: Dataset, table: dict[str, Any], seed: int) -> tuple[float, float]:
    """Give nDCG@20 on a split, and how many seconds of the processor the fit took."""
    train, test = data.split("random", seed=seed)
    start = time.process_time()
    model = _fitted(table, Training(train.histories), seed)
    seconds = time.process_time() - start
    languages = data.catalog.languages
    outcome = measure(model, train.histories, test.histories, languages, seed=seed)
    return float(np.nanmean(outcome.per_user["all", "ndcg"])), seconds


def _peak_mb(data: Dataset, table: dict[str, Any], seed: int) -> float:
    training = Training(data.split("random", seed=seed)[0].histories)
    tracemalloc.start()
    _fitted(table, training, seed)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 1e6


def _fitted(table: dict[str, Any], training: Training, seed: int) -> Recommender:
    model: Recommender = build("recommender", table)
    return model.fit(training, seed=seed)


if __name__ == "__main__":
    main()
