"""Has the model fitted anew from time to time, in a process of its own beside the service."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime
from threading import Event, Thread
from typing import TYPE_CHECKING

from polyrec.live.faults import words_for
from polyrec.live.told import tell
from polyrec.store.address import VARIABLE
from polyrec.store.events import Events
from polyrec.store.versions import ACTIVE, FAILED

if TYPE_CHECKING:
    from polyrec.live.models_folder import ModelsFolder
    from polyrec.store.database import Database

COMMAND = (sys.executable, "-P", "-m", "polyrec", "retrain")
"""`-P`: no code of the folder that the service was started in."""

LOOK_S = 5.0
"""So often it looks whether a fit is due, or has ended."""

PAUSE_S, LONGEST_PAUSE_S = 60.0, 3600.0
"""So long it waits after a fit that failed; after each further one twice as long, to the second."""

NICE = 10
"""A fit gives way to answers."""

END_S = 5.0
"""So long a fit may take to end when the service ends."""


class Schedule:
    """Starts `polyrec retrain` when it is due, one at a time.

    What is due is told by the versions in the database, so that a restart begins no new count.

    Args:
        models: the models in service.
        database: where events come in.
        every_s: seconds from one version to the next; 0 for no such rule.
        after: events from which on a new version is made; 0 for no such rule.
        look_s: how often it looks.
    """

    def __init__(
        self,
        models: ModelsFolder,
        database: Database,
        *,
        every_s: float = 0.0,
        after: int = 0,
        look_s: float = LOOK_S,
    ) -> None:
        self.models, self.database, self.events = models, database, Events(database)
        self.every_s, self.after, self.look_s = every_s, after, look_s
        self._process: subprocess.Popen[bytes] | None = None
        self._begun, self._newest = 0.0, 0
        self._n_failed, self._not_before = 0, 0.0
        self._end = Event()
        self._thread: Thread | None = None

    def start(self) -> None:
        """Begin to look, and go on until `stop`."""
        self._thread = Thread(target=self._run, name="polyrec-schedule", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End, and end the fit that is under way."""
        self._end.set()
        if self._thread is not None:
            self._thread.join(END_S)
        if (process := self._process) is not None:
            for sign in (signal.SIGTERM, signal.SIGKILL):  # what it started may outlive the first
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, sign)
                with suppress(subprocess.TimeoutExpired):
                    process.wait(END_S)

    def is_due(self) -> bool:
        """Say whether a new version is to be made now.

        Raises:
            EngineError: the database cannot be used.
        """
        versions = [each for each in self.models.versions.all() if each.state != FAILED]
        active = next((each for each in versions if each.state == ACTIVE), None)
        if active is None or self.models.is_making():
            return False
        age_s = (datetime.now(UTC) - versions[0].made).total_seconds()
        if self.every_s and age_s >= self.every_s:
            return True
        return bool(self.after) and self.events.count(after=active.last_event) >= self.after

    def _run(self) -> None:
        told = ""
        while not self._end.wait(self.look_s):
            try:
                self._look()
            except Exception as error:  # noqa: BLE001 (the service goes on, and so does this)
                words = words_for(error)
                if words != told:
                    tell("whether a fit is due cannot be told", error=words)
                told = words
            else:
                told = ""

    def _look(self) -> None:
        if self._process is not None:
            self._ended(self._process)
        elif time.monotonic() >= self._not_before and self.is_due():
            self._begin()

    def _begin(self) -> None:
        if self._end.is_set():
            return
        newest = self.models.versions.last()
        self._newest = 0 if newest is None else newest.number
        environment = dict(os.environ)
        if self.database.named:
            environment[VARIABLE] = self.database.named
        self._process = subprocess.Popen(  # noqa: S603 (our own words)
            [*COMMAND, "--models", str(self.models.root)],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,  # it may name ids: whoever wants to read it fits by hand
            start_new_session=True,
        )
        os.setpriority(os.PRIO_PROCESS, self._process.pid, NICE)
        self._begun = time.monotonic()
        tell("a fit has begun")

    def _ended(self, process: subprocess.Popen[bytes]) -> None:
        """Note what became of a fit, if it has ended."""
        code = process.poll()
        if code is None:
            return
        self._process = None
        seconds = round(time.monotonic() - self._begun, 1)
        if code == 0:
            self._n_failed = 0
            tell("a fit has ended", seconds=seconds)
            return
        pause_s = min(PAUSE_S * 2**self._n_failed, LONGEST_PAUSE_S)
        self._n_failed += 1
        self._not_before = time.monotonic() + pause_s
        tell("a fit has failed", seconds=seconds, code=code, again_after_s=pause_s)
        newest = self.models.versions.last()
        if newest is None or newest.number == self._newest:  # it could not say so itself
            words = f"the process was killed (signal {-code})" if code < 0 else "the process failed"
            self.models.versions.fail_new(self.models.new_name(), words)
            self.models.prune()
