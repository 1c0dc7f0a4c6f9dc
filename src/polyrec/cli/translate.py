"""`polyrec translate`: a catalog in one language; what was done once is not done again."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from polyrec.cli.printable import printable
from polyrec.cli.tables import add_row, show, show_json, table
from polyrec.core.counted import counted
from polyrec.core.errors import ConfigError

if TYPE_CHECKING:
    from polyrec.translate.cached import Cached
    from polyrec.translate.whole_catalog import InOneLanguage

EPILOG = """\b
Examples:
  polyrec translate items.csv --to en
  polyrec translate items.csv --to en --translator apertium
  polyrec translate items.csv --to en --plan plan.toml --review-below 0.5 --out english.parquet
  polyrec translate items.csv --to en --translator glossary --set file=terms.csv --json

Each translation is kept in the database as soon as it is made (POLYREC_DATABASE, else a file in
your data folder): run the same command again after it was broken off, and it goes on. Texts that a
person approved come first: see polyrec review."""


@click.command(epilog=EPILOG)
@click.argument("catalog", nargs=-1, required=True, metavar="CATALOG...")
@click.option("--to", required=True, metavar="TAG", help="The wished language, such as en.")
@click.option(
    "--plan",
    metavar="NAME",
    help="A .toml file with a table [translator], or a shipped one. [default: translate-first]",
)
@click.option("--translator", metavar="NAME", help="A translator by name, instead of a plan.")
@click.option(
    "--set",
    "given",
    multiple=True,
    metavar="KEY=VALUE",
    help="A setting of --translator; dots lead into what it holds. Repeatable.",
)
@click.option(
    "--review-below",
    type=click.FloatRange(0, 1),
    help="Translations of a lower quality enter the review queue.",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file, .csv, .jsonl or .parquet. [default: the first catalog's name with --to in it]",
)
@click.option("--reader", default="", metavar="NAME", help="Reads the files, whatever their names.")
@click.option(
    "--default-language",
    default="und",
    show_default=True,
    metavar="TAG",
    help="Language of texts whose row names none.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def translate(catalog: tuple[str, ...], to: str, as_json: bool, **options: Any) -> None:
    """Translate a CATALOG, in files as for fit, and write it with where each text is from."""
    from polyrec.cli.named_translator import detector_of, remembering
    from polyrec.core.files import whole_file
    from polyrec.core.language import standard_tag
    from polyrec.data.load import read_catalog
    from polyrec.data.write import write_table
    from polyrec.pipeline.preparation import tagged
    from polyrec.translate.whole_catalog import translate_catalog

    to = standard_tag(to)
    out = _checked(options["out"] or _beside(catalog[0], to), catalog)
    part = remembering(*(options[name] for name in ("plan", "translator", "given", "review_below")))
    items = read_catalog(
        list(catalog), reader=options["reader"], default_language=options["default_language"]
    )
    start = time.perf_counter()
    items, notes = tagged(items, detector_of(options["plan"]))
    made = translate_catalog(items, part, to)
    seconds = time.perf_counter() - start
    with whole_file(out) as aside:
        write_table(made.table, aside, out.suffix[1:])  # type: ignore[arg-type]
    facts = {"to": to, "out": str(out), "notes": notes} | _facts(made, part, seconds)
    if as_json:
        show_json(facts)
    else:
        _report(facts)


def _beside(catalog: str, to: str) -> Path:
    """Name a file beside the catalog: `items.csv.gz` gives `items.en.csv`."""
    path = Path(catalog)
    endings = [ending for ending in path.suffixes if ending in _endings()]
    return path.with_name(f"{path.name.partition('.')[0]}.{to}{(endings or ['.csv'])[0]}")


def _endings() -> list[str]:
    from polyrec.data.write import Format

    return [f".{form}" for form in get_args(Format)]


def _checked(out: Path, catalog: tuple[str, ...]) -> Path:
    if out.suffix not in _endings():
        raise ConfigError(f"--out is {out}", hint=f"give a file ending in {', '.join(_endings())}")
    if any(out.resolve() == Path(each).resolve() for each in catalog):
        raise ConfigError(f"--out is the catalog {out}", hint="name another file")
    return out


def _facts(made: InOneLanguage, part: Cached, seconds: float) -> dict[str, Any]:
    import polars as pl

    from polyrec.cli.named_translator import cost_of
    from polyrec.store.review import OPEN, Filter
    from polyrec.store.reviews import Reviews
    from polyrec.translate.translator import AS_IS
    from polyrec.translate.whole_catalog import UNKNOWN

    engine, error = pl.col("engine"), pl.col("error")
    left = made.count(error == UNKNOWN)
    facts: dict[str, Any] = {
        "texts": made.table.height,
        "translated": sum(made.engines.values()),
        "as_they_are": made.count(engine == AS_IS),
        "unknown_language": left,
        "uncovered": dict(made.uncovered),
        "failed": made.count(engine == "") - left - made.uncovered.total(),
        "approved": made.count(pl.col("approved")),
        "engines": made.engines,
        "asked": part.misses,
        "remembered": part.hits,
        "seconds": round(seconds, 2),
        "texts_per_second": round(part.misses / seconds, 1),
        "characters_per_second": round(part.characters / seconds, 1),
        "cost": cost_of(part),
    }
    if part.review_below is not None:
        facts["open_reviews"] = Reviews(part.store).count(Filter((OPEN,)))
    return facts


def _report(facts: dict[str, Any]) -> None:
    for note in facts["notes"]:
        click.echo(note)
    click.echo(
        f"{counted(facts['translated'], 'text')} of {facts['texts']:,} in {facts['to']} now, "
        f"{facts['approved']:,} of them approved by a person; {facts['as_they_are']:,} left as "
        "they are"
    )
    if facts["engines"]:
        click.echo()
        made = table("engine", "texts", numbers=("texts",))
        for name, n_texts in facts["engines"].items():
            add_row(made, [name, f"{n_texts:,}"])
        show(made)
        click.echo()
    for n_texts, why in (
        (facts["unknown_language"], "left: their language is not known (--default-language)"),
        *((n, f"left: nothing translates from {tag!r}") for tag, n in facts["uncovered"].items()),
        (facts["failed"], "left: nothing could be made of them, see the column error"),
        (facts.get("open_reviews", 0), "in the review queue: see polyrec review list"),
    ):
        if n_texts:
            click.echo(printable(f"{counted(n_texts, 'text')} {why}"))
    click.echo(
        f"{facts['remembered']:,} from the memory, {facts['asked']:,} translated in "
        f"{facts['seconds']:.1f} s: {facts['texts_per_second']:,.1f} texts/s, "
        f"{facts['characters_per_second']:,.0f} characters/s, cost {facts['cost']:,.4f}"
    )
    click.echo(printable(f"written: {facts['out']}"))
