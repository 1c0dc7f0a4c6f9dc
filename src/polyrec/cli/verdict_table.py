"""A verdict on an adapted encoder, as the terminal shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from polyrec.cli.printable import printable
from polyrec.cli.tables import add_row, show, table

if TYPE_CHECKING:
    from polyrec.evaluation.health.verdict import Verdict

COLUMNS = ("language", "n", "before", "after", "difference", "95 % interval")


def show_verdict(verdict: Verdict) -> None:
    """Print before and after in a table, whether it passed, and what speaks against it."""
    click.echo(printable(f"{verdict.measure} on {verdict.test}, before and after"))
    made = table(*COLUMNS, numbers=COLUMNS[1:])
    for each in verdict.compared:
        figures = [f"{each.before:.3f}", f"{each.after:.3f}", f"{each.difference:+.3f}"]
        interval = f"{each.low:+.3f} to {each.high:+.3f}"
        add_row(made, [each.language, f"{each.n:,}", *figures, interval])
    show(made)
    click.echo("health: passed" if verdict.passed else "health: failed")
    for reason in verdict.reasons:
        click.echo(printable(f"- {reason}"))
