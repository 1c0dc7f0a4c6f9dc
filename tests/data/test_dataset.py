from __future__ import annotations

import numpy as np
import pytest

from polyrec.core.errors import DataError
from polyrec.data.catalog import Catalog
from polyrec.data.dataset import Dataset
from polyrec.data.interactions import Interactions

CATALOG = Catalog.from_texts(["a", "b"], [{"de": "x"}, {"fr": "y"}])


def test_an_interaction_with_an_item_beyond_the_catalog_is_refused() -> None:
    with pytest.raises(DataError, match=r"^an interaction names an item outside 0\.\.1$"):
        Dataset(CATALOG, Interactions.from_pairs([("u", 2)]))


def test_histories_are_over_the_whole_catalog() -> None:
    data = Dataset(CATALOG, Interactions.from_pairs([("u", 0)]))
    assert data.histories.n_items == 2
    assert data.histories.items_of(0).tolist() == [0]
    assert data.histories is data.histories


def test_keeping_some_interactions_keeps_items_and_users() -> None:
    data = Dataset(CATALOG, Interactions.from_pairs([("u", 0), ("v", 1)]), name="mine")
    kept = data.where(np.array([False, True]))
    assert (len(kept.catalog), len(kept.interactions), kept.name) == (2, 1, "mine")
    assert kept.histories.lengths.tolist() == [0, 1]


def test_a_dataset_without_notes_has_none() -> None:
    events = Interactions.from_pairs([("u", 0)])
    assert Dataset(CATALOG, events, notes=("x",)).notes == ("x",)
    assert Dataset(CATALOG, events).notes == ()


def test_datasets_can_be_compared_and_are_alike_only_to_themselves() -> None:
    one, other = (Dataset(CATALOG, Interactions.from_pairs([("u", 0)])) for _ in range(2))
    assert one == one  # noqa: PLR0124
    assert one != other
    assert one.interactions != other.interactions


TWO = Catalog.from_texts(["a", "b"], [{"de": "Holz", "en": "wood"}, {"fr": "pain", "en": "bread"}])


def test_a_view_of_a_view_draws_from_all_texts() -> None:
    data = Dataset(TWO, Interactions.from_pairs([("u", 0)]))
    shown = data.view("en")
    assert shown.all_texts is TWO
    assert shown.catalog.text == ("wood", "bread")
    again = [shown.view("one-language", seed=seed).catalog.language for seed in range(12)]
    assert again == [data.view("one-language", seed=seed).catalog.language for seed in range(12)]
    assert {tags[0] for tags in again} == {"de", "en"}
    back = shown.view("as-given")
    assert back.catalog == TWO
    assert back.view("all").catalog.texts == TWO.texts


def test_what_a_dataset_was_split_or_filtered_into_knows_all_texts_too() -> None:
    data = Dataset(TWO, Interactions.from_pairs([("u", 0), ("u", 1)])).view("en")
    for part in (*data.split(test_share=0.5), data.where(np.array([True, False]))):
        assert part.view("as-given").catalog == TWO


def test_a_dataset_that_has_not_been_viewed_has_no_other_texts() -> None:
    data = Dataset(TWO, Interactions.from_pairs([("u", 0)]))
    assert data.all_texts is None
    assert data.view("as-given").all_texts is TWO
