"""Which of the measured rows a report shows: mean over seeds, one view, one list length."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from polyrec.evaluation.content import Content
    from polyrec.evaluation.rows import Row

MEAN = "mean"
DIFFERENCE = " - "
LANGUAGE_OUT = "language-out"
SPLITS = ("random", "cold-items", "time", "given")
MEASURES = {"ndcg": "nDCG", "f1": "F1", "map": "MAP", "mrr": "MRR", "gini": "Gini"}


@dataclass(frozen=True)
class Choice:
    """The rows to show.

    Attributes:
        rows: one row for each (split, model, slice, measure).
        models: names in the order of the report, each with its line (may be empty).
        splits: in the order of the report, without leave-language-out.
        view: the view of most rows.
    """

    rows: Mapping[tuple[str, str, str, str], Row]
    models: Mapping[str, str]
    splits: tuple[str, ...]
    view: str

    def get(self, split: str, model: str, measure: str, part: str = "all") -> Row | None:
        """Give the row of one value, or None where nothing was measured."""
        row = self.rows.get((split, model, part, measure))
        return None if row is None or math.isnan(row.value) else row

    def slices(self, prefix: str = "", *, split: str) -> tuple[str, ...]:
        """Give the slices of a split that start with the prefix, in order of the rows."""
        found = (key[2] for key in self.rows if key[0] == split and key[2].startswith(prefix))
        return tuple(dict.fromkeys(found))


def choose(content: Content) -> Choice:
    """Choose the rows that a report shows.

    Where a value was measured several times, the mean over seeds goes before a single seed, the
    view and the list length of most rows before others, and the earlier row before the later.
    """
    general = _most_common([r for r in content.rows if r.slice == "all"])
    chosen: dict[tuple[str, str, str, str], Row] = {}
    for row in content.rows:
        key = (row.split, row.model, row.slice, row.measure)
        if key not in chosen or _rank(row, general) < _rank(chosen[key], general):
            chosen[key] = row
    names = dict.fromkeys(r.model for r in content.rows if DIFFERENCE not in r.model)
    splits = dict.fromkeys(r.split for r in content.rows if not r.split.startswith(LANGUAGE_OUT))
    return Choice(
        rows=chosen,
        models=content.models or dict.fromkeys(names, ""),
        splits=tuple(sorted(splits, key=_place_of_split)),
        view=general[0],
    )


def is_oracle(model: str) -> bool:
    """Say whether a model sees what others do not (all texts in English), so cannot be best."""
    return model.endswith("-en")


def measure_name(row: Row) -> str:
    """Name a measure with its list length: `nDCG@20`."""
    return f"{MEASURES.get(row.measure, row.measure)}@{row.k}"


def split_name(split: str) -> str:
    """Name a split in words."""
    return f"{split.capitalize()} split"


def tag_of(part: str) -> str:
    """Give the language of a slice `language:xx`."""
    return part.removeprefix("language:")


def over_several_texts(view: str) -> bool:
    """Say whether a view stands for several text seeds: `one-language:1-3`, `one-language:1,5`."""
    return re.search(r":\d+[-,][\d,]+$", view) is not None


def by_catalog(tags: Iterable[str], content: Content) -> list[str]:
    """Order language tags by their share in the catalog as far as the content knows it."""
    if content.exposure:
        known = next(iter(content.exposure.values())).languages.tolist()
    elif content.space is not None:
        known = [tag for tag, _ in Counter(content.space.languages.tolist()).most_common()]
    else:
        known = []
    place = {tag: i for i, tag in enumerate(known)}
    return sorted(tags, key=lambda tag: place.get(tag, len(place)))


def _most_common(rows: Sequence[Row]) -> tuple[str, int]:
    views, lengths = Counter(r.view for r in rows), Counter(r.k for r in rows)
    if not rows:
        return "", 0
    return views.most_common(1)[0][0], lengths.most_common(1)[0][0]


def _rank(row: Row, general: tuple[str, int]) -> tuple[bool, bool, bool]:
    return row.seed != MEAN, row.view != general[0], row.k != general[1]


def _place_of_split(split: str) -> int:
    return SPLITS.index(split) if split in SPLITS else len(SPLITS)
