"""Tables of what was compared: models by splits, and what is claimed from them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import click

from polyrec.cli.tables import add_row, show, table
from polyrec.core.counted import counted
from polyrec.evaluation.rows import MIN_USERS, find

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from polyrec.evaluation.rows import Row

COLUMNS = {
    "nDCG": ("all", "ndcg"),
    "95 %\ninterval": ("all", "ndcg"),
    "recall": ("all", "recall"),
    "unseen\nitems": ("unseen-item", "recall"),
    "cross-\nlanguage": ("cross-language", "recall"),
    "same\nlanguage": ("all", "same-language"),
    "cover-\nage": ("all", "coverage"),
}


def show_comparison(rows: Sequence[Row], models: Mapping[str, str]) -> None:
    """Print a table per split, means over seeds, and the claims below it.

    Of several text seeds the first is shown alone, then all together; the rest is in the rows.
    """
    compared = [row for row in rows if not row.split.startswith("language-out")]
    views = list(dict.fromkeys(row.view for row in compared))
    shown = {*views[:1], *views[-1:]}
    for view, split in dict.fromkeys((row.view, row.split) for row in compared):
        if view not in shown:
            continue
        some = find(compared, view=view, split=split, seed="mean")
        k = some[0].k
        n = max(row.n for row in some)
        who = counted(n, "user")
        click.echo(f"\n{split} split, view {view}: at {k}, full ranking, {who}")
        made = table("model", *COLUMNS, numbers=tuple(COLUMNS))
        for model in models:
            add_row(made, [model, *_cells(find(some, model=model))])
        show(made)
        _claims(some)
    _languages_out(rows)


def _cells(rows: Sequence[Row]) -> list[str]:
    cells = []
    for title, (of, measure) in COLUMNS.items():
        found = find(rows, slice=of, measure=measure)
        if not found or math.isnan(found[0].value):
            cells.append("-")
        elif title.endswith("interval"):
            cells.append(f"{found[0].low:.3f}-{found[0].high:.3f}")
        else:
            cells.append(f"{found[0].value:.3f}")
    return cells


def _claims(rows: Sequence[Row]) -> None:
    for row in rows:
        if row.measure == "language-cost-recovered" and not math.isnan(row.value):
            against = row.model.removeprefix("hybrid").strip() or "against hybrid-raw"
            click.echo(
                f"of what the language mix costs, {row.value:.0%} is recovered "
                f"({row.low:.0%} to {row.high:.0%}), {against}"
            )
        elif " - " in row.model and (row.slice, row.measure) == ("all", "ndcg"):
            how = "paired" if row.n >= MIN_USERS else "too few users"
            interval = f"{row.low:+.3f} to {row.high:+.3f}"
            click.echo(f"{row.model}: {row.value:+.3f} nDCG ({interval}), {how}")


def _languages_out(rows: Sequence[Row]) -> None:
    """Print what is left of the accuracy in a language that nobody has chosen from."""
    ratios = find(rows, split="language-out", measure="ndcg-ratio")
    ratios = [row for row in ratios if not math.isnan(row.value)]
    if not ratios:
        return
    click.echo(f"\nlanguage left out (A) against its items left out in folds (B), {ratios[0].view}")
    columns = ("nDCG A", "nDCG B", "A / B", "95 %\ninterval", "users")
    made = table("language", *columns, numbers=columns)
    for row in ratios:
        sides = [
            find(rows, split=f"language-out:{case}", slice=row.slice, measure="ndcg")
            for case in "AB"
        ]
        # the mean of ratios has no sides of its own
        cells = (*(f"{side[0].value:.3f}" if side else "" for side in sides), f"{row.value:.2f}")
        ends = f"{row.low:.2f}-{row.high:.2f}"
        add_row(made, [row.slice.removeprefix("language:"), *cells, ends, f"{row.n:,}"])
    show(made)
