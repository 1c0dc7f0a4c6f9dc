"""`polyrec convert`: any data that can be read, as two plain tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from polyrec.cli.data_options import data_options
from polyrec.cli.free_folder import check_free
from polyrec.cli.ingest import MARK
from polyrec.cli.printable import printable
from polyrec.cli.tables import as_json_text, show_json
from polyrec.core.counted import counted

if TYPE_CHECKING:
    from polyrec.data.dataset import Dataset
    from polyrec.data.write import Format

EPILOG = """\b
Examples:
  polyrec convert ml-latest-small --out movies
  polyrec convert BX-CSV-Dump --out books --on-bad-rows quarantine
  polyrec convert --catalog items.jsonl --interactions events.tsv --out shop --format csv

The folder of --out holds items (one row per item and language), interactions, and dataset.json with
the figures that polyrec ingest shows; --folder reads it again."""


@click.command(epilog=EPILOG)
@data_options(folder_argument=True, before=lambda options: check_free(options["out"], MARK))
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Folder for the tables; one that convert or ingest has written is replaced.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["parquet", "csv", "jsonl"]),
    default="parquet",
    show_default=True,
    help="Of both tables.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def convert(data: Dataset, out: Path, form: Format, as_json: bool) -> None:
    """Write items and interactions as two tables: of a known FOLDER, files or a shipped dataset."""
    from polyrec.core.files import whole_folder
    from polyrec.data.summary import summary
    from polyrec.data.write import write_dataset

    facts = summary(data)
    with whole_folder(out) as folder:
        names = [path.name for path in write_dataset(data, folder, form=form)]
        (folder / MARK).write_text(as_json_text(facts), encoding="utf-8")
    if as_json:
        show_json(facts | {"out": str(out), "files": names})
        return
    click.echo(
        printable(
            f"{facts['name']}: {counted(facts['users'], 'user')}, {counted(facts['items'], 'item')}"
            f", {counted(facts['interactions'], 'interaction')}, languages: "
            f"{len(facts['languages'])}"
        )
    )
    click.echo(printable(f"written: {', '.join(str(out / name) for name in names)}"))
