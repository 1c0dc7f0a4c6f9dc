"""Cells that hold several texts, in lists or as JSON."""

from __future__ import annotations

import json
from typing import Any

import polars as pl


def paragraphs(frame: pl.DataFrame, column: str) -> list[str]:
    """Give each row's texts of a column under one another; empty where it has none.

    Args:
        frame: the cells.
        column: holds lists of texts, their JSON where kinds are mixed, or plain text; it may be
            missing.
    """
    if column not in frame.columns:
        return [""] * len(frame)
    return ["\n".join(texts_in(cell)) for cell in frame[column]]


def texts_in(cell: Any) -> list[str]:
    """Give the texts that a cell holds."""
    if cell is None:
        return []
    if isinstance(cell, str):
        if not cell.startswith("["):
            return [cell]
        try:
            cell = json.loads(cell)
        except ValueError:
            return [cell]
    if isinstance(cell, pl.Series | list):
        return [str(each) for each in cell if each not in (None, "")]
    return [str(cell)]
