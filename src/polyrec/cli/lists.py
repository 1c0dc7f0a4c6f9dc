"""Options that take several values: seeds such as `0-4`, names parted by commas."""

from __future__ import annotations

import re

import click

MOST = 1000


class Seeds(click.ParamType[list[int]]):
    """Takes `3`, `0,2` and `0-4`; gives a list of different numbers."""

    name = "seeds"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> list[int]:
        """Give the seeds in the order in which they are named."""
        if isinstance(value, list):
            return value
        seeds: list[int] = []
        for part in str(value).split(","):
            match = re.fullmatch(r"\s*(\d{1,9})\s*(?:-\s*(\d{1,9})\s*)?", part)
            if not match:
                self.fail(f"{part!r} is no seed; give numbers such as 0,2 or 0-4", param, ctx)
            first, last = int(match[1]), int(match[2] or match[1])
            if not first <= last < first + MOST:
                self.fail(f"{part!r} must go up, by less than {MOST}", param, ctx)
            seeds += range(first, last + 1)
        return list(dict.fromkeys(seeds))


class Names(click.ParamType[list[str]]):
    """Takes names parted by commas; gives a list."""

    name = "names"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> list[str]:
        """Give the names without the white space around them."""
        if isinstance(value, list):
            return value
        names = [name.strip() for name in str(value).split(",") if name.strip()]
        if not names:
            self.fail("give at least one name", param, ctx)
        return list(dict.fromkeys(names))


SEEDS = Seeds()
NAMES = Names()
