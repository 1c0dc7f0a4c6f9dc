"""What values a setting may be tuned over: a range, or one of a few."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Between:
    """A number from `low` to `high`, both included.

    Attributes:
        low: the least.
        high: the most.
        log: whether equal factors rather than equal steps are alike.
        whole: whether only whole numbers count.
    """

    low: float
    high: float
    log: bool = False
    whole: bool = False


@dataclass(frozen=True)
class OneOf:
    """One of a few values, in no order."""

    values: tuple[str | float | bool | None, ...]


SearchSpace = dict[str, Between | OneOf]
"""What each setting of a part may be; settings that are not named stay as they are."""
