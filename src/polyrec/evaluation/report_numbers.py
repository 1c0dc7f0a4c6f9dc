"""How the report writes numbers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyrec.evaluation.rows import Row


def plain(value: float) -> str:
    """Write a value with three decimals and a real minus sign."""
    return _minus(f"{value:.3f}")


def signed(value: float) -> str:
    """Write a difference with three decimals and its sign."""
    return _minus(f"{value:+.3f}")


def percent(value: float) -> str:
    """Write a share in whole per cent; the space before the sign does not break."""
    return _minus(f"{100 * value:.0f}\u00a0%")


def interval(row: Row, write: Callable[[float], str]) -> str:
    """Write a row's interval; empty where it has none."""
    if math.isnan(row.low) or math.isnan(row.high):
        return ""
    return f"{write(row.low)} to {write(row.high)}"


def _minus(number: str) -> str:
    return number.replace("-", "−")
