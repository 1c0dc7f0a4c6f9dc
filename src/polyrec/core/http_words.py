"""What a service said, in few words and without keys."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_LETTERS = 200
"""How much of a service's own message an error repeats."""

MOST_LOOKED_AT = 2**16
"""How many bytes of an answer are looked at for that."""


def message_in(raw: bytes, hidden: Callable[[str], str]) -> str:
    """Find a service's own words in what it gave, else give the text."""
    try:
        found = json.loads(raw)
    except ValueError:
        return shortened(raw, hidden)
    for name in ("error", "message", "detail"):
        if isinstance(found, dict) and name in found:
            found = found[name]
    return shortened(found.encode("utf-8", "replace") if isinstance(found, str) else raw, hidden)


def shortened(raw: bytes, hidden: Callable[[str], str]) -> str:
    """Give the beginning; a key is hidden first, else half of one could be left at the end."""
    text = " ".join(hidden(raw[:MOST_LOOKED_AT].decode("utf-8", "replace")).split())
    return text if len(text) <= MOST_LETTERS else f"{text[:MOST_LETTERS]}..."
