"""Looks whether another version of the model is to serve, and for items that others changed."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Event, Thread
from typing import TYPE_CHECKING

from polyrec.core.errors import DataError, EngineError
from polyrec.live.faults import words_for
from polyrec.live.told import tell
from polyrec.store.versions import FAILED

if TYPE_CHECKING:
    from datetime import datetime

    from polyrec.live.live import Live
    from polyrec.live.model import Model
    from polyrec.live.models_folder import ModelsFolder
    from polyrec.store.versions import Version

END_S = 5.0
"""So long the end of the service waits for a look that is under way."""

LONGEST_S = 60.0
"""After faults it waits longer and longer, to this."""

PASSING = (EngineError, OSError, MemoryError)
"""Faults that say nothing of the version: the next look tries again."""


@dataclass(frozen=True)
class LastRetrain:
    """What became of the newest version of the model.

    Attributes:
        state: that of its version: `made`, `active`, `kept` or `failed`.
        at: when it was made, or failed.
        error: why it failed, in words that hold no ids, texts or paths; or empty.
    """

    state: str
    at: datetime
    error: str


class Watch:
    """A thread beside a service that keeps its model the one that is to serve.

    Args:
        live: the service.
        models: the models in service.
        every_s: how long it waits between looks.

    Attributes:
        last_retrain: what became of the newest version; None while there is but the first.
    """

    def __init__(self, live: Live, models: ModelsFolder, *, every_s: float = 2.0) -> None:
        self.live, self.models, self.every_s = live, models, every_s
        self.last_retrain: LastRetrain | None = None
        self._end = Event()
        self._thread: Thread | None = None

    def start(self) -> None:
        """Begin to look, and go on until `stop`."""
        self._thread = Thread(target=self._run, name="polyrec-watch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End; a look that takes long is left to itself."""
        self._end.set()
        if self._thread is not None:
            self._thread.join(END_S)

    def look(self) -> None:
        """Take the version that is to serve, if it is another than the one that serves.

        One that cannot be read is marked as failed, and the one that serves goes on. What others
        did to items of the database since the last look is taken into the model behind the call.

        Raises:
            EngineError: the database cannot be used.
        """
        active, now = self.models.versions.active(), self.live.model
        if active is not None and self.models.forgotten.last_number() > active.last_forgotten:
            self.models.forget()
            active = self.models.versions.active()
        if active is not None and (now is None or not _same(active, now)):
            self._take(active, now)
        self.live.current.follow()
        self.last_retrain = _last_retrain(self.models.versions.all())

    def _run(self) -> None:
        wait_s, told = self.every_s, ""
        while not self._end.is_set():
            try:
                self.look()
            except Exception as error:  # noqa: BLE001 (the service goes on, and so does the watch)
                words = words_for(error)
                if words != told:
                    tell("the model that is to serve was not taken", error=words)
                wait_s, told = min(2 * wait_s, max(LONGEST_S, self.every_s)), words
            else:
                wait_s, told = self.every_s, ""
            self._end.wait(wait_s)

    def _take(self, active: Version, now: Model | None) -> None:
        try:
            if now is not None and now.number == active.number:  # without somebody
                self.live.keep_users(*self.models.users(active.number))
                return
            self.live.take(self.models.load(active.number))
        except PASSING:
            raise
        except Exception as error:
            if self.models.versions.active() != active:
                return  # another one is to serve by now, and this one may be gone
            if now is None or now.number == active.number:
                raise
            words = words_for(error)
            tell("a model was refused", version=active.number, error=words)
            try:
                self.models.versions.fail(active.number, words, instead=now.number)
            except DataError:  # the one that serves here has failed elsewhere: both are in trouble
                raise error from None
            return
        self.models.prune()
        tell("a model was taken", version=active.number, hash=active.hash[:12])


def _same(version: Version, model: Model) -> bool:
    return (version.number, version.hash) == (model.number, model.version)


def _last_retrain(versions: list[Version]) -> LastRetrain | None:
    """Say what became of the newest version, unless it is the first."""
    if len(versions) < 2 and not any(each.state == FAILED for each in versions):
        return None
    newest = versions[0]
    return LastRetrain(newest.state, newest.made, newest.error)
