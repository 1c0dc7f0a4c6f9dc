"""Lets each key ask for so much per second, and a little more at once: a leaky bucket."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass
class Throttle:
    """Counts requests by name; made for one event loop.

    Attributes:
        per_s: requests per second in the long run; 0 for no limit.
        burst: requests at once.
        clock: seconds that never go back.
        most_names: beyond so many, those are forgotten whose buckets have run dry.
    """

    per_s: float
    burst: int
    clock: Callable[[], float] = time.monotonic
    most_names: int = 10_000
    _full: dict[str, tuple[float, float]] = field(default_factory=dict, init=False)

    def wait_s(self, name: str, *, count: int = 1) -> int:
        """Count a request; give 0, or after how many whole seconds it may be asked again.

        Args:
            name: who asks.
            count: 1, or 0 to look without counting.
        """
        if not self.per_s:
            return 0
        now = self.clock()
        if len(self._full) > self.most_names:
            full = self._full.items()
            self._full = {
                each: (level, then)
                for each, (level, then) in full
                if level > (now - then) * self.per_s
            }
        level, then = self._full.get(name, (0.0, now))
        level = max(0.0, level - (now - then) * self.per_s)
        if level + 1 > self.burst:
            self._full[name] = (level, now)
            return math.ceil((level + 1 - self.burst) / self.per_s)
        self._full[name] = (level + count, now)
        return 0
