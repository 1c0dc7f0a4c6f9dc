"""One measured value with its interval: what tables, pictures and metrics.json are made of."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MIN_USERS = 30
"""Fewer users do not tell models apart, and are not tested."""


@dataclass(frozen=True)
class Row:
    """A value and where it comes from.

    Attributes:
        dataset: name of the dataset.
        view: name of the view; `one-language:2` for another text seed than 1, `one-language:1-3`
            or `one-language:1,5` for a value over several.
        split: `random`, `cold-items`, `time`, `language-out:A`, `language-out:B`, or `given`.
        seed: the split's seed, or `mean` over all of them.
        model: name of the model; `hybrid - ease` is the paired difference of two.
        slice: which test interactions count: `all`, `seen-item`, `unseen-item`, `language:de`,
            `cross-language`, `history:10-19`.
        measure: `ndcg`, `recall`, `precision`, `f1`, `coverage`, `novelty` ...
        k: length of the lists.
        value: the value; NaN where nothing could be measured.
        low: lower end of the 95 % interval; NaN where there is none.
        high: upper end.
        n: users it rests on.
    """

    dataset: str
    view: str
    split: str
    seed: int | str
    model: str
    slice: str
    measure: str
    k: int
    value: float
    low: float
    high: float
    n: int


def find(rows: Iterable[Row], **wanted: object) -> list[Row]:
    """Give the rows whose fields have the wanted values, in order."""
    return [r for r in rows if all(getattr(r, name) == value for name, value in wanted.items())]


def to_json(rows: Sequence[Row]) -> str:
    """Write rows as a JSON list of objects; NaN becomes null."""
    return json.dumps([_plain(row) for row in rows], indent=1, allow_nan=False)


def _plain(row: Row) -> dict[str, object]:
    return {
        name: None if isinstance(value, float) and math.isnan(value) else value
        for name, value in asdict(row).items()
    }
