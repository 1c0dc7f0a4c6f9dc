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

    @property
    def ends(self) -> tuple[float, ...]:
        """The values that bound it."""
        return (int(self.low), int(self.high)) if self.whole else (self.low, self.high)

    def holds(self, value: object) -> bool:
        """Say whether a value lies in it."""
        if isinstance(value, bool) or not isinstance(value, int if self.whole else (int, float)):
            return False
        return self.low <= value <= self.high


@dataclass(frozen=True)
class OneOf:
    """One of a few values, in no order."""

    values: tuple[str | float | bool | None, ...]

    @property
    def ends(self) -> tuple[str | float | bool | None, ...]:
        """All of them."""
        return self.values

    def holds(self, value: object) -> bool:
        """Say whether a value is one of them."""
        return value in self.values


SearchSpace = dict[str, Between | OneOf]
"""What each setting of a part may be; settings that are not named stay as they are."""
