"""What a running service holds: the model and database that answer, keys, limits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from polyrec.api.metrics import Metrics
from polyrec.api.pace import Pace
from polyrec.api.secret import new_secret
from polyrec.api.settings import Settings
from polyrec.api.throttle import Throttle
from polyrec.live.schedule import Schedule
from polyrec.live.translated import Interpreter
from polyrec.live.watch import Watch
from polyrec.live.writer import Writer

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
        writer: puts answers into words, and has wishes read.
        secret: signs the page's sessions; where none is given, they end with the process.
        throttle: counts what each key asks for.
        metrics: counts what is answered, and how.
        pace: whether recommendations need threads.
        watch: takes versions of the model that are to serve; None where there is no folder of them.
        schedule: has new versions made; None where nobody wants them.
    """

    live: Live
    keys: Keys
    settings: Settings = field(default_factory=Settings)
    interpreter: Interpreter = field(default_factory=lambda: Interpreter(None))
    writer: Writer = field(default_factory=Writer)
    secret: bytes = field(default_factory=new_secret, repr=False)
    throttle: Throttle = field(init=False)
    metrics: Metrics = field(init=False)
    pace: Pace = field(default_factory=Pace, init=False)
    watch: Watch | None = field(init=False, default=None)
    schedule: Schedule | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.throttle = Throttle(self.settings.requests_per_s, self.settings.burst)
        self.metrics = Metrics(
            self._version, lambda: self.live.database.faults, lambda: self.writer.outcomes
        )

        if self.live.models is not None:
            every_s = self.settings.watch_every_s
            self.watch = Watch(self.live, self.live.models, every_s=every_s)
            every_s, after = self.settings.retrain_every_s, self.settings.retrain_after
            if every_s or after:
                self.schedule = Schedule(
                    self.live.models, self.live.database, every_s=every_s, after=after
                )

    def _version(self) -> tuple[str, float] | None:
        model = self.live.model
        return None if model is None else (model.version, model.made)
