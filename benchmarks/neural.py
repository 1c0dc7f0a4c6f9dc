"""Recommenders that learn by gradient descent, beside a linear model and texts alone.

nDCG@20 of the full ranking with the vectors of the plan `default`, on a dataset that ships or a
folder of one's own, each item in one of its languages.

    python benchmarks/neural.py debian --seeds 0-4
    python benchmarks/neural.py debian --seeds 100 --models sasrec --set dropout=0.4 --set epochs=90
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np

import polyrec
from polyrec.cli.lists import SEEDS
from polyrec.core.registry import build
from polyrec.core.types import Training
from polyrec.evaluation.protocol import measure
from polyrec.pipeline.plan import Plan
from polyrec.pipeline.preparation import tagged

if TYPE_CHECKING:
    from polyrec.data.dataset import Dataset

MODELS = "ease,content,two-tower,sasrec,neumf"


@click.command()
@click.argument("source", default="debian")
@click.option("--seeds", type=SEEDS, default="0-4", show_default=True)
@click.option("--splits", default="random,cold-items", show_default=True)
@click.option("--models", default=MODELS, show_default=True)
@click.option("--set", "given", multiple=True, help="A setting of the models: name=value.")
def main(source: str, seeds: list[int], splits: str, models: str, given: tuple[str, ...]) -> None:
    """Print nDCG@20 of each seed, the mean, and the mean of the seconds of a fit, by model."""
    data = _dataset(source)
    plan = Plan.load("default")
    catalog, _ = tagged(data.catalog, plan.detector)
    vectors = plan.space.fit(catalog)
    settings = {name: json.loads(value) for name, _, value in (one.partition("=") for one in given)}
    for split in splits.split(","):
        for name in models.split(","):
            values, seconds = [], []
            click.echo(f"{split:10} {name:9}", nl=False)
            for seed in seeds:
                train, test = data.split(split, seed=seed)
                training = Training(train.histories, vectors, catalog.languages, catalog.categories)
                model: Any = build("recommender", {"use": name, **settings})
                start = time.perf_counter()
                model.fit(training, seed=seed)
                seconds.append(time.perf_counter() - start)
                outcome = measure(
                    model, train.histories, test.histories, catalog.languages, seed=seed
                )
                values.append(float(np.nanmean(outcome.per_user["all", "ndcg"])))
                click.echo(f" {values[-1]:.4f}", nl=False)
            click.echo(f"  mean {np.mean(values):.4f}, fit {np.mean(seconds):.1f} s")


def _dataset(source: str) -> Dataset:
    own = Path(source).is_dir()
    data = polyrec.read_dataset(Path(source)) if own else polyrec.load_dataset(source)
    return data.view("one-language", seed=1)


if __name__ == "__main__":
    main()
