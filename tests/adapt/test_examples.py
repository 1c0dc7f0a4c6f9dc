from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from polyrec.adapt.examples import Examples
from polyrec.core.errors import DataError
from polyrec.data.catalog import Catalog

if TYPE_CHECKING:
    from polyrec.data.dataset import Dataset


def test_what_is_held_out_gives_neither_texts_nor_choices(data: Dataset) -> None:
    train, test = data.split("cold-items", seed=0)
    held = np.zeros(64, dtype=np.bool_)
    held[7] = True
    found = Examples.of(train, held_out=held, validation_share=0.2, seed=1)
    out = set(test.interactions.item.tolist()) | {7} | set(np.flatnonzero(found.validation))
    assert len(out) > 20
    assert not out & set(found.item.tolist())
    assert not found.together[sorted(out)].nnz
    assert not found.popularity[sorted(out)].any()


def test_versions_of_a_held_out_work_and_texts_that_read_like_it_stay_out(data: Dataset) -> None:
    catalog = data.catalog
    works = tuple("same" if item in (3, 5) else "" for item in range(64))
    texts = [dict(by) for by in catalog.texts]
    texts[9] = dict(texts[3])
    ids = catalog.ids.names
    made = Catalog.from_texts(ids, texts, attributes={"work": works})
    held = np.arange(64) == 3
    found = Examples.of(replace(data, catalog=made), held_out=held, validation_share=0.1)
    assert not {3, 5, 9} & set(found.item.tolist())


def test_all_texts_are_taken_whatever_the_view(data: Dataset) -> None:
    seen = Examples.of(data.view("one-language"))
    assert set(seen.languages) == {"de", "en"}
    assert len(seen.texts) == 2 * len(seen.items)


def test_somebody_with_many_items_counts_no_more_per_item(data: Dataset) -> None:
    found = Examples.of(data, validation_share=0.1)
    shares = np.asarray(found.together.sum(axis=1)).ravel()
    chosen = found.popularity > 1
    np.testing.assert_allclose(shares[chosen], found.popularity[chosen], rtol=1e-5)


def test_a_text_is_drawn_of_the_item_that_asks(data: Dataset) -> None:
    found = Examples.of(data)
    items = found.items
    drawn = [found.draw_texts(items, np.random.default_rng(seed)) for seed in range(9)]
    assert all((found.item[rows] == items).all() for rows in drawn)
    assert set(found.languages[np.concatenate(drawn)]) == {"de", "en"}


def test_data_without_anything_to_learn_from_are_refused(data: Dataset) -> None:
    with pytest.raises(DataError, match="no item has a text to learn from; hold fewer"):
        Examples.of(data, held_out=np.ones(64, dtype=np.bool_))


def test_what_tells_when_to_stop_is_not_what_a_split_of_the_same_seed_holds_out(
    data: Dataset,
) -> None:
    train, test = data.split("cold-items", seed=3)
    found = Examples.of(train, seed=3)
    assert found.validation.sum() == round(51 * 0.15)
    assert not found.validation[test.interactions.item].any()
