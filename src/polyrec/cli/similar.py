"""`polyrec similar`: the nearest items, whatever their language."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from polyrec.cli.items_table import items_table
from polyrec.cli.printable import first_line, printable
from polyrec.cli.tables import show, show_json

if TYPE_CHECKING:
    from polyrec.core.types import SuggestedItem
    from polyrec.pipeline.fitted import Fitted

EPILOG = """\b
Examples:
  polyrec similar model gimp
  polyrec similar model gimp node-glob -k 5 --json"""


@click.command(epilog=EPILOG)
@click.argument("model")
@click.argument("item_ids", nargs=-1, required=True, metavar="ITEM_ID...")
@click.option(
    "-k", type=click.IntRange(min=1), default=10, show_default=True, help="Items per list."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def similar(model: str, item_ids: tuple[str, ...], k: int, as_json: bool) -> None:
    """Show the items of a MODEL (a folder that fit has written) nearest to each ITEM_ID."""
    from polyrec.pipeline.fitted import load

    fitted = load(model)
    found = {item_id: fitted.service.similar(item_id, k=k) for item_id in item_ids}
    if as_json:
        show_json([_document(*each) for each in found.items()])
        return
    for place, (item_id, items) in enumerate(found.items()):
        if place:
            click.echo()
        _show(fitted, item_id, items)


def _document(item_id: str, items: tuple[SuggestedItem, ...]) -> dict[str, Any]:
    fields = [asdict(item) for item in items]
    for each in fields:
        del each["reason"]  # it is the item that was asked for
    return {"item_id": item_id, "items": fields}


def _show(fitted: Fitted, item_id: str, items: tuple[SuggestedItem, ...]) -> None:
    catalog = fitted.learned.catalog
    item = catalog.ids.index(item_id)
    click.echo(f"like {printable(item_id)} ({catalog.language[item]}): ", nl=False)
    click.echo(first_line(catalog.text[item]))
    show(items_table(items))
