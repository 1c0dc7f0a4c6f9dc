"""Whether answers are so quick that they need no thread of their own."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeVar

    T = TypeVar("T")

QUICK_S = 0.004
"""An answer that takes less on average keeps others waiting less than a thread of its own would."""

SHARE = 0.1
"""What the latest answer counts in the average."""


class Pace:
    """Answers in the event loop while that is quick, else in threads; made for one event loop.

    Handing an answer to a thread and back takes about as long as a quick answer itself, and while
    two threads want the interpreter each waits for the other up to 5 ms. A slow answer in the event
    loop would keep all others waiting. So the first answers go to threads, and their time tells.
    """

    def __init__(self) -> None:
        self.mean_s = 2 * QUICK_S

    async def answer(self, work: Callable[[], T], *, at_hand: bool) -> T:
        """Do what gives an answer.

        Args:
            work: gives it.
            at_hand: whether it needs computing alone: no database, no encoder, no other machine.
        """
        if not at_hand:
            return await run_in_threadpool(work)

        def measured() -> T:
            with self._measuring():
                return work()

        if self.mean_s < QUICK_S:
            return measured()
        return await run_in_threadpool(measured)

    @contextmanager
    def _measuring(self) -> Iterator[None]:
        start = time.thread_time()  # of this thread alone: what others do meanwhile does not count
        try:
            yield
        finally:
            self.mean_s += SHARE * (time.thread_time() - start - self.mean_s)
