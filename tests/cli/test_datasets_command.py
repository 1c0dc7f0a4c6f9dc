from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from polyrec.cli.datasets import SHOWN_VIEWS
from polyrec.data.view import VIEWS

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result

    Run = Callable[..., Result]


def test_the_datasets_are_listed_with_their_counts_and_source(run: Run) -> None:
    result = run("datasets")
    assert result.exit_code == 0
    for word in ("users", "items", "interactions", "texts", "languages", "debian", "source: "):
        assert word in result.stdout


def test_the_datasets_as_json(run: Run) -> None:
    (found,) = json.loads(run("datasets", "--json").stdout)
    assert found["name"] == "debian"
    assert found["counts"]["users"] > 500
    assert (Path(found["folder"]) / "COPYRIGHT").is_file()


def test_a_dataset_shows_the_languages_of_its_views(run: Run) -> None:
    found = json.loads(run("datasets", "debian", "--json").stdout)
    views = found["views"]
    n_items = found["counts"]["items"]
    assert sum(views["one-language"].values()) == n_items
    assert views["en"] == {"en": n_items}
    assert max(views["balanced"].values()) <= n_items * 0.2
    assert sum(views["all"].values()) == found["counts"]["texts"]
    assert len(views["all"]) == found["counts"]["languages"]
    table = run("datasets", "debian").stdout
    assert f"{views['balanced']['de']:,}" in table


def test_the_text_seed_draws_other_languages(run: Run) -> None:
    first, second = (
        json.loads(run("datasets", "debian", "--text-seed", seed, "--json").stdout)["views"]
        for seed in (1, 2)
    )
    assert first["one-language"] != second["one-language"]
    assert first["all"] == second["all"]


def test_every_view_but_the_given_one_is_shown() -> None:
    assert {*SHOWN_VIEWS, "as-given"} == set(VIEWS)


def test_every_view_is_named_in_the_help_of_fit(run: Run) -> None:
    words = run("fit", "--help").stdout
    for view in VIEWS:
        assert view in words


def test_an_unknown_dataset_is_told_the_nearest(run: Run) -> None:
    result = run("datasets", "debain")
    assert result.exit_code == 2
    assert "did you mean 'debian'?" in result.stderr
