"""The type of options that take a time: `90s`, `30m`, `24h`, `7d`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from typing import Any

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
MOST_S = 10 * 366 * UNITS["d"]


class Duration(click.ParamType[float]):
    """Takes a number and a unit, and gives seconds."""

    name = "duration"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Read what was given; click shows what is wrong with it."""
        if isinstance(value, float):
            return value
        found = re.fullmatch(r"([0-9]{1,9})([smhd])", str(value).strip())
        seconds = float(found[1]) * UNITS[found[2]] if found else 0.0
        if not 0 < seconds <= MOST_S:
            self.fail(f"{value!r} is no time: give 90s, 30m, 24h or 7d", param, ctx)
        return seconds


DURATION = Duration()
