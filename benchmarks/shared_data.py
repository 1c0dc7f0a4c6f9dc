"""Films and stars as datasets: real multilingual data that polyrec may not ship.

    python benchmarks/shared_data.py movies-6lang --out /tmp/movies
    python benchmarks/shared_data.py stars --out /tmp/stars

writes a folder that every command reads: `polyrec benchmark /tmp/movies`.
"""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import click
import numpy as np
import polars as pl

from polyrec.core.types import IdMap
from polyrec.data.catalog import Catalog
from polyrec.data.dataset import Dataset
from polyrec.data.interactions import Interactions
from polyrec.data.write import write_dataset

SHARED = Path(__file__).parents[2] / "shared" / "data"
FILM_LANGUAGES = ("en", "es", "de", "fr", "it", "ru")
LIKED = 4.0
"""So many stars say that somebody liked a film."""


def movies(folder: Path = SHARED / "movies-6lang", *, liked: bool = True) -> Dataset:
    """MovieLens latest-small, 610 users and 9,742 films with titles in six languages.

    Args:
        folder: holds `items.tsv` and `ratings.csv`.
        liked: keep ratings of four stars and more, each of weight 1; else all, weighted by stars.
    """
    rows = _rows(folder / "items.tsv")
    texts = [
        {tag: f"{row[f'title_{tag}']} ({row['year']})" for tag in FILM_LANGUAGES if _has(row, tag)}
        for row in rows
    ]
    ids = [row["movieId"] for row in rows]
    catalog = Catalog.from_texts(ids, texts, category=[row["genres"] for row in rows])
    given = pl.read_csv(folder / "ratings.csv", schema_overrides={"movieId": pl.String})
    given = given.filter(pl.col("movieId").is_in(ids))  # one rating is of a film that has no row
    if liked:
        given = given.filter(pl.col("rating") >= LIKED).with_columns(rating=pl.lit(1.0))
    chosen = _interactions(given["userId"].cast(pl.String).to_list(), given["movieId"], catalog.ids)
    chosen = replace(
        chosen,
        weight=given["rating"].to_numpy().astype(np.float32),
        time=given["timestamp"].to_numpy().astype(np.float64),
    )
    return Dataset(catalog, chosen, name="movies-6lang")


def stars(folder: Path = SHARED / "stars") -> Dataset:
    """Lists of starred repositories: 210 users, 41,247 items, most in English or Chinese."""
    rows = _rows(folder / "items.tsv")
    texts = [
        {row["lang"] or "und": f"{row['repo'].partition('/')[2]}: {row['description']}"}
        for row in rows
    ]
    ids = [row["item_id"] for row in rows]
    catalog = Catalog.from_texts(ids, texts, category=[row["category"] for row in rows])
    given = _rows(folder / "interactions.tsv")
    users = [row["user_id"] for row in given]
    items = pl.Series([row["item_id"] for row in given])
    return Dataset(catalog, _interactions(users, items, catalog.ids), name="stars")


DATASETS = {"movies-6lang": movies, "stars": stars}


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source, delimiter="\t", quoting=csv.QUOTE_NONE))


def _has(row: dict[str, str], tag: str) -> bool:
    return bool(row[f"title_{tag}"])


def _interactions(users: list[str], items: pl.Series, ids: IdMap) -> Interactions:
    names = IdMap(tuple(sorted(set(users))))
    user = names.indices(users, kind="user")
    return Interactions(names, user, ids.indices(items), np.ones(len(user), dtype=np.float32))


@click.command()
@click.argument("name", type=click.Choice(sorted(DATASETS)))
@click.option("--out", required=True, help="The folder to write.")
def main(name: str, out: str) -> None:
    """Write one of the datasets as a folder that polyrec reads."""
    data = DATASETS[name]()
    Path(out).mkdir(parents=True, exist_ok=True)
    write_dataset(data, Path(out))
    click.echo(f"{out}: {len(data.catalog):,} items, {len(data.interactions):,} interactions")


if __name__ == "__main__":
    main()
