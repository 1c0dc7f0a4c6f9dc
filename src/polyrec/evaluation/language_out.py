"""Leave a language out: how well are items recommended in a language nobody has chosen from yet?

A: all interactions with the language's items are held out, so the language is new to the model.
B: the same items in folds, one held out at a time, so the model knows the rest of the language.
In both, a fold's items are measured against the same candidates: everything but the user's own
other items. A / B says how much of the accuracy survives without a history in the language. Both
are told which items are new, as by a catalog's column `new`.

Where items name their works, whole works are held out, versions in other languages with them: else
A would know a work by its translation. Measured are the items in the language.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from polyrec.core.errors import DataError
from polyrec.core.progress import progress
from polyrec.core.types import NO_ITEM, Rankings, Training
from polyrec.data.split import item_folds, items_in
from polyrec.evaluation.rows import Row
from polyrec.evaluation.slices import MIN_ITEMS, frequent_languages
from polyrec.evaluation.tabulate import view_label
from polyrec.measures.accuracy import ndcg, recall
from polyrec.measures.bootstrap import function_interval, mean_interval, ratio_interval
from polyrec.measures.hits import Hits
from polyrec.models.hybrid import Hybrid

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from polyrec.core.types import Booleans, Doubles, Floats, Histories
    from polyrec.data.catalog import Catalog
    from polyrec.data.dataset import Dataset
    from polyrec.measures.bootstrap import Interval

N_FOLDS = 5
LANGUAGES = "languages"
"""The slice of what is a mean over languages."""

MEASURES = {"ndcg": ndcg, "recall": recall}


def leave_languages_out(
    data: Dataset, vectors_of: Mapping[int, Floats], *, view: str, k: int = 20, seed: int = 0
) -> list[Row]:
    """Measure the hybrid on every language of at least 50 items, with its history and without.

    Weights are chosen in A's training data and used for B too, whose training data hold A's.

    Args:
        data: with every text that is known.
        vectors_of: the items' vectors in the view, by text seed; intervals are over all of them.
        view: the view whose languages are left out.
        k: length of the lists.
        seed: draws folds and everything else.

    Returns:
        Rows of the splits `language-out:A`, `language-out:B` and, for A / B, `language-out`, per
        language and over all; values are means over users of means over folds. The slice
        `languages` has the mean of the languages' A / B, in which each counts the same.
    """
    found: dict[str, dict[int, Measured]] = {}
    seen = {text_seed: data.view(view, seed=text_seed) for text_seed in vectors_of}
    work = [(s, tag) for s, shown in seen.items() for tag in _languages(shown)]
    with progress("leaving languages out", len(work), unit="languages") as advance:
        for text_seed, tag in work:
            measured = _one_language(seen[text_seed], vectors_of[text_seed], tag, k=k, seed=seed)
            found.setdefault(tag, {})[text_seed] = measured
            advance(1)
    label = view_label(view, list(vectors_of))
    rows = [
        row
        for tag, draws in found.items()
        for row in _rows(data.name, label, f"language:{tag}", list(draws.values()), k=k)
    ]
    everything = [draw for draws in found.values() for draw in draws.values()]
    if not everything:
        return []
    for measure in MEASURES:
        i = _mean_ratio(found, list(vectors_of), measure)
        values = (k, i.value, i.low, i.high, i.n)
        of = (data.name, label, "language-out", "mean", "hybrid", LANGUAGES, f"{measure}-ratio")
        rows.append(Row(*of, *values))
    return rows + _rows(data.name, label, "all", everything, k=k)


Measured = dict[tuple[str, str], "Doubles"]
"""By A or B and measure one value per user."""


def check_languages(data: Dataset, *, view: str, text_seeds: Sequence[int]) -> None:
    """Refuse data in which no language can be left out.

    Raises:
        DataError: no language has enough items, or none leaves anything to learn from.
    """
    if not any(_languages(data.view(view, seed=seed)) for seed in text_seeds):
        raise DataError(
            f"no language can be left out: none has {MIN_ITEMS} items, with choices of other items",
            hint="give more data, or leave out the split 'language-out'",
        )


def _languages(shown: Dataset) -> list[str]:
    """List the languages that are frequent, chosen from, and not all that was chosen from."""
    catalog, chosen = shown.catalog, shown.interactions.item
    found = []
    for tag in frequent_languages(catalog.languages):
        held = _held(catalog, tag)[chosen]
        if items_in(catalog.languages, tag)[chosen].any() and not held.all():
            found.append(tag)
    return found


def _held(catalog: Catalog, tag: str) -> Booleans:
    """Say which items are in the language, or versions of a work that is."""
    works = catalog.works
    return np.isin(works, works[items_in(catalog.languages, tag)])


def _one_language(shown: Dataset, vectors: Floats, tag: str, *, k: int, seed: int) -> Measured:
    catalog, item = shown.catalog, shown.interactions.item
    of_language = items_in(catalog.languages, tag)[item]
    held = _held(catalog, tag)[item]
    train = shown.where(~held)
    most_held = int(shown.where(held).histories.lengths.max(initial=0))
    new = _fit(Hybrid(), train.with_new(_held(catalog, tag)), vectors, seed=seed)
    depth = min(k + most_held, train.histories.n_items)
    deep = new.top(train.histories, depth, seed=seed)
    per_fold: dict[tuple[str, str], list[Doubles]] = {}
    for fold in item_folds(int(catalog.works.max()) + 1, n_folds=N_FOLDS, seed=seed):
        out = held & fold[catalog.works[item]]
        rest, wanted = shown.where(~out), shown.where(out & of_language).histories
        rest = rest.with_new(_held(catalog, tag) & fold[catalog.works])
        model = _fit(new.settled(), rest, vectors, seed=seed)
        rankings = {
            "A": without(deep, rest.histories, k),
            "B": model.top(rest.histories, min(k, depth), seed=seed),
        }
        for case, ranking in rankings.items():
            hits = Hits.of(ranking, wanted)
            for name, of in MEASURES.items():
                per_fold.setdefault((case, name), []).append(of(hits, k))
    return {key: _mean_known(np.stack(values)) for key, values in per_fold.items()}


def _fit(model: Hybrid, train: Dataset, vectors: Floats, *, seed: int) -> Hybrid:
    catalog = train.catalog
    training = Training(
        train.histories,
        vectors,
        catalog.languages,
        catalog.categories,
        new=catalog.new,
        markets=catalog.markets,
    )
    return model.fit(training, seed=seed)


def without(rankings: Rankings, histories: Histories, k: int) -> Rankings:
    """Take the items of the histories out of rankings and give the first k places of the rest."""
    gone = Hits.of(rankings, histories).hit
    order = np.argsort(gone, axis=1, kind="stable")
    items = np.take_along_axis(np.where(gone, NO_ITEM, rankings.items), order, axis=1)
    scores = np.take_along_axis(np.where(gone, -np.inf, rankings.scores), order, axis=1)
    return Rankings(items, scores.astype(np.float32)).first(k)


def _mean_ratio(
    found: Mapping[str, Mapping[int, Measured]], text_seeds: Sequence[int], measure: str
) -> Interval:
    """Give the mean over languages of A / B, users and draws of languages resampled."""
    columns = []
    for draws in found.values():
        missing = np.full(len(next(iter(draws.values()))["A", measure]), np.nan)
        both = np.array(
            [
                [draws[seed][case, measure] if seed in draws else missing for seed in text_seeds]
                for case in ("A", "B")
            ]
        )
        columns += list(np.where(np.isnan(both).any(axis=0), 0.0, both))

    def ratio(sums: Doubles) -> Doubles:
        over, under = sums[..., 0::2], sums[..., 1::2]
        return _mean_known(np.moveaxis(over / np.where(under > 0, under, np.nan), -1, 0))

    return function_interval(np.stack(columns, axis=-1), ratio)


def _mean_known(values: Doubles) -> Doubles:
    """Give the mean over the first axis of what is not NaN; NaN where nothing is."""
    known = ~np.isnan(values)
    counts = known.sum(axis=0)
    sums = np.where(known, values, 0.0).sum(axis=0)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def _rows(data: str, view: str, of: str, draws: Sequence[Measured], *, k: int) -> list[Row]:
    rows = []
    for name in MEASURES:
        values = {case: np.stack([draw[case, name] for draw in draws]) for case in ("A", "B")}
        found = {f"language-out:{case}": mean_interval(v) for case, v in values.items()}
        for split, i in found.items():
            row = Row(data, view, split, "mean", "hybrid", of, name, k, i.value, i.low, i.high, i.n)
            rows.append(row)
        i = ratio_interval(values["A"], values["B"])
        values_of = (i.value, i.low, i.high, i.n)
        named = f"{name}-ratio"
        rows.append(Row(data, view, "language-out", "mean", "hybrid", of, named, k, *values_of))
    return rows
