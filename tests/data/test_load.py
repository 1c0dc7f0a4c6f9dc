from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from polyrec.core.errors import ConfigError, DataError, LanguageError
from polyrec.core.registry import PARTS, build
from polyrec.data.load import read_dataset, read_table, reader_of
from polyrec.data.readers.csv import Csv

if TYPE_CHECKING:
    from pathlib import Path

CATALOG = "item_id,title,lang\na,Holz,de\nb,wood,en\n"
EVENTS = "userId\tmovieId\trating\nu\ta\t4\nu\tb\t2\nv\ta\t1\n"


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    path = tmp_path / "items.CSV"
    path.write_text(CATALOG)
    return path


@pytest.fixture
def events(tmp_path: Path) -> Path:
    path = tmp_path / "events.tsv"
    path.write_text(EVENTS)
    return path


def test_catalog_and_interactions_may_have_different_formats(catalog: Path, events: Path) -> None:
    data = read_dataset(str(catalog), events, name="films")
    assert data.name == "films"
    assert data.catalog.texts == ({"de": "Holz"}, {"en": "wood"})
    assert data.interactions.users.names == ("u", "v")
    assert data.interactions.item.tolist() == [0, 1, 0]
    assert data.interactions.weight.tolist() == [4.0, 2.0, 1.0]
    assert data.notes == ()


def test_every_format_gives_the_same_dataset(catalog: Path, events: Path) -> None:
    items, rows = pl.read_csv(catalog), pl.read_csv(events, separator="\t")
    expected = read_dataset(catalog, events)
    items.write_parquet(catalog.with_name("i.parquet"))
    rows.write_ndjson(events.with_name("e.ndjson"))
    sources = [(items, rows.lazy()), (catalog.with_name("i.parquet"), events.with_name("e.ndjson"))]
    for some_items, some_rows in sources:
        data = read_dataset(some_items, some_rows)
        assert data.catalog == expected.catalog
        assert data.interactions.users == expected.interactions.users
        assert data.histories.matrix().toarray().tolist() == [[4.0, 2.0], [1.0, 0.0]]


def test_frames_of_pandas_can_be_read(catalog: Path, events: Path) -> None:
    pandas = pytest.importorskip("pandas")
    items, rows = pandas.read_csv(catalog), pandas.read_csv(events, sep="\t")
    data = read_dataset(items, rows)
    assert data.catalog == read_dataset(catalog, events).catalog
    assert data.interactions.weight.tolist() == [4.0, 2.0, 1.0]


def test_a_dataset_says_which_pairs_were_summed(catalog: Path, events: Path) -> None:
    events.write_text(f"{EVENTS}v\ta\t2\n")
    assert read_dataset(catalog, events).notes == (
        "events.tsv: 1 pair stood more than once and was summed (first: row 5, user 'v', item 'a')",
    )


def test_faults_name_the_file_and_frames_are_named_by_what_they_hold(
    catalog: Path, events: Path
) -> None:
    rows = pl.DataFrame({"user": ["u"], "item": ["x"]})
    for items, name in ((catalog, "items.CSV"), (pl.read_csv(catalog), "catalog")):
        with pytest.raises(DataError) as caught:
            read_dataset(items, rows)
        assert str(caught.value) == (
            f"interactions row 1: item is 'x', which is not in {name};"
            " add the item to the catalog, or leave such rows out"
        )
    events.write_text(EVENTS.replace("4", "five"))
    with pytest.raises(DataError, match=r"^events\.tsv row 2: rating is 'five', not a number;"):
        read_dataset(catalog, events)


def test_texts_without_a_language_have_the_default(events: Path) -> None:
    items = pl.DataFrame({"id": ["a", "b"], "text": ["x", "y"]})
    assert read_dataset(items, events, default_language="pt_br").catalog.language == ("pt-BR",) * 2
    assert read_dataset(items, events).catalog.language == ("und", "und")


def test_the_default_language_must_be_a_tag(catalog: Path, events: Path) -> None:
    with pytest.raises(LanguageError):
        read_dataset(catalog, events, default_language="German")


@pytest.mark.parametrize(
    "reader", [Csv(separator="|"), {"use": "csv", "separator": "|"}], ids=["part", "table"]
)
def test_a_reader_can_be_given_for_files_of_any_ending(tmp_path: Path, reader: object) -> None:
    path = tmp_path / "events.dat"
    path.write_text("user|item\nu|a\n")
    items = pl.DataFrame({"id": ["a"], "text": ["x"]})
    assert len(read_dataset(items, path, reader=reader).interactions) == 1


def test_a_table_that_is_read_already_is_taken(tmp_path: Path, catalog: Path) -> None:
    path = tmp_path / "events.dat"
    path.write_text("user|item\nu|a\n")
    table = Csv(separator="|").read(path)
    assert len(read_dataset(catalog, table).interactions) == 1


def test_a_reader_can_be_given_by_name(tmp_path: Path) -> None:
    path = tmp_path / "t.txt"
    path.write_text('a\n"x"\n')
    assert read_table(path, reader="csv").frame.rows() == [("x",)]


def test_every_registered_reader_can_be_made_from_its_name() -> None:
    for name in PARTS["reader"]:
        reader = build("reader", name)
        for ending in reader.endings:
            assert reader_of(f"t{ending}") == reader


@pytest.mark.parametrize(
    ("source", "called"), [("t.xlsx", "'t.xlsx'"), (5, "int"), (None, "NoneType")]
)
def test_a_source_that_no_reader_takes_is_refused(source: object, called: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_table(source)
    assert str(caught.value) == (
        f"no reader takes {called}; give a file ending in .csv, .tsv, .jsonl, .ndjson,"
        " .parquet, a polars or pandas frame, or a reader"
    )
