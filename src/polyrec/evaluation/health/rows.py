"""Health in rows: a measure of a space, over all texts or those of a language, with interval."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np

from polyrec.measures.bootstrap import (
    MAX_CELLS,
    Interval,
    function_interval,
    ratio_interval,
)
from polyrec.measures.hubness import skewness_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from polyrec.core.types import Booleans, Doubles
    from polyrec.data.parallel import Parallel
    from polyrec.evaluation.health.per_text import PerText

ALL = "all"
MIN_RESAMPLES, MAX_RESAMPLES = 200, 1000
BY_LANGUAGE = ("map", "same-language", "same-language-pool", "to-pivot", "from-pivot")
COMPARED = ("map", "to-pivot", "from-pivot")


@dataclass(frozen=True)
class HealthRow:
    """A value and what it is about.

    Attributes:
        space: `raw`, `centred`, `language-mean`, `lir`, `lsar`, `plan`; `lsar - language-mean` is
            the paired difference of two; `random` is an encoder that draws vectors, and `chance`
            what blind draws would give.
        language: tag of the texts that ask, or `all`.
        measure: `map`, `to-pivot`, `from-pivot`, `same-language`, `same-language-pool`,
            `hub-skewness`, `anti-hubs`, and `map-shuffled` and `to-pivot-shuffled`, where what
            belongs together was drawn.
        value: the value; NaN where nothing could be measured.
        low: lower end of the 95 % interval over sentences.
        high: upper end.
        n: sentences that it rests on.
    """

    space: str
    language: str
    measure: str
    value: float
    low: float
    high: float
    n: int

    def plain(self) -> dict[str, object]:
        """Give the row as a table for JSON; NaN becomes None."""
        return {
            name: None if isinstance(value, float) and math.isnan(value) else value
            for name, value in asdict(self).items()
        }


def find(rows: Iterable[HealthRow], **wanted: object) -> list[HealthRow]:
    """Give the rows whose fields have the wanted values, in order."""
    return [r for r in rows if all(getattr(r, name) == value for name, value in wanted.items())]


def rows_of(space: str, values: PerText, texts: Parallel) -> list[HealthRow]:
    """Summarise what was measured text by text, over all texts and by language."""
    rows = []
    for measure, per_text in values.items():
        if measure == "occurrences":
            rows.append(_row(space, ALL, "hub-skewness", _skewness(per_text, texts)))
            continue
        everything = np.ones(len(texts), dtype=np.bool_)
        rows.append(_row(space, ALL, measure, mean_of(per_text, texts, everything)))
        if measure in BY_LANGUAGE:
            for tag in texts.tags:
                own = texts.languages == tag
                if not np.isnan(per_text[own]).all():
                    rows.append(_row(space, tag, measure, mean_of(per_text, texts, own)))
    return rows


def differences(
    one: tuple[str, PerText], other: tuple[str, PerText], texts: Parallel
) -> list[HealthRow]:
    """Give the paired differences of two spaces, over all texts."""
    everything = np.ones(len(texts), dtype=np.bool_)
    return [
        _row(
            f"{one[0]} - {other[0]}",
            ALL,
            measure,
            mean_of(one[1][measure] - other[1][measure], texts, everything),
        )
        for measure in COMPARED
        if measure in one[1]
    ]


def _row(space: str, language: str, measure: str, found: Interval) -> HealthRow:
    return HealthRow(space, language, measure, found.value, found.low, found.high, found.n)


def mean_of(values: Doubles, texts: Parallel, keep: Booleans) -> Interval:
    """Give the mean over texts; whole sentences are drawn again, as their texts go together."""
    keep = keep & ~np.isnan(values)
    _, sentence = np.unique(texts.sentences[keep], return_inverse=True)
    counts = np.bincount(sentence).astype(np.float64)
    parts = np.bincount(sentence, values[keep]).astype(np.float64)
    return ratio_interval(parts, counts, n_resamples=_n_resamples(len(counts)))


def _skewness(occurrences: Doubles, texts: Parallel) -> Interval:
    _, sentence = np.unique(texts.sentences, return_inverse=True)
    powers = [np.ones(len(occurrences)), occurrences, occurrences**2, occurrences**3]
    sums = np.stack([np.bincount(sentence, power) for power in powers], axis=1)
    columns = sums.astype(np.float64)
    return function_interval(
        columns,
        lambda means: skewness_of(means[..., 1:] / means[..., :1]),
        n_resamples=_n_resamples(len(columns)),
    )


def _n_resamples(n_sentences: int) -> int:
    """Draw as often as can be kept for the next interval; drawing anew takes seconds."""
    return max(MIN_RESAMPLES, min(MAX_RESAMPLES, MAX_CELLS // max(n_sentences, 1)))
