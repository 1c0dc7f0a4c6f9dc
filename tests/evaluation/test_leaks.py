from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyrec.core.errors import ConfigError, DataError
from polyrec.core.types import Histories, IdMap
from polyrec.data.catalog import Catalog
from polyrec.data.dataset import Dataset
from polyrec.data.interactions import Interactions
from polyrec.evaluation.leaks import check_apart, check_pairs, check_works, refuse_sampling
from polyrec.evaluation.protocol import measure
from polyrec.models.popularity import Popularity
from polyrec.testing.worlds import two_camps

IDS = ("moby-en", "moby-fr", "emma-en", "emma-fr", "lone")
CATALOG = Catalog.from_texts(
    IDS, [{"en": "x"}] * 5, attributes={"work": ("Moby Dick", "Moby Dick", "Emma", "Emma", None)}
)


def of(*lists: list[int]) -> Histories:
    return Histories.from_lists(lists, n_items=5)


def test_a_choice_on_both_sides_is_refused() -> None:
    train, test = of([0, 1], [2]), of([4], [3, 2])
    with pytest.raises(
        DataError,
        match=r"^1 of 3 test interactions stand in the training data too, such as one with item "
        r"'emma-en'; learn from one side of Dataset.split, and test on the other$",
    ):
        check_pairs(train, test, IdMap(IDS))
    with pytest.raises(DataError, match="such as one with item 2;"):
        check_pairs(train, test)
    check_pairs(train, of([4], [3]))
    check_pairs(train, of([2], [0]))  # of others


def test_measuring_refuses_what_was_learned_from() -> None:
    world = two_camps()
    histories = world.dataset.histories
    model = Popularity().fit(world.training)
    with pytest.raises(DataError, match="test interactions stand in the training data too"):
        measure(model, histories, histories, world.dataset.catalog.languages)


def test_versions_of_a_work_on_both_sides_are_refused() -> None:
    with pytest.raises(
        DataError,
        match=r"^1 test interaction with a work of which the same user has another version in "
        r"training, such as work 'Emma': 'emma-en' in training, 'emma-fr' in test; part the data "
        r"with Dataset.split, which keeps the versions of a work together$",
    ):
        check_works(of([4], [0, 2]), of([0], [3]), CATALOG)
    check_works(of([0], [2]), of([3], [1]), CATALOG)  # of others
    check_works(of([4], [0, 2]), of([0], [3]), replace(CATALOG, attributes={}))


def test_items_that_name_no_work_have_no_versions() -> None:
    nameless = replace(CATALOG, attributes={"work": (None, None, "", "", None)})
    check_works(of([0, 2, 4]), of([1, 3]), nameless)


PAIRS = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 4)), unique=True, min_size=2)


@given(PAIRS, st.sampled_from(["random", "cold-items"]), st.integers(0, 3))
def test_what_a_split_parts_is_apart(pairs: list[tuple[str, int]], name: str, seed: int) -> None:
    data = Dataset(CATALOG, Interactions.from_pairs(pairs))
    try:
        train, test = data.split(name, test_share=0.5, seed=seed)
    except DataError:
        return
    check_apart(train, test)
    with pytest.raises(DataError, match="in the training data too"):
        check_apart(data, test)


def test_samples_are_refused_with_the_reason() -> None:
    with pytest.raises(
        ConfigError,
        match=r"^negatives are not sampled here: .* \(Krichene and Rendle 2020, .*\); "
        "leave the option out: every item is ranked$",
    ):
        refuse_sampling()
