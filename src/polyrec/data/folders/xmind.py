"""xMIND: MIND's news translated into fourteen languages, with MIND's own behaviors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from polyrec.data.folders.folder import Folder, Found, changed, delimited, files_below
from polyrec.data.folders.mind import behaviors_files, mind_clicks, mind_news, news_files
from polyrec.data.readers.joined import joined
from polyrec.data.readers.layout import Layout
from polyrec.data.readers.parquet import Parquet

if TYPE_CHECKING:
    from pathlib import Path

    from polyrec.data.readers.intake import Intake
    from polyrec.data.readers.table import Table

LANGUAGES = {
    **{"cmn": "zh", "fin": "fi", "grn": "gn", "hat": "ht", "ind": "id", "jpn": "ja", "kat": "ka"},
    **{"ron": "ro", "som": "so", "swh": "sw", "tam": "ta", "tha": "th", "tur": "tr", "vie": "vi"},
}
"""xMIND's codes, which name its folders, and the tags that are used elsewhere."""


@dataclass(frozen=True)
class XMind(Folder):
    """Reads xMIND beside MIND: folders named by language (fin, swh ...) with translated news.

    In one folder lie MIND's own (news.tsv and behaviors.tsv, or MINDsmall_train and so on) and
    xMIND's, as published (data/fin/train.parquet.gzip) or as fin/news.tsv with the columns nid,
    title and abstract. An item has its English text first, if MIND's news are there, then the
    translations. Clicks are read as of MIND.

    Attributes:
        language: tag of MIND's own news.
    """

    language: str = "en"

    @classmethod
    def takes(cls, folder: Path) -> bool:
        """Say whether translations and behaviors are there."""
        return bool(_translations(folder) and behaviors_files(folder))

    def _read(self, folder: Path, catalog: Intake, interactions: Intake) -> Found:
        tables = [mind_news(folder, self.language, catalog)] if news_files(folder) else []
        for path, tag in _translations(folder):
            tables.append(_translated(path, tag, catalog))
        return Found(joined(tables), mind_clicks(folder, interactions), "once")


def _translations(folder: Path) -> list[tuple[Path, str]]:
    """List the files of translated news with their languages."""
    patterns = [f"{at}{name}" for at in ("*/", "*/*/") for name in ("*.parquet.gzip", "*.tsv")]
    found = files_below(folder, *patterns)
    return [(path, LANGUAGES[path.parent.name]) for path in found if path.parent.name in LANGUAGES]


def _translated(path: Path, tag: str, intake: Intake) -> Table:
    if path.suffix == ".gzip":  # says how it is packed inside; it is Parquet
        table = Parquet().read(path, intake=intake)
    else:
        table = joined(list(delimited(path, Layout("\t", quote=False), intake)))
    news = table.frame.select(news_id="nid", title="title", abstract="abstract")
    return changed(table, news.with_columns(language=pl.lit(tag)))
