from __future__ import annotations

from typing import Any

import pytest

from polyrec.core.errors import ConfigError, DataError
from polyrec.data.catalog import Catalog
from polyrec.pipeline.duplicates import duplicates
from polyrec.pipeline.plan import Plan

TABLE: dict[str, Any] = {
    "encoder": {"use": "hashing"},
    "debias": {"use": "language-mean"},
    "recommender": {"use": "content"},
}
NAMES = ("Kalimba", "Orbiter", "Zephyr", "Quokka", "Mangosteen", "Dulcimer", "Axolotl", "Basalt")


def catalog(**attributes: tuple[object, ...]) -> Catalog:
    texts = [
        {tag: f"{small} {name} {name.lower()}world"}
        for name in NAMES
        for tag, small in (("de", "das ist ein"), ("fr", "voici une"))
    ]
    return Catalog.from_texts([f"i{i}" for i in range(16)], texts, attributes=attributes)


def test_a_catalog_says_afterwards_which_items_are_one_work() -> None:
    made = duplicates(catalog(year=(1999,) * 16), Plan.from_table(TABLE))
    assert made.catalog.attributes["work"] == tuple(f"i{i // 2 * 2}" for i in range(16))
    assert made.catalog.works.tolist() == [i // 2 for i in range(16)]
    assert all(0.85 <= sure <= 1 for sure in made.catalog.attributes["work_confidence"])  # type: ignore[operator]
    assert made.catalog.attributes["year"] == (1999,) * 16


def test_items_that_are_alone_name_no_work() -> None:
    alone = catalog()
    other = Catalog.from_texts(["x"], [{"de": "Zwiebelkuchen backen"}])
    made = duplicates(alone.joined(other), Plan.from_table(TABLE))
    assert made.catalog.attributes["work"][-1] is None
    assert made.catalog.attributes["work_confidence"][-1] is None
    assert made.catalog.works[-1] == 8


def test_columns_of_identifiers_decide() -> None:
    isbn = tuple("A" if i in (0, 3) else None for i in range(16))
    made = duplicates(catalog(isbn=isbn), Plan.from_table(TABLE), by=["isbn"])
    assert made.catalog.attributes["work"][3] == "i0"
    assert made.catalog.attributes["work_confidence"][3] == 1
    with pytest.raises(DataError, match=r"^the catalog has no column 'ean'; further columns: isbn"):
        duplicates(catalog(isbn=isbn), Plan.from_table(TABLE), by=["ean"])


def test_a_plan_without_an_encoder_is_refused() -> None:
    with pytest.raises(ConfigError, match="has no encoder"):
        duplicates(catalog(), Plan.from_table({"recommender": {"use": "popularity"}}))


def test_the_plan_stays_as_it_is() -> None:
    plan = Plan.from_table(TABLE)
    duplicates(catalog(), plan)
    assert not plan.debias.fitted
