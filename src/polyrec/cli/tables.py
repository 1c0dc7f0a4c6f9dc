"""Tables and JSON on stdout: as wide as the terminal, or of one fixed width without one."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from typing import TYPE_CHECKING, Any

import click

from polyrec.cli.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.table import Table

WIDTH = 120
"""Columns where stdout is no terminal; the environment's COLUMNS has precedence."""

NARROWEST, WIDEST = 40, 10_000

UNSAFE = re.compile(r"[\x7f-\x9f]")


def table(
    *columns: str,
    numbers: Sequence[str] = (),
    ids: Sequence[str] = (),
    one_line: Sequence[str] = (),
) -> Table:
    """Make an empty table.

    Args:
        columns: its headings.
        numbers: those that hold figures, set to the right.
        ids: those that may be folded, so that others have a fair share of the width.
        one_line: those that are cut at the end of the line and take what width there is.
    """
    from rich import box
    from rich.table import Table

    made = Table(
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        collapse_padding=True,
        expand=bool(one_line),
        header_style="bold",
    )
    figures = 10 * (len(columns) - len(ids) - len(one_line))
    share = (terminal_width() - figures) // (len(ids) + len(one_line) or 1)
    for name in columns:
        if name in one_line:
            made.add_column(name, no_wrap=True, overflow="ellipsis", ratio=1)
        elif name in numbers:
            made.add_column(name, justify="right", no_wrap=True)
        else:
            made.add_column(name, overflow="fold", max_width=share if name in ids else None)
    return made


def add_row(to: Table, cells: Iterable[object]) -> None:
    """Add a row; cells are shown as they are, without markup or escape sequences."""
    from rich.text import Text

    to.add_row(*(Text(printable(str(cell))) for cell in cells))


def show(made: Table) -> None:
    """Print a table on stdout.

    Where the terminal is too narrow for its figures the lines are longer: a figure is never cut.
    """
    from rich.console import Console

    width = terminal_width()
    if not made.expand:
        width = max(width, Console(width=WIDEST).measure(made).minimum)
    console = Console(width=width, markup=False, highlight=False, emoji=False)
    with console.capture() as drawn:
        console.print(made)
    for line in drawn.get().splitlines():
        click.echo(line.rstrip())


def terminal_width() -> int:
    """Give the columns of stdout, which the environment's COLUMNS decides first."""
    wished = os.environ.get("COLUMNS", "")
    if wished.isdecimal() and int(wished):
        return max(int(wished), NARROWEST)
    return max(shutil.get_terminal_size().columns, NARROWEST) if sys.stdout.isatty() else WIDTH


def show_json(document: Any) -> None:
    """Print one JSON document on stdout."""
    encoding = (getattr(sys.stdout, "encoding", None) or "utf-8").lower().replace("-", "")
    click.echo(as_json_text(document, ascii_only=encoding != "utf8"))


def as_json_text(document: Any, *, ascii_only: bool = False) -> str:
    """Write a document as JSON that no terminal is steered by."""
    text = json.dumps(document, indent=2, ensure_ascii=ascii_only, allow_nan=False)
    return UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
