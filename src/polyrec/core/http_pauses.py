"""When a request is tried again, and how long after."""

from __future__ import annotations

import email.utils
import random
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from polyrec.core.errors import EngineError

if TYPE_CHECKING:
    from tenacity import RetryCallState

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0
"""Pauses double from the first on; a service that asks for more than the longest is given up."""

LEAST_SHARE = 0.5
"""A pause is between this share of itself and the whole, so that many callers do not come back at
the same moment."""


def may_pass(error: BaseException) -> bool:
    """Whether to try again: not where the service wants a longer pause than anybody waits."""
    return isinstance(error, EngineError) and error.retryable and error.wait_s <= LONGEST_PAUSE_S


def pause(state: RetryCallState) -> float:
    """Say how long to wait: what the service wishes, or pauses that double, if these are longer."""
    assert state.outcome is not None
    own = min(FIRST_PAUSE_S * 2.0 ** (state.attempt_number - 1), LONGEST_PAUSE_S)
    own *= random.uniform(LEAST_SHARE, 1.0)  # noqa: S311 (no secret)
    return max(own, getattr(state.outcome.exception(), "wait_s", 0.0))


def wished_pause(header: str) -> float:
    """Read `Retry-After`: seconds, or a date; 0 where it is neither, which asks for no pause."""
    for read in (float, _seconds_until):
        with suppress(ValueError):
            return max(read(header), 0.0)
    return 0.0


def _seconds_until(date: str) -> float:
    return email.utils.parsedate_to_datetime(date).timestamp() - time.time()
