"""What is known of users beyond the model, events and own words, held for a while."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from polyrec.live.feedback import Feedback, feedback_of
from polyrec.store.events import Events
from polyrec.store.users import Users

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from polyrec.store.database import Database

MOST_PEOPLE = 10_000
LONGEST_HISTORY = 1_000
"""So many of a user's newest events count."""

HELD_S = 5.0
"""After so long, what another process wrote is seen; what this one wrote is seen at once."""


@dataclass(frozen=True)
class Person:
    """What is known of a user beyond the model.

    Attributes:
        feedback: what their events say.
        text: what they say about themselves, or empty.
        language: of that text.
    """

    feedback: Feedback
    text: str = ""
    language: str = "und"


class People:
    """Gives what is known of users, and holds it for a while; threads may share it.

    Args:
        database: where events and users are.
        clock: seconds that never go back.
    """

    def __init__(self, database: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self._events, self._users = Events(database), Users(database)
        self._clock = clock
        self._held: OrderedDict[str, tuple[float, Person]] = OrderedDict()
        self._reading: dict[str, object] = {}
        self._lock = Lock()

    def of(self, user_id: str) -> Person:
        """Give what is known of a user.

        Raises:
            EngineError: the database cannot be used.
        """
        now, token = self._clock(), object()
        with self._lock:
            until, person = self._held.get(user_id, (0.0, None))
            if person is not None and now < until:
                self._held.move_to_end(user_id)
                return person
            self._reading[user_id] = token
        person = self._read(user_id)
        with self._lock:
            # if not, it has changed while it was read, or somebody else reads it too
            if self._reading.get(user_id) is token:
                del self._reading[user_id]
                self._hold(user_id, person, now + HELD_S)
        return person

    def held(self, user_id: str) -> Person | None:
        """Give what is held of a user; None where that must be read."""
        with self._lock:
            until, person = self._held.get(user_id, (0.0, None))
        return person if self._clock() < until else None

    def drop(self, user_ids: Iterable[str]) -> None:
        """Forget what is held of users: it has changed."""
        with self._lock:
            for user_id in user_ids:
                self._held.pop(user_id, None)
                self._reading.pop(user_id, None)

    def _read(self, user_id: str) -> Person:
        feedback = feedback_of(self._events.of(user_id, newest=LONGEST_HISTORY))
        user = self._users.get(user_id)
        return Person(feedback) if user is None else Person(feedback, user.text, user.language)

    def _hold(self, user_id: str, person: Person, until: float) -> None:
        self._held[user_id] = (until, person)
        self._held.move_to_end(user_id)
        while len(self._held) > MOST_PEOPLE:
            self._held.popitem(last=False)
