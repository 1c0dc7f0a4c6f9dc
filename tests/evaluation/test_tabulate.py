from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from polyrec.core.types import Rankings
from polyrec.encode.hashing import Hashing
from polyrec.evaluation.comparison import Results, Setting
from polyrec.evaluation.contenders import chosen
from polyrec.evaluation.protocol import Outcome
from polyrec.evaluation.rows import Row, find
from polyrec.evaluation.tabulate import OF_PAIRS, tabulate, view_label
from polyrec.measures.bootstrap import mean_interval, ratio_interval
from polyrec.testing.worlds import translated

DATA = translated(n_users=4)
NDCG = ("all", "ndcg")
NAN = np.nan
BY_HAND = {
    # text seed, split seed: nDCG of four users, the last of whom has nothing held out
    "hybrid-raw": {(1, 0): [0.2, 0.3, 0.1, NAN], (1, 1): [0.4, 0.2, 0.0, NAN]},
    "hybrid": {(1, 0): [0.5, 0.5, 0.2, NAN], (1, 1): [0.6, 0.4, 0.2, NAN]},
    "hybrid-en": {(1, 0): [0.6, 0.5, 0.4, NAN], (1, 1): [0.6, 0.5, 0.3, NAN]},
}


def made(text_seeds: tuple[int, ...] = (1,), **others: Any) -> Results:
    """Give results whose every value is known; another text seed adds a tenth to each."""
    setting = Setting(
        DATA, Hashing(), text_seeds=text_seeds, splits=("random",), seeds=(0, 1), k=10, **others
    )
    found = Results(setting, chosen(BY_HAND))
    none = Rankings(np.empty((0, 10), np.int64), np.empty((0, 10), np.float32))
    for model, draws in BY_HAND.items():
        for text_seed in text_seeds:
            for (_, seed), values in draws.items():
                per_user = {NDCG: np.array(values) + (text_seed - 1) / 10}
                coverage = 0.25 + 0.5 * seed
                outcome = Outcome(per_user, coverage, coverage / 2, none, np.arange(3))
                found.outcomes[text_seed, "random", seed, model] = outcome
    return found


def only(rows: list[Row], **wanted: object) -> Row:
    (row,) = find(rows, **wanted)
    return row


def values_of(model: str) -> np.ndarray:
    return np.array(list(BY_HAND[model].values()))


def test_there_is_a_row_for_each_seed_and_one_for_the_mean() -> None:
    rows = find(tabulate(made()), model="hybrid", measure="ndcg", slice="all")
    assert [row.seed for row in rows] == [0, 1, "mean"]
    assert [row.value for row in rows] == pytest.approx([0.4, 0.4, 0.4])
    assert {(r.dataset, r.view, r.split, r.k) for r in rows} == {
        ("translated", "one-language", "random", 10),
    }
    assert [row.n for row in rows] == [3, 3, 3]
    interval = mean_interval(values_of("hybrid"))
    assert (rows[-1].low, rows[-1].high) == (interval.low, interval.high)


@pytest.mark.parametrize(("measure", "share"), [("coverage", 1), ("gini", 0.5)])
def test_what_belongs_to_all_lists_has_no_interval_over_users(measure: str, share: float) -> None:
    rows = find(tabulate(made()), model="hybrid", measure=measure)
    found = [(row.seed, row.value / share) for row in rows]
    assert found == [(0, 0.25), (1, 0.75), ("mean", 0.5)]
    assert np.isnan([[row.low, row.high] for row in rows]).all()


def test_the_gap_between_languages_is_that_of_recall_in_their_slices() -> None:
    rng = np.random.default_rng(0)
    drawn = made((1, 2))
    setting = replace(drawn.setting, data=translated(n_users=40))
    results = replace(drawn, setting=setting, contenders=chosen(["hybrid"]))
    values = {}
    for key, outcome in results.outcomes.items():
        if key[3] == "hybrid":
            by_language = {
                (f"language:{tag}", name): rng.random(40) + shift
                for tag, shift in (("de", 0.5), ("fr", 0))
                for name in ("recall", "ndcg")
            }
            values[key[:3]] = (
                by_language["language:de", "recall"] - by_language["language:fr", "recall"]
            )
            results.outcomes[key] = replace(outcome, per_user=by_language)
    rows = find(tabulate(results), measure="language-gap")
    assert {row.model for row in rows} == {"hybrid"}
    assert [(row.view, row.seed) for row in rows] == [
        *[(view, seed) for view in ("one-language", "one-language:2") for seed in (0, 1, "mean")],
        ("one-language:1-2", "mean"),
    ]
    first, whole = values[1, "random", 0], np.stack(list(values.values()))
    assert rows[0].value == pytest.approx(first.mean())
    assert rows[-1].value == pytest.approx(whole.mean())
    paired = mean_interval(whole)
    assert (rows[-1].low, rows[-1].high) == pytest.approx((paired.low, paired.high))
    assert all((row.slice, row.n) == ("all", 40) for row in rows)


def test_differences_are_those_of_the_values_user_by_user() -> None:
    rows = tabulate(made())
    difference = only(rows, model="hybrid - hybrid-raw", measure="ndcg", slice="all")
    paired = mean_interval(values_of("hybrid") - values_of("hybrid-raw"))
    assert (difference.value, difference.low, difference.high) == (
        *(paired.value, paired.low, paired.high),
    )
    means = {
        model: only(rows, model=model, measure="ndcg", slice="all", seed="mean").value
        for model in BY_HAND
    }
    assert difference.value == pytest.approx(means["hybrid"] - means["hybrid-raw"])
    assert difference.seed == "mean"


def test_pairs_are_compared_where_both_are_there_and_in_every_slice_that_is_claimed() -> None:
    rows = [row for row in tabulate(made()) if " - " in row.model]
    assert {row.model for row in rows} == {"hybrid - hybrid-raw", "hybrid-en - hybrid"}
    assert {(row.slice, row.measure) for row in rows} == set(OF_PAIRS)
    missing = only(rows, model="hybrid-en - hybrid", slice="unseen-item", measure="recall")
    assert np.isnan(missing.value)
    assert missing.n == 0


def test_what_is_recovered_of_the_language_cost_is_the_ratio_by_hand() -> None:
    row = only(tabulate(made()), measure="language-cost-recovered")
    # (0.4 - 0.2) / (0.48333 - 0.2)
    raw, hybrid, oracle = (np.nanmean(values_of(m)) for m in ("hybrid-raw", "hybrid", "hybrid-en"))
    assert row.value == pytest.approx((hybrid - raw) / (oracle - raw))
    assert row.value == pytest.approx(0.2 / (0.29 / 0.6 - 0.2))
    raw_values = values_of("hybrid-raw")
    interval = ratio_interval(values_of("hybrid") - raw_values, values_of("hybrid-en") - raw_values)
    assert (row.low, row.high, row.n) == (interval.low, interval.high, 3)
    assert (row.model, row.slice, row.seed) == ("hybrid", "all", "mean")


def test_several_text_seeds_have_rows_of_their_own_and_means_over_all() -> None:
    rows = find(tabulate(made((1, 2, 3))), model="hybrid", measure="ndcg", slice="all")
    assert [(row.view, row.seed) for row in rows] == [
        *[(view, seed) for view in ("one-language", "one-language:2", "one-language:3")
          for seed in (0, 1, "mean")],
        ("one-language:1-3", "mean"),
    ]  # fmt: skip
    assert [row.value for row in rows if row.seed == "mean"] == pytest.approx([0.4, 0.5, 0.6, 0.5])
    whole = np.concatenate([values_of("hybrid") + shift for shift in (0, 0.1, 0.2)])
    assert (rows[-1].low, rows[-1].high) == (mean_interval(whole).low, mean_interval(whole).high)


def test_claims_are_made_over_all_text_seeds_too() -> None:
    rows = find(tabulate(made((1, 2))), measure="language-cost-recovered")
    assert [row.view for row in rows] == ["one-language", "one-language:2", "one-language:1-2"]


@pytest.mark.parametrize(
    ("text_seeds", "label"),
    [([1], "one-language"), ([2], "one-language:2"), ([1, 2, 3], "one-language:1-3")],
)
def test_a_view_is_named_with_its_draws(text_seeds: list[int], label: str) -> None:
    assert view_label("one-language", text_seeds) == label


def test_draws_that_are_not_in_a_row_are_named_one_by_one() -> None:
    assert view_label("one-language", [1, 3]) == "one-language:1,3"
    assert view_label("one-language", [3, 2]) == "one-language:2-3"
