"""How far predicted stars are off: RMSE and MAE of polyrec's raters and of scikit-surprise's SVD.

Films in one of six languages each (movies-6lang), ratings from 0.5 to 5. The global time split
holds out everything after one moment, so most who rate after it are new: nothing of theirs is
known, and every model gives them what it gives anybody. Figures are of all, of the ratings of known
users and of new ones, of unrated films, and of a random split beside it, where all users are known.
Intervals are of 10,000 resamples of users; a difference is paired, below 0 where the first is
nearer to the truth.

    python benchmarks/ratings.py --keep results/ratings --json results/ratings.json
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import click
import numpy as np
import polars as pl
import shared_data

from polyrec.core.registry import build
from polyrec.core.types import Training
from polyrec.measures.bootstrap import Interval, function_interval
from polyrec.measures.ratings import errors_per_user, mae_of, rmse_of
from polyrec.pipeline.plan import Plan
from polyrec.pipeline.preparation import tagged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from polyrec.core.types import Booleans, Doubles, Floats, Integers
    from polyrec.data.dataset import Dataset

SPLITS = ("time", "random")
BIASES = "user + item biases"
RATERS = {
    BIASES: {"use": "biased-mf", "factors": 0},
    "biased-mf": {"use": "biased-mf"},
    "text-mf": {"use": "text-mf"},
}
PEER = "scikit-surprise SVD"
RESAMPLES = 10_000
OVER = "RMSE over SVD's"


@dataclass(frozen=True, eq=False)
class Asked:
    """What is to be predicted, and what may be known.

    Attributes:
        train: what may be known.
        vectors: of the films.
        users: who rates, shape (ratings,).
        items: which film, shape (ratings,).
        stars: how it was rated, shape (ratings,).
    """

    train: Dataset
    vectors: Floats
    users: Integers
    items: Integers
    stars: Floats

    def slices(self) -> dict[str, Booleans]:
        """Say which ratings are of whom, and of what."""
        history = self.train.histories
        known = history.lengths[self.users] > 0
        parts = {"all": np.ones_like(known), "known users": known, "new users": ~known}
        parts["unrated films"] = ~history.chosen[self.items]
        return {
            name: part
            for name, part in parts.items()
            if part.any() and (name == "all" or not part.all())
        }


def predictions(asked: Asked, seed: int) -> Iterator[tuple[str, Floats, float]]:
    """Give the stars that each model predicts, and the seconds it took to fit."""
    history = asked.train.histories
    yield "mean of all", np.full(len(asked.stars), history.weights.mean(), np.float32), 0.0
    for name, table in RATERS.items():
        start = perf_counter()
        rater = build("recommender", table).fit(Training(history, asked.vectors), seed=seed)
        taken = perf_counter() - start
        yield name, rater.predict(history, asked.users, asked.items), taken
    yield PEER, *_by_surprise(asked, seed)


def _by_surprise(asked: Asked, seed: int) -> tuple[Floats, float]:
    from surprise import SVD, Dataset, Reader

    history = asked.train.histories
    users = np.repeat(np.arange(len(history)), history.lengths).tolist()
    rows = zip(users, history.items.tolist(), history.weights.tolist(), strict=True)
    scale = (float(history.weights.min()), float(history.weights.max()))
    start = perf_counter()
    loaded = Dataset(Reader(rating_scale=scale)).construct_trainset([(*r, None) for r in rows])
    svd = SVD(random_state=seed).fit(loaded)
    taken = perf_counter() - start
    pairs = zip(asked.users.tolist(), asked.items.tolist(), strict=True)
    found = [svd.predict(user, item).est for user, item in pairs]
    return np.array(found, dtype=np.float32), taken


def rows_of(asked: Asked, found: dict[str, Floats], seconds: dict[str, float]) -> Iterator[Any]:
    """Give RMSE and MAE of each model in each slice, and the differences to the peer."""
    for part, mask in asked.slices().items():
        who, stars = asked.users[mask], asked.stars[mask]
        errors = {name: errors_per_user(told[mask], stars, who) for name, told in found.items()}
        for name, columns in errors.items():
            row: dict[str, Any] = {"slice": part, "model": name}
            row |= _shown("RMSE", function_interval(columns, rmse_of, n_resamples=RESAMPLES))
            row |= _shown("MAE", function_interval(columns, mae_of, n_resamples=RESAMPLES))
            both = np.hstack([columns, errors[PEER]])
            row |= _shown(OVER, function_interval(both, _difference, n_resamples=RESAMPLES))
            yield row | {"users": len(columns), "ratings": len(stars), "fit s": seconds[name]}


def _difference(means: Doubles) -> Doubles:
    return rmse_of(means[..., :3]) - rmse_of(means[..., 3:])


def _shown(name: str, found: Interval) -> dict[str, Any]:
    return {name: round(found.value, 4), f"{name} 95 %": f"{found.low:.4f} to {found.high:.4f}"}


@click.command()
@click.option("--seed", default=0, show_default=True, help="Draws texts, splits and starts.")
@click.option("--keep", type=click.Path(path_type=Path), help="A folder for all predictions.")
@click.option("--json", "out", type=click.Path(path_type=Path), help="A file for the figures.")
def main(seed: int, keep: Path | None, out: Path | None) -> None:
    """Print RMSE and MAE of each model."""
    data = shared_data.movies(liked=False).view("one-language", seed=seed + 1)
    plan = Plan.load("default")
    catalog, _ = tagged(data.catalog, plan.detector)
    vectors = plan.space.fit(catalog)
    rows: list[dict[str, Any]] = []
    for split in SPLITS:
        train, test = data.split(split, seed=seed)
        history = test.histories
        users = np.repeat(np.arange(len(history)), history.lengths)
        asked = Asked(train, vectors, users, history.items, history.weights)
        found, seconds = {}, {}
        for name, told, taken in predictions(asked, seed):
            found[name], seconds[name] = told, round(taken, 1)
        rows += [{"split": split, **row} for row in rows_of(asked, found, seconds)]
        if keep:
            keep.mkdir(parents=True, exist_ok=True)
            columns = {"user": users, "item": history.items, "stars": history.weights, **found}
            pl.DataFrame(columns).write_parquet(keep / f"{split}.parquet")
    for row in rows:
        click.echo(
            f"{row['split']:6} {row['slice']:13} {row['model']:19} RMSE {row['RMSE']:.4f} "
            f"({row['RMSE 95 %']})  MAE {row['MAE']:.4f} ({row['MAE 95 %']})  "
            f"{OVER} {row[OVER]:+.4f} ({row[f'{OVER} 95 %']})  "
            f"users {row['users']:,}  ratings {row['ratings']:,}  fit {row['fit s']} s"
        )
    if out:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
