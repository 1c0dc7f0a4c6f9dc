"""`polyrec demo`: the main job on the data that ship, from texts to a report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from polyrec.cli.printable import first_line, printable
from polyrec.cli.tables import add_row, show, table
from polyrec.core.counted import counted

if TYPE_CHECKING:
    from polyrec.evaluation.content import Card, Content

EPILOG = """\b
Examples:
  polyrec demo
  polyrec demo --seed 3 --out my-report

Vectors are kept in the user's cache (or POLYREC_CACHE), so that a second run is much faster."""


@click.command(epilog=EPILOG)
@click.option("--data", "dataset", default="debian", show_default=True, help="One that ships.")
@click.option("--seed", type=int, default=0, show_default=True, help="Draws the split.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default="polyrec-demo",
    show_default=True,
    help="Folder for the report.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the rows of metrics.json.")
def demo(dataset: str, seed: int, out: Path, as_json: bool) -> None:
    """Compare models on the data that ship, show three users, write a report."""
    from polyrec.evaluation.demo import demo as run
    from polyrec.evaluation.report import write_report
    from polyrec.evaluation.rows import to_json

    content = run(dataset, seed=seed)
    report = write_report(content, out)
    if as_json:
        click.echo(to_json(content.rows))
    else:
        _show(content)
    click.echo(f"\nreport: {report}", err=as_json)


def _show(content: Content) -> None:
    from polyrec.cli.comparison_table import show_comparison

    show_comparison(content.rows, content.models)
    for card in content.cards:
        _show_card(card)
    click.echo()
    for label, value in content.facts.items():
        click.echo(f"{label}: {value}")


def _show_card(card: Card) -> None:
    click.echo(f"\nuser {printable(card.user_id)} has {counted(card.n_history, 'item')}, such as")
    known = table("language", "item", "text", ids=("item",), one_line=("text",))
    for item in card.history:
        add_row(known, [item.language, item.item_id, first_line(item.text)])
    show(known)
    click.echo("and gets")
    got = table(
        "language", "item", "text", "because of", ids=("item", "because of"), one_line=("text",)
    )
    for item in card.suggestion.items:
        add_row(got, [item.language, item.item_id, first_line(item.text), item.reason or ""])
    show(got)
