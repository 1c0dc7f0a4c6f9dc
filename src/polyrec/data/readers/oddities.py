"""What is allowed but may not be meant: texts decoded wrongly, ids that look alike.

Nothing is changed here; what is found is said in the notes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polars as pl

from polyrec.core.counted import counted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from polyrec.data.readers.intake import Intake

MOJIBAKE = re.compile(
    "[\u00c2-\u00f4][\u0080-\u00bf\u0152-\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]"
)
"""A byte that begins a character of UTF-8 and one that goes on, both read as cp1252 or latin-1."""

LOST = "\N{REPLACEMENT CHARACTER}"
LONGEST_SHOWN = 40


def remark_on_texts(intake: Intake, name: str, texts: Iterable[tuple[str, str]]) -> None:
    """Remark on texts that were decoded wrongly before they came here.

    A text counts as mojibake if all of it, or one of its words, is UTF-8 once it is written as
    cp1252 or latin-1 again, which proper text hardly ever is.

    Args:
        intake: takes the remarks.
        name: what they call the source.
        texts: item ids and texts.
    """
    mojibake: list[tuple[str, str]] = []
    lost: list[tuple[str, str]] = []
    n_mojibake = n_lost = 0
    for item, text in texts:
        if text.isascii():
            continue
        if LOST in text:
            n_lost += 1
            lost = lost or [(item, text)]
        elif MOJIBAKE.search(text) and is_mojibake(text):
            n_mojibake += 1
            mojibake = mojibake or [(item, text)]
    if mojibake:
        intake.remark(
            f"{name}: {counted(n_mojibake, 'text')} kept as given although UTF-8 seems to have"
            f" been read as cp1252 before ({_first(*mojibake[0])})"
        )
    if lost:
        intake.remark(
            f"{name}: {counted(n_lost, 'text')} kept as given with U+FFFD where a character has"
            f" been lost before ({_first(*lost[0])})"
        )


def _first(item: str, text: str) -> str:
    found = MOJIBAKE.search(text)
    start = max(0, (found.start() if found else text.find(LOST)) - LONGEST_SHOWN // 2)
    return f"first: item {item!r}, {text[start : start + LONGEST_SHOWN]!r}"


def is_mojibake(text: str) -> bool:
    """Say whether a text, or a word of it, is UTF-8 that was read as cp1252 or latin-1."""
    return any(_turned_back(word) for word in (text, *text.split()) if MOJIBAKE.search(word))


def _turned_back(text: str) -> bool:
    for encoding in ("cp1252", "latin-1"):
        try:
            text.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
        return True
    return False


def remark_on_ids(intake: Intake, name: str, kind: str, ids: pl.Series) -> None:
    """Remark on different ids that Unicode calls the same text; they stay different.

    Args:
        intake: takes the remark.
        name: what it calls the source.
        kind: what the ids name: `item` or `user`.
        ids: each id once.
    """
    special = ids.filter(ids.str.len_bytes() != ids.str.len_chars())
    if special.is_empty():
        return
    forms = pl.DataFrame({"id": special, "form": special.str.normalize("NFC")})
    alike = forms.filter(pl.len().over("form") > 1)
    if alike.is_empty():
        return
    first = alike.filter(pl.col("form") == alike["form"][0])["id"].to_list()
    intake.remark(
        f"{name}: {counted(len(alike), kind + ' id')} kept apart although they look alike, as they"
        f" are written with different characters (first: {first[0]!a} and {first[1]!a})"
    )
