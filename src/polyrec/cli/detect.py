"""`polyrec detect`: in which language texts are, how sure that is, and in which script."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from polyrec.cli.printable import first_line
from polyrec.cli.tables import add_row, show, show_json, table
from polyrec.core.counted import counted
from polyrec.core.errors import ConfigError, DataError
from polyrec.core.language import UNDETERMINED, language_name
from polyrec.core.texts import storable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from polyrec.text.detect.detector import Detection

EPILOG = """\b
Examples:
  polyrec detect "木工の入門コース" "Curso de carpintería"
  polyrec detect --json < titles.txt
  polyrec detect --file items.csv --column title --detector second-opinion

Without texts and --file, every line of standard input is a text. In scripts, use --json."""


@click.command(epilog=EPILOG)
@click.argument("texts", nargs=-1, metavar="[TEXT]...")
@click.option(
    "--file",
    "file",
    metavar="FILE",
    help="A table with a text in each row: .csv, .tsv, .jsonl or .parquet, packed or not.",
)
@click.option("--column", default="text", show_default=True, help="The column with the texts.")
@click.option(
    "--detector", default="py3langid", show_default=True, help="Which one: see polyrec parts."
)
@click.option(
    "--min-confidence",
    type=click.FloatRange(0, 1),
    help="Below it a language is und. [default: the detector's own]",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def detect(
    texts: tuple[str, ...],
    *,
    file: str | None,
    column: str,
    detector: str,
    min_confidence: float | None,
    as_json: bool,
) -> None:
    """Show the language of each TEXT, how sure it is, its script, and parts in other languages."""
    from polyrec.core.registry import build
    from polyrec.text.detect.detect_catalog import detect_all

    if texts and file is not None:
        raise ConfigError("both texts and --file are given", hint="leave out one of the two")
    settings = {} if min_confidence is None else {"min_confidence": min_confidence}
    part = build("detector", {"use": detector, **settings})
    asked = list(texts) or (_from_file(file, column) if file is not None else _from_stdin())
    found = detect_all(part, asked)
    if as_json:
        show_json([_document(*each) for each in zip(asked, found, strict=True)])
        return
    _show(asked, found)
    unknown = sum(each.language == UNDETERMINED for each in found)
    click.echo(f"{counted(len(found), 'text')}, {unknown} of them undetermined (und)", err=True)


def _from_file(file: str, column: str) -> list[str]:
    from polyrec.data.load import read_table
    from polyrec.data.readers.cells import texts_of

    read = read_table(file)
    if column not in read.frame.columns:
        known = ", ".join(read.frame.columns)
        raise DataError(f"{read.name} has no column {column!r}", hint=f"its columns are: {known}")
    texts: list[str] = texts_of(read, column).to_list()
    return texts


def _from_stdin() -> list[str]:
    if sys.stdin.isatty():
        raise ConfigError("there are no texts", hint="give texts, --file, or lines on stdin")
    data = sys.stdin.buffer.read()
    return [line for line in data.decode("utf-8", "replace").splitlines() if line.strip()]


def _document(text: str, found: Detection) -> dict[str, Any]:
    return {
        "text": storable(text),
        "language": found.language,
        "name": language_name(found.language),
        "confidence": round(found.confidence, 4),
        "script": found.script,
        "spans": [
            {"start": span.start, "end": span.end, "language": span.language}
            for span in found.spans
        ],
    }


def _show(texts: Sequence[str], found: Sequence[Detection]) -> None:
    parts = ["parts"] if any(each.spans for each in found) else []
    made = table(
        "language",
        "name",
        "confidence",
        "script",
        *parts,
        "text",
        numbers=["confidence"],
        one_line=["text"],
    )
    for text, each in zip(texts, found, strict=True):
        cells = [
            each.language,
            language_name(each.language),
            f"{each.confidence:.2f}",
            each.script,
            *([_parts(each)] if parts else []),
            first_line(text),
        ]
        add_row(made, cells)
    show(made)


def _parts(found: Detection) -> str:
    return ", ".join(f"{span.start}-{span.end} {span.language}" for span in found.spans)
