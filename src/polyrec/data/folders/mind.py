"""MIND (Microsoft news): what users had read before, and what they clicked of what was shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from polyrec.data.folders.folder import Folder, Found, changed, delimited, files_below
from polyrec.data.readers.joined import joined
from polyrec.data.readers.layout import Layout

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from polyrec.data.readers.intake import Intake
    from polyrec.data.readers.table import Table

NEWS = (
    *("news_id", "category", "subcategory", "title", "abstract"),
    *("url", "title_entities", "abstract_entities"),
)
BEHAVIORS = ("impression_id", "user_id", "time", "history", "impressions")
TIME = "%m/%d/%Y %I:%M:%S %p"


@dataclass(frozen=True)
class Mind(Folder):
    """Reads MIND: news.tsv and behaviors.tsv, here or in folders such as MINDsmall_train below.

    What a user clicked of an impression is an interaction at its time. What they had clicked before
    has no time of its own and gets that of the impression which lists it. As every impression lists
    it again, each pair of user and news counts once.

    Attributes:
        language: tag of the news.
    """

    language: str = "en"

    @classmethod
    def takes(cls, folder: Path) -> bool:
        """Say whether news and behaviors are there."""
        return bool(news_files(folder) and behaviors_files(folder))

    def _read(self, folder: Path, catalog: Intake, interactions: Intake) -> Found:
        return Found(
            mind_news(folder, self.language, catalog), mind_clicks(folder, interactions), "once"
        )


def news_files(folder: Path) -> list[Path]:
    """List MIND's own files of news: in the folder, or in one beside behaviors."""
    found = files_below(folder, "news.tsv", "*/news.tsv")
    return [path for path in found if files_below(path.parent, "behaviors.tsv")]


def behaviors_files(folder: Path) -> list[Path]:
    """List the files of behaviors in the folder and in those right below it."""
    return files_below(folder, "behaviors.tsv", "*/behaviors.tsv")


def mind_news(folder: Path, language: str, intake: Intake) -> Table:
    """Read the news of all parts, each once."""
    layout = Layout("\t", quote=False, names=NEWS)
    found = joined([t for path in news_files(folder) for t in delimited(path, layout, intake)])
    kept = found.frame.select("news_id", "category", "subcategory", "title", "abstract", "url")
    return changed(found, kept.with_columns(language=pl.lit(language)))


def mind_clicks(folder: Path, intake: Intake) -> Iterator[Table]:
    """Read who clicked what, one row for each news of a history and each click."""
    layout = Layout("\t", quote=False, names=BEHAVIORS)
    intake.remark("each pair of user and news counts once, however often histories list it")
    for path in behaviors_files(folder):
        for table in delimited(path, layout, intake):
            yield _clicks(table)


def _clicks(table: Table) -> Table:
    each, words = pl.element(), pl.col("impressions").fill_null("").str.split(" ")
    clicked = words.list.eval(each.filter(each.str.ends_with("-1")).str.strip_suffix("-1"))
    before = pl.col("history").fill_null("").str.split(" ").list.eval(each.filter(each != ""))
    iso = pl.col("time").str.to_datetime(TIME, strict=False).dt.to_string("%Y-%m-%dT%H:%M:%S")
    rows = (
        table.frame.select(
            "user_id",
            time=pl.coalesce(iso, "time"),  # what is no time is refused later, as it is
            item_id=pl.concat_list(before, clicked),
            record=pl.int_range(pl.len()),
        )
        .filter(pl.col("item_id").list.len() > 0)
        .explode("item_id")
        .unique(["user_id", "item_id"], keep="first", maintain_order=True)
    )
    return changed(table, rows.drop("record"), rows["record"].to_numpy())
