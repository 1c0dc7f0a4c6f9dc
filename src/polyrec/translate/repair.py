"""Deterministic repairs of translations: each does one thing, and doing it twice changes nothing.

A repair acts only where source and translation together show that something is wrong; a translation
that is fine comes out as it went in.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from polyrec.translate import repair_kept, repair_signs, repair_words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MOST_ROUNDS = 20
"""Repairs that have not come to rest by then are left alone."""

REPAIRS: dict[str, Callable[..., str]] = {
    "marks": repair_words.without_marks,
    "leftovers": repair_words.without_source,
    "repeats": repair_words.without_repeats,
    "placeholders": repair_kept.with_placeholders,
    "numbers": repair_kept.with_numbers,
    "brackets": repair_signs.with_brackets,
    "spacing": repair_signs.with_spacing,
    "punctuation": repair_signs.with_punctuation,
    "capital": repair_signs.with_capital,
}
"""By name, in the order in which they are made; each takes source, translation and their tags."""


def repair(
    one: str, other: str, *, source: str, target: str, names: Sequence[str] = tuple(REPAIRS)
) -> str:
    """Mend a translation.

    Args:
        one: the source.
        other: its translation.
        source: language of the source, BCP 47.
        target: language of the translation, BCP 47.
        names: which repairs are made, in order.

    Returns:
        The translation, mended until nothing changes any more; never blank.
    """

    def once(text: str) -> str:
        for name in names:
            mend = partial(REPAIRS[name], one, source=source, target=target)
            text = settled(mend, text)
        return text

    return settled(once, other)


def settled(mend: Callable[[str], str], text: str) -> str:
    """Apply until nothing changes; give the text itself if that does not end or leaves nothing."""
    now = text
    for _ in range(MOST_ROUNDS):
        then, now = now, mend(now)
        if now == then:
            return now if now.strip() else text
    return text
