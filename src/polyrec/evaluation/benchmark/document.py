"""What a benchmark found as one JSON document: rows, tests, runs, and where they come from."""

from __future__ import annotations

import datetime
import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from polyrec.evaluation.benchmark.families import as_table, differences
from polyrec.evaluation.benchmark.machine import commit, cores, machine
from polyrec.evaluation.protocol import GAP, is_recall_of_language
from polyrec.evaluation.rows import Row
from polyrec.evaluation.tabulate import view_label
from polyrec.measures.bootstrap import Interval, compared_with_zero
from polyrec.measures.language_gap import language_gap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from polyrec.core.types import Doubles
    from polyrec.evaluation.benchmark.benchmark import Benchmark
    from polyrec.evaluation.protocol import Key

Document = dict[str, Any]


def document_of(made: Benchmark, *, command: str) -> Document:
    """Write a benchmark as plain values, NaN as None.

    Args:
        made: what was measured.
        command: how it was called.
    """
    setting, options = made.results.setting, made.options
    data, measured = setting.data, _Measured(made)
    encoder = setting.encoder
    tests = [
        as_table(each)
        for family in made.families
        for each in differences(
            family,
            measured.slices(),
            options.splits,
            measured.per_user,
            n_resamples=options.n_resamples,
        )
    ]
    return {
        "data": {
            "name": data.name,
            "view": view_label(setting.view, setting.text_seeds),
            "users": len(data.interactions.users),
            "items": len(data.catalog),
            "interactions": len(data.interactions),
            "fingerprint": data.fingerprint,
        },
        "protocol": {
            "k": options.k,
            "splits": list(options.splits),
            "seeds": list(options.seeds),
            "resamples": options.n_resamples,
            "threads": options.threads or cores(),
            "peer_trials": options.peer_trials,
            "tuned": bool(options.tuned),
            "encoder": encoder.fingerprint,
        },
        "machine": machine(),
        "commit": commit(),
        "command": command,
        "made": datetime.datetime.now(tz=datetime.UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "models": made.what,
        "families": [asdict(family) for family in made.families],
        "rows": [_plain(asdict(row)) for row in measured.rows()],
        "tests": tests,
        "runs": [_plain(run) for run in made.runs],
        "failed": made.failed,
        "notes": made.notes,
    }


class _Measured:
    """Values of models on splits on which none of their draws failed."""

    def __init__(self, made: Benchmark) -> None:
        self.made, self.setting = made, made.results.setting

    def keys(self, split: str, model: str) -> list[Key]:
        """List slices and measures, in order; none where a draw failed."""
        keys: dict[Key, None] = {}
        for seed in self.setting.seeds:
            where = (self.setting.text_seeds[0], split, seed, model)
            if where not in self.made.results.outcomes:
                return []
            keys |= dict.fromkeys(self.made.results.outcomes[where].per_user)
        return list(keys)

    def slices(self) -> list[str]:
        """List the slices that were measured anywhere, in order."""
        found = [
            key[0]
            for split in self.setting.splits
            for model in self.made.what
            for key in self.keys(split, model)
        ]
        return list(dict.fromkeys(found))

    def per_user(self, model: str, split: str, key: Key) -> Doubles | None:
        """Give one value per draw and user, shape (seeds, users)."""
        if not self.keys(split, model):
            return None
        return self.made.results.per_user(model, split, key, self.setting.text_seeds)

    def rows(self) -> Iterator[Row]:
        """Give the means over seeds, with intervals."""
        for split in self.setting.splits:
            for model in self.made.what:
                keys = self.keys(split, model)
                columns = [
                    self.made.results.per_user(model, split, key, self.setting.text_seeds)
                    for key in keys
                ]
                found = compared_with_zero(columns, n_resamples=self.made.options.n_resamples)
                for key, mean in zip(keys, found, strict=True):
                    yield self._row(split, model, key, mean)
                by_language = [
                    column
                    for key, column in zip(keys, columns, strict=True)
                    if is_recall_of_language(key)
                ]
                if by_language:
                    yield self._row(split, model, ("all", GAP), language_gap(np.stack(by_language)))
                if keys:
                    yield from self._of_all_lists(split, model)

    @property
    def _text_seed(self) -> int:
        return self.setting.text_seeds[0]

    def _of_all_lists(self, split: str, model: str) -> Iterator[Row]:
        outcomes = [
            self.made.results.outcomes[self._text_seed, split, seed, model]
            for seed in self.setting.seeds
        ]
        n = max(len(outcome.users) for outcome in outcomes)
        for name in outcomes[0].of_all_lists:
            mean = float(np.mean([outcome.of_all_lists[name] for outcome in outcomes]))
            yield self._row(split, model, ("all", name), Interval(mean, math.nan, math.nan, n))

    def _row(self, split: str, model: str, key: Key, found: Interval) -> Row:
        setting = self.setting
        view = view_label(setting.view, setting.text_seeds)
        where = (setting.data.name, view, split, "mean", model, *key, setting.k)
        return Row(*where, found.value, found.low, found.high, found.n)


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: None if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in values.items()
    }
