from __future__ import annotations

import math
import sys
from typing import TYPE_CHECKING, Any

import pytest

from polyrec.core.errors import ConfigError, MissingExtraError
from polyrec.core.search_space import Between, OneOf
from polyrec.evaluation.trials import Search, Trial, best_of, kept_trials, name_of_study

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SPACE = {
    "x": Between(-5.0, 5.0),
    "n": Between(1, 100, log=True, whole=True),
    "kind": OneOf(("flat", "steep", None)),
}
NO_BAR: Callable[[int], None] = [].append
DEFAULTS = {"x": 1.0, "n": 50, "kind": "flat"}


def quality(settings: dict[str, Any]) -> float:
    s = {**DEFAULTS, **settings}
    return -((s["x"] - 2) ** 2) - math.log(s["n"]) - (s["kind"] == "flat")


def ran(file: Path | None, n: int, measure: Any = quality, **others: Any) -> list[Trial]:
    options = {"defaults": DEFAULTS, "seed": 0, **others}
    with kept_trials(file) as storage:
        search = Search(storage, "study", SPACE, **options)
        search.run(measure, n, NO_BAR)
        return search.trials


def tried(trials: list[Trial]) -> list[tuple[dict[str, Any], float]]:
    return [(trial.settings, trial.value) for trial in trials]


def test_the_first_trial_has_the_defaults_and_the_others_values_of_the_space() -> None:
    first, *others = ran(None, 15)
    assert first.settings == {}
    assert first.value == quality({})
    assert len(others) == 14
    for trial in others:
        assert all(SPACE[name].holds(value) for name, value in trial.settings.items())
        assert trial.settings.keys() == SPACE.keys()
        assert trial.value == quality(trial.settings)
        assert not trial.refused
        assert trial.seconds >= 0


def test_it_finds_better_settings_than_the_defaults() -> None:
    best = best_of(ran(None, 40))
    assert best is not None
    assert best.value > quality({}) + 3
    assert best.settings["kind"] != "flat"


def test_a_seed_draws_the_same_trials_again() -> None:
    one, again, other = (tried(ran(None, 14, seed=seed)) for seed in (0, 0, 1))
    assert one == again != other


@pytest.mark.parametrize("broken_off_at", [0, 1, 5, 12])
def test_trials_that_were_broken_off_go_on_as_if_they_had_not_been(
    tmp_path: Path, broken_off_at: int
) -> None:
    file = tmp_path / "odd ? # % name" / "trials.sqlite"
    calls = 0

    def killed(settings: dict[str, Any]) -> float:
        nonlocal calls
        if calls == broken_off_at:
            raise KeyboardInterrupt
        calls += 1
        return quality(settings)

    with pytest.raises(KeyboardInterrupt):
        ran(file, 15, killed)
    assert len(ran(file, broken_off_at)) == max(broken_off_at, 0)
    assert tried(ran(file, 15)) == tried(ran(None, 15))


@pytest.mark.parametrize("refuses", [False, True])
def test_a_trial_that_was_measured_but_not_closed_counts_as_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refuses: bool
) -> None:
    def measure(settings: dict[str, Any]) -> float:
        return math.nan if refuses and settings.get("kind") == "flat" else quality(settings)

    file, end = tmp_path / "trials.sqlite", Search._end

    def killed(self: Search, number: int, told: Any) -> None:
        if number == 11:
            raise KeyboardInterrupt
        end(self, number, told)

    with monkeypatch.context() as patched:
        patched.setattr(Search, "_end", killed)
        with pytest.raises(KeyboardInterrupt):
            ran(file, 15, measure)
    assert repr(tried(ran(file, 15, measure))) == repr(tried(ran(None, 15, measure)))


def test_more_trials_go_on_and_no_more_measures_nothing(tmp_path: Path) -> None:
    file = tmp_path / "trials.sqlite"
    ran(file, 6)
    assert tried(ran(file, 14)) == tried(ran(None, 14))

    def never(settings: dict[str, Any]) -> float:
        raise AssertionError

    assert len(ran(file, 14, never)) == 14


def test_refused_trials_are_counted_and_the_search_keeps_away_from_them() -> None:
    def picky(settings: dict[str, Any]) -> float:
        if {**DEFAULTS, **settings}["x"] > 0:
            raise ConfigError("x is above 0", hint="take less")
        return quality(settings)

    trials = ran(None, 40, picky)
    refused = [trial for trial in trials if trial.refused]
    assert len(trials) == 40
    assert {trial.refused for trial in refused} == {"x is above 0; take less"}
    assert all(math.isnan(trial.value) for trial in refused)
    assert len([trial for trial in trials[:10] if trial.refused]) > 1
    assert len([trial for trial in trials[-10:] if trial.refused]) <= 3
    best = best_of(trials)
    assert best is not None
    assert best.settings["x"] <= 0


def test_where_all_is_refused_nothing_is_best() -> None:
    def refuses(settings: dict[str, Any]) -> float:
        return float("nan")

    trials = ran(None, 12, refuses)
    assert best_of(trials) is None
    assert {trial.refused for trial in trials} == {"its value is nan"}


def test_defaults_outside_of_the_space_are_measured_all_the_same(tmp_path: Path) -> None:
    def beyond(settings: dict[str, Any]) -> float:
        return quality(settings) if settings else 7.0

    trials = ran(tmp_path / "trials.sqlite", 14, beyond, defaults={**DEFAULTS, "x": 90.0})
    assert (trials[0].settings, trials[0].value) == ({}, 7.0)
    assert len(trials) == 14
    assert best_of(trials) == trials[0]


def test_a_model_without_a_space_has_one_trial() -> None:
    with kept_trials(None) as storage:
        search = Search(storage, "study", {}, defaults={}, seed=0)
        search.run(quality, 10, NO_BAR)
        search.run(quality, 10, NO_BAR)
    assert tried(search.trials) == [({}, quality({}))]


def test_the_same_settings_are_measured_once() -> None:
    measured: list[dict[str, Any]] = []

    def count(settings: dict[str, Any]) -> float:
        measured.append(settings)
        return float(settings.get("kind") == "steep")

    with kept_trials(None) as storage:
        space = {"kind": SPACE["kind"]}
        search = Search(storage, "study", space, defaults={"kind": "flat"}, seed=0)
        search.run(count, 20, NO_BAR)
    assert len(search.trials) == 20
    assert len(measured) == 3
    best = best_of(search.trials)
    assert best is not None
    assert best.settings == {"kind": "steep"}


def test_progress_counts_the_trials_that_are_left(tmp_path: Path) -> None:
    for n, left in ((3, 3), (5, 2), (4, 0)):
        with kept_trials(tmp_path / "trials.sqlite") as storage:
            steps: list[int] = []
            search = Search(storage, "study", SPACE, defaults=DEFAULTS, seed=0)
            assert search.left(n) == left
            search.run(quality, n, steps.append)
            assert sum(steps) == left
            assert search.left(n) == 0


def test_a_study_is_named_by_all_that_its_values_depend_on() -> None:
    told = {"data": "f" * 64, "split": "random", "seed": 0}
    name = name_of_study("ease", told, {"space": SPACE})
    assert name.startswith(f"ease data={'f' * 32} split=random seed=0 ")
    assert name == name_of_study("ease", told, {"space": dict(SPACE)})
    others = [
        name_of_study("knn", told, {"space": SPACE}),
        name_of_study("ease", told | {"seed": 1}, {"space": SPACE}),
        name_of_study("ease", told, {"space": {**SPACE, "x": Between(0.0, 1.0)}}),
    ]
    assert len({name, *others}) == 4


def test_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(
        MissingExtraError, match=r"^polyrec tune needs optuna; pip install 'polyrec\[tune\]'$"
    ):
        kept_trials(None).__enter__()
