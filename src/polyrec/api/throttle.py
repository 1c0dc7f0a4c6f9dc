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
    """Counts requests by name; made for one event loop, and for few names.

    Attributes:
        per_s: requests per second in the long run; 0 for no limit.
        burst: requests at once.
        clock: seconds that never go back.
    """

    per_s: float
    burst: int
    clock: Callable[[], float] = time.monotonic
    _full: dict[str, tuple[float, float]] = field(default_factory=dict, init=False)

    def wait_s(self, name: str) -> int:
        """Count a request; give 0, or after how many whole seconds it may be asked again."""
        if not self.per_s:
            return 0
        now = self.clock()
        level, then = self._full.get(name, (0.0, now))
        level = max(0.0, level - (now - then) * self.per_s)
        if level + 1 > self.burst:
            self._full[name] = (level, now)
            return math.ceil((level + 1 - self.burst) / self.per_s)
        self._full[name] = (level + 1, now)
        return 0
