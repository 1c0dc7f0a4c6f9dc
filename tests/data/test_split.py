from __future__ import annotations

import hashlib
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
from polyrec.data.datasets import load_dataset
from polyrec.data.interactions import Interactions
from polyrec.data.split import SPLITS, item_folds, items_in
from polyrec.testing.worlds import two_camps

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
        said = {n: c for n, c in side.catalog.attributes.items() if n != "new"}
        assert replace(side.catalog, attributes=said) == data.catalog
        assert side.interactions.users == data.interactions.users


def test_only_the_training_part_of_cold_items_is_told_which_items_are_new() -> None:
    data = two_camps().dataset
    train, test = data.split("cold-items", seed=3)
    new = train.catalog.new
    assert new is not None
    assert new.sum() == 8
    assert set(test.interactions.item.tolist()) == set(np.flatnonzero(new).tolist())
    assert test.catalog.new is None
    assert data.split("random")[0].catalog.new is None
    again, _ = train.split("cold-items", seed=4)
    assert again.catalog.new is not None
    assert (again.catalog.new >= new).all()
    assert again.catalog.new.sum() > 8


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


# published figures rest on these


def digest(side: Dataset) -> str:
    events = side.interactions
    found = events.user.astype("<i8").tobytes() + events.item.astype("<i8").tobytes()
    return hashlib.sha256(found).hexdigest()[:16]


@pytest.mark.parametrize(
    ("name", "seed", "train", "test"),
    [
        ("random", 0, "92c1fc61339ba123", "d223ee2a49a2f62b"),
        ("random", 4, "d62ddb3314c0f613", "c1eeefe479e36384"),
        ("cold-items", 0, "617e1c062c93bd6c", "e7653e9743d4a591"),
        ("cold-items", 4, "9b71a321b3df31c7", "5041184b89e5c69f"),
    ],
)
def test_debian_is_split_as_it_always_was(name: str, seed: int, train: str, test: str) -> None:
    sides = load_dataset("debian").split(name, seed=seed)
    assert [digest(side) for side in sides] == [train, test]


@pytest.mark.parametrize(
    ("name", "train", "test"),
    [
        ("random", "990ce2374c6f1910", "1d7564f6ffbb80b6"),
        ("cold-items", "0e6b5227237ce9f8", "ef863f95f878ab5c"),
        ("time", "c03b1c7e95169fab", "d7ada63706d61200"),
    ],
)
def test_works_that_are_all_different_are_split_as_items_always_were(
    name: str, train: str, test: str
) -> None:
    data = two_camps(60, 100).dataset
    named = replace(data.catalog, attributes={"work": tuple(range(100, 200))})
    for catalog in (data.catalog, named):
        sides = replace(data, catalog=catalog).split(name, seed=3, test_share=0.25)
        assert [digest(side) for side in sides] == [train, test]


# works


def with_works(data: Dataset) -> Dataset:
    """Make two neighbours versions of one work; the last four items name none."""
    works = tuple(None if i >= N_ITEMS - 4 else f"w{i // 2}" for i in range(N_ITEMS))
    return replace(data, catalog=replace(data.catalog, attributes={"work": works}))


def works_of(data: Dataset) -> set[tuple[int, int]]:
    works = data.catalog.works[data.interactions.item]
    return set(zip(data.interactions.user.tolist(), works.tolist(), strict=True))


@given(datasets(), st.sampled_from(sorted(SPLITS)), SHARES, st.integers(0, 3))
def test_no_user_has_a_work_on_both_sides(
    data: Dataset, name: str, share: float, seed: int
) -> None:
    data = with_works(data)
    try:
        train, test = data.split(name, test_share=share, seed=seed)
    except DataError:
        return
    assert not works_of(train) & works_of(test)
    assert works_of(train) | works_of(test) == works_of(data)
    if name != "time":
        assert sorted(rows(train) + rows(test)) == sorted(rows(data))
    if name == "cold-items":
        cold = {work for _, work in works_of(test)}
        assert not cold & {work for _, work in works_of(train)}


@given(datasets(), SHARES, st.integers(0, 3))
def test_a_random_split_holds_out_a_share_of_the_works(
    data: Dataset, share: float, seed: int
) -> None:
    data = with_works(data)
    try:
        _, test = data.split(test_share=share, seed=seed)
    except DataError:
        return
    users = len(data.interactions.users)
    whole, held = (
        np.bincount([user for user, _ in works_of(side)], minlength=users) for side in (data, test)
    )
    assert np.array_equal(held, np.minimum(np.round(whole * share), np.maximum(whole - 1, 0)))


def test_a_later_choice_of_a_work_that_the_user_has_is_in_neither_side() -> None:
    data = with_works(dataset([(0, 0), (0, 2), (0, 1), (0, 4), (1, 3)], [1, 2, 3, 4, 5]))
    train, test = data.split("time", test_share=0.5)
    assert [item for _, item, _ in rows(train)] == [0, 2, 1]
    train, test = data.split("time", test_share=0.7)
    assert [(user, item) for user, item, _ in rows(train)] == [(0, 0), (0, 2)]
    assert [(user, item) for user, item, _ in rows(test)] == [(0, 4), (1, 3)]


# fingerprints


def test_a_fingerprint_is_of_all_that_a_split_depends_on_and_of_no_view() -> None:
    data = dataset([(0, 1), (0, 2), (1, 1)], [1.0, 2.0, 3.0])
    events = data.interactions
    found = {
        each.fingerprint
        for each in (
            data,
            replace(data, interactions=replace(events, time=None)),
            replace(data, interactions=replace(events, item=events.item + 1)),
            replace(data, interactions=replace(events, weight=events.weight * 2)),
            replace(data, interactions=replace(events, users=IdMap(("u0", "x")))),
            replace(data, catalog=Catalog.from_texts(data.catalog.ids.names, [{"fr": "x"}] * 20)),
            with_works(data),
        )
    }
    assert len(found) == 7
    assert dataset([(0, 1), (0, 2), (1, 1)], [1.0, 2.0, 3.0]).fingerprint in found
    shipped = load_dataset("debian")
    views = (shipped, shipped.view("en"), shipped.view("one-language", seed=2))
    assert len({view.fingerprint for view in views}) == 1
