"""A review in a terminal: each text on a line of its own, in whatever script.

A line of a table that holds a right-to-left text is turned around by the terminal with all its
columns, and letters of double width push them out of place; a text alone on its line is read as it
was written.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from polyrec.cli.printable import printable
from polyrec.cli.tables import terminal_width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from polyrec.store.review import Change, Review

INDENT = "    "


def heading(found: Review) -> str:
    """Write number, languages, quality and state."""
    quality = "" if found.quality is None else f", quality {found.quality:.2f}"
    engine = printable(found.engine) or "no engine"
    return f"{found.id}: {found.source} to {found.target}, {engine}{quality}, {_state(found)}"


def _state(found: Review) -> str:
    who = printable(found.reviewer)
    if found.state == "open":
        return "open"
    if found.taken_until is not None:
        if found.taken_until < datetime.now(UTC):
            return "open"
        return f"taken by {who} until {found.taken_until:%Y-%m-%d %H:%M} UTC"
    return f"{found.state} by {who}"


def on_one_line(text: str) -> str:
    """Write a text indented, cut where the line ends; wide letters count twice."""
    from rich.text import Text

    line = Text(printable(text))
    line.truncate(terminal_width() - len(INDENT), overflow="ellipsis")
    return INDENT + line.plain


def in_full(found: Review, history: Sequence[Change]) -> None:
    """Print a review with all its texts, and its history."""
    click.echo(heading(found))
    for name, text in (
        ("text", found.source_text),
        ("translation", found.text),
        ("in use", found.result),
        ("error", found.error),
    ):
        if text:
            click.echo(f"\n{name}:")
            _wrapped(text)
    click.echo("\nhistory:")
    for change in history:
        who = f" by {printable(change.reviewer)}" if change.reviewer else ""
        click.echo(f"{change.at:%Y-%m-%d %H:%M} UTC: {change.action}{who}")
        if change.after != change.before:
            _wrapped(change.after or "-")


def _wrapped(text: str) -> None:
    """Print a text's lines, folded where the terminal ends."""
    from rich.console import Console
    from rich.text import Text

    width = terminal_width() - len(INDENT)
    console = Console(width=width, markup=False, highlight=False, emoji=False)
    for line in text.splitlines():
        for part in Text(printable(line)).wrap(console, width):
            click.echo(INDENT + part.plain.rstrip())
