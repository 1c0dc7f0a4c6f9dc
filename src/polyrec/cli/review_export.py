"""Reviews as a file for other tools: CSV, or JSON Lines."""

from __future__ import annotations

import csv
import json
import sys
from typing import TYPE_CHECKING, Any, TextIO

from polyrec.core.errors import ConfigError
from polyrec.core.files import whole_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

COLUMNS = (
    *("id", "source", "target", "source_text", "text", "result", "engine", "quality", "error"),
    *("state", "reviewer", "created", "changed"),
)


def write_reviews(rows: Iterable[dict[str, Any]], out: Path | None) -> tuple[int, int]:
    """Write reviews one after another, to a file that appears whole or to standard output.

    Returns:
        How many there were, and the number of the last one.

    Raises:
        ConfigError: the file's name says neither CSV nor JSON Lines.
    """
    if out is None:
        return _written(rows, _lines(sys.stdout, ascii_only=True))
    if out.suffix not in (".csv", ".jsonl"):
        raise ConfigError(f"--out is {out}", hint="give a file ending in .csv or .jsonl")
    with whole_file(out) as aside, aside.open("w", encoding="utf-8", newline="") as file:
        return _written(rows, _table(file) if out.suffix == ".csv" else _lines(file))


def _written(
    rows: Iterable[dict[str, Any]], write: Callable[[dict[str, Any]], object]
) -> tuple[int, int]:
    n_rows = last = 0
    for row in rows:
        write({name: row[name] for name in COLUMNS})
        n_rows, last = n_rows + 1, row["id"]
    return n_rows, last


def _lines(file: TextIO, *, ascii_only: bool = False) -> Callable[[dict[str, Any]], object]:
    """Write rows as JSON; in ASCII alone no terminal is steered by them, and any can show them."""
    return lambda row: file.write(json.dumps(row, ensure_ascii=ascii_only) + "\n")


def _table(file: TextIO) -> Callable[[dict[str, Any]], object]:
    writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
    writer.writeheader()
    return writer.writerow
