from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pytest

from polyrec.core.types import NO_ITEM, Histories, Training
from polyrec.evaluation.protocol import measure
from polyrec.models.popularity import Popularity
from polyrec.models.recommender import Recommender
from polyrec.testing.worlds import translated

if TYPE_CHECKING:
    from polyrec.core.types import Booleans, Floats

DATA = translated()
LANGUAGES = DATA.view("one-language").catalog.languages
TRAIN, TEST = (part.histories for part in DATA.split(seed=0))


@dataclass
class Told(Recommender):
    """Scores what it was told for whoever has the history; users without one get nothing."""

    answers: Booleans

    def _fit(self, training: Training, seed: int) -> None:
        self.known_ = training.histories.matrix().toarray()

    def _score(self, histories: Histories, profiles: Floats | None) -> Floats:
        same = (histories.matrix().toarray()[:, None] == self.known_).all(axis=2)
        return self.answers[same.argmax(axis=1)].astype(np.float32)


def told(answers: np.ndarray) -> Told:
    return Told(answers).fit(Training(TRAIN))


def test_who_knows_the_answers_has_an_ndcg_and_a_recall_of_one() -> None:
    outcome = measure(told(TEST.matrix().toarray() > 0), TRAIN, TEST, LANGUAGES)
    for key in (("all", "ndcg"), ("all", "recall"), ("seen-item", "recall")):
        values = outcome.per_user[key]
        assert values[~np.isnan(values)] == pytest.approx(1.0)
        assert not np.isnan(values).all()
    assert outcome.per_user["all", "precision"][outcome.users] == pytest.approx(
        TEST.lengths[outcome.users] / 20
    )


def test_who_knows_only_what_is_wrong_has_nothing() -> None:
    wrong = (TEST.matrix().toarray() == 0) & (TRAIN.matrix().toarray() == 0)
    outcome = measure(told(wrong), TRAIN, TEST, LANGUAGES, k=10)
    assert (outcome.per_user["all", "ndcg"][outcome.users] == 0).all()


def test_training_items_are_never_ranked_and_all_others_are() -> None:
    seen = TRAIN.matrix().toarray() > 0
    outcome = measure(told(seen), TRAIN, TEST, LANGUAGES, k=10**9)
    for user, items in zip(outcome.users.tolist(), outcome.rankings.items, strict=True):
        filled = items[items != NO_ITEM]
        assert set(filled.tolist()) == set(range(60)) - set(TRAIN.items_of(user).tolist())
    assert outcome.rankings.items.shape[1] == 60
    assert outcome.per_user["all", "recall"][outcome.users] == pytest.approx(1.0)


def test_users_without_test_items_have_no_value_and_no_list() -> None:
    few = Histories.from_lists([[], [3], *[[]] * 38], n_items=60)
    train = Histories.from_lists([[0, 4], [1, 5], *[[2]] * 38], n_items=60)
    outcome = measure(Popularity().fit(Training(train)), train, few, LANGUAGES, k=5)
    assert outcome.users.tolist() == [1]
    assert outcome.rankings.items.shape == (1, 5)
    for values in outcome.per_user.values():
        assert values.shape == (40,)
        assert np.isnan(np.delete(values, 1)).all()
    assert not np.isnan(outcome.per_user["all", "ndcg"][1])


def test_what_a_user_without_test_items_chose_makes_an_item_seen() -> None:
    train = Histories.from_lists([[0], [7]], n_items=60)
    test = Histories.from_lists([[7, 8], []], n_items=60)
    outcome = measure(Popularity().fit(Training(train)), train, test, LANGUAGES, k=1)
    assert outcome.per_user["seen-item", "recall"][0] == 1.0
    assert outcome.per_user["unseen-item", "recall"][0] == 0.0


def test_the_share_in_the_main_language_is_that_of_the_list() -> None:
    languages = np.array(["de", "de", "fr", "fr", "fr", "ja"])
    train = Histories.from_lists([[2], [0]], n_items=6)
    test = Histories.from_lists([[3], [1]], n_items=6)
    outcome = measure(Popularity().fit(Training(train)), train, test, languages, k=5)
    # each list holds the five other items
    assert outcome.per_user["all", "same-language"].tolist() == [2 / 5, 1 / 5]
    assert outcome.per_user["all", "same-language-pool"].tolist() == [3 / 6, 2 / 6]
    assert outcome.coverage == 1.0


def test_every_slice_has_ndcg_and_recall_and_all_has_every_measure() -> None:
    outcome = measure(Popularity().fit(Training(TRAIN)), TRAIN, TEST, LANGUAGES)
    by_slice: dict[str, set[str]] = {}
    for name, label in outcome.per_user:
        by_slice.setdefault(name, set()).add(label)
    assert by_slice.pop("all") == {
        *("ndcg", "recall", "precision", "f1", "map", "mrr", "hit-rate"),
        *("same-language", "same-language-pool", "novelty"),
    }
    assert {"seen-item", "unseen-item", "cross-language", "history:5-9"} <= set(by_slice)
    assert all(labels == {"ndcg", "recall"} for labels in by_slice.values())


def test_lists_are_held_against_all_of_train_and_against_vectors() -> None:
    train = Histories.from_lists([[0], [0, 1], [1, 2], [0]], n_items=4)
    test = Histories.from_lists([[3], [], [], []], n_items=4)
    model = Popularity().fit(Training(train))
    languages = np.array(["de"] * 4)
    vectors = np.array([[1, 0], [1, 0], [0, 1], [0, 1]], dtype=np.float32)
    outcome = measure(model, train, test, languages, vectors=vectors, k=2)
    # the list is 1, 2: had by two and by one of four
    assert outcome.rankings.items.tolist() == [[1, 2]]
    assert outcome.per_user["all", "novelty"][0] == pytest.approx(1.5)
    assert outcome.per_user["all", "diversity"][0] == pytest.approx(1.0)
    assert outcome.of_all_lists == {"coverage": 0.5, "gini": 0.5}
    assert ("all", "diversity") not in measure(model, train, test, languages, k=2).per_user


def test_the_seed_draws_the_order_of_equal_scores() -> None:
    blank = told(np.ones((40, 60), dtype=bool))
    one, again, other = (measure(blank, TRAIN, TEST, LANGUAGES, seed=s) for s in (0, 0, 1))
    assert np.array_equal(one.rankings.items, again.rankings.items)
    assert not np.array_equal(one.rankings.items, other.rankings.items)
