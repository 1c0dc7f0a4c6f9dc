"""A few threads with a short queue, for work that outside engines may never finish."""

from __future__ import annotations

import queue
import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Workers:
    """Threads that end with the process, whatever hangs in them; they start when first needed.

    Args:
        n_threads: how many there are.
        most_waiting: how much work may wait for them.
    """

    def __init__(self, n_threads: int, most_waiting: int) -> None:
        self.n_threads = n_threads
        self._waiting: queue.Queue[tuple[Future[Any], Callable[[], Any]]]
        self._waiting = queue.Queue(most_waiting)
        self._lock = threading.Lock()
        self._started = False

    def submit(self, work: Callable[[], T]) -> Future[T] | None:
        """Have work done; None where too much waits already."""
        self._start()
        future: Future[T] = Future()
        try:
            self._waiting.put_nowait((future, work))
        except queue.Full:
            return None
        return future

    def _start(self) -> None:
        with self._lock:
            if not self._started:
                self._started = True
                for n in range(self.n_threads):
                    name = f"polyrec-worker-{n}"
                    threading.Thread(target=self._run, name=name, daemon=True).start()

    def _run(self) -> None:
        while True:
            future, work = self._waiting.get()
            try:
                future.set_result(work())
            except Exception as error:  # noqa: BLE001 (whoever waits is told, the thread goes on)
                future.set_exception(error)


@dataclass
class Patience:
    """Says when an engine that fails again and again is to be left alone.

    Attributes:
        most: so many failures in a row, and it rests.
        rest_s: for so long; then it is tried again, and rests again if that fails too.
        clock: seconds that never go back.
    """

    most: int = 3
    rest_s: float = 30.0
    clock: Callable[[], float] = time.monotonic
    _failures: int = field(default=0, init=False)
    _until: float = field(default=0.0, init=False)
    _lock: Any = field(default_factory=threading.Lock, init=False, repr=False, compare=False)

    @property
    def left_s(self) -> float:
        """How long it still rests; 0 where it may be asked."""
        return max(0.0, self._until - self.clock())

    def lose(self) -> None:
        """Count a failure."""
        with self._lock:
            self._failures += 1
            if self._failures >= self.most:
                self._until = self.clock() + self.rest_s

    def regain(self) -> None:
        """Forget the failures: it works."""
        with self._lock:
            self._failures, self._until = 0, 0.0
