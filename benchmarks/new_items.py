"""What it is worth to say which items are new: the hybrid told and untold, beside `content`.

nDCG@20 of the full ranking with the plan `default`, each item in one language, cold-items split.

    python benchmarks/new_items.py --seeds 0-4
"""

from __future__ import annotations

from dataclasses import replace

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

DATASETS = {"debian": lambda: polyrec.load_dataset("debian"), "movies-6lang": shared_data.movies}


@click.command()
@click.option("--seeds", type=SEEDS, default="0-4", show_default=True)
@click.option("--on", multiple=True, type=click.Choice(list(DATASETS)), default=list(DATASETS))
def main(seeds: list[int], on: tuple[str, ...]) -> None:
    """Print nDCG@20 as the mean over seeds."""
    for name in on:
        data = DATASETS[name]().view("one-language", seed=1)
        plan = Plan.load("default")
        catalog, _ = tagged(data.catalog, plan.detector)
        vectors = plan.space.fit(catalog)
        found: dict[str, list[float]] = {"content": [], "hybrid, told": [], "hybrid, untold": []}
        for seed in seeds:
            train, test = data.split("cold-items", seed=seed)
            told = Training(
                train.histories,
                vectors,
                catalog.languages,
                catalog.categories,
                new=train.catalog.new,
            )
            for case, values in found.items():
                training = replace(told, new=None) if case == "hybrid, untold" else told
                model = build("recommender", {"use": case.partition(",")[0]})
                outcome = measure(
                    model.fit(training, seed=seed),
                    train.histories,
                    test.histories,
                    catalog.languages,
                    seed=seed,
                )
                values.append(float(np.nanmean(outcome.per_user["all", "ndcg"])))
        for case, values in found.items():
            shown = ", ".join(f"{value:.3f}" for value in values)
            click.echo(f"{name:13} {case:15} nDCG@20 {np.mean(values):.3f} ({shown})")


if __name__ == "__main__":
    main()
