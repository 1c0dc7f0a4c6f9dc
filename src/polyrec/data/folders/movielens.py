"""MovieLens (GroupLens): ml-latest, ml-32m and the like in CSV, ml-10m and ml-1m, ml-100k."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from polyrec.data.folders.folder import (
    Folder,
    Found,
    changed,
    delimited,
    encoding_of,
    file_in,
    need_file,
    with_language,
)
from polyrec.data.readers.joined import joined
from polyrec.data.readers.layout import Layout

if TYPE_CHECKING:
    from pathlib import Path

    from polyrec.data.readers.intake import Intake
    from polyrec.data.readers.table import Table

RATINGS = ("userId", "movieId", "rating", "timestamp")
MOVIES = ("movieId", "title", "genres")
GENRES = (
    *("unknown", "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime"),
    *("Documentary", "Drama", "Fantasy", "Film-Noir", "Horror", "Musical", "Mystery"),
    *("Romance", "Sci-Fi", "Thriller", "War", "Western"),
)
"""Those of ml-100k, in the order of its columns."""

NO_GENRE = "(no genres listed)"


@dataclass(frozen=True)
class MovieLens(Folder):
    """Reads MovieLens in .csv (ml-latest, ml-32m), in .dat (ml-1m, ml-10m) or as ml-100k.

    Every rating is an interaction whose weight is the rating. Tags and users are not read.

    Attributes:
        language: tag of the titles.
    """

    language: str = "en"

    @classmethod
    def takes(cls, folder: Path) -> bool:
        """Say whether ratings and movies of one of the three generations are there."""
        return any(
            file_in(folder, ratings) and file_in(folder, movies)
            for ratings, movies in (
                ("ratings.csv", "movies.csv"),
                ("ratings.dat", "movies.dat"),
                ("u.data", "u.item"),
            )
        )

    def _read(self, folder: Path, catalog: Intake, interactions: Intake) -> Found:
        if file_in(folder, "u.data"):
            movies = _movies_100k(need_file(folder, "u.item"), catalog)
            events = delimited(
                need_file(folder, "u.data"), Layout("\t", quote=False, names=RATINGS), interactions
            )
        elif file_in(folder, "ratings.dat"):
            path = need_file(folder, "movies.dat")
            encoding = encoding_of(path, "latin-1")
            layout = Layout("::", quote=False, encoding=encoding, names=MOVIES)
            movies = joined(list(delimited(path, layout, catalog)))
            ratings = Layout("::", quote=False, names=RATINGS)
            events = delimited(need_file(folder, "ratings.dat"), ratings, interactions)
        else:
            movies = joined(list(delimited(need_file(folder, "movies.csv"), Layout(), catalog)))
            events = delimited(need_file(folder, "ratings.csv"), Layout(), interactions)
        if "genres" in movies.frame.columns:
            genres = pl.col("genres").replace(NO_GENRE, "")
            movies = changed(movies, movies.frame.with_columns(genres))
        return Found(with_language(movies, self.language), events)


def _movies_100k(path: Path, intake: Intake) -> Table:
    """Read u.item, which has a column for each genre."""
    names = ("movieId", "title", "released", "released_video", "url", *GENRES)
    layout = Layout("|", quote=False, encoding=encoding_of(path, "latin-1"), names=names)
    table = joined(list(delimited(path, layout, intake)))
    genres = pl.concat_list(
        pl.when(pl.col(name) == "1").then(pl.lit(name)) for name in GENRES if name != "unknown"
    )
    listed = genres.list.drop_nulls().list.join("|").alias("genres")
    return changed(table, table.frame.select("movieId", "title", "released", listed))
