"""`polyrec keywords`: the words that say most about items, or about what users chose."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from polyrec.cli.data_options import data_options
from polyrec.cli.tables import add_row, show, show_json, table
from polyrec.core.errors import ConfigError

if TYPE_CHECKING:
    from polyrec.data.dataset import Dataset
    from polyrec.text.keywords import Keyword

EPILOG = """\b
Examples:
  polyrec keywords --data debian gimp 0ad
  polyrec keywords --data debian --user m0042 -k 5 --json

A user's keywords are those of the items that they chose, in each language on its own."""


@click.command(epilog=EPILOG)
@data_options()
@click.argument("item_ids", nargs=-1, metavar="[ITEM_ID]...")
@click.option("--user", "user_ids", multiple=True, metavar="USER_ID", help="Repeatable.")
@click.option(
    "-k", type=click.IntRange(min=1), default=10, show_default=True, help="Words per language."
)
@click.option(
    "--by-rules",
    is_flag=True,
    help="Cut languages whose extra is not installed by rules alone.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def keywords(
    *,
    data: Dataset,
    item_ids: tuple[str, ...],
    user_ids: tuple[str, ...],
    k: int,
    by_rules: bool,
    as_json: bool,
) -> None:
    """Show the words that say most about each ITEM_ID, or about what users chose."""
    from polyrec.text.keywords import Keywords

    if not item_ids and not user_ids:
        raise ConfigError("no item and no user is named", hint="give item ids, or --user")
    names = data.catalog.ids.names
    users = data.interactions.users.indices(user_ids, kind="user")
    asked = [("item", item_id, [item_id]) for item_id in item_ids]
    for user_id, user in zip(user_ids, users, strict=True):
        own = data.histories.items_of(int(user))
        asked.append(("user", user_id, [names[item] for item in own]))
    data.catalog.ids.indices(item_ids)  # an unknown one is found before the long work
    fitted = Keywords(strict=not by_rules).fit(data.catalog)
    found = [(kind, name, fitted.of_items(items, k=k)) for kind, name, items in asked]
    if as_json:
        show_json([{f"{kind}_id": name, "keywords": _document(by)} for kind, name, by in found])
        return
    made = table("of", "language", "keywords", ids=["of"], one_line=["keywords"])
    for _, name, by_language in found:
        for language, words in by_language.items():
            add_row(made, [name, language, ", ".join(each.word for each in words)])
    show(made)


def _document(by_language: dict[str, list[Keyword]]) -> dict[str, list[dict[str, object]]]:
    return {
        language: [{"word": each.word, "score": round(each.score, 4)} for each in words]
        for language, words in by_language.items()
    }
