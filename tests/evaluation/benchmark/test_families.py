from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from polyrec.core.errors import ConfigError
from polyrec.evaluation.benchmark.families import Family, as_table, differences
from polyrec.measures.holm import holm

if TYPE_CHECKING:
    from polyrec.core.types import Doubles
    from polyrec.evaluation.protocol import Key

RNG = np.random.default_rng(0)
NOISE = RNG.normal(0, 0.1, size=(2, 200))
VALUES = {"first": NOISE + 0.5, "equal": NOISE + 0.5, "worse": NOISE[:, ::-1] + 0.4}


def per_user(model: str, split: str, key: Key) -> Doubles | None:
    if model not in VALUES or (model, split) == ("worse", "failed"):
        return None
    values = VALUES[model].copy()
    if key[0] == "small":
        values[:, 29:] = np.nan
    return values if key[0] != "empty" else np.full_like(values, np.nan)


FAMILY = Family("claim", "first", ("equal", "worse", "absent"))


def test_a_family_is_read_from_text() -> None:
    assert Family.parse("a claim: hybrid vs ease, als,ease") == Family(
        "a claim", "hybrid", ("ease", "als")
    )
    found = Family.parse("peers: hybrid vs implicit:als,lenskit:item-knn")
    assert found.others == ("implicit:als", "lenskit:item-knn")


@pytest.mark.parametrize(
    "text", ["", "hybrid vs ease", "x: hybrid", "x: hybrid vs ", ": a vs b", "x: a vs b,a"]
)
def test_what_is_no_family_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="is no family of comparisons; write 'NAME: hybrid vs"):
        Family.parse(text)


def test_differences_are_paired_and_corrected_over_pairs_and_splits() -> None:
    found = differences(FAMILY, ["all"], ["random", "time"], per_user, n_resamples=999)
    assert [(d.split, d.second) for d in found] == [
        *(("random", "equal"), ("random", "worse"), ("time", "equal"), ("time", "worse")),
    ]
    equal, worse = found[:2]
    assert (equal.value, equal.low, equal.high, equal.p) == (0.0, 0.0, 0.0, 1.0)
    assert worse.value == pytest.approx(0.1)
    assert worse.low > 0
    assert [d.holm for d in found] == holm(np.array([d.p for d in found])).tolist()
    assert worse.p == pytest.approx(2 / 1000)
    assert worse.holm == pytest.approx(4 * worse.p)


def test_slices_are_corrected_each_on_its_own() -> None:
    one = differences(FAMILY, ["all"], ["random"], per_user, n_resamples=99)
    many = differences(FAMILY, ["all", "language:de"], ["random"], per_user, n_resamples=99)
    assert many[: len(one)] == one


def test_slices_of_few_users_are_not_tested() -> None:
    found = differences(FAMILY, ["small"], ["random"], per_user, n_resamples=99)
    assert [d.n for d in found] == [29, 29]
    assert np.isnan([d.p for d in found]).all()
    assert as_table(found[0])["holm"] is None
    assert found[1].value == pytest.approx(0.1, abs=0.08)


def test_what_was_not_measured_is_left_out() -> None:
    assert not differences(FAMILY, ["empty"], ["random"], per_user, n_resamples=99)
    found = differences(FAMILY, ["all"], ["failed"], per_user, n_resamples=99)
    assert [d.second for d in found] == ["equal"]
    assert not differences(
        Family("x", "absent", ("first",)), ["all"], ["random"], per_user, n_resamples=99
    )
