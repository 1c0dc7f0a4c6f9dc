from __future__ import annotations

import math
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from polyrec.core import progress
from polyrec.models import weight_search
from polyrec.models.weight_search import Weights, climb

if TYPE_CHECKING:
    import pytest

GRIDS = {"a": (0.0, 1.0, 2.0, 5.0), "b": (-1.0, 0.0, 3.0), "c": (10.0, 20.0, 30.0, 40.0, 50.0)}
PLACES = st.fixed_dictionaries({name: st.sampled_from(grid) for name, grid in GRIDS.items()})


@given(PLACES, PLACES)
def test_it_finds_the_best_of_a_function_whose_weights_do_not_meddle(
    start: Weights, best: Weights
) -> None:
    def quality(weights: Weights) -> float:
        return -sum(abs(weights[name] - best[name]) for name in GRIDS)

    assert climb(quality, start, GRIDS) == best


@given(PLACES, st.dictionaries(st.tuples(*map(st.sampled_from, GRIDS.values())), st.floats()))
def test_it_never_ends_worse_than_it_started_whatever_the_quality_is(
    start: Weights, values: dict[tuple[float, ...], float]
) -> None:
    def quality(weights: Weights) -> float:
        return values.get(tuple(weights[name] for name in GRIDS), 0.0)

    found = climb(quality, start, GRIDS)
    assert all(found[name] in grid for name, grid in GRIDS.items())
    before, after = quality(start), quality(found)
    assert after >= before or math.isnan(before)
    if not math.isnan(before):
        assert not math.isnan(after)


def test_a_quality_that_is_not_a_number_is_worse_than_any(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weight_search, "MAX_ROUNDS", 1)  # a further round might mend it

    def quality(weights: Weights) -> float:
        return math.nan if weights["a"] >= 2 else weights["a"]

    assert climb(quality, {"a": 0.0}, {"a": GRIDS["a"]}) == {"a": 1.0}
    assert climb(quality, {"a": 2.0}, {"a": GRIDS["a"]}) == {"a": 1.0}


def test_it_stays_where_nothing_is_better() -> None:
    tried: list[Weights] = []

    def quality(weights: Weights) -> float:
        tried.append(weights)
        return 0.5

    start = {"a": 1.0, "b": 0.0, "c": 30.0}
    assert climb(quality, start, GRIDS) == start
    assert len(tried) == 1 + 2 * 3


def test_weights_without_a_grid_stay_as_they_are() -> None:
    found = climb(lambda w: w["a"] + w["x"], {"a": 0.0, "x": 3.5}, {"a": GRIDS["a"]})
    assert found == {"a": 5.0, "x": 3.5}
    assert climb(lambda w: w["x"], {"x": 3.5}, {}) == {"x": 3.5}


def test_what_it_was_given_is_not_changed() -> None:
    start = {"a": 0.0}
    climb(lambda w: w["a"], start, {"a": GRIDS["a"]})
    assert start == {"a": 0.0}


def test_its_bar_ends_full_however_early_it_ends(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "SHOW_AFTER_S", -1.0)
    climb(lambda _: 0.5, {"a": 1.0, "b": 0.0}, {name: GRIDS[name] for name in "ab"})
    shown = capsys.readouterr().err.split()
    assert "4/4" in shown[-8:]
