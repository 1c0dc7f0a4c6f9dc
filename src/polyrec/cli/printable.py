"""Text from data made safe for a terminal: what is read from a file must not steer the screen."""

from __future__ import annotations

import re

# C0, DEL and C1 hold escape sequences; bidi controls would turn what stands behind them around
STEERING = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029]+")


def printable(text: str) -> str:
    """Put a space for each run of control characters, line ends included, and trim."""
    return STEERING.sub(" ", text).strip()


def first_line(text: str) -> str:
    """Give the first line that is not empty, made printable; empty if there is none."""
    lines = (printable(line) for line in text.splitlines())
    return next((line for line in lines if line), "")
