"""Content models beside each other: near items, a regression per user, several interests.

nDCG@20 of the full ranking with the vectors of the plan `default`, each item in one language.

    python benchmarks/content_models.py --seeds 0-4
    python benchmarks/content_models.py --seeds 100-101 --on debian --look logistic:l2=0.03,0.1,0.3
"""

from __future__ import annotations

from itertools import product

import click
import numpy as np
import shared_data

import polyrec
from polyrec.cli.lists import SEEDS
from polyrec.core.registry import build
from polyrec.core.types import Training
from polyrec.evaluation.protocol import measure
from polyrec.pipeline.plan import Plan
from polyrec.pipeline.preparation import tagged

DATASETS = ("debian", "movies-6lang")
MODELS = ("content", "logistic", "interests")


@click.command()
@click.option("--seeds", type=SEEDS, default="0-4", show_default=True)
@click.option("--on", multiple=True, type=click.Choice(DATASETS), default=DATASETS)
@click.option("--look", default="", help="One model at several values: name:setting=value,value.")
def main(seeds: list[int], on: tuple[str, ...], look: str) -> None:
    """Print nDCG@20 of each model, as the mean over seeds."""
    tables = [{"use": name} for name in MODELS]
    if look:
        name, _, wanted = look.partition(":")
        setting, _, values = wanted.partition("=")
        tables = [{"use": name, setting: _number(value)} for value in values.split(",")]
    for name in on:
        data = polyrec.load_dataset("debian") if name == "debian" else shared_data.movies()
        data = data.view("one-language", seed=1)
        plan = Plan.load("default")
        catalog, _ = tagged(data.catalog, plan.detector)
        vectors = plan.space.fit(catalog)
        for split, table in product(("random", "cold-items"), tables):
            values = []
            for seed in seeds:
                train, test = data.split(split, seed=seed)
                told = (vectors, catalog.languages, catalog.categories)
                training = Training(train.histories, *told, new=train.catalog.new)
                model = build("recommender", table).fit(training, seed=seed)
                outcome = measure(
                    model, train.histories, test.histories, catalog.languages, seed=seed
                )
                values.append(float(np.nanmean(outcome.per_user["all", "ndcg"])))
            shown = ", ".join(f"{value:.3f}" for value in values)
            click.echo(f"{name:13} {split:10} {table} nDCG@20 {np.mean(values):.3f} ({shown})")


def _number(value: str) -> float | int:
    return int(value) if value.isdecimal() else float(value)


if __name__ == "__main__":
    main()
