from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

import pytest

from polyrec.core.errors import ConfigError, UnknownNameError
from polyrec.encode.cached import Cached
from polyrec.encode.hashing import Hashing
from polyrec.encode.no_debias import NoDebias
from polyrec.models.content import Content
from polyrec.models.ease import Ease
from polyrec.pipeline.plan import Plan, shipped_plans
from polyrec.rank.prefer_languages import PreferLanguages

if TYPE_CHECKING:
    from pathlib import Path

TEXT = """
[encoder]
use = "cached"
folder = "vectors"

[encoder.encoder]
use = "hashing"
size = 64

[debias]
use = "language-mean"
shrinkage = 2.5

[recommender]
use = "content"
profile = "mean"
"""


def test_a_plan_survives_being_written(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(TEXT)
    plan = Plan.load(path)
    assert plan.encoder == Cached(Hashing(size=64), folder="vectors")
    assert plan.recommender == Content(profile="mean")
    again = tmp_path / "again.toml"
    again.write_text(plan.to_toml())
    assert Plan.load(str(again)) == plan
    assert tomllib.loads(plan.to_toml()) == plan.to_table()


def test_what_a_plan_does_not_name_has_a_default() -> None:
    plan = Plan.from_table({"recommender": {"use": "ease"}})
    assert plan == Plan(Ease(), None, NoDebias(), PreferLanguages())


def test_a_name_is_short_for_a_table() -> None:
    short = {"recommender": "ease", "encoder": {"use": "cached", "encoder": "hashing"}}
    assert Plan.from_table(short) == Plan(Ease(), Cached(Hashing()))


def test_a_plan_without_an_encoder_is_written_without_one() -> None:
    assert Plan(Ease()).to_table().keys() == {"debias", "recommender", "ranker"}


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({}, 'the plan has no [recommender]; add one, such as "hybrid"'),
        (
            {"recomender": {"use": "ease"}},
            "no part of a plan is named 'recomender'; did you mean 'recommender'?",
        ),
        (
            {"recommender": {"use": "eas"}},
            "no recommender is named 'eas'; did you mean 'ease'?",
        ),
        (
            {"recommender": {"use": "ease", "l3": 1.0}},
            "no setting of recommender 'ease' is named 'l3'; known: l2, memory_limit_gb",
        ),
        (
            {"recommender": {"use": "ease", "l2": "five"}},
            "recommender 'ease': l2 is 'five'; give float",
        ),
        (
            {"recommender": {"use": "ease", "l2": True}},
            "recommender 'ease': l2 is True; give float",
        ),
        (
            {"recommender": {"use": "ease", "l2": -1}},
            "recommender 'ease': l2 is -1; give a number above 0",
        ),
        (
            {"recommender": {"l2": 1.0}},
            "recommender is {'l2': 1.0}; give a table with use = the recommender's name",
        ),
        ({"recommender": 3}, "recommender is 3; give a table with use = the recommender's name"),
        (
            {"recommender": "ease", "encoder": {"use": "cached", "encoder": 3}},
            "encoder is 3; give a table with use = the encoder's name",
        ),
    ],
)
def test_a_plan_that_cannot_be_used_says_why(table: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Plan.from_table(table)
    assert str(caught.value) == message


def test_a_setting_that_must_be_given_is_named() -> None:
    table = {"recommender": "ease", "encoder": "cached"}
    with pytest.raises(ConfigError) as caught:
        Plan.from_table(table)
    assert (
        str(caught.value)
        == "encoder 'cached' has no encoder; set encoder; see polyrec parts encoder"
    )


def test_a_plan_that_is_not_there_names_those_that_ship() -> None:
    with pytest.raises(ConfigError) as caught:
        Plan.load("defalt")
    names = ", ".join(shipped_plans())
    assert str(caught.value) == f"no plan 'defalt'; give a .toml file or: {names}"
    assert "default" in names


@pytest.mark.parametrize("content", [b"[encoder\n", b"use = '\xff'\n"])
def test_a_file_that_is_not_toml_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "plan.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=r"plan\.toml is not TOML: "):
        Plan.load(path)


def test_a_file_of_the_users_own_may_have_the_name_of_a_plan_that_ships(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "default.toml").write_text('recommender = "ease"\n')
    monkeypatch.chdir(tmp_path)
    assert Plan.load("default.toml").recommender == Ease()


def test_an_unknown_kind_of_part_is_a_matter_of_configuration() -> None:
    with pytest.raises(UnknownNameError) as caught:
        Plan.from_table({"recommender": "ease", "translator": "x"})
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("pivot", ["und", "", ["en"], 5])
def test_a_pivot_that_is_no_language_is_refused(pivot: object) -> None:
    with pytest.raises(ConfigError, match=r"^pivot is .*; name a language"):
        Plan.from_table({"recommender": "ease", "pivot": pivot})
