from __future__ import annotations

import asyncio
import threading
import time

from polyrec.api.pace import QUICK_S, Pace


def busy(seconds: float) -> str:
    """Keep the processor busy; give the name of the thread that did."""
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass
    return threading.current_thread().name


async def answers(pace: Pace, n: int, seconds: float, *, at_hand: bool = True) -> list[bool]:
    """Answer so often; say which answers were given without another thread."""
    own = threading.current_thread().name
    return [await pace.answer(lambda: busy(seconds), at_hand=at_hand) == own for _ in range(n)]


def test_the_first_answers_go_to_threads_and_quick_ones_need_none_then() -> None:
    here = asyncio.run(answers(Pace(), 30, 0.0))
    assert not here[0]
    assert here[-1]
    assert here == sorted(here)


def test_slow_answers_go_to_threads_again() -> None:
    async def run() -> list[bool]:
        pace = Pace()
        await answers(pace, 30, 0.0)
        return await answers(pace, 30, 3 * QUICK_S)

    here = asyncio.run(run())
    assert here[0]
    assert not any(here[-10:])


def test_one_slow_answer_among_quick_ones_changes_nothing() -> None:
    async def run() -> list[bool]:
        pace = Pace()
        await answers(pace, 60, 0.0)
        await answers(pace, 1, 3 * QUICK_S)
        return await answers(pace, 10, 0.0)

    assert all(asyncio.run(run()))


def test_what_is_not_at_hand_goes_to_a_thread_and_says_nothing_of_the_pace() -> None:
    async def run() -> tuple[list[bool], list[bool]]:
        pace = Pace()
        await answers(pace, 30, 0.0)
        return await answers(pace, 20, 2 * QUICK_S, at_hand=False), await answers(pace, 1, 0.0)

    elsewhere, here = asyncio.run(run())
    assert not any(elsewhere)
    assert here == [True]


def test_what_is_waited_for_is_not_computed() -> None:
    async def run() -> bool:
        pace = Pace()
        for _ in range(30):
            await pace.answer(lambda: time.sleep(0.001), at_hand=True)
        return pace.mean_s < QUICK_S / 2

    assert asyncio.run(run())
