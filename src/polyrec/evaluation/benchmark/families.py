"""Families of comparisons: one model held against others, corrected for how many they are."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from polyrec.core.errors import ConfigError
from polyrec.evaluation.rows import MIN_USERS
from polyrec.measures.bootstrap import compared_with_zero
from polyrec.measures.holm import holm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from polyrec.core.types import Doubles
    from polyrec.evaluation.protocol import Key

MEASURE = "ndcg"


@dataclass(frozen=True)
class Family:
    """A claim: one model against others.

    Attributes:
        name: what tables call it.
        first: the model.
        others: those that it is held against.
    """

    name: str
    first: str
    others: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> Family:
        """Read `NAME: hybrid vs ease,als`.

        Raises:
            ConfigError: it is written otherwise, or holds a model against itself.
        """
        name, colon, claim = text.partition(": ")
        first, versus, others = claim.partition(" vs ")
        named = tuple(dict.fromkeys(o.strip() for o in others.split(",") if o.strip()))
        first = first.strip()
        if not (colon and versus and name.strip() and first and named) or first in named:
            raise ConfigError(
                f"{text!r} is no family of comparisons", hint="write 'NAME: hybrid vs ease,als'"
            )
        return cls(name.strip(), first, named)


@dataclass(frozen=True)
class Difference:
    """A paired difference of two models in nDCG, and what a test says of it.

    Attributes:
        family: the name of the family.
        split: where it was measured.
        slice: which test interactions count.
        first: a model.
        second: another; `value` is what the first has over it.
        value: the difference; NaN where nothing was measured.
        low: lower end of the 95 % interval.
        high: upper end.
        n: users it rests on.
        p: two-sided p-value; NaN on fewer than `MIN_USERS` users, which are not tested.
        holm: the p-value, corrected for the family's other comparisons on the same slice.
    """

    family: str
    split: str
    slice: str
    first: str
    second: str
    value: float
    low: float
    high: float
    n: int
    p: float
    holm: float


def differences(
    family: Family,
    slices: Iterable[str],
    splits: Sequence[str],
    per_user: Callable[[str, str, Key], Doubles | None],
    *,
    n_resamples: int,
) -> list[Difference]:
    """Test a family on every slice: its pairs on all splits are corrected together.

    Args:
        family: what is held against what.
        slices: names of slices.
        splits: names of splits.
        per_user: gives a model's values on a split, shape (draws, users), or None where the model
            or one of its draws failed.
        n_resamples: of the bootstrap.
    """
    found: list[Difference] = []
    for part in slices:
        key = (part, MEASURE)
        pairs: list[tuple[str, str]] = []
        columns: list[Doubles] = []
        for split in splits:
            own = per_user(family.first, split, key)
            for other in family.others:
                theirs = per_user(other, split, key)
                if own is not None and theirs is not None:
                    pairs.append((split, other))
                    columns.append(own - theirs)
        tests = compared_with_zero(columns, n_resamples=n_resamples)
        p = np.array([t.p if t.n >= MIN_USERS else np.nan for t in tests])
        for (split, other), test, raw, corrected in zip(
            pairs, tests, p.tolist(), holm(p).tolist(), strict=True
        ):
            interval = (test.value, test.low, test.high, test.n)
            if test.n:
                where = (family.name, split, part, family.first, other)
                found.append(Difference(*where, *interval, raw, corrected))
    return found


def as_table(found: Difference) -> dict[str, Any]:
    """Write a difference as plain values; NaN becomes None."""
    return {
        name: None if isinstance(value, float) and math.isnan(value) else value
        for name, value in asdict(found).items()
    }
