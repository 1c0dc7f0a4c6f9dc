from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polyrec.core.errors import ConfigError
from polyrec.core.types import Histories, Training
from polyrec.models.candidates import candidates
from polyrec.models.content import Content
from polyrec.models.ease import Ease
from polyrec.models.learned_ranking import LearnedRanking
from polyrec.models.popularity import Popularity
from polyrec.models.ranking_features import Facts, Pairs, features
from polyrec.models.reciprocal_rank_fusion import ReciprocalRankFusion
from polyrec.models.scales import Standing
from polyrec.models.section_only import SectionOnly
from polyrec.pipeline.fitted import fit, load
from polyrec.pipeline.plan import Plan
from polyrec.testing.worlds import two_camps, two_languages

if TYPE_CHECKING:
    from pathlib import Path

WORLD = two_camps(60, 60)
TRAINING, HISTORIES = WORLD.training, WORLD.training.histories


@pytest.fixture(autouse=True)
def _needs_lightgbm() -> None:
    pytest.importorskip("lightgbm", reason="needs the extra boost")


def small(*recommenders: Any, **others: Any) -> LearnedRanking:
    held = list(recommenders) or [Ease(), Content()]
    return LearnedRanking(held, **{"n_trees": 40, "min_rows": 10, **others})


# candidates


def test_candidates_are_the_first_of_each_and_nothing_of_score_zero() -> None:
    nobody = Histories.from_lists([[]], n_items=6)
    one = Standing.of(np.array([[9, 8, 7, 0, 0, 0]], np.float32), nobody)
    other = Standing.of(np.array([[0, 0, 0, 0, 0, 5]], np.float32), nobody)
    assert np.flatnonzero(candidates([one, other], 2)).tolist() == [0, 1, 5]
    assert np.flatnonzero(candidates([one, other], 9)).tolist() == [0, 1, 2, 5]


@given(st.lists(st.integers(-2, 4), min_size=8, max_size=8), st.integers(1, 8))
def test_no_item_is_left_out_for_one_that_scores_the_same(scores: list[int], depth: int) -> None:
    row = np.array([scores], dtype=np.float32)
    standing = Standing.of(row, Histories.from_lists([[]], n_items=8))
    among = candidates([standing], depth)[0]
    for value in set(scores) - {0}:
        assert len(set(among[row[0] == value].tolist())) == 1
    if among.any() and (~among & (row[0] != 0)).any():
        assert row[0][among].min() > row[0][~among & (row[0] != 0)].max()


# features


def test_features_are_what_they_are_called() -> None:
    lists = [[0, 1], [0, 2], [0, 3, 5]]
    histories = Histories.from_lists(lists, n_items=6)
    histories = replace(histories, times=np.array([10.0, 20, 30, 40, 50, 60, 70]))
    training = Training(
        histories,
        np.eye(6, dtype=np.float32),
        np.array(["de", "de", "de", "fr", "fr", "und"]),
        np.array(["a", "a", "b", "b", "", ""]),
        new=np.arange(6) == 4,
    )
    pairs = Pairs(np.array([0, 0, 1]), np.array([2, 4, 5]))
    said = [np.tile(np.arange(6, dtype=np.float32), (3, 1))]
    standings = [Standing.of(said[0], histories)]
    facts = Facts.of(training, with_vectors=True)
    found = features(pairs, facts, histories, said=said, standings=standings)
    assert list(found) == [
        "score 0",
        "reciprocal rank 0",
        "fused",
        "nearest",
        "mean cosine",
        "popularity",
        "new",
        "popularity in its language",
        "recency",
        "history length",
        "language share",
        "category share",
    ]
    assert all(column.shape == (3,) for column in found.values())
    assert found["nearest"].tolist() == [0, 0, 0]
    assert np.allclose(found["popularity"], np.log1p([1, 0, 1]))
    assert found["new"].tolist() == [0, 1, 0]
    in_german, in_none = np.log1p(1) - np.log1p(5 / 3), 0.0
    assert np.allclose(found["popularity in its language"], [in_german, -np.log1p(0.5), in_none])
    assert found["recency"].tolist() == pytest.approx([3 / 5, 0, 1])
    assert found["language share"].tolist() == [1, 0, 0]
    assert found["category share"].tolist() == [0, 0, 0]


def test_a_text_counts_as_an_item_of_the_history() -> None:
    facts = Facts.of(TRAINING, with_vectors=True)
    said = [np.zeros((1, 60), dtype=np.float32)]

    def cosines(items: list[int], profile: Any) -> Any:
        histories = Histories.from_lists([items], n_items=60)
        pairs = Pairs(np.zeros(2, np.int64), np.array([7, 9]))
        found = features(
            pairs,
            facts,
            histories,
            said=said,
            standings=[Standing.of(said[0], histories)],
            profiles=profile,
        )
        return np.array([found["nearest"], found["mean cosine"]])

    given = WORLD.vectors[[3]]
    assert np.allclose(cosines([], given), cosines([3], None), atol=1e-6)
    assert np.allclose(cosines([4], given), cosines([3, 4], None), atol=1e-6)
    assert np.array_equal(cosines([4], 0 * given), cosines([4], None))
    assert not cosines([], None).any()


# what is learned


def test_items_that_nobody_proposes_stand_behind_as_their_ranks_are_fused() -> None:
    part = small(depth=3).fit(TRAINING)
    fused = ReciprocalRankFusion([Ease(), Content()]).fit(TRAINING)
    scores, by_places = part.score(HISTORIES), fused.score(HISTORIES)
    proposed = scores >= 1
    assert (proposed.sum(axis=1) >= 3).all()
    assert (proposed.sum(axis=1) <= 8).all()
    assert np.allclose(scores[~proposed], by_places[~proposed], atol=1e-6)
    assert scores[~proposed].max() < 1


def test_where_there_is_too_little_to_learn_from_ranks_are_fused() -> None:
    few = Histories.from_lists([[0], [2], [1]], n_items=60)
    training = replace(TRAINING, histories=few)
    fused = ReciprocalRankFusion([Ease(), Content()]).fit(training)
    assert np.allclose(small().fit(training).score(few), fused.score(few), atol=1e-6)


def test_trees_put_right_what_a_bad_recommender_proposes() -> None:
    # categories say nothing of the camps, but stand as high as texts by places alone
    wrong = replace(TRAINING, categories=np.array(["c", "c", "d", "d"] * 15))
    both = [SectionOnly(), Popularity(), Content()]
    top = small(*both).fit(wrong).top(HISTORIES, 5)
    assert WORLD.right(top.items).mean() > 0.95
    fused = ReciprocalRankFusion(both).fit(wrong).top(HISTORIES, 5)
    assert WORLD.right(fused.items).mean() < 0.9


def test_a_fit_is_the_same_in_another_process() -> None:
    code = (
        "from polyrec.models.content import Content; from polyrec.models.ease import Ease\n"
        "from polyrec.models.learned_ranking import LearnedRanking\n"
        "from polyrec.testing.worlds import two_camps\n"
        "import hashlib\n"
        "part = LearnedRanking([Ease(), Content()], n_trees=40, min_rows=10)\n"
        "part.fit(two_camps(60, 60).training, seed=2)\n"
        "print(hashlib.sha256(part.boosted_.trees_.tobytes()).hexdigest())"
    )
    run = [sys.executable, "-c", code]
    prints = {subprocess.run(run, capture_output=True, check=True).stdout for _ in range(2)}
    assert len(prints) == 1
    (found,) = prints
    assert len(found.strip()) == 64


def test_a_saved_model_answers_alike_and_its_trees_are_text(tmp_path: Path) -> None:
    held = {"recommenders": ["ease", "content"], "n_trees": 40, "min_rows": 10}
    table = {"encoder": {"use": "hashing"}, "recommender": {"use": "learned-ranking", **held}}
    model = fit(WORLD.dataset, Plan.from_table(table))
    model.save(tmp_path / "model")
    again = load(tmp_path / "model")
    assert again.recommend(["u0", "u1"]).equals(model.recommend(["u0", "u1"]))
    recommender: Any = again.learned.plan.recommender
    assert recommender.boosted_.trees_.tobytes().decode().startswith("tree\n")
    text = again.recommend_to_text("wood saw chisel", k=5)
    assert all(int(item[1:]) % 2 == 0 for item in text["item_id"])


# across languages


def test_no_name_of_a_user_an_item_or_a_language_is_learned() -> None:
    part = small().fit(TRAINING)
    assert TRAINING.languages is not None
    renamed = np.where(TRAINING.languages == "de", "xx", "aa")
    other = small().fit(replace(TRAINING, languages=renamed))
    assert np.array_equal(part.score(HISTORIES), other.score(HISTORIES))


@settings(deadline=None, max_examples=5)
@given(st.integers(0, 100))
def test_what_was_learned_carries_over_to_a_language_that_nobody_has_read(seed: int) -> None:
    world = two_camps(60, 60, seed=seed)
    assert world.training.languages is not None
    french = world.training.languages == "fr"
    matrix = world.training.histories.matrix().toarray()
    matrix[:, french] = 0
    german = Histories.from_lists([np.flatnonzero(row).tolist() for row in matrix], n_items=60)
    part = small(Ease(), Content(), Popularity()).fit(
        replace(world.training, histories=german, new=french)
    )
    top = part.top(german, 5, allowed=french)
    assert french[top.items].all()
    assert world.right(top.items).mean() > 0.95


def test_items_that_are_told_to_be_new_and_those_added_later_are_alike() -> None:
    facts = Facts.of(replace(TRAINING, new=np.arange(60) == 3), with_vectors=True)
    facts.extend(WORLD.new_vectors, WORLD.new_languages, WORLD.new_categories)
    assert facts.new_ is not None
    assert np.flatnonzero(facts.new_).tolist() == [3, 60, 61, 62, 63]


def test_it_carries_over_to_items_of_a_new_language_that_are_added_later() -> None:
    part = small(Ease(), Content()).fit(TRAINING)
    part.extend(WORLD.new_vectors, np.array(["ja"] * 4), np.array([""] * 4))
    wider = replace(HISTORIES, n_items=64)
    scores = part.score(wider)[:, -4:]
    even = scores[:, [0, 2]].mean(axis=1) > scores[:, [1, 3]].mean(axis=1)
    assert (even == (np.arange(60) % 2 == 0)).mean() > 0.95


def test_a_german_reader_gets_the_french_twin() -> None:
    world = two_languages(60, 30, offset=0.0)
    part = small().fit(world.training)
    readers = world.german_readers
    top = part.top(readers, 1).items[:, 0]
    twins = [int(item) in world.twins(readers.items_of(user)) for user, item in enumerate(top)]
    assert np.mean(twins) > 0.9


# refusals


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("depth", 0, "depth is 0; give 1 or more"),
        ("n_trees", 0, "n_trees is 0; give 1 or more"),
        ("leaves", 1, "leaves is 1; give 2 or more"),
        ("min_rows", 0, "min_rows is 0; give 1 or more"),
        ("learning_rate", 0.0, "learning_rate is 0.0; give a number above 0"),
    ],
)
def test_settings_that_cannot_be_used_are_refused(name: str, value: float, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        small(**{name: value})
    assert str(caught.value) == said


def test_without_lightgbm_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    with pytest.raises(ConfigError) as caught:
        small().fit(TRAINING)
    assert str(caught.value) == (
        "recommender 'learned-ranking' needs lightgbm; pip install 'polyrec[boost]'"
    )
