"""The trials of one model: which settings are tried next, and what has been tried so far.

Optuna's TPE draws settings (Bergstra et al. 2011, "Algorithms for Hyper-Parameter Optimization";
the joint draw: Falkner et al. 2018, "BOHB"). Its seed is drawn anew for each trial, from the number
of those before it, so that trials that are broken off and continued are the same as others.
"""

from __future__ import annotations

import hashlib
import json
import math
import sqlite3
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np

from polyrec.core.errors import MissingExtraError, PolyrecError
from polyrec.core.search_space import Between

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path
    from types import ModuleType

    from optuna.distributions import BaseDistribution
    from optuna.storages import BaseStorage
    from optuna.study import Study
    from optuna.trial import FrozenTrial

    from polyrec.core.search_space import OneOf, SearchSpace

Settings = dict[str, Any]

REFUSALS = (PolyrecError, np.linalg.LinAlgError, MemoryError)
"""What a trial may end with, so that the others go on."""


MEASURED = "measured"
"""The attribute of a trial that has ended; one that was broken off has none."""


@dataclass(frozen=True)
class Trial:
    """One combination of settings, and what it was worth.

    Attributes:
        settings: those that differ from the model's own; empty for the defaults.
        value: how good they were, higher is better; NaN where they were refused.
        seconds: how long that took.
        refused: why nothing was measured; empty where something was.
    """

    settings: Settings
    value: float
    seconds: float
    refused: str = ""


class Search:
    """Trials of one model under one name in a storage, the defaults first.

    Args:
        storage: where trials are kept: see `kept_trials`.
        name: of the study: all that a value depends on.
        space: what settings may be; empty for none, which gives one trial.
        defaults: what the settings in the space are by themselves.
        seed: draws the settings.
    """

    def __init__(
        self,
        storage: BaseStorage,
        name: str,
        space: SearchSpace,
        *,
        defaults: Mapping[str, Any],
        seed: int,
    ) -> None:
        self.optuna = optuna_module()
        self.study: Study = self.optuna.create_study(
            storage=storage, study_name=name, direction="maximize", load_if_exists=True
        )
        self.space = {key: self._distribution(values) for key, values in space.items()}
        known = all(values.holds(defaults[key]) for key, values in space.items())
        self.defaults = {key: defaults[key] for key in space} if known else {}
        self.seed = (seed, crc32(name.encode()))
        for broken in self._in_state(self.optuna.trial.TrialState.RUNNING):
            self._end(broken.number, broken.user_attrs.get(MEASURED))

    def _distribution(self, values: Between | OneOf) -> BaseDistribution:
        of = self.optuna.distributions
        if not isinstance(values, Between):
            return of.CategoricalDistribution(values.values)  # type: ignore[no-any-return]
        kind = of.IntDistribution if values.whole else of.FloatDistribution
        return kind(*values.ends, log=values.log)  # type: ignore[no-any-return]

    def _in_state(self, *states: Any) -> list[FrozenTrial]:
        return self.study.get_trials(deepcopy=False, states=states or None)

    @property
    def trials(self) -> list[Trial]:
        """What has been tried so far, in order; the first has the defaults."""
        ended = [trial for trial in self._in_state() if MEASURED in trial.user_attrs]
        return [
            _read({} if number == 0 else dict(trial.params), trial.user_attrs[MEASURED])
            for number, trial in enumerate(ended)
        ]

    def left(self, n: int) -> int:
        """Say how many of so many trials are still to be made."""
        return max((n if self.space else 1) - len(self.trials), 0)

    def run(
        self, quality: Callable[[Settings], float], n: int, advance: Callable[[int], None]
    ) -> None:
        """Go on until there are `n` trials, or one where there is nothing to try.

        Args:
            quality: measures settings; what it refuses is written down, and the search goes on.
            n: how many trials there shall be, those of earlier runs included.
            advance: is called with 1 for each trial that is made.
        """
        known = len(self.trials)
        for number in range(known, known + self.left(n)):
            if number == 0:
                self._try_defaults(quality)
            else:
                self._try_one(quality, number)
            advance(1)

    def _try_defaults(self, quality: Callable[[Settings], float]) -> None:
        state = self.optuna.trial.TrialState
        found = _measured(quality, {})
        if not self.defaults:  # settings that lie outside of the space say nothing about it
            made = self.optuna.trial.create_trial(state=state.FAIL)
        else:
            made = self.optuna.trial.create_trial(
                state=state.PRUNED if found.refused else state.COMPLETE,
                value=None if found.refused else found.value,
                params=self.defaults,
                distributions=self.space,
            )
        made.set_user_attr(MEASURED, _told(found))
        self.study.add_trial(made)

    def _try_one(self, quality: Callable[[Settings], float], number: int) -> None:
        seed = np.random.SeedSequence([*self.seed, number]).generate_state(1)[0]
        self.study.sampler = self.optuna.samplers.TPESampler(seed=int(seed))
        trial = self.study.ask(self.space)
        settings = dict(trial.params)
        same = [each for each in self.trials if (each.settings or self.defaults) == settings]
        found = replace(same[0], seconds=0.0) if same else _measured(quality, settings)
        trial.set_user_attr(MEASURED, _told(found))
        self._end(trial.number, _told(found))

    def _end(self, number: int, told: Mapping[str, Any] | None) -> None:
        """Close a trial, which the sampler then learns from; one without a measure it forgets."""
        state = self.optuna.trial.TrialState
        if told is None:
            self.study.tell(number, state=state.FAIL)
        elif told["refused"]:
            self.study.tell(number, state=state.PRUNED)  # worse than all that was measured
        else:
            self.study.tell(number, told["value"])


def _measured(quality: Callable[[Settings], float], settings: Settings) -> Trial:
    start = time.perf_counter()
    refused, value = "", math.nan
    try:
        value = float(quality(settings))
    except REFUSALS as error:
        refused = str(error) or type(error).__name__
    if not refused and not math.isfinite(value):
        refused = f"its value is {value}"
    return Trial(settings, value, time.perf_counter() - start, refused)


def _read(settings: Settings, told: Mapping[str, Any]) -> Trial:
    value = math.nan if told["refused"] else told["value"]
    return Trial(settings, value, told["seconds"], told["refused"])


def _told(trial: Trial) -> dict[str, Any]:
    value = None if trial.refused else trial.value
    return {"value": value, "seconds": trial.seconds, "refused": trial.refused}


def best_of(trials: list[Trial]) -> Trial | None:
    """Give the trial of the highest value, the earliest of several; None where all were refused."""
    measured = [trial for trial in trials if not trial.refused]
    return max(measured, key=lambda trial: trial.value) if measured else None


@contextmanager
def kept_trials(file: Path | None) -> Iterator[BaseStorage]:
    """Open the file in which trials are kept, or a place in memory that is forgotten.

    It is a SQLite database: each trial is in it whole or not at all, whenever a run is killed.

    Raises:
        MissingExtraError: the extra `tune` is not installed.
    """
    optuna = optuna_module()
    if file is None:
        yield optuna.storages.InMemoryStorage()
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    # a path in a URL would have to be free of question marks
    storage = optuna.storages.RDBStorage(
        "sqlite:///trials", engine_kwargs={"creator": lambda: sqlite3.connect(file, timeout=30)}
    )
    try:
        yield storage
    finally:
        storage.remove_session()
        storage.engine.dispose()


def optuna_module() -> ModuleType:
    """Import Optuna, quiet but for warnings.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        import optuna
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            "polyrec tune", needs=str(error.name), remedy="pip install 'polyrec[tune]'"
        ) from error
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna


def digest_of(facts: Mapping[str, object]) -> str:
    """Give a hash of facts, 16 hexadecimal digits."""
    said = json.dumps(facts, sort_keys=True, default=repr)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def name_of_study(model: str, told: Mapping[str, object], depends_on: Mapping[str, object]) -> str:
    """Name a study by its model, by what a person knows it by, and by a hash of all else."""
    known_by = [f"{key}={str(value)[:32]}" for key, value in told.items()]
    return " ".join([model, *known_by, digest_of(depends_on)])
