"""`polyrec duplicates`: which items are versions of one work, in several languages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from polyrec.cli.printable import first_line, printable
from polyrec.cli.tables import add_row, show, show_json, table
from polyrec.core.counted import counted
from polyrec.core.errors import ConfigError

if TYPE_CHECKING:
    from polyrec.data.catalog import Catalog
    from polyrec.pipeline.duplicates import Duplicates

EPILOG = """\b
Examples:
  polyrec duplicates --catalog items.csv --out works.parquet
  polyrec duplicates --catalog items.csv --by isbn --min-confidence 0.9 --json
  polyrec duplicates --data debian --view one-language

The catalog is written with two columns more: work, which every command reads, and work_confidence.
The ranker one-per-work then shows one version of each work. Texts are compared in the space of
--plan; numbers, years and rare words of both have to agree."""


@click.command(epilog=EPILOG)
@click.option("--data", metavar="NAME", help="A dataset that ships: see datasets.")
@click.option("--view", metavar="VIEW", help="Which text each of its items has, for --data.")
@click.option("--text-seed", type=int, default=1, show_default=True, help="Draws the view.")
@click.option(
    "--catalog", multiple=True, metavar="FILE", help="Items, in files as for fit. Repeatable."
)
@click.option("--reader", default="", metavar="NAME", help="Reads the files, whatever their names.")
@click.option(
    "--default-language",
    default="und",
    show_default=True,
    metavar="TAG",
    help="Language of texts whose row names none.",
)
@click.option(
    "--plan", default="default", show_default=True, help="A .toml file, or a shipped one's name."
)
@click.option(
    "--by",
    multiple=True,
    metavar="COLUMN",
    help="Identifiers, such as isbn: equal values are one work, different ones are not. "
    "Repeatable.",
)
@click.option(
    "--min-confidence",
    type=click.FloatRange(0, 1),
    help="Pairs below it are not joined. [default: 0.85]",
)
@click.option(
    "--within-languages", is_flag=True, help="A work may have several versions in one language."
)
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    default=20,
    show_default=True,
    help="So many works are shown: the doubtful first.",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The catalog with the works: .csv, .jsonl or .parquet.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Draws all that is drawn.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, of all works.")
def duplicates(*, out: Path | None, limit: int, as_json: bool, **options: Any) -> None:
    """Find the items that are versions of one work, by texts, numbers and identifiers."""
    from polyrec.core.files import whole_file
    from polyrec.data.write import Format, items_table, write_table
    from polyrec.pipeline.duplicates import duplicates as find
    from polyrec.works.find import MIN_CONFIDENCE

    if out is not None and out.suffix[1:] not in get_args(Format):
        raise ConfigError(f"--out is {str(out)!r}", hint="name a .csv, .jsonl or .parquet file")
    given = options["min_confidence"]
    made = find(
        _catalog(options),
        options["plan"],
        by=options["by"],
        min_confidence=MIN_CONFIDENCE if given is None else given,
        across=not options["within_languages"],
        seed=options["seed"],
    )
    for note in made.notes:
        click.echo(f"note: {printable(note)}", err=True)
    if out is not None:
        with whole_file(out) as aside:
            write_table(items_table(made.catalog), aside, out.suffix[1:])  # type: ignore[arg-type]
    groups = made.found.groups
    if as_json:
        works = [_document(made, group.tolist()) for group in groups]
        show_json({"items": len(made.catalog), "works": works, "out": out and str(out)})
        return
    _show(made, limit)
    versions = counted(sum(map(len, groups)), "item")
    of = counted(len(groups), "work")
    click.echo(f"{versions} of {len(made.catalog):,} are versions of {of}", err=True)
    if out is not None:
        click.echo(printable(f"written: {out}"), err=True)


def _catalog(options: dict[str, Any]) -> Catalog:
    from polyrec.data.datasets import load_dataset
    from polyrec.data.load import read_catalog

    named = options["data"], options["catalog"]
    if all(named) or not any(named):
        raise ConfigError(
            "both --data and --catalog are given" if all(named) else "no data are named",
            hint="give --data debian, or --catalog",
        )
    if options["data"]:
        view = options["view"] or "one-language"
        return load_dataset(options["data"], view=view, seed=options["text_seed"]).catalog
    if options["view"]:
        raise ConfigError("--view is for --data", hint="leave it out")
    return read_catalog(
        list(options["catalog"]),
        reader=options["reader"],
        default_language=options["default_language"],
    )


def _document(made: Duplicates, items: list[int]) -> dict[str, Any]:
    catalog, confidence = made.catalog, made.found.confidence
    return {
        "work": catalog.ids.names[items[0]],
        "confidence": round(float(confidence[items].min()), 4),
        "items": [
            {
                "item_id": catalog.ids.names[item],
                "language": catalog.language[item],
                "confidence": round(float(confidence[item]), 4),
                "text": catalog.text[item],
            }
            for item in items
        ],
    }


def _show(made: Duplicates, limit: int) -> None:
    """Show the least sure works, each version on its line."""
    doubtful = made.found.groups[::-1][:limit]
    if not doubtful:
        return
    rows = table(
        "work",
        "confidence",
        "item",
        "language",
        "text",
        numbers=["confidence"],
        ids=["work", "item"],
        one_line=["text"],
    )
    for group in doubtful:
        for place, item in enumerate(group.tolist()):
            work = made.catalog.ids.names[int(group[0])] if not place else ""
            text = first_line(made.catalog.text[item])
            sure = f"{made.found.confidence[item]:.2f}"
            add_row(
                rows, [work, sure, made.catalog.ids.names[item], made.catalog.language[item], text]
            )
    show(rows)
