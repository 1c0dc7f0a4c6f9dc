from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyrec.core.errors import DataError
from polyrec.core.types import NO_ITEM, Histories, best_items
from polyrec.data.catalog import Catalog
from polyrec.data.dataset import Dataset
from polyrec.encode.hashing import Hashing
from polyrec.encode.language_mean import LanguageMean
from polyrec.evaluation import language_out, slices
from polyrec.evaluation.language_out import check_languages, leave_languages_out, without
from polyrec.evaluation.rows import find
from polyrec.measures.hits import Hits
from polyrec.models.hybrid import Hybrid
from polyrec.pipeline.space import Space
from polyrec.testing.worlds import translated

DATA = translated(n_users=40, n_items=60)
TAGS = DATA.view("one-language").catalog.languages


def vectors(seed: int = 1) -> np.ndarray:
    return Space(Hashing(), LanguageMean()).fit(DATA.view("one-language", seed=seed).catalog)


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a small catalog have languages to leave out, and weights without a search."""
    for module in (language_out, slices):
        monkeypatch.setattr(module, "MIN_ITEMS", 10)
    quick = {"l2": 5.0, "item_knn": 0.2, "spread": 0.15, "nearness": 0.3, "linear": 0.5}
    boosts = {"unseen_boost": 1.0, "new_item_boost": 3.0}
    monkeypatch.setattr(language_out, "Hybrid", lambda: Hybrid(**quick, **boosts, category=0.0))


# taking items out of rankings


@given(
    st.lists(st.sets(st.integers(0, 9)).map(sorted), min_size=1, max_size=4),
    st.integers(1, 10),
    st.integers(0, 3),
)
def test_what_is_left_is_what_would_have_been_ranked_without_the_items(
    lists: list[list[int]], k: int, seed: int
) -> None:
    scores = np.random.default_rng(seed).standard_normal((len(lists), 10)).astype(np.float32)
    gone = Histories.from_lists(lists, n_items=10)
    expected_scores = scores.copy()
    for user, items in enumerate(lists):
        expected_scores[user, items] = -np.inf
    expected = best_items(expected_scores, k)
    found = without(best_items(scores, 10), gone, k)
    assert np.array_equal(found.items, expected.items)
    assert np.array_equal(found.scores, expected.scores)
    assert found.scores.dtype == np.float32


def test_places_that_are_left_over_are_empty() -> None:
    ranking = best_items(np.arange(3, dtype=np.float32)[None, :], 3)
    found = without(ranking, Histories.from_lists([[2, 0]], n_items=3), 3)
    assert found.items.tolist() == [[1, NO_ITEM, NO_ITEM]]
    assert found.scores.tolist() == [[1, -np.inf, -np.inf]]


# what the models learn from


def pairs(histories: Histories) -> set[tuple[int, int]]:
    user = np.repeat(np.arange(len(histories)), histories.lengths)
    return set(zip(user.tolist(), histories.items.tolist(), strict=True))


@pytest.fixture
def fitted(monkeypatch: pytest.MonkeyPatch) -> list[set[tuple[int, int]]]:
    """Record the interactions that each model learns from."""
    found: list[set[tuple[int, int]]] = []
    kept = language_out._fit

    def spy(model: Hybrid, train: Dataset, *args: Any, **kwargs: Any) -> Hybrid:
        found.append(pairs(train.histories))
        return kept(model, train, *args, **kwargs)

    monkeypatch.setattr(language_out, "_fit", spy)
    return found


def test_the_first_model_never_sees_the_language_and_the_others_see_all_but_a_fold(
    fitted: list[set[tuple[int, int]]],
) -> None:
    leave_languages_out(DATA, {1: vectors()}, view="one-language")
    everything = pairs(DATA.histories)
    by_language = [fitted[i : i + 6] for i in range(0, len(fitted), 6)]
    assert len(by_language) == len(set(TAGS.tolist())) == 3
    for (new, *folds), tag in zip(by_language, slices.frequent_languages(TAGS), strict=True):
        of_language = {pair for pair in everything if TAGS[pair[1]] == tag}
        assert new == everything - of_language
        out = [everything - fold for fold in folds]
        for fold, left in zip(folds, out, strict=True):
            assert new < fold
            assert left < of_language
        assert set().union(*out) == of_language
        assert sum(len(left) for left in out) == len(of_language)


def test_a_work_is_left_out_in_all_its_languages(
    fitted: list[set[tuple[int, int]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    measured: list[Histories] = []
    kept = Hits.of
    monkeypatch.setattr(
        language_out.Hits, "of", lambda r, wanted: (measured.append(wanted), kept(r, wanted))[1]
    )
    shown = DATA.view("one-language")
    named = replace(shown.catalog, attributes={"work": tuple(i // 3 for i in range(60))})
    works = named.works
    language_out._one_language(replace(shown, catalog=named), vectors(), "de", k=5, seed=0)
    everything = pairs(DATA.histories)
    of_works = {pair for pair in everything if (TAGS[works == works[pair[1]]] == "de").any()}
    new, *folds = fitted
    assert new == everything - of_works
    assert {item for _, item in of_works if TAGS[item] != "de"}
    for fold in folds:
        out = {works[item] for _, item in everything - fold}
        assert not out & {works[item] for _, item in fold}
    assert all((TAGS[wanted.items] == "de").all() for wanted in measured[1::3])


def test_both_are_measured_on_the_same_items_against_the_same_candidates(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    measured: list[tuple[np.ndarray, Histories]] = []
    kept = Hits.of

    def spy(rankings: Any, relevant: Histories) -> Hits:
        measured.append((rankings.items, relevant))
        return kept(rankings, relevant)

    monkeypatch.setattr(language_out.Hits, "of", spy)
    shown = DATA.view("one-language")
    language_out._one_language(shown, vectors(), "de", k=60, seed=0)
    ours = [call for call in measured if call[0].shape[1] == 60 and call[1].lengths.sum() < 300]
    held = [call for call in ours if (TAGS[call[1].items] == "de").all()]
    for (a, relevant), (b, same) in zip(held[::2], held[1::2], strict=True):
        assert relevant is same
        for user in range(40):
            assert set(a[user].tolist()) == set(b[user].tolist())


# what comes out


def test_there_are_rows_for_each_language_and_for_all_of_them() -> None:
    rows = leave_languages_out(DATA, {1: vectors(1), 2: vectors(2)}, view="one-language", k=5)
    assert {row.slice for row in rows} == {
        *("language:de", "language:en", "language:fr", "languages", "all"),
    }
    assert {(row.split, row.measure) for row in rows} == {
        *(("language-out:A", "ndcg"), ("language-out:B", "ndcg"), ("language-out", "ndcg-ratio")),
        *(("language-out:A", "recall"), ("language-out:B", "recall")),
        ("language-out", "recall-ratio"),
    }
    assert {(r.view, r.model, r.seed, r.k) for r in rows} == {
        ("one-language:1-2", "hybrid", "mean", 5)
    }
    for part in ("language:de", "all"):
        a, b, ratio = (
            find(rows, slice=part, split=split, measure=measure)[0]
            for split, measure in (
                *(("language-out:A", "ndcg"), ("language-out:B", "ndcg")),
                ("language-out", "ndcg-ratio"),
            )
        )
        assert ratio.value == pytest.approx(a.value / b.value)
        assert ratio.low <= ratio.value <= ratio.high
        assert 0 < a.value <= 1


def test_where_all_is_alike_the_ratio_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    # scores that no history changes: A and B rank the same
    blind = np.random.default_rng(0).random(60).astype(np.float32)

    def score(self: Hybrid, histories: Histories, profiles: None) -> np.ndarray:
        return np.tile(blind, (len(histories), 1))

    monkeypatch.setattr(Hybrid, "_score", score)
    rows = leave_languages_out(DATA, {1: vectors()}, view="one-language", k=60)
    ratios = find(rows, split="language-out")
    assert len(ratios) == 10
    for row in ratios:
        assert (row.value, row.low, row.high) == pytest.approx((1.0, 1.0, 1.0))


def test_weights_are_chosen_once_for_a_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language_out, "Hybrid", Hybrid)
    asked: list[Histories] = []
    kept = language_out.Hybrid.settled

    def hold_out(histories: Histories, *, kinds: Any, new: Any, seed: int) -> list[Any]:
        assert not new[histories.items].any()
        assert new.any()
        asked.append(histories)
        return []

    monkeypatch.setattr("polyrec.models.hybrid.hold_out", hold_out)
    settled: list[dict[str, float]] = []

    def spy(self: Hybrid) -> Hybrid:
        settled.append(self.weights)
        return kept(self)

    monkeypatch.setattr(Hybrid, "settled", spy)
    leave_languages_out(DATA, {1: vectors()}, view="one-language")
    asked = asked[::2]  # one for the random split, one for the mixed
    assert len(asked) == 3
    assert len(settled) == 15
    for histories, tag in zip(asked, slices.frequent_languages(TAGS), strict=True):
        assert tag not in TAGS[histories.items]


def test_in_the_mean_over_languages_each_counts_the_same() -> None:
    rows = leave_languages_out(DATA, {1: vectors(), 2: vectors(2)}, view="one-language")
    ratios = find(rows, split="language-out", measure="ndcg-ratio")
    by_language = [row.value for row in ratios if row.slice.startswith("language:")]
    (mean,) = [row for row in ratios if row.slice == "languages"]
    assert len(by_language) == 3
    assert mean.value == pytest.approx(np.mean(by_language))
    assert mean.low < mean.value < mean.high
    assert mean.n == 40


# what cannot be left out


def test_rare_languages_and_those_that_nobody_or_everybody_chose_from_are_left_alone() -> None:
    texts = [{"de": "x"}] * 30 + [{"fr": "y"}] * 30 + [{"ja": "z"}] * 5
    catalog = Catalog.from_texts([f"i{i}" for i in range(65)], texts)
    german = DATA.interactions.item < 30
    only_german = Dataset(catalog, DATA.interactions.where(german))
    both = Dataset(catalog, DATA.interactions)
    assert language_out._languages(both) == ["de", "fr"]
    assert language_out._languages(only_german) == []
    with pytest.raises(
        DataError,
        match=r"^no language can be left out: none has 10 items, with choices of other items; give",
    ):
        check_languages(only_german, view="as-given", text_seeds=[1])
    check_languages(both, view="as-given", text_seeds=[1])


def test_no_language_gives_no_rows() -> None:
    few = replace(DATA, catalog=DATA.catalog.shown(["en"] * 60))
    assert leave_languages_out(few, {1: vectors()}, view="as-given") == []
