"""Measures one fitted pipeline on test data: the public `polyrec.evaluate`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from polyrec.core.errors import DataError
from polyrec.data.interactions import Interactions
from polyrec.evaluation.leaks import check_pairs, check_works
from polyrec.evaluation.protocol import GAP, K, is_recall_of_language, measure
from polyrec.evaluation.rows import Row, find
from polyrec.measures.bootstrap import Interval, mean_interval
from polyrec.measures.language_gap import language_gap

if TYPE_CHECKING:
    from polyrec.core.types import Histories, IdMap
    from polyrec.data.dataset import Dataset
    from polyrec.pipeline.fitted import Fitted
    from polyrec.pipeline.learned import Learned


@dataclass(frozen=True)
class Evaluation:
    """What was measured; prints as a table.

    Attributes:
        rows: one per slice and measure.
    """

    rows: tuple[Row, ...]

    def frame(self) -> pl.DataFrame:
        """Give the rows as a polars frame: dataset, view, split, seed, model, slice, measure ..."""
        return pl.DataFrame(self.rows)

    def value(self, measure: str, *, slice: str = "all") -> float:  # noqa: A002 (its name in rows)
        """Give one value, such as `value("recall", slice="unseen-item")`; NaN if not measured."""
        found = find(self.rows, measure=measure, slice=slice)
        return found[0].value if found else float("nan")

    def __str__(self) -> str:
        lines = [f"{'slice':<18} {'measure':<20} {'value':>6}   95 % interval   users"]
        for row in self.rows:
            if np.isnan(row.value):
                continue
            ends = "" if np.isnan(row.low) else f"{row.low:.3f} to {row.high:.3f}"
            name = f"{row.measure}@{row.k}"
            lines.append(f"{row.slice:<18} {name:<20} {row.value:6.3f}   {ends:<14} {row.n:>6,}")
        return "\n".join(lines)


def evaluate(fitted: Fitted, test: Dataset, *, k: int = K) -> Evaluation:
    """Measure a fitted pipeline on interactions that it has not seen.

    Every item of its catalog that a user does not have is ranked. Users whom it does not know
    are left out; their number is the difference between `n` and the test data's users.

    Args:
        fitted: what `polyrec.fit` gave.
        test: interactions of the same users with the same items, such as `Dataset.split` gives.
        k: length of the lists.

    Returns:
        Every measure of docs/evaluation.md with a 95 % bootstrap interval over users where it has
        one, and nDCG and recall in every slice. Diversity needs a pipeline with an encoder.

    Raises:
        DataError: nobody in the test data is known, an item is not, a choice was seen in training,
            or a user has a version of the same work in training.
    """
    learned = fitted.learned
    relevant = _relevant(learned, test)
    check_pairs(learned.histories, relevant, learned.catalog.ids)
    check_works(learned.histories, relevant, learned.catalog)
    languages = learned.catalog.languages
    recommender = learned.plan.recommender
    outcome = measure(
        recommender,
        learned.histories,
        relevant,
        languages,
        vectors=learned.vectors,
        k=k,
        seed=learned.seed,
    )
    found = {key: mean_interval(values) for key, values in outcome.per_user.items()}
    none = float("nan")
    by_language = [row for key, row in outcome.per_user.items() if is_recall_of_language(key)]
    if by_language:
        found["all", GAP] = language_gap(np.stack(by_language)[:, None])
    for name, value in outcome.of_all_lists.items():
        found["all", name] = Interval(value, none, none, len(outcome.users))
    model = type(recommender).__name__.lower()
    data, view = learned.trained_on
    return Evaluation(
        tuple(
            Row(data, view, "given", learned.seed, model, *key, k, i.value, i.low, i.high, i.n)
            for key, i in found.items()
        )
    )


def _relevant(learned: Learned, test: Dataset) -> Histories:
    """Give the test items of the known users, in their order."""
    rows = test.interactions
    users = np.array([_place(learned.users, name) for name in rows.users.names], dtype=np.int64)
    known = users[rows.user] >= 0
    if not known.any():
        raise DataError("nobody in the test data is known", hint="test on users of the training")
    kept = rows.where(known)
    items = np.full(len(test.catalog), -1, dtype=np.int64)
    chosen = np.unique(kept.item)
    items[chosen] = learned.catalog.ids.indices(test.catalog.ids.names[i] for i in chosen)
    moved = Interactions(learned.users, users[kept.user], items[kept.item], kept.weight)
    return moved.histories(len(learned.catalog))


def _place(users: IdMap, name: str) -> int:
    return users.index(name, kind="user") if name in users else -1
