from __future__ import annotations

import json
import re
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from polyrec.core.errors import UnknownNameError
from polyrec.core.files import sha256_of
from polyrec.core.language import standard_tag
from polyrec.data.datasets import Shipped, load_dataset, shipped_datasets
from polyrec.data.view import BALANCED_SHARE

if TYPE_CHECKING:
    from polyrec.data.dataset import Dataset

ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")


@lru_cache(maxsize=1)
def debian() -> Dataset:
    return load_dataset("debian", view="as-given")


def shipped() -> Shipped:
    (found,) = [d for d in shipped_datasets() if d.name == "debian"]
    return found


def facts() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((shipped().folder / "provenance.json").read_text())
    return found


def test_its_counts_are_those_of_its_provenance() -> None:
    data, counts = debian(), facts()["counts"]
    languages = Counter(tag for by in data.catalog.texts for tag in by)
    assert len(data.interactions.users) == counts["users"]
    assert len(data.catalog) == counts["items"]
    assert len(data.interactions) == counts["interactions"]
    assert languages.total() == counts["texts"]
    assert len(languages) == counts["languages"]
    assert dict(languages) == facts()["texts_per_language"]
    assert shipped().counts == {k: counts[k] for k in shipped().counts}


def test_its_files_are_those_that_were_built() -> None:
    for name, expected in facts()["files_sha256"].items():
        assert sha256_of(shipped().folder / name) == expected


def test_it_comes_with_its_licence_and_its_story() -> None:
    for name in ("COPYRIGHT", "README.md", "provenance.json"):
        assert (shipped().folder / name).stat().st_size > 100
    assert shipped().title
    assert shipped().source
    assert shipped().release_date


def test_no_text_holds_an_address() -> None:
    texts = [text for by in debian().catalog.texts for text in by.values()]
    assert [text for text in texts if ADDRESS.search(text)] == []
    assert not any("@" in user for user in debian().interactions.users.names)


def test_users_have_five_items_and_items_two_users() -> None:
    assert debian().histories.lengths.min() >= 5
    counts = np.bincount(debian().interactions.item, minlength=len(debian().catalog))
    assert counts.min() >= 2


def test_every_item_has_texts_in_standard_languages_and_a_category() -> None:
    catalog = debian().catalog
    assert all(text.strip() for by in catalog.texts for text in by.values())
    assert all(standard_tag(tag) == tag for by in catalog.texts for tag in by)
    assert all(catalog.category)
    assert all("en" in by for by in catalog.texts)


def test_the_view_is_one_language_per_item_unless_another_is_asked_for() -> None:
    data = load_dataset()
    assert data.view_name == "one-language"
    assert data.catalog == debian().view("one-language", seed=1).catalog
    assert all(len(by) == 1 for by in data.catalog.texts)


def test_no_language_of_the_balanced_view_has_over_a_fifth() -> None:
    counts = Counter(debian().view("balanced").catalog.language)
    assert max(counts.values()) <= BALANCED_SHARE * len(debian().catalog)


def test_unknown_datasets_and_views_are_refused() -> None:
    with pytest.raises(UnknownNameError, match=r"^no dataset is named 'debain'; did you mean 'deb"):
        load_dataset("debain")
    with pytest.raises(
        UnknownNameError, match=r"^no view is named 'english'; known: all, as-given"
    ):
        load_dataset(view="english")
