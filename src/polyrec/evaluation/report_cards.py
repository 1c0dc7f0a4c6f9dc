"""A user's card as the page writes it: what they know, what they get, and why."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

if TYPE_CHECKING:
    from polyrec.core.types import SuggestedItem
    from polyrec.evaluation.content import Card

# what no page may hold (XML forbids it, screen readers stumble over it)
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]+")
LONGEST_HEAD, LONGEST_BODY = 140, 180
MODES = {
    "personal": "from their own history",
    "fold-in": "from the history that was given",
    "text": "from the text that was given",
    "popular": "what most people choose",
}


@dataclass(frozen=True)
class Entry:
    """One item on a card.

    Attributes:
        item_id: the item.
        lang: for the lang attribute; empty where the language is unknown.
        tag: the language as a person reads it.
        head: the first line of the text, cut where too long.
        body: the rest, cut where too long.
        reason: the item of the history because of which it stands here, or empty.
        reason_head: that item's first line, where the card shows it.
        reason_lang: for the lang attribute of `reason_head`.
    """

    item_id: str
    lang: str
    tag: str
    head: str
    body: str
    reason: str = ""
    reason_head: str = ""
    reason_lang: str = ""


@dataclass(frozen=True)
class CardView:
    """A whole card; `languages` and `suggested` count languages: `da 3, en 2`."""

    user_id: str
    n_history: int
    history: tuple[Entry, ...]
    suggestions: tuple[Entry, ...]
    languages: str
    suggested: str
    basis: str
    note: str


def card_view(card: Card) -> CardView:
    """Write a card for the page."""
    history = tuple(_entry(item) for item in card.history)
    known = {entry.item_id: entry for entry in history}
    return CardView(
        user_id=card.user_id,
        n_history=card.n_history,
        history=history,
        suggestions=tuple(_entry(item, known) for item in card.suggestion.items),
        languages=_counts(card.history),
        suggested=_counts(card.suggestion.items),
        basis=MODES.get(card.suggestion.mode, card.suggestion.mode),
        note=card.suggestion.note,
    )


def _entry(item: SuggestedItem, known: dict[str, Entry] | None = None) -> Entry:
    lines = [line for line in CONTROL.sub(" ", item.text).splitlines() if line.strip()]
    reason = (known or {}).get(item.reason or "")
    return Entry(
        item_id=item.item_id,
        lang="" if item.language == "und" else item.language,
        tag=item.language,
        head=_cut(lines[0], LONGEST_HEAD) if lines else "",
        body=_cut(" ".join(lines[1:]), LONGEST_BODY),
        reason=item.reason or "",
        reason_head=reason.head if reason else "",
        reason_lang=reason.lang if reason else "",
    )


def _cut(text: str, longest: int) -> str:
    """Shorten a text, at a space where one is near; scripts without spaces are cut anywhere."""
    text = " ".join(text.split())
    # Chinese, Japanese and Korean letters are twice as wide
    widths = accumulate(2 if east_asian_width(c) in "WF" else 1 for c in text)
    fitting = sum(width <= longest for width in widths)
    if fitting == len(text):
        return text
    start = text[: fitting - 1]
    word_end = start.rfind(" ")
    return f"{start[:word_end] if word_end > 0.7 * len(start) else start}…"


def _counts(items: tuple[SuggestedItem, ...]) -> str:
    counts = Counter(item.language for item in items).most_common()
    return ", ".join(f"{tag} {n}" for tag, n in counts)
