"""Numbers of things in words: 1 user, 1,234 users."""

from __future__ import annotations


def counted(n: int, one: str, several: str = "") -> str:
    """Write a number and what it counts: `counted(2, "user")` gives `2 users`.

    Args:
        n: how many.
        one: the name of one of them.
        several: the name of several, or empty for `one` with an s.
    """
    return f"{n:,} {one if n == 1 else several or f'{one}s'}"
