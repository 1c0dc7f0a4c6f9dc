"""What a running service holds: the model and database that answer, keys, limits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from polyrec.api.metrics import Metrics
from polyrec.api.pace import Pace
from polyrec.api.settings import Settings
from polyrec.api.throttle import Throttle
from polyrec.live.translated import Interpreter

if TYPE_CHECKING:
    from polyrec.api.keys import Keys
    from polyrec.live.live import Live


@dataclass
class Serving:
    """All that requests are answered with.

    Attributes:
        live: answers, and takes in what happens.
        keys: what opens the service.
        settings: limits.
        interpreter: translates what is shown, where that is asked for.
        throttle: counts what each key asks for.
        metrics: counts what is answered, and how.
        pace: whether recommendations need threads.
    """

    live: Live
    keys: Keys
    settings: Settings = field(default_factory=Settings)
    interpreter: Interpreter = field(default_factory=lambda: Interpreter(None))
    throttle: Throttle = field(init=False)
    metrics: Metrics = field(init=False)
    pace: Pace = field(default_factory=Pace, init=False)

    def __post_init__(self) -> None:
        self.throttle = Throttle(self.settings.requests_per_s, self.settings.burst)
        self.metrics = Metrics(self._version, lambda: self.live.database.faults)

    def _version(self) -> tuple[str, float] | None:
        model = self.live.model
        return None if model is None else (model.version, model.made)
