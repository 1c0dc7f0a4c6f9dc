"""What rankers cost and gain: languages in the history's shares, lists that say unlike things.

On `debian`, each item in one language, random split, nDCG@20 of the full ranking; KL is how far a
list's languages are from those of its user's history (nats), diversity 1 - the mean cosine over
pairs of a list's items, and the share of places that a ranker gave to other items.

    python benchmarks/rankers.py --seeds 0-4
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import click
import numpy as np

import polyrec
from polyrec.cli.lists import SEEDS
from polyrec.core.registry import build
from polyrec.core.types import Training
from polyrec.evaluation.protocol import K
from polyrec.measures.accuracy import ndcg
from polyrec.measures.hits import Hits
from polyrec.measures.variety import diversity
from polyrec.pipeline.plan import Plan
from polyrec.pipeline.preparation import tagged
from polyrec.rank.diversity import Diversity
from polyrec.rank.language_mix import LanguageMix, divergence
from polyrec.rank.prefer_languages import PreferLanguages
from polyrec.rank.ranker import Context

if TYPE_CHECKING:
    from polyrec.core.types import Doubles, Histories, Rankings, Strings
    from polyrec.rank.ranker import Ranker

RANKERS: dict[str, Ranker] = {
    "as it is": PreferLanguages(),
    **{f"language-mix {each}": LanguageMix(each) for each in (0.1, 0.2, 0.3, 0.5, 0.8)},
    **{f"diversity {each}": Diversity(each) for each in (0.1, 0.2, 0.3, 0.5)},
}


def divergences(rankings: Rankings, histories: Histories, languages: Strings) -> Doubles:
    """Say of each list how far its languages are from those of its user's history."""
    tags, code = np.unique(languages, return_inverse=True)
    found = np.zeros(len(rankings))
    for user, items in enumerate(rankings.items):
        own = np.bincount(code[histories.items_of(user)], minlength=len(tags)).astype(np.float64)
        counts = np.bincount(code[items[items >= 0]], minlength=len(tags)).astype(np.float64)
        found[user] = divergence(own / own.sum(), counts)
    return found


@click.command()
@click.option("--seeds", type=SEEDS, default="0-4", show_default=True)
@click.option("--recommender", default="hybrid", show_default=True)
def main(seeds: list[int], recommender: str) -> None:
    """Print the table, as the mean over seeds."""
    data = polyrec.load_dataset("debian").view("one-language", seed=1)
    plan = Plan.load("default")
    catalog, _ = tagged(data.catalog, plan.detector)
    vectors, languages = plan.space.fit(catalog), catalog.languages
    found: dict[str, list[list[float]]] = defaultdict(list)
    for seed in seeds:
        train, test = data.split("random", seed=seed)
        training = Training(train.histories, vectors, languages, catalog.categories)
        model = build("recommender", recommender).fit(training, seed=seed)
        users = np.flatnonzero((test.histories.lengths > 0) & (train.histories.lengths > 0))
        known, wanted = train.histories.rows(users), test.histories.rows(users)
        context = Context(K, languages, histories=known, vectors=vectors)
        deepest = max(ranker.depth(context) for ranker in RANKERS.values())
        candidates = model.top(known, deepest, seed=seed)
        for name, ranker in RANKERS.items():
            ranked = ranker.rerank(candidates.first(ranker.depth(context)), context)
            moved = [
                len(set(after) - set(before)) / K
                for before, after in zip(
                    candidates.items[:, :K].tolist(), ranked.items.tolist(), strict=True
                )
            ]
            values = (
                np.nanmean(ndcg(Hits.of(ranked, wanted), K)),
                divergences(ranked, known, languages).mean(),
                np.nanmean(diversity(ranked, vectors)),
                np.mean(moved),
            )
            found[name].append([float(value) for value in values])
    click.echo(f"{'ranker':18} nDCG@20     KL  diversity  changed   ({recommender}, seeds {seeds})")
    for name, rows in found.items():
        mean = np.mean(rows, axis=0)
        click.echo(f"{name:18} {mean[0]:7.4f} {mean[1]:6.3f} {mean[2]:10.3f} {mean[3]:8.2f}")


if __name__ == "__main__":
    main()
