"""What the measurements show, as sentences with their intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from polyrec.evaluation.report_choice import (
    DIFFERENCE,
    MEAN,
    measure_name,
    over_several_texts,
    split_name,
)
from polyrec.evaluation.report_numbers import interval, percent, plain, signed
from polyrec.evaluation.rows import MIN_USERS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from polyrec.evaluation.report_choice import Choice
    from polyrec.evaluation.rows import Row

RECOVERED = "language-cost-recovered"
AGAINST = " against "


@dataclass(frozen=True)
class Claim:
    """One sentence in three parts.

    Attributes:
        figure: the number that stands out.
        text: what it says.
        basis: interval, users, split and view.
        clear: whether the interval leaves no doubt about the direction.
    """

    figure: str
    text: str
    basis: str
    clear: bool


def claims(rows: Iterable[Row], choice: Choice) -> list[Claim]:
    """State what debiasing recovers, then the paired differences in nDCG over all items."""
    widest = _widest(rows)
    recovered = [r for r in widest if r.measure == RECOVERED]
    differences = [
        r
        for r in widest
        if DIFFERENCE in r.model
        and r.measure == "ndcg"
        and r.slice == "all"
        and r.split in choice.splits
    ]
    return [_recovered(r, choice) for r in recovered] + [
        _difference(r, choice) for r in differences
    ]


def _widest(rows: Iterable[Row]) -> list[Row]:
    """Keep one row of each value: over several texts, then the mean over seeds, goes first."""
    kept: dict[tuple[str, str, str, str], Row] = {}
    for row in rows:
        key = (row.split, row.model, row.slice, row.measure)
        if not math.isnan(row.value) and (key not in kept or _width(row) > _width(kept[key])):
            kept[key] = row
    return list(kept.values())


def _width(row: Row) -> tuple[bool, bool]:
    return over_several_texts(row.view), row.seed == MEAN


def _recovered(row: Row, choice: Choice) -> Claim:
    model, _, raw = row.model.partition(AGAINST)
    return Claim(
        figure=percent(row.value),
        text=f"of what the mix of languages costs {model} is recovered by debiasing"
        f"{f', measured against {raw}' if raw else ''}: "
        "(debiased − raw) / (everything in English − raw).",
        basis=_basis(row, choice, interval(row, percent)),
        clear=row.low > 0,
    )


def _difference(row: Row, choice: Choice) -> Claim:
    first, second = row.model.split(DIFFERENCE, 1)
    few = row.n < MIN_USERS
    clear = not few and (row.low > 0 or row.high < 0)
    if few:
        verdict = f"too few users (under {MIN_USERS}) to tell {first} and {second} apart"
    elif clear:
        verdict = f"{first} is {'ahead of' if row.value > 0 else 'behind'} {second}"
    else:
        verdict = f"{first} and {second} cannot be told apart"
    pair = [choice.get(row.split, model, "ndcg") for model in (first, second)]
    # the two values belong here only if the difference was taken between just these
    if pair[0] and pair[1] and abs(pair[0].value - pair[1].value - row.value) < 5e-4:
        verdict += f" ({plain(pair[0].value)} against {plain(pair[1].value)})"
    return Claim(
        figure=signed(row.value),
        text=f"{measure_name(row)}: {verdict}.",
        basis=_basis(row, choice, interval(row, signed)),
        clear=clear,
    )


def _basis(row: Row, choice: Choice, written: str) -> str:
    parts = [split_name(row.split), f"95 % interval {written}" if written else "no interval"]
    parts.append(f"n={row.n}")
    if row.view != choice.view:
        parts.append(f"view {row.view}")
    return " · ".join(parts)
