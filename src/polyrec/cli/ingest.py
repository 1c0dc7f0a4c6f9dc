"""`polyrec ingest`: what came in, in figures and a picture, and the checked data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from polyrec.cli.data_options import data_options
from polyrec.cli.free_folder import check_free
from polyrec.cli.printable import printable
from polyrec.cli.tables import add_row, as_json_text, show, show_json, table
from polyrec.core.counted import counted

if TYPE_CHECKING:
    from polyrec.data.dataset import Dataset

MARK = "dataset.json"
MOST_LANGUAGES = 20

EPILOG = """\b
Examples:
  polyrec ingest --catalog items.csv --interactions events.csv
  polyrec ingest --catalog items.csv --interactions 'events-*.csv.gz' --out checked
  zcat events.csv.gz | polyrec ingest --catalog items.csv --interactions - --json
  polyrec ingest --folder ml-latest-small

Rows that cannot be used are set aside with their reasons, unless --on-bad-rows says fail. The
folder of --out holds items.parquet and interactions.parquet, which --folder reads again,
dataset.json with the figures, and a picture for light pages and for dark ones."""


@click.command(epilog=EPILOG)
@data_options(on_bad_rows="quarantine", before=lambda options: _check(options.get("out")))
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the checked data and the picture.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def ingest(data: Dataset, out: Path | None, as_json: bool) -> None:
    """Show what came in: counts, languages, faults, sparsity; write the checked data."""
    from polyrec.data.summary import summary

    facts = summary(data)
    if as_json:
        show_json(facts)
    else:
        _report(facts)
    if out is not None:
        _write(data, facts, out)
        click.echo(printable(f"written: {out}"), err=as_json)


def _check(out: Path | None) -> None:
    if out is not None:
        check_free(out, MARK)


def _write(data: Dataset, facts: dict[str, Any], out: Path) -> None:
    from polyrec.core.files import whole_folder
    from polyrec.data.write import write_dataset
    from polyrec.evaluation.picture_data import data_picture
    from polyrec.evaluation.picture_style import DARK, LIGHT, to_png

    sketch = data_picture(data)
    with whole_folder(out) as folder:
        write_dataset(data, folder)
        (folder / MARK).write_text(as_json_text(facts), encoding="utf-8")
        for theme in (LIGHT, DARK):
            (folder / f"data-{theme.name}.png").write_bytes(to_png(sketch.draw(theme)))


def _report(facts: dict[str, Any]) -> None:
    click.echo(
        printable(
            f"{facts['name']}: {counted(facts['users'], 'user')}, {counted(facts['items'], 'item')}"
            f", {counted(facts['interactions'], 'interaction')}, {counted(facts['texts'], 'text')}"
        )
    )
    if facts["times"]:
        click.echo(f"from {facts['times']['first']} to {facts['times']['last']}")
    click.echo(f"of all pairs of user and item, {facts['density']:.3%} are there")
    _languages(facts)
    _spread(facts)
    _lacking(facts)
    _faults(facts)


def _languages(facts: dict[str, Any]) -> None:
    click.echo()
    made = table("language", "texts", "share", numbers=("texts", "share"))
    found = facts["languages"]
    for each in found[:MOST_LANGUAGES]:
        add_row(made, [each["language"], f"{each['texts']:,}", f"{each['share']:.1%}"])
    rest = found[MOST_LANGUAGES:]
    if rest:
        n_texts, share = (sum(each[name] for each in rest) for name in ("texts", "share"))
        add_row(made, [f"{len(rest)} others", f"{n_texts:,}", f"{share:.1%}"])
    show(made)


def _spread(facts: dict[str, Any]) -> None:
    columns = ("min", "q25", "median", "q75", "q95", "max", "mean")
    rows = {
        "items per user": facts["items_per_user"],
        "users per item": facts["users_per_item"],
        "weight": facts["weight"],
    }
    click.echo()
    made = table("", *columns, numbers=columns)
    for name, found in rows.items():
        cells = [f"{found[column]:,.4g}" for column in columns] if found else ["-"] * len(columns)
        add_row(made, [name, *cells])
    show(made)


def _lacking(facts: dict[str, Any]) -> None:
    click.echo()
    for name, said in (
        ("texts_without_language", "without a language (und)"),
        ("items_without_text", "without any text"),
        ("items_without_interactions", "without interactions"),
    ):
        click.echo(f"{counted(facts[name], name.split('_')[0].removesuffix('s'))} {said}")
    for kind, n_rows in facts.get("repeated", {}).items():
        click.echo(f"{counted(n_rows, 'row')} of the {kind} repeated others and were joined")


def _faults(facts: dict[str, Any]) -> None:
    if "rows" not in facts:
        return
    found = facts["set_aside"]
    n_rows = sum(each["rows"] for each in found)
    click.echo(f"{counted(n_rows, 'row')} of {sum(facts['rows'].values()):,} set aside")
    if not found:
        return
    click.echo()
    numbers = ("rows", "first row")
    made = table("file", "reason", *numbers, numbers=numbers, ids=("file",))
    for each in sorted(found, key=lambda each: -each["rows"]):
        add_row(made, [each["file"], each["reason"], f"{each['rows']:,}", f"{each['first_row']:,}"])
    show(made)
    for path in facts["quarantine"]:
        click.echo(printable(f"set aside in: {path}"))
