"""What is known of users beyond the model, events and own words, held for a while."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from math import inf
from threading import Lock
from typing import TYPE_CHECKING

from polyrec.core.errors import EngineError
from polyrec.core.limited import Limited
from polyrec.core.workers import Patience
from polyrec.live.feedback import Feedback, feedback_of
from polyrec.store.events import Events
from polyrec.store.forgotten import Forgotten
from polyrec.store.users import Users

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from polyrec.store.database import Database

MOST_PEOPLE = 10_000
LONGEST_HISTORY = 1_000
"""So many of a user's newest events count."""

LOOK_S = 1.0
"""So often it is looked whose events another process wrote, or whom it deleted."""

HELD_S = 60.0
"""After so long, or half of it, somebody is read anew: so own words that another process wrote are
seen. Not after equally long, or all would be read at once again."""

WITHIN_S = 2.0
"""So long an answer waits for the database, which may hang."""

REST_S = 1.0
"""So long a database that could not be read is left alone: each try may take a while."""


@dataclass(frozen=True)
class Person:
    """What is known of a user beyond the model.

    Attributes:
        feedback: what their events say.
        text: what they say about themselves, or empty.
        language: of that text.
        is_whole: whether the database could be read; else this is what was known before, or
            nothing.
    """

    feedback: Feedback = field(default_factory=Feedback)
    text: str = ""
    language: str = "und"
    is_whole: bool = True


NOBODY = Person()
"""Of whom nothing is known beyond the model."""


class People:
    """Gives what is known of users, and holds it for a while; threads may share it.

    What this process writes is seen at once: it says so by `drop`.

    Args:
        database: where events and users are.
        clock: seconds that never go back.
    """

    def __init__(self, database: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self._events, self._users = Events(database), Users(database)
        self._forgotten = Forgotten(database)
        self._clock = clock
        self._looking = Lock()
        self._looked = -inf
        self._last_event, self._last_forgotten = -1, -1
        self._held: OrderedDict[str, tuple[float, Person]] = OrderedDict()
        self._reading: dict[str, object] = {}
        self._lock = Lock()
        patience = Patience(most=1, rest_s=REST_S, clock=clock)
        self._limited = Limited(WITHIN_S, n_threads=8, most_waiting=32, patience=patience)

    def of(self, user_id: str) -> Person:
        """Give what is known of a user, as far as the database can be read."""
        has_looked = self._look()
        now, token = self._clock(), object()
        with self._lock:
            until, before = self._held.get(user_id, (0.0, None))
            if not has_looked:
                return replace(before or NOBODY, is_whole=False)
            if before is not None and now < until:
                self._held.move_to_end(user_id)
                return before
            self._reading[user_id] = token
        person = self._read(user_id)
        with self._lock:
            # if not, it has changed while it was read, or somebody else reads it too
            if self._reading.get(user_id) is token:
                del self._reading[user_id]
                if person is not None:
                    spread = 0.5 + hash(user_id) % 1024 / 2048
                    self._hold(user_id, person, now + HELD_S * spread)
        return replace(before or NOBODY, is_whole=False) if person is None else person

    def held(self, user_id: str) -> Person | None:
        """Give what is held of a user; None where that must be read."""
        with self._lock:
            until, person = self._held.get(user_id, (0.0, None))
        return person if self._clock() < min(until, self._looked + LOOK_S) else None

    def drop(self, user_ids: Iterable[str]) -> None:
        """Forget what is held of users: it has changed."""
        with self._lock:
            for user_id in user_ids:
                self._held.pop(user_id, None)
                self._reading.pop(user_id, None)

    def _look(self) -> bool:
        """Drop those of whom other processes wrote something; whether that is known to be all."""
        if self._clock() < self._looked + LOOK_S:
            return True
        with self._looking:
            now = self._clock()
            if now < self._looked + LOOK_S:  # somebody else has looked meanwhile
                return True
            try:
                self._limited.run(self._drop_changed)
            except EngineError:
                return False
            self._looked = now
        return True

    def _drop_changed(self) -> None:
        if self._last_event < 0:  # nobody is held yet
            self._last_event = self._events.last_number()
            self._last_forgotten = self._forgotten.last_number()
        while True:
            users, last = self._events.users_since(self._last_event)
            self.drop(users)
            if last == self._last_event:
                break
            self._last_event = last
        if (last := self._forgotten.last_number()) > self._last_forgotten:
            with self._lock:
                known = {*self._held, *self._reading}
            self.drop(self._forgotten.among(known, after=self._last_forgotten))
            self._last_forgotten = last

    def _read(self, user_id: str) -> Person | None:
        """Read what is known of a user; None where the database cannot be read."""

        def person() -> Person:
            feedback = feedback_of(self._events.of(user_id, newest=LONGEST_HISTORY))
            user = self._users.get(user_id)
            return Person(feedback) if user is None else Person(feedback, user.text, user.language)

        try:
            return self._limited.run(person)
        except EngineError:
            return None

    def _hold(self, user_id: str, person: Person, until: float) -> None:
        self._held[user_id] = (until, person)
        self._held.move_to_end(user_id)
        while len(self._held) > MOST_PEOPLE:
            self._held.popitem(last=False)
