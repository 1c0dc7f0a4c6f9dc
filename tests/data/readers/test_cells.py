from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from polyrec.core.errors import DataError
from polyrec.data.readers.cells import ids_of, languages_of, texts_of, weights_of
from polyrec.data.readers.table import Table

if TYPE_CHECKING:
    from collections.abc import Callable

WEIGHT_HINT = "give numbers above 0, or leave the column out"


def _table(cells: Any, kind: Any = None) -> Table:
    return Table("t.csv", pl.DataFrame({"c": pl.Series(cells, dtype=kind)}))


def _fault(read: Callable[[], object]) -> str:
    with pytest.raises(DataError) as caught:
        read()
    return str(caught.value)


def test_texts_are_stripped_and_a_missing_one_is_empty() -> None:
    assert texts_of(_table([" a b\n", None, ""]), "c").to_list() == ["a b", "", ""]


def test_numbers_and_lists_become_texts() -> None:
    assert texts_of(_table([1984, None]), "c").to_list() == ["1984", ""]
    assert texts_of(_table([["a", "b"], []]), "c").to_list() == ["a|b", ""]
    assert texts_of(_table(["x"], pl.Categorical), "c").to_list() == ["x"]


def test_a_column_of_another_kind_is_no_text() -> None:
    assert _fault(lambda: texts_of(_table([b"x"]), "c")) == "t.csv: c holds Binary; give texts"


def test_ids_are_kept_as_they_are_but_for_white_space() -> None:
    assert ids_of(_table([" 007 ", "a b", "ß"]), "c").to_list() == ["007", "a b", "ß"]


def test_ids_that_are_whole_numbers_have_no_point() -> None:
    assert ids_of(_table([7, 2**60]), "c").to_list() == ["7", str(2**60)]
    assert ids_of(_table([7.0, -1.5, 1e6]), "c").to_list() == ["7", "-1.5", "1000000"]


@pytest.mark.parametrize("cells", [["a", " "], ["a", None], [1.0, None], [1.0, float("nan")]])
def test_an_empty_id_is_refused(cells: list[object]) -> None:
    assert _fault(lambda: ids_of(_table(cells), "c")) == (
        "t.csv row 2: c is empty; give every row an id"
    )


def test_an_id_in_single_precision_is_refused_earlier() -> None:
    assert ids_of(_table([2.0**24 - 1], pl.Float32), "c").to_list() == ["16777215"]
    assert _fault(lambda: ids_of(_table([2.0**24], pl.Float32), "c")).startswith(
        "t.csv row 1: c is 16777216.0, too large for a decimal number to be exact;"
    )


def test_an_id_that_may_have_been_rounded_is_refused() -> None:
    assert _fault(lambda: ids_of(_table([1.0, 2.0**53]), "c")) == (
        "t.csv row 2: c is 9007199254740992.0, too large for a decimal number to be exact;"
        " give ids as text"
    )


def test_languages_are_spelt_one_way_and_missing_ones_are_the_default() -> None:
    cells = ["pt_br", "deu", None, " ", "und"]
    assert languages_of(_table(cells), "c", "fr").to_list() == ["pt-BR", "de", "fr", "fr", "und"]
    assert languages_of(_table(cells), None, "fr").to_list() == ["fr"] * 5


def test_the_first_of_several_bad_tags_is_named() -> None:
    for tags in (["xx", "zz"], ["zz", "xx"]):
        said = f"t.csv row 1: c is '{tags[0]}', not a language tag;"
        assert _fault(lambda: languages_of(_table(tags), "c", "und")).startswith(said)  # noqa: B023


def test_what_is_no_language_tag_is_refused() -> None:
    assert _fault(lambda: languages_of(_table(["de", "German", "German"]), "c", "und")) == (
        "t.csv row 2: c is 'German', not a language tag (and 1 more row);"
        " use BCP 47, such as 'de', 'pt-BR' or 'und'"
    )


def test_weights_may_be_text_or_numbers_of_any_kind() -> None:
    for cells in ([" 2 ", "0.5", "1e3"], [2.0, 0.5, 1000.0]):
        assert weights_of(_table(cells), "c").to_list() == [2.0, 0.5, 1000.0]
    assert weights_of(_table([True]), "c").to_list() == [1.0]


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("five", f"c is 'five', not a number; {WEIGHT_HINT}"),
        ("1,5", f"c is '1,5', not a number; {WEIGHT_HINT}"),
        ("NaN", f"c is 'NaN', not a number; {WEIGHT_HINT}"),
        (float("nan"), f"c is nan, not a number; {WEIGHT_HINT}"),
        ("-1", f"c is '-1', below 0; {WEIGHT_HINT}"),
        (-0.5, f"c is -0.5, below 0; {WEIGHT_HINT}"),
        ("-inf", f"c is '-inf', below 0; {WEIGHT_HINT}"),
        ("inf", f"c is 'inf', too large; {WEIGHT_HINT}"),
        (1e39, f"c is 1e+39, too large; {WEIGHT_HINT}"),
        ("0", "c is '0', not above 0; leave such rows out"),
        (0.0, "c is 0.0, not above 0; leave such rows out"),
        (False, "c is False, not above 0; leave such rows out"),
        (" ", f"c is empty; {WEIGHT_HINT}"),
    ],
)
def test_what_is_no_weight_is_refused(cell: object, said: str) -> None:
    good = {str: "1", float: 1.0, bool: True}[type(cell)]
    assert _fault(lambda: weights_of(_table([good, cell]), "c")) == f"t.csv row 2: {said}"


def test_a_missing_weight_is_refused() -> None:
    for cells in (["1", None], [1.0, None]):
        table = _table(cells)
        with pytest.raises(DataError) as caught:
            weights_of(table, "c")
        assert str(caught.value) == f"t.csv row 2: c is empty; {WEIGHT_HINT}"


def test_a_column_that_holds_no_numbers_is_refused_as_a_whole() -> None:
    assert _fault(lambda: weights_of(_table([[1]]), "c")) == (
        "t.csv: c holds List(Int64); give numbers"
    )


def test_a_fault_says_how_many_more_rows_have_it() -> None:
    table = Table("t.csv", pl.DataFrame({"c": ["1", "x", "y", "z"]}))
    assert _fault(lambda: weights_of(table, "c")) == (
        f"t.csv row 2: c is 'x', not a number (and 2 more rows); {WEIGHT_HINT}"
    )


def test_a_long_value_is_cut_in_a_message() -> None:
    assert _fault(lambda: weights_of(_table(["x" * 100]), "c")) == (
        f"t.csv row 1: c is '{'x' * 56}..., not a number; {WEIGHT_HINT}"
    )
