"""From what contenders did to rows: values, means over seeds, differences, what is recovered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from polyrec.evaluation.protocol import GAP, is_recall_of_language
from polyrec.evaluation.rows import Row
from polyrec.measures.bootstrap import Interval, mean_interval, ratio_interval
from polyrec.measures.language_gap import language_gap

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from polyrec.core.types import Doubles
    from polyrec.evaluation.comparison import Results
    from polyrec.evaluation.protocol import Key

PAIRS = (
    ("hybrid", "ease"),
    ("hybrid", "item-knn"),
    ("hybrid", "rp3beta"),
    ("hybrid", "content"),
    ("hybrid", "hybrid-raw"),
    ("hybrid", "hybrid-raw-sharp"),
    ("hybrid-translated", "hybrid"),
    ("hybrid-en", "hybrid"),
    ("content-translated", "content"),
    ("content", "content-raw"),
    ("content", "section-only"),
)
"""Contenders whose difference is reported, where both were compared."""

OF_PAIRS: tuple[Key, ...] = (
    ("all", "ndcg"),
    ("all", "recall"),
    ("unseen-item", "recall"),
    ("cross-language", "ndcg"),
    ("all", "same-language"),
)
"""Slices and measures in which they are compared."""

RAW = ("hybrid-raw", "hybrid-raw-sharp")


def tabulate(results: Results) -> list[Row]:
    """Give all rows: per text seed and split seed, means over seeds, and what is claimed."""
    seeds = results.setting.text_seeds
    draws = [[seed] for seed in seeds] + ([list(seeds)] if len(seeds) > 1 else [])
    return [row for chosen in draws for row in _Draws(results, chosen).rows()]


def view_label(view: str, text_seeds: Sequence[int]) -> str:
    """Name a view and its draws: `one-language` for seed 1, else `one-language:2`, `:1-3` ..."""
    seeds = sorted(text_seeds)
    if seeds == [1]:
        return view
    if len(seeds) > 1 and seeds == list(range(seeds[0], seeds[-1] + 1)):
        return f"{view}:{seeds[0]}-{seeds[-1]}"
    return f"{view}:{','.join(map(str, seeds))}"


@dataclass(frozen=True)
class _Draws:
    """The rows of one text seed, or of several together."""

    results: Results
    text_seeds: Sequence[int]

    def rows(self) -> Iterator[Row]:
        for split in self.results.setting.splits:
            for model in self.results.contenders:
                for key in self._keys(split, model):
                    yield from self._means(split, model, key)
                yield from self._gap(split, model)
                yield from self._of_all_lists(split, model)
            yield from self._differences(split)
            yield from self._recovered(split)

    def _keys(self, split: str, model: str) -> list[Key]:
        """List the slices and measures that were found for any seed, in order."""
        keys: dict[Key, None] = {}
        for text_seed in self.text_seeds:
            for seed in self.results.setting.seeds:
                outcome = self.results.outcomes[text_seed, split, seed, model]
                keys |= dict.fromkeys(outcome.per_user)
        return list(keys)

    def _means(self, split: str, model: str, key: Key) -> Iterator[Row]:
        values = self._per_user(split, model, key)
        mean = mean_interval(values)
        if len(self.text_seeds) == 1:
            for seed, row in zip(self.results.setting.seeds, values, strict=True):
                own = mean if len(values) == 1 else mean_interval(row)
                yield self._row(split, model, key, own, seed=seed)
        yield self._row(split, model, key, mean)

    def _gap(self, split: str, model: str) -> Iterator[Row]:
        """Give the gap in recall between languages."""
        keys = [key for key in self._keys(split, model) if is_recall_of_language(key)]
        if not keys:
            return
        values = np.stack([self._per_user(split, model, key) for key in keys])
        gap, key = language_gap(values), ("all", GAP)
        if len(self.text_seeds) == 1:
            for i, seed in enumerate(self.results.setting.seeds):
                own = gap if values.shape[1] == 1 else language_gap(values[:, i : i + 1])
                yield self._row(split, model, key, own, seed=seed)
        yield self._row(split, model, key, gap)

    def _of_all_lists(self, split: str, model: str) -> Iterator[Row]:
        """Give what belongs to all lists together: no interval over users."""
        found: dict[str, list[Interval]] = {}
        for text_seed in self.text_seeds:
            for seed in self.results.setting.seeds:
                outcome = self.results.outcomes[text_seed, split, seed, model]
                for name, value in outcome.of_all_lists.items():
                    whole = Interval(value, np.nan, np.nan, len(outcome.users))
                    found.setdefault(name, []).append(whole)
                    if len(self.text_seeds) == 1:
                        yield self._row(split, model, ("all", name), whole, seed=seed)
        for name, wholes in found.items():
            mean = float(np.mean([whole.value for whole in wholes]))
            n = max(whole.n for whole in wholes)
            yield self._row(split, model, ("all", name), Interval(mean, np.nan, np.nan, n))

    def _differences(self, split: str) -> Iterator[Row]:
        for first, second in PAIRS:
            if not {first, second} <= set(self.results.contenders):
                continue
            for key in OF_PAIRS:
                values = self._per_user(split, first, key) - self._per_user(split, second, key)
                yield self._row(split, f"{first} - {second}", key, mean_interval(values))

    def _recovered(self, split: str) -> Iterator[Row]:
        """Give the share of what the language mix costs that debiasing wins back, in nDCG."""
        if not {"hybrid", "hybrid-en"} <= set(self.results.contenders):
            return
        key = ("all", "ndcg")
        for raw in RAW:
            if raw in self.results.contenders:
                low = self._per_user(split, raw, key)
                won = self._per_user(split, "hybrid", key) - low
                cost = self._per_user(split, "hybrid-en", key) - low
                named = "hybrid" if raw == "hybrid-raw" else f"hybrid against {raw}"
                share = ratio_interval(won, cost)
                yield self._row(split, named, ("all", "language-cost-recovered"), share)

    def _per_user(self, split: str, model: str, key: Key) -> Doubles:
        return self.results.per_user(model, split, key, self.text_seeds)

    def _row(
        self, split: str, model: str, key: Key, found: Interval, *, seed: int | str = "mean"
    ) -> Row:
        setting = self.results.setting
        view = view_label(setting.view, self.text_seeds)
        where = (setting.data.name, view, split, seed, model, *key, setting.k)
        return Row(*where, found.value, found.low, found.high, found.n)
