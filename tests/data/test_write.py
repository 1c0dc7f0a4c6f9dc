from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polyrec.core.errors import ConfigError
from polyrec.data.catalog import Catalog
from polyrec.data.dataset import Dataset
from polyrec.data.interactions import Interactions
from polyrec.data.load import read_dataset
from polyrec.data.summary import moment, quantiles, summary
from polyrec.data.write import Format, items_table, write_dataset

TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8).filter(
    lambda text: bool(pl.Series([text]).str.strip_chars().item() == text)
)
BY_LANGUAGE = st.dictionaries(st.sampled_from(["de", "en", "zh-Hant", "und"]), TEXTS, min_size=1)


@st.composite
def _datasets(draw: st.DrawFn) -> Dataset:
    ids = draw(st.lists(TEXTS, min_size=1, max_size=5, unique=True))
    texts = [draw(BY_LANGUAGE) for _ in ids]
    category = [draw(st.sampled_from(["", "tools", "ü"])) for _ in ids]
    catalog = Catalog.from_texts(ids, texts, category=category)
    pairs = draw(st.lists(st.tuples(TEXTS, st.integers(0, len(ids) - 1)), min_size=1, max_size=8))
    plain = Interactions.from_pairs(pairs)
    time = np.array(
        [draw(st.integers(0, 2**31)) + draw(st.integers(0, 999)) / 1000 for _ in plain.user]
    )
    return Dataset(catalog, Interactions(plain.users, plain.user, plain.item, plain.weight, time))


@settings(max_examples=40)
@given(_datasets(), st.sampled_from(["parquet", "csv", "jsonl"]))
def test_what_is_written_is_read_again(data: Dataset, form: Format) -> None:
    with tempfile.TemporaryDirectory() as name:
        write_dataset(data, Path(name), form=form)
        again = read_dataset(name)
    assert again.catalog == data.catalog
    assert again.interactions.users.names == tuple(sorted(data.interactions.users.names))
    ours, theirs = data.interactions, again.interactions
    assert theirs.item.tolist() == ours.item.tolist()
    assert theirs.weight.tolist() == ours.weight.tolist()
    assert ours.time is not None
    assert theirs.time is not None
    assert theirs.time == pytest.approx(ours.time, abs=1e-5)


def test_what_is_known_of_an_item_stands_in_its_first_row() -> None:
    catalog = Catalog.from_texts(
        ["a", "b"],
        [{"de": "x", "en": "y"}, {"de": "z"}],
        category=["c", ""],
        attributes={"price": (1.5, None), "tags": (["p", "q"], [])},
    )
    table = items_table(catalog)
    assert table["category"].to_list() == ["c", None, ""]
    assert table["price"].to_list() == [1.5, None, None]
    assert table["tags"].to_list() == [["p", "q"], None, []]


def test_lists_are_json_in_csv(tmp_path: Path) -> None:
    catalog = Catalog.from_texts(["a"], [{"de": "x"}], attributes={"tags": (["p", "q"],)})
    data = Dataset(catalog, Interactions.from_pairs([("u", 0)]))
    write_dataset(data, tmp_path, form="csv")
    assert read_dataset(tmp_path).catalog.attributes == {"tags": ('["p", "q"]',)}


def test_a_form_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    data = Dataset(Catalog.from_texts(["a"], [{"de": "x"}]), Interactions.from_pairs([("u", 0)]))
    with pytest.raises(ConfigError) as caught:
        write_dataset(data, tmp_path, form="xlsx")  # type: ignore[arg-type]
    assert str(caught.value) == "form is 'xlsx'; give 'parquet', 'csv' or 'jsonl'"


def test_a_summary_counts_what_is_there_and_what_is_missing() -> None:
    catalog = Catalog.from_texts(["a", "b", "c"], [{"de": "x", "en": "y"}, {"und": "z"}, {}])
    facts = summary(Dataset(catalog, Interactions.from_pairs([("u", 0), ("u", 1), ("v", 0)])))
    assert [facts[name] for name in ("users", "items", "interactions", "texts")] == [2, 3, 3, 3]
    assert facts["texts_without_language"] == 1
    assert facts["items_without_text"] == 1
    assert facts["items_without_interactions"] == 1
    assert facts["density"] == 0.5
    assert facts["times"] is None
    assert "rows" not in facts


def test_quantiles_of_nothing_are_none_and_moments_may_be_beyond_any_calendar() -> None:
    assert quantiles([]) is None
    assert moment(0) == "1970-01-01T00:00:00+00:00"
    assert moment(1e15) == "1000000000000000 s"
