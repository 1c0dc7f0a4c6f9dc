from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from polyrec.evaluation.report_choice import choose
from polyrec.evaluation.rows import Row
from polyrec.evaluation.tables import (
    Cell,
    Table,
    further_tables,
    language_table,
    main_table,
    slice_tables,
)
from polyrec.evaluation.tables_left_out import left_out_tables

if TYPE_CHECKING:
    from polyrec.evaluation.content import Content

ROW = Row("debian", "one-language", "random", "mean", "ease", "all", "ndcg", 20, 0.3, 0.2, 0.4, 9)


def main_of(content: Content) -> Table:
    table = main_table(choose(content))
    assert table is not None
    return table


def test_the_main_table_has_three_columns_per_split_but_none_twice(made_content: Content) -> None:
    table = main_of(made_content)
    # all items of the cold split are unseen: a column of its own would say the same again
    assert table.groups == (("Random split", 3), ("Cold-items split", 2))
    assert table.columns[2] == ("recall@20", "unseen items")
    assert [line.head for line in table.lines] == list(made_content.models)


def test_the_best_is_marked_and_the_oracle_does_not_compete(made_content: Content) -> None:
    lines = {line.head: line for line in main_of(made_content).lines}
    assert all(cell.best for cell in lines["hybrid"].cells)
    assert lines["hybrid-en"].oracle
    assert not any(c.best for m, line in lines.items() if m != "hybrid" for c in line.cells)


def test_values_that_are_written_alike_are_equally_good(bare_content: Content) -> None:
    rows = [replace(ROW, model=m, value=v) for m, v in (("a", 0.3001), ("b", 0.2999), ("c", 0.1))]
    table = main_of(replace(bare_content, rows=rows))
    assert [line.cells[0].best for line in table.lines] == [True, True, False]


def test_one_model_alone_is_not_the_best(bare_content: Content) -> None:
    table = main_of(replace(bare_content, rows=[ROW]))
    assert table.lines[0].cells == (Cell("0.300", "0.200 to 0.400"),)


def test_a_model_without_values_is_left_out_and_a_missing_value_is_a_dash(
    bare_content: Content,
) -> None:
    rows = [ROW, replace(ROW, model="b"), replace(ROW, model="b", measure="recall")]
    models = {"ease": "", "b": "", "never run": ""}
    table = main_of(replace(bare_content, rows=rows, models=models))
    assert [line.head for line in table.lines] == ["ease", "b"]
    assert table.lines[0].cells[1] == Cell("–")


def test_no_rows_give_no_tables(bare_content: Content) -> None:
    choice = choose(bare_content)
    assert main_table(choice) is None
    assert further_tables(choice) == []
    assert slice_tables(choice) == []
    assert language_table(bare_content, choice) is None
    assert left_out_tables(bare_content, choice) == []


def test_further_measures_have_a_table_per_split_and_mark_no_best(made_content: Content) -> None:
    tables = further_tables(choose(made_content))
    assert [table.groups for table in tables] == [
        (("Random split", 2),),
        (("Cold-items split", 2),),
    ]
    for table in tables:
        assert [name for name, _ in table.columns] == ["precision@20", "coverage@20"]
        assert not any(cell.best for line in table.lines for cell in line.cells)


def test_slices_say_how_many_users_they_rest_on(made_content: Content) -> None:
    tables = slice_tables(choose(made_content))
    captions = [table.caption for table in tables]
    assert captions[0] == "Random split: recall@20 by slice"
    assert len(captions) == 4
    assert tables[0].columns[2] == ("across languages", "n=184")
    assert tables[0].columns[3] == ("history of 1-4", "n=138")


def test_languages_stand_in_order_of_the_catalog(made_content: Content) -> None:
    table = language_table(made_content, choose(made_content))
    assert table is not None
    assert [line.head for line in table.lines[:3]] == ["en", "da", "it"]
    assert table.lines[0].note == "n=400"


def test_a_language_left_out_is_compared_with_the_same_language_kept(made_content: Content) -> None:
    (table,) = left_out_tables(made_content, choose(made_content))
    assert table.groups == (("nDCG@20", 3),)
    assert table.lines[0].head == "en"
    assert table.lines[-1].head == "all"
    assert [c.value for c in table.lines[0].cells] == ["0.310", "0.360", "86\u00a0%"]
