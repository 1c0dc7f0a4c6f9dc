"""`weighted`, `reciprocal-rank-fusion` and `switching`, which hold other recommenders."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pytest

from polyrec.core.errors import ConfigError
from polyrec.core.registry import build, table_of
from polyrec.core.types import Histories
from polyrec.models.content import Content
from polyrec.models.ease import Ease
from polyrec.models.hold_out import hold_out
from polyrec.models.latest import Latest
from polyrec.models.popularity import Popularity
from polyrec.models.reciprocal_rank_fusion import ReciprocalRankFusion
from polyrec.models.scales import deviations, ranks, reciprocal_ranks
from polyrec.models.section_only import SectionOnly
from polyrec.models.switching import Switching
from polyrec.models.weighted import Weighted
from polyrec.pipeline.fitted import fit, load
from polyrec.pipeline.plan import Plan
from polyrec.testing.worlds import two_camps, two_languages

if TYPE_CHECKING:
    from polyrec.models.several import Several

WORLD = two_camps()
TRAINING, HISTORIES = WORLD.training, WORLD.training.histories
EASE, CONTENT = Ease().fit(TRAINING), Content().fit(TRAINING)


# what all of them do


@pytest.mark.parametrize("cls", [Weighted, ReciprocalRankFusion, Switching])
def test_fewer_than_two_are_refused(cls: Any) -> None:
    with pytest.raises(ConfigError, match="recommenders are 1; name at least two"):
        cls([Ease()])


def test_it_needs_what_any_of_them_needs() -> None:
    def needs(*recommenders: Any) -> tuple[bool, ...]:
        part: Several = ReciprocalRankFusion(list(recommenders))
        return part.needs_vectors, part.needs_categories, part.needs_times

    assert needs(Ease(), Popularity()) == (False, False, False)
    assert needs(Ease(), Content()) == (True, False, False)
    assert needs(SectionOnly(), Latest()) == (False, True, True)


def test_new_items_are_accepted_where_one_of_those_asked_accepts_them() -> None:
    assert ReciprocalRankFusion([Ease(), Content()]).accepts_new_items
    assert not ReciprocalRankFusion([Ease(), Ease(l2=9.0)]).accepts_new_items
    assert Switching([Content(), SectionOnly()]).accepts_new_items
    assert not Switching([Content(), Ease()]).accepts_new_items


def test_one_may_hold_another_and_is_built_from_a_plan() -> None:
    inner = {"use": "weighted", "recommenders": ["ease", {"use": "content", "n_neighbours": 9}]}
    part = build("recommender", {"use": "switching", "recommenders": ["content", inner]})
    assert part.recommenders[1].recommenders == [Ease(), Content(n_neighbours=9)]
    assert build("recommender", table_of("recommender", part)) == part


def test_a_saved_model_answers_alike_and_takes_in_new_items(tmp_path: Any) -> None:
    members = ["ease", {"use": "weighted", "recommenders": ["item-knn", "content"]}]
    table = {
        "encoder": {"use": "hashing"},
        "recommender": {"use": "reciprocal-rank-fusion", "recommenders": members},
    }
    model = fit(WORLD.dataset, Plan.from_table(table))
    model.save(tmp_path / "model")
    again = load(tmp_path / "model")
    assert again.recommend(["u0", "u1"]).equals(model.recommend(["u0", "u1"]))
    text = again.recommend_to_text("wood saw chisel", k=5)
    assert all(int(item[1:]) % 2 == 0 for item in text["item_id"])


def test_those_who_choose_inside_a_trial_have_something_to_choose_by() -> None:
    class Chooser(Ease):
        asked: ClassVar[list[int]] = []

        def _fit(self, training: Any, seed: int) -> None:
            self.asked.append(len(hold_out(training.histories, new=training.new, seed=seed)))
            super()._fit(training, seed)

    Weighted([Chooser(), Content()], objective="both").fit(TRAINING)
    assert Chooser.asked == [2, 2, 2]


# weighted


@pytest.mark.parametrize(("scale", "by"), [("deviation", deviations), ("rank", ranks)])
def test_scores_are_the_weighted_sum_on_the_scale(scale: str, by: Any) -> None:
    part = Weighted([Ease(), Content()], weights=[2.0, 0.5], scale=scale).fit(TRAINING)
    said = [by(each.score(HISTORIES), HISTORIES) for each in (EASE, CONTENT)]
    assert np.allclose(part.score(HISTORIES), 2 * said[0] + 0.5 * said[1], atol=1e-6)


def test_what_helps_gets_weight_and_what_misleads_gets_none() -> None:
    # items of the same category are what nobody chose together
    misled = replace(TRAINING, categories=np.array([f"{i % 5}" for i in range(40)]))
    chosen = Weighted([Ease(), SectionOnly()]).fit(misled).chosen_
    assert chosen is not None
    assert chosen[0] >= 4 * chosen[1]


def test_weights_are_chosen_anew_in_each_fit_and_given_ones_stay() -> None:
    part = Weighted([Ease(), Content()])
    part.fit(TRAINING)
    assert part.weights is None
    assert part.chosen_ is not None
    given = Weighted([Ease(), Content()], weights=[0.3, 0.7]).fit(TRAINING)
    assert given.chosen_ is not None
    assert given.chosen_.tolist() == [0.3, 0.7]


def test_where_nothing_can_be_held_out_weights_are_equal() -> None:
    few = Histories.from_lists([[0], [1]], n_items=40)
    part = Weighted([Ease(), Content()]).fit(replace(TRAINING, histories=few))
    assert part.chosen_ is not None
    assert part.chosen_.tolist() == [1, 1]


def test_weights_suit_what_they_are_chosen_for() -> None:
    def chosen(objective: str) -> Any:
        return Weighted([Popularity(), Content()], objective=objective).fit(TRAINING).chosen_

    assert chosen("cold-items")[1] > chosen("cold-items")[0]
    assert np.array_equal(
        chosen("both"), Weighted([Popularity(), Content()], objective="both").fit(TRAINING).chosen_
    )
    with pytest.raises(ConfigError, match="objective is 'new'; give one of"):
        Weighted([Ease(), Content()], objective="new")


@pytest.mark.parametrize("weights", [[1.0], [1.0, -1.0], [1.0, float("nan")], [0.0, 0.0]])
def test_weights_that_cannot_be_used_are_refused(weights: list[float]) -> None:
    with pytest.raises(ConfigError, match=r"weights"):
        Weighted([Ease(), Content()], weights=weights)


def test_an_unknown_scale_is_refused() -> None:
    with pytest.raises(ConfigError) as caught:
        Weighted([Ease(), Content()], scale="z")
    assert str(caught.value) == "scale is 'z'; give one of ('deviation', 'rank')"


# reciprocal rank fusion


def test_scores_are_sums_of_reciprocal_ranks() -> None:
    part = ReciprocalRankFusion([Ease(), Content()], constant=10).fit(TRAINING)
    said = [
        reciprocal_ranks(each.score(HISTORIES), HISTORIES, constant=10) for each in (EASE, CONTENT)
    ]
    assert np.allclose(part.score(HISTORIES), said[0] + said[1], atol=1e-6)


def test_no_scale_of_scores_matters() -> None:
    class Louder(Ease):
        def _score(self, histories: Histories, profiles: Any) -> Any:
            return 1000 * super()._score(histories, profiles)

    one = ReciprocalRankFusion([Ease(), Content()]).fit(TRAINING)
    other = ReciprocalRankFusion([Louder(), Content()]).fit(TRAINING)
    assert np.allclose(one.score(HISTORIES), other.score(HISTORIES), atol=1e-6)


def test_a_constant_below_zero_is_refused() -> None:
    with pytest.raises(ConfigError, match="constant is -1; give 0 or more"):
        ReciprocalRankFusion([Ease(), Content()], constant=-1)


def test_where_nothing_is_known_all_scores_are_zero() -> None:
    nobody = Histories.from_lists([[]], n_items=40)
    for part in (ReciprocalRankFusion([Ease(), Content()]), Weighted([Ease(), Content()])):
        assert not part.fit(TRAINING).score(nobody).any()


# switching


def test_short_histories_get_the_first_and_long_ones_the_second() -> None:
    part = Switching([Content(), Ease()], bound=3).fit(TRAINING)
    histories = Histories.from_lists([[0], [0, 2], [0, 2, 4], [1, 3, 5, 7], []], n_items=40)
    scores = part.score(histories)
    short, long = CONTENT.score(histories), EASE.score(histories)
    assert np.array_equal(scores[[0, 1, 4]], short[[0, 1, 4]])
    assert np.allclose(scores[2:4], long[2:4], atol=1e-6)


@pytest.mark.parametrize("both", [[Ease(), Content()], [Content(), Ease()]])
def test_a_text_without_a_history_is_answered_by_the_one_that_reads_texts(both: Any) -> None:
    part = Switching(both).fit(TRAINING)
    nobody = Histories.from_lists([[], []], n_items=40)
    profiles = np.stack([WORLD.vectors[0], np.zeros_like(WORLD.vectors[0])])
    scores = part.score(nobody, profiles=profiles)
    assert np.allclose(scores, CONTENT.score(nobody, profiles=profiles), atol=1e-6)


def test_where_neither_reads_texts_the_length_alone_counts() -> None:
    part = Switching([Popularity(), Ease()]).fit(TRAINING)
    nobody, text = Histories.from_lists([[]], n_items=40), WORLD.vectors[:1]
    scores = part.score(nobody, profiles=text)
    assert np.array_equal(scores, Popularity().fit(TRAINING).score(nobody))


def test_more_than_two_are_refused() -> None:
    with pytest.raises(ConfigError) as caught:
        Switching([Ease(), Content(), Ease()])
    assert str(caught.value) == "recommenders are 3; name two: for short, for long ones"
    with pytest.raises(ConfigError, match="bound is 0; give at least 1"):
        Switching([Ease(), Content()], bound=0)


# across languages


@pytest.mark.parametrize("cls", [Weighted, ReciprocalRankFusion, Switching])
def test_a_german_reader_gets_the_french_twin_of_which_nobody_has_heard(cls: Any) -> None:
    world = two_languages(offset=0.0)
    readers = world.german_readers
    part = cls([Content(), Content(profile="mean")])
    part.fit(replace(world.training, histories=readers))
    top = part.top(readers, 1).items[:, 0]
    twins = [int(item) in world.twins(readers.items_of(user)) for user, item in enumerate(top)]
    assert np.mean(twins) > 0.9
