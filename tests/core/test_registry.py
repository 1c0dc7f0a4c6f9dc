from __future__ import annotations

import importlib.metadata
import sys
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from polyrec.core.errors import ConfigError, LanguageError, MissingExtraError, UnknownNameError
from polyrec.core.registry import PARTS, build, name_of, part_class, parts, table_of
from polyrec.encode.cached import Cached
from polyrec.encode.hashing import Hashing
from polyrec.models.popularity import Popularity

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class Mine(Popularity):
    """Somebody else's part."""

    shade: str = "dark"


@pytest.fixture
def mine(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Install a package whose entry points name `Mine`, by a path that re-exports it."""
    module = ModuleType("some_package")
    module.Mine = Mine  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "some_package", module)
    points = {
        "polyrec.recommender": [("mine", "some_package:Mine"), ("ease", "some_package:Mine")],
        "polyrec.encoder": [("broken", "no_such_package.part:Part [torch]")],
    }

    def entry_points(*, group: str) -> list[importlib.metadata.EntryPoint]:
        return [importlib.metadata.EntryPoint(n, v, group) for n, v in points.get(group, [])]

    monkeypatch.setattr(importlib.metadata, "entry_points", entry_points)
    parts.cache_clear()
    yield
    parts.cache_clear()


@pytest.mark.usefixtures("mine")
def test_parts_of_other_packages_are_found_by_their_entry_points() -> None:
    part = build("recommender", {"use": "mine", "shade": "light"})
    assert part == Mine(shade="light")
    assert name_of("recommender", part) == "mine"
    assert build("recommender", table_of("recommender", part)) == part


@pytest.mark.usefixtures("mine")
def test_parts_of_other_packages_replace_none_of_the_own() -> None:
    assert parts()["recommender"]["ease"] == PARTS["recommender"]["ease"]
    assert "mine" not in PARTS["recommender"]


@pytest.mark.usefixtures("mine")
def test_a_part_whose_library_is_missing_says_what_to_install() -> None:
    with pytest.raises(MissingExtraError) as caught:
        part_class("encoder", "broken")
    assert str(caught.value) == (
        "encoder 'broken' needs no_such_package; pip install 'polyrec[torch]'"
    )


def test_a_fault_in_polyrec_itself_is_no_missing_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PARTS["encoder"], "lost", "polyrec.encode.lost:Lost [torch]")
    parts.cache_clear()
    with pytest.raises(ModuleNotFoundError, match=r"polyrec\.encode\.lost"):
        part_class("encoder", "lost")
    monkeypatch.undo()
    parts.cache_clear()


def test_unknown_kinds_and_names_are_refused() -> None:
    with pytest.raises(UnknownNameError, match=r"^no kind of part is named 'encodr'; did you mean"):
        part_class("encodr", "hashing")
    with pytest.raises(UnknownNameError, match=r"^no encoder is named 'hasing'; did you mean 'has"):
        build("encoder", "hasing")


def test_a_part_may_be_held_by_table_name_or_itself() -> None:
    expected = Cached(Hashing(size=8))
    for inner in ({"use": "hashing", "size": 8}, Hashing(size=8)):
        assert build("encoder", {"use": "cached", "encoder": inner}) == expected
    assert build("encoder", {"use": "cached", "encoder": "hashing"}) == Cached(Hashing())


def test_a_setting_that_a_part_refuses_is_told_with_the_part() -> None:
    table = {"use": "cached", "encoder": {"use": "tfidf", "size": 0}}
    with pytest.raises(ConfigError, match=r"^encoder 'tfidf': size is 0; give at least 1$"):
        build("encoder", table)
    with pytest.raises(LanguageError, match=r"^translator 'pivot': 'xx-1' is not a language tag"):
        build("translator", {"use": "pivot", "translator": "apertium", "through": "xx-1"})


def test_building_changes_no_table() -> None:
    table = {"use": "cached", "encoder": {"use": "hashing"}}
    build("encoder", table)
    assert table == {"use": "cached", "encoder": {"use": "hashing"}}


def test_a_part_that_is_not_registered_cannot_be_written() -> None:
    with pytest.raises(ConfigError) as caught:
        table_of("recommender", Mine())
    assert str(caught.value) == (
        f"{Mine.__module__}:Mine is not a registered recommender; add its line to the registry"
    )


def test_parts_are_loaded_when_they_are_first_used() -> None:
    assert all(":" in line for lines in PARTS.values() for line in lines.values())
