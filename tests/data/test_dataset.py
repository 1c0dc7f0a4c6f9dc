from __future__ import annotations

import numpy as np
import pytest

from polyrec.core.errors import DataError
from polyrec.data.catalog import Catalog
from polyrec.data.dataset import Dataset
from polyrec.data.interactions import Interactions

CATALOG = Catalog.from_texts(["a", "b"], [{"de": "x"}, {"fr": "y"}])


def test_an_interaction_with_an_item_beyond_the_catalogue_is_refused() -> None:
    with pytest.raises(DataError, match=r"^an interaction names an item outside 0\.\.1$"):
        Dataset(CATALOG, Interactions.from_pairs([("u", 2)]))


def test_histories_are_over_the_whole_catalogue() -> None:
    data = Dataset(CATALOG, Interactions.from_pairs([("u", 0)]))
    assert data.histories.n_items == 2
    assert data.histories.items_of(0).tolist() == [0]
    assert data.histories is data.histories


def test_keeping_some_interactions_keeps_items_and_users() -> None:
    data = Dataset(CATALOG, Interactions.from_pairs([("u", 0), ("v", 1)]), name="mine")
    kept = data.where(np.array([False, True]))
    assert (len(kept.catalog), len(kept.interactions), kept.name) == (2, 1, "mine")
    assert kept.histories.lengths.tolist() == [0, 1]


def test_notes_are_no_part_of_what_a_dataset_is() -> None:
    events = Interactions.from_pairs([("u", 0)])
    assert Dataset(CATALOG, events, notes=("x",)).notes == ("x",)
    assert Dataset(CATALOG, events).notes == ()
