"""Does `polyrec duplicates` find the versions of one work? Debian's packages, and films' titles.

A pool holds each of 1,000 works in three of its languages, drawn by a seed, without any identifier;
the harder one holds all other works too, once each, in one language. Works with three languages and
more are parted in two: figures are of one half, and the curve of confidence is learned on the other
(`--learn`).

    python benchmarks/duplicates.py --seeds 0-4
    python benchmarks/duplicates.py --learn
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import click
import numpy as np
import shared_data
from scipy.optimize import minimize

import polyrec
from polyrec.cli.lists import SEEDS
from polyrec.encode.language_mean import LanguageMean
from polyrec.pipeline.plan import Plan
from polyrec.works.find import MIN_CONFIDENCE, find_works
from polyrec.works.pairs import WEIGHTS, Pairs, candidates, confidence_of, mutual_of

if TYPE_CHECKING:
    from polyrec.core.types import Booleans, Doubles, Floats, Integers, Strings
    from polyrec.data.catalog import Catalog

LANGUAGES, WORKS = 3, 1000
HALVES = 2024
LEARN_ON = (100, 101)
SMALL = 1e-3


@dataclass(frozen=True, eq=False)
class Pool:
    """Texts to find versions among, in no order.

    Attributes:
        texts: the texts.
        languages: their tags.
        vectors: freed from what is the pool's languages' own.
        work: which work each text is of.
    """

    texts: list[str]
    languages: Strings
    vectors: Floats
    work: Integers

    @property
    def n_pairs(self) -> int:
        """How many pairs of versions there are."""
        counts = np.bincount(self.work)
        return int((counts * (counts - 1) // 2).sum())


class Source:
    """A catalog's texts, each a version of its item."""

    def __init__(self, catalog: Catalog, plan: Plan) -> None:
        rows = [(t, tag, i) for i, by in enumerate(catalog.texts) for tag, t in by.items()]
        texts, tags, work = zip(*rows, strict=True)
        self.texts, self.work = list(texts), np.array(work)
        self.languages = np.array(tags, dtype=np.str_)
        assert plan.encoder is not None
        prepared, _, _ = plan.preparation.prepared(self.texts, self.languages)
        self.raw = plan.encoder.encode(prepared, languages=self.languages)

    def half(self, learn: bool) -> Integers:
        """Give one half of the works that have enough languages."""
        many = np.flatnonzero(np.bincount(self.work) >= LANGUAGES)
        drawn = np.random.default_rng(HALVES).permutation(many)
        return drawn[len(drawn) // 2 :] if learn else drawn[: len(drawn) // 2]

    def pool(self, seed: int, *, others: bool, learn: bool = False) -> Pool:
        """Draw a pool."""
        rng = np.random.default_rng(seed)
        half, counts = self.half(learn), np.bincount(self.work)
        works = rng.choice(half, min(WORKS, len(half)), replace=False)
        starts = np.concatenate([[0], np.cumsum(counts)])
        rows = [starts[w] + rng.choice(counts[w], LANGUAGES, replace=False) for w in works]
        if others:
            rest = np.setdiff1d(np.arange(len(counts)), works)
            rows.append(starts[rest] + (rng.random(len(rest)) * counts[rest]).astype(np.int64))
        order = rng.permutation(np.concatenate(rows))
        languages = self.languages[order]
        vectors = LanguageMean().fit(self.raw[order], languages).apply(self.raw[order], languages)
        texts = [self.texts[row] for row in order]
        return Pool(texts, languages, vectors, self.work[order])


def measured(pool: Pool, min_confidence: float) -> tuple[float, float]:
    """Give precision and recall over pairs of the works that are found."""
    found = find_works(pool.texts, pool.languages, pool.vectors, min_confidence=min_confidence)
    right = total = 0
    for group in found.groups:
        counts = np.bincount(pool.work[group])
        right += int((counts * (counts - 1) // 2).sum())
        total += len(group) * (len(group) - 1) // 2
    return right / max(total, 1), right / pool.n_pairs


def examples(pool: Pool) -> tuple[Doubles, Booleans]:
    """Give the features of pairs that name each other best, and whether each is right."""
    one, other, features = candidates(pool.texts, pool.languages, pool.vectors)
    kept = mutual_of(Pairs(one, other, confidence_of(features)), pool.languages)
    columns = [features[name][kept] for name in WEIGHTS if name != "constant"]
    return np.stack(columns, axis=1), pool.work[one[kept]] == pool.work[other[kept]]


def learned(table: Doubles, right: Booleans) -> Doubles:
    """Fit constant and weights of a logistic curve, with hardly any ridge."""
    table = np.hstack([np.ones((len(table), 1)), table])

    def loss(weights: Doubles) -> tuple[float, Doubles]:
        logits = table @ weights
        value = (np.logaddexp(0, logits) - right * logits).sum() + SMALL * (weights**2).sum()
        slope = table.T @ (1 / (1 + np.exp(-logits)) - right) + 2 * SMALL * weights
        return float(value), slope

    return np.asarray(minimize(loss, np.zeros(table.shape[1]), jac=True).x)


@click.command()
@click.option("--seeds", type=SEEDS, default="0-4", show_default=True)
@click.option("--learn", is_flag=True, help="Print the weights that the other half gives.")
@click.option("--min-confidence", type=float, default=MIN_CONFIDENCE, show_default=True)
@click.option("--sweep", is_flag=True, help="Look at several confidences, on the half to learn on.")
def main(seeds: list[int], learn: bool, min_confidence: float, sweep: bool) -> None:
    """Print precision and recall over pairs."""
    plan = Plan.load("default")
    debian = polyrec.load_dataset("debian")
    catalogs = {
        "debian": debian.all_texts or debian.catalog,
        "movies-6lang": shared_data.movies().catalog,
    }
    sources = {name: Source(catalog, plan) for name, catalog in catalogs.items()}
    if learn:
        drawn = product(sources.values(), LEARN_ON, (False, True))
        pools = [source.pool(seed, others=others, learn=True) for source, seed, others in drawn]
        tables, right = zip(*map(examples, pools), strict=True)
        found = learned(np.concatenate(tables), np.concatenate(right))
        for name, value in zip(WEIGHTS, found, strict=True):
            click.echo(f"{name:10} {value:.2f}")
        return
    for (name, source), others in product(sources.items(), (False, True)):
        pools = [source.pool(seed, others=others, learn=sweep) for seed in seeds]
        for least in np.arange(0.5, 1.0, 0.1) if sweep else (min_confidence,):
            values = np.array([measured(pool, least) for pool in pools])
            mean, worst = values.mean(axis=0), values.min(axis=0)
            click.echo(
                f"{name:13}{len(pools[0].texts):6,} texts{' +others' if others else '':8} "
                f"at {least:.2f}: precision {mean[0]:.3f} (worst {worst[0]:.3f}) "
                f"recall {mean[1]:.3f} (worst {worst[1]:.3f})"
            )


if __name__ == "__main__":
    main()
