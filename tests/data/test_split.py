from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyrec.core.errors import DataError, UnknownNameError
from polyrec.core.types import IdMap
from polyrec.data.catalog import Catalog
from polyrec.data.dataset import Dataset
from polyrec.data.interactions import Interactions
from polyrec.data.split import SPLITS, item_folds, items_in

N_ITEMS = 20
SHARES = st.floats(0.05, 0.95)


def dataset(pairs: list[tuple[int, int]], times: list[float] | None = None) -> Dataset:
    catalog = Catalog.from_texts([f"i{i}" for i in range(N_ITEMS)], [{"de": "x"}] * N_ITEMS)
    users, items = (np.array(side, dtype=np.int64) for side in zip(*pairs, strict=True))
    names = IdMap(tuple(f"u{u}" for u in range(int(users.max()) + 1)))
    time = None if times is None else np.array(times)
    events = Interactions(names, users, items, np.ones(len(pairs), np.float32), time)
    return Dataset(catalog, events)


@st.composite
def datasets(draw: st.DrawFn) -> Dataset:
    pair = st.tuples(st.integers(0, 6), st.integers(0, N_ITEMS - 1))
    pairs = draw(st.lists(pair, unique=True, min_size=2, max_size=60))
    times = draw(
        st.lists(st.integers(0, 50), min_size=len(pairs), max_size=len(pairs)).filter(
            lambda drawn: len(set(drawn)) > 1
        )
    )
    return dataset(pairs, [float(time) for time in times])


def rows(data: Dataset) -> list[tuple[int, int, float]]:
    events = data.interactions
    assert events.time is not None
    return list(zip(events.user.tolist(), events.item.tolist(), events.time.tolist(), strict=True))


@given(datasets(), st.sampled_from(sorted(SPLITS)), SHARES, st.integers(0, 3))
def test_every_interaction_is_on_exactly_one_side(
    data: Dataset, name: str, share: float, seed: int
) -> None:
    try:
        train, test = data.split(name, test_share=share, seed=seed)
    except DataError as error:
        # too few moments to part, or too little to hold anything out
        assert re.search("the same time|holds nothing out", str(error))  # noqa: PT017
        return
    assert sorted(rows(train) + rows(test)) == sorted(rows(data))
    assert not set(rows(train)) & set(rows(test))
    for side in (train, test):
        assert side.catalog == data.catalog
        assert side.interactions.users == data.interactions.users


@given(datasets(), SHARES, st.integers(0, 3))
def test_a_random_split_holds_out_a_share_of_each_user(
    data: Dataset, share: float, seed: int
) -> None:
    whole = data.histories.lengths
    expected = np.minimum(np.round(whole * share), np.maximum(whole - 1, 0))
    if not expected.any():
        with pytest.raises(DataError, match="the split 'random' holds nothing out"):
            data.split(test_share=share, seed=seed)
        return
    train, test = data.split(test_share=share, seed=seed)
    assert np.array_equal(test.histories.lengths, expected)
    assert (train.histories.lengths[whole > 0] > 0).all()


@given(datasets(), SHARES, st.integers(0, 3))
def test_cold_items_have_no_interaction_in_train(data: Dataset, share: float, seed: int) -> None:
    try:
        train, test = data.split("cold-items", test_share=share, seed=seed)
    except DataError as error:
        assert "the split 'cold-items' holds nothing out" in str(error)  # noqa: PT017
        return
    cold = set(test.interactions.item.tolist())
    assert not cold & set(train.interactions.item.tolist())
    assert len(cold) <= round(N_ITEMS * share)


@given(datasets(), SHARES)
def test_nothing_in_train_is_later_than_anything_in_test(data: Dataset, share: float) -> None:
    try:
        train, test = data.split("time", test_share=share)
    except DataError:
        return
    assert train.interactions.time is not None
    assert test.interactions.time is not None
    assert train.interactions.time.max(initial=-1) < test.interactions.time.min()


def test_a_time_split_holds_out_the_share_where_times_differ() -> None:
    data = dataset([(0, i) for i in range(20)], [float(i) for i in range(20)])
    _, test = data.split("time", test_share=0.25)
    assert test.interactions.item.tolist() == [15, 16, 17, 18, 19]


@pytest.mark.parametrize("name", ["random", "cold-items"])
def test_the_seed_decides_the_split(name: str) -> None:
    data = dataset([(user, item) for user in range(10) for item in range(N_ITEMS)], [0.0] * 200)
    one, again, other = (data.split(name, seed=seed)[1] for seed in (0, 0, 1))
    assert rows(one) == rows(again)
    assert rows(one) != rows(other)


def test_which_items_are_held_out_does_not_depend_on_their_order() -> None:
    data = dataset([(user, item) for user in range(40) for item in range(N_ITEMS)], [0.0] * 800)
    held = np.bincount(data.split(seed=3)[1].interactions.item, minlength=N_ITEMS)
    assert held.sum() == 160
    assert held.min() >= 1


def test_a_split_that_cannot_be_made_says_why() -> None:
    data = dataset([(0, 1), (0, 2)])
    with pytest.raises(UnknownNameError) as caught:
        data.split("temporal")
    assert str(caught.value) == ("no split is named 'temporal'; known: cold-items, random, time")
    with pytest.raises(
        DataError, match=r"^the interactions have no times; use the split 'random'$"
    ):
        data.split("time")
    same = replace(data.interactions, time=np.ones(2))
    with pytest.raises(DataError, match=r"^all the latest interactions have the same time; use"):
        replace(data, interactions=same).split("time")
    for name in ("random", "cold-items"):
        with pytest.raises(
            DataError,
            match=rf"^the split '{name}' holds nothing out of 2 interactions; give more data, or",
        ):
            data.split(name, test_share=0.01)
    for share in (0, 1, -0.5, 1.5, float("nan")):
        with pytest.raises(DataError, match=r"^test_share is .*; give a share between 0 and 1$"):
            data.split(test_share=share)


@given(st.integers(1, 40), st.integers(1, 7), st.integers(0, 3))
def test_each_item_is_in_one_fold_and_folds_are_even(n_items: int, n_folds: int, seed: int) -> None:
    folds = np.array(list(item_folds(n_items, n_folds=n_folds, seed=seed)))
    assert (folds.sum(axis=0) == 1).all()
    sizes = folds.sum(axis=1)
    assert sizes.max() - sizes.min() <= 1


def test_items_are_parted_by_exactly_their_language() -> None:
    languages = np.array(["pt", "pt-BR", "de"])
    assert items_in(languages, "pt").tolist() == [True, False, False]
