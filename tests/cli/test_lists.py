from __future__ import annotations

from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from polyrec.cli.data_options import data_options
from polyrec.cli.lists import MOST, NAMES, SEEDS

if TYPE_CHECKING:
    from pathlib import Path

    from polyrec.data.dataset import Dataset


@pytest.mark.parametrize(
    ("text", "seeds"),
    [
        ("3", [3]),
        ("0,2", [0, 2]),
        ("0-4", [0, 1, 2, 3, 4]),
        ("7-7", [7]),
        (" 5 , 1 - 3 ", [5, 1, 2, 3]),
        ("2,0-3,2", [2, 0, 1, 3]),
        ("999999999", [999999999]),
        (f"1-{MOST}", list(range(1, MOST + 1))),
    ],
)
def test_seeds_are_numbers_and_ranges_each_once_in_the_order_given(
    text: str, seeds: list[int]
) -> None:
    assert SEEDS.convert(text, None, None) == seeds


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "'' is no seed; give numbers such as 0,2 or 0-4"),
        ("1,", "'' is no seed"),
        ("-1", "'-1' is no seed"),
        ("a", "'a' is no seed"),
        ("1.5", "'1.5' is no seed"),
        ("1-2-3", "'1-2-3' is no seed"),
        ("9999999999", "'9999999999' is no seed"),
        ("4-2", "'4-2' must go up, by less than 1000"),
        (f"0-{MOST}", "must go up, by less than 1000"),
    ],
)
def test_what_are_no_seeds_is_refused(text: str, problem: str) -> None:
    with pytest.raises(click.BadParameter, match=problem):
        SEEDS.convert(text, None, None)


@given(st.lists(st.integers(0, 10**9 - 1), min_size=1, max_size=9))
def test_seeds_that_are_written_out_are_read_again(seeds: list[int]) -> None:
    found = SEEDS.convert(",".join(map(str, seeds)), None, None)
    assert found == list(dict.fromkeys(seeds))
    assert SEEDS.convert(found, None, None) == found


def test_names_are_parted_by_commas_each_once_without_white_space() -> None:
    assert NAMES.convert(" hybrid, ease,,hybrid ", None, None) == ["hybrid", "ease"]
    assert NAMES.convert(["ease"], None, None) == ["ease"]
    for nothing in ("", " ", ",,"):
        with pytest.raises(click.BadParameter, match="give at least one name"):
            NAMES.convert(nothing, None, None)


# the options that name the data


@pytest.fixture
def polyglot(tmp_path: Path) -> list[str]:
    """The options of data whose items have two languages each, one row per text."""
    rows = [f"i{i},{tag},{tag} {i}\n" for i in range(40) for tag in ("de", "fr")]
    (tmp_path / "items.csv").write_text("item_id,language,text\n" + "".join(rows))
    (tmp_path / "events.csv").write_text("user_id,item_id\nada,i0\n")
    return [
        *("--catalog", str(tmp_path / "items.csv")),
        *("--interactions", str(tmp_path / "events.csv")),
    ]


def _given(args: list[str], *, several_draws: bool) -> tuple[Dataset, dict[str, object]]:
    found: list[tuple[Dataset, dict[str, object]]] = []

    @click.command()
    @data_options(several_draws=several_draws)
    def command(data: Dataset, **others: object) -> None:
        found.append((data, others))

    result = CliRunner().invoke(command, args, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return found[0]


def test_a_command_of_several_draws_gets_the_view_of_the_first_and_all_seeds(
    polyglot: list[str],
) -> None:
    args = [*polyglot, "--view", "one-language", "--text-seeds", "5,2-3"]
    data, others = _given(args, several_draws=True)
    assert others == {"text_seeds": [5, 2, 3]}
    assert data.view_name == "one-language"
    one, _ = _given([*polyglot, "--view", "one-language", "--text-seed", "5"], several_draws=False)
    assert data.catalog == one.catalog
    assert data.catalog != data.view("one-language", seed=2).catalog


def test_a_command_of_one_draw_knows_no_seeds(polyglot: list[str]) -> None:
    data, others = _given([*polyglot, "--view", "all"], several_draws=False)
    assert others == {}
    assert data.catalog.pooled
    plain, _ = _given(polyglot, several_draws=False)
    assert plain.view_name == "as-given"


def test_several_draws_are_made_by_default_and_are_as_many_as_the_help_says() -> None:
    seeds: list[object] = []

    @click.command()
    @data_options(several_draws=True)
    def command(data: Dataset, text_seeds: list[int]) -> None:
        seeds.extend(text_seeds)

    result = CliRunner().invoke(command, ["--data", "debian"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    assert seeds == [1, 2, 3]
    assert "[default: 1-3]" in CliRunner().invoke(command, ["--help"]).output
