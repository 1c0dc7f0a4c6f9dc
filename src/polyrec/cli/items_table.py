"""The table of items that were found: what `recommend` and `similar` print."""

from __future__ import annotations

from typing import TYPE_CHECKING

from polyrec.cli.printable import first_line
from polyrec.cli.tables import add_row, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from polyrec.core.types import SuggestedItem

REASON = "because of"


def items_table(items: Sequence[SuggestedItem]) -> Table:
    """Make the table of items, best first; the column of reasons is there if any item has one."""
    reasons = [REASON] if any(item.reason for item in items) else []
    made = table(
        "rank",
        "item",
        "language",
        "text",
        "score",
        *reasons,
        numbers=["rank", "score"],
        ids=["item", *reasons],
        one_line=["text"],
    )
    for rank, item in enumerate(items, start=1):
        cells = [rank, item.item_id, item.language, first_line(item.text), f"{item.score:.3f}"]
        add_row(made, [*cells, item.reason or ""] if reasons else cells)
    return made
