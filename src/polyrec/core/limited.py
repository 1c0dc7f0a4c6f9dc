"""Work that may never end, done within a time; engines that fail again and again are left alone."""

from __future__ import annotations

import time
from concurrent.futures import wait
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from polyrec.core.errors import EngineError
from polyrec.core.workers import Patience, Workers

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeVar

    T = TypeVar("T")

WITHIN_S = 3.0
"""So long a text may take to be translated, and as long to be encoded."""

REST_S = 5.0
"""So long an engine is left alone that has failed again and again."""


@dataclass
class Limited:
    """Has work done within a time, by a few threads that end with the process.

    Attributes:
        within_s: how long whoever asks waits.
        n_threads: how much is done at once.
        most_waiting: how much may wait behind that.
        patience: counts what fails.
        who: does the work, in words for errors.
    """

    within_s: float = WITHIN_S
    n_threads: int = 8
    most_waiting: int = 8
    patience: Patience = field(default_factory=lambda: Patience(rest_s=REST_S))
    who: str = "an engine"

    def __post_init__(self) -> None:
        self._workers = Workers(self.n_threads, self.most_waiting)

    def run(self, work: Callable[[], T]) -> T:
        """Give what work gives; what it raises is raised.

        Raises:
            EngineError: it takes too long, too much waits already, or it failed again and again.
        """
        self._check_patience()
        future = self._workers.submit(work)
        if future is None:
            raise EngineError(f"too much waits for {self.who}", retryable=True)
        try:
            found = future.result(self.within_s)
        except TimeoutError:
            self.patience.lose()
            raise EngineError(self._late, retryable=True) from None
        except EngineError:
            self.patience.lose()
            raise
        self.patience.regain()
        return found

    def in_turn(self, works: Sequence[Callable[[], T]]) -> list[T | None]:
        """Do pieces of work one after another; give what they give in time, None for the rest.

        What is late is done nevertheless, for those who ask again.

        Raises:
            EngineError: a piece failed, or they failed again and again.
        """
        self._check_patience()
        done: list[T | None] = []

        def all_of_it() -> None:
            for work in works:
                done.append(work())  # noqa: PERF401 (what is done is seen at once)

        future = self._workers.submit(all_of_it)
        try:
            if future is not None:
                future.result(self.within_s)
        except TimeoutError:  # what is done by now counts; the rest is None
            pass
        except EngineError:
            self.patience.lose()
            raise
        else:
            self.patience.regain()
        found = done[:]
        return found + [None] * (len(works) - len(found))

    def together(self, works: Sequence[Callable[[], T]]) -> list[T | None]:
        """Do pieces of work side by side; None for what fails, or is not done in time.

        What has not begun by then is not begun, neither is what finds too much waiting.

        Raises:
            EngineError: none was done, or they failed again and again.
        """
        self._check_patience()
        end = time.monotonic() + self.within_s

        def while_there_is_time(work: Callable[[], T]) -> Callable[[], T]:
            def begun() -> T:
                if time.monotonic() >= end:
                    raise EngineError(self._late, retryable=True)
                return work()

            return begun

        futures = [self._workers.submit(while_there_is_time(work)) for work in works]
        begun = [each for each in futures if each is not None]
        if works and not begun:
            raise EngineError(f"too much waits for {self.who}", retryable=True)
        over, _ = wait(begun, self.within_s)
        errors = [error for each in over if (error := each.exception()) is not None]
        if begun and len(errors) == len(over):
            self.patience.lose()
            raise errors[0] if errors else EngineError(self._late, retryable=True)
        self.patience.regain()
        return [
            each.result() if each is not None and each in over and not each.exception() else None
            for each in futures
        ]

    def _check_patience(self) -> None:
        if self.patience.left_s:
            what = f"{self.who} has failed again and again, and rests"
            raise EngineError(what, retryable=True)

    @property
    def _late(self) -> str:
        return f"{self.who} did not answer within {self.within_s:g} s"
