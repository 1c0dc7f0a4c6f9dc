"""`polyrec datasets`: what ships, and the languages of a dataset's views."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from polyrec.cli.printable import printable
from polyrec.cli.tables import add_row, show, show_json, table

if TYPE_CHECKING:
    from polyrec.data.catalog import Catalog
    from polyrec.data.datasets import Shipped

COUNTS = ("users", "items", "interactions", "texts", "languages")
SHOWN_VIEWS = ("one-language", "en", "balanced", "all")

EPILOG = """\b
Examples:
  polyrec datasets
  polyrec datasets debian
  polyrec datasets debian --text-seed 2 --json"""


@click.command(epilog=EPILOG)
@click.argument("name", required=False)
@click.option(
    "--text-seed", type=int, default=1, show_default=True, help="Draws the languages of the views."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def datasets(name: str | None, text_seed: int, as_json: bool) -> None:
    """List the datasets that ship; with a NAME, how many items each view shows in each language."""
    from polyrec.data.datasets import shipped_datasets

    found = shipped_datasets()
    if name is None:
        show_json([_facts(each) for each in found]) if as_json else _list(found)
        return
    counts = _views(name, text_seed)  # refuses an unknown name
    (shipped,) = (each for each in found if each.name == name)
    if as_json:
        show_json(_facts(shipped) | {"text_seed": text_seed, "views": counts})
    else:
        _describe(shipped, counts)


def _facts(shipped: Shipped) -> dict[str, Any]:
    facts = asdict(shipped)
    return facts | {"counts": dict(shipped.counts), "folder": str(shipped.folder)}


def _list(found: list[Shipped]) -> None:
    made = table("name", *COUNTS, numbers=COUNTS)
    for each in found:
        add_row(made, [each.name, *(f"{each.counts[name]:,}" for name in COUNTS)])
    show(made)
    for each in found:
        click.echo()
        _tell_source(each)


def _describe(shipped: Shipped, counts: dict[str, dict[str, int]]) -> None:
    _tell_source(shipped)
    click.echo(", ".join(f"{shipped.counts[name]:,} {name}" for name in COUNTS))
    click.echo("\nTexts per language in each view:")
    made = table("language", *SHOWN_VIEWS, numbers=SHOWN_VIEWS)
    for language in counts["all"]:
        row = (counts[view].get(language, 0) for view in SHOWN_VIEWS)
        add_row(made, [language, *(f"{count:,}" if count else "" for count in row)])
    show(made)


def _tell_source(shipped: Shipped) -> None:
    click.echo(printable(f"{shipped.name}: {shipped.title}"))
    click.echo(printable(f"source: {shipped.source}, released {shipped.release_date}"))
    click.echo(f"licence and provenance: {shipped.folder}")


def _views(name: str, text_seed: int) -> dict[str, dict[str, int]]:
    """Count each view's texts per language, most frequent first."""
    from polyrec.data.datasets import load_dataset

    given = load_dataset(name, view="as-given")
    return {view: _per_language(given.view(view, seed=text_seed).catalog) for view in SHOWN_VIEWS}


def _per_language(catalog: Catalog) -> dict[str, int]:
    shown = (by for by in catalog.texts) if catalog.pooled else ((tag,) for tag in catalog.language)
    counts = Counter(tag for tags in shown for tag in tags)
    return dict(counts.most_common())
