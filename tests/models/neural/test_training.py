from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyrec.core.errors import ConfigError, MissingExtraError
from polyrec.models.hold_out import hold_out
from polyrec.models.neural.neumf import NeuMf
from polyrec.models.neural.sasrec import SasRec
from polyrec.models.neural.training import Schedule, best_epoch, learn
from polyrec.models.neural.two_tower import TwoTower
from polyrec.testing.worlds import ladder, two_camps

if TYPE_CHECKING:
    from collections.abc import Iterator

    from polyrec.models.neural.neural import Neural
    from polyrec.models.neural.training import Weights

MODELS: dict[str, type[Neural]] = {"two-tower": TwoTower, "sasrec": SasRec, "neumf": NeuMf}
GOAL = np.array([1.0, -2.0, 3.0], dtype=np.float32)


@pytest.fixture
def torch() -> Any:
    return pytest.importorskip("torch", reason="needs the extra torch")


def to_the_goal(**others: Any) -> tuple[Weights, np.ndarray]:
    """Learn to be like GOAL, from a start at 0, by one step in an epoch."""
    settings: dict[str, Any] = {"epochs": 80, "patience": 3, "learning_rate": 0.2, "l2": 0.0}
    settings |= {name: others.pop(name) for name in ("epochs", "dropout") if name in others}
    schedule = Schedule(**{"dropout": 0.0, **settings})

    def batches(rng: np.random.Generator) -> Iterator[tuple[np.ndarray]]:
        yield (GOAL + 0 * rng.random(3, dtype=np.float32),)

    def loss(weights: dict[str, Any], batch: tuple[Any, ...], drop: Any) -> Any:
        return ((weights["place"] - drop(batch[0])) ** 2).sum()

    start = {"place": np.zeros(3, dtype=np.float32)}
    return learn(start, batches, loss, schedule=schedule, **{"seed": 0, **others})


def test_it_goes_where_the_loss_is_least(torch: Any) -> None:
    weights, curve = to_the_goal()
    assert np.allclose(weights["place"], GOAL, atol=0.1)
    assert curve[0].tolist()[:2] == [1, 14]
    assert curve[-1, 1] < 0.1
    assert np.isnan(curve[:, 2]).all()
    assert best_epoch(curve) == len(curve) == 80


def test_it_ends_when_nothing_gets_better_and_keeps_the_best(torch: Any) -> None:
    weights, curve = to_the_goal(quality=lambda weights: -abs(float(weights["place"][0]) - 0.6))
    best = best_epoch(curve)
    assert len(curve) == best + 3
    assert abs(float(weights["place"][0]) - 0.6) < 0.1
    assert curve[best - 1, 2] == curve[:, 2].max()


def test_a_seed_draws_what_is_left_out(torch: Any) -> None:
    one, again, other = (to_the_goal(dropout=0.5, epochs=9, seed=s)[1] for s in (1, 1, 2))
    assert np.array_equal(one, again, equal_nan=True)
    assert not np.array_equal(one, other, equal_nan=True)


def test_what_else_is_done_with_torch_is_left_as_it_was(torch: Any) -> None:
    before, threads = torch.random.get_rng_state(), torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        to_the_goal(dropout=0.5)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(threads)
    assert torch.equal(torch.random.get_rng_state(), before)


@given(st.lists(st.one_of(st.floats(0, 1), st.just(float("nan"))), min_size=1))
def test_the_first_of_the_best_epochs_counts(qualities: list[float]) -> None:
    curve = [(i + 1, 0.0, quality) for i, quality in enumerate(qualities)]
    known = [quality for quality in qualities if not np.isnan(quality)]
    expected = qualities.index(max(known)) + 1 if known else len(qualities)
    assert best_epoch(curve) == expected


# what all networks share


@pytest.mark.parametrize("name", MODELS)
def test_without_torch_the_remedy_is_named(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(MissingExtraError) as caught:
        MODELS[name]().fit(two_camps().training)
    assert str(caught.value) == f"recommender {name!r} needs torch; pip install 'polyrec[torch]'"


@pytest.mark.parametrize(
    ("model", "settings", "message"),
    [
        (TwoTower, {"dim": 0}, r"^dim is 0; give at least 1$"),
        (TwoTower, {"patience": 0}, r"^patience is 0; give at least 1$"),
        (TwoTower, {"learning_rate": 0.0}, r"^learning_rate is 0.0; give a number above 0$"),
        (TwoTower, {"l2": -1.0}, r"^l2 is -1.0; give 0 or a number above it$"),
        (TwoTower, {"dropout": 1.0}, r"^dropout is 1.0; give a share from 0 up to below 1$"),
        (TwoTower, {"id_dropout": -0.1}, r"^id_dropout is -0.1; give a share from 0 up to below"),
        (TwoTower, {"temperature": 0.0}, r"^temperature is 0.0; give a number above 0$"),
        (SasRec, {"id_dropout": 1.0}, r"^id_dropout is 1.0; give a share from 0 up to below 1$"),
        (SasRec, {"blocks": 0}, r"^blocks is 0; give at least 1$"),
        (SasRec, {"length": 0}, r"^length is 0; give at least 1$"),
        (NeuMf, {"negatives": 0}, r"^negatives is 0; give at least 1$"),
    ],
)
def test_settings_out_of_range_are_refused(
    model: type[Neural], settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        model(**settings)


@pytest.mark.parametrize("name", MODELS)
def test_the_curve_shows_that_it_learned_and_when_it_stopped(name: str, torch: Any) -> None:
    model = MODELS[name](dim=16, epochs=6, patience=2).fit(two_camps().training)
    assert model.curve_ is not None
    epochs, losses, ndcg = model.curve_.T
    assert epochs.tolist() == list(range(1, len(epochs) + 1))
    assert losses[-1] < losses[0]
    assert ((ndcg >= 0) & (ndcg <= 1)).all()
    assert len(epochs) == min(6, best_epoch(model.curve_) + 2)


def test_it_stops_early_where_no_item_can_be_held_out_whole(torch: Any) -> None:
    training = two_camps().training
    (cold,) = hold_out(training.histories, kinds=("cold-items",))
    inner = cold.training(training)
    assert not hold_out(inner.histories)  # the same items would be drawn, and nobody has them
    curve = NeuMf(dim=4, epochs=2).fit(inner).curve_
    assert curve is not None
    assert not np.isnan(curve[:, 2]).any()


def test_new_items_do_not_count_against_who_shows_them(torch: Any) -> None:
    training = two_camps().training
    (cold,) = hold_out(training.histories, kinds=("cold-items",))
    (part,) = TwoTower()._held_out(cold.training(training), 0)
    assert cold.new is not None
    assert part.barred.tolist() == np.flatnonzero(cold.new).tolist()


def test_steps_that_lead_nowhere_are_refused(torch: Any) -> None:
    with pytest.raises(
        ConfigError, match=r"the loss is .* in epoch .*; give a smaller learning_rate"
    ):
        NeuMf(dim=4, epochs=4, learning_rate=1e30).fit(two_camps().training)


def test_where_too_little_can_be_held_out_it_learns_for_all_epochs(torch: Any) -> None:
    training = ladder(2).training
    model = NeuMf(dim=4, epochs=5).fit(training)
    assert model.curve_ is not None
    assert len(model.curve_) == 5
    assert np.isnan(model.curve_[:, 2]).all()
    assert np.isfinite(model.score(training.histories)).all()


def test_who_has_one_item_each_teaches_nothing_and_can_be_scored(torch: Any) -> None:
    training = ladder(1).training
    model = NeuMf(dim=4, epochs=2).fit(training)
    assert np.isfinite(model.score(training.histories)).all()


@pytest.mark.parametrize("name", MODELS)
def test_who_chose_and_said_nothing_is_told_nothing(name: str, torch: Any) -> None:
    world = two_camps()
    nobody = world.training.histories.rows(slice(0, 0))
    model = MODELS[name](dim=8, epochs=1).fit(world.training)
    assert model.score(nobody).shape == (0, 40)
    empty = type(nobody).from_lists([[], [0]], n_items=40)
    scores = model.score(empty)
    assert not scores[0].any()
    assert scores[1].any()
