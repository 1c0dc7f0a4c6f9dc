from __future__ import annotations

import importlib.metadata
import json
from typing import TYPE_CHECKING

from polyrec.core import registry
from polyrec.core.registry import parts

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest
    from click.testing import Result

    Run = Callable[..., Result]


def test_every_part_is_listed_with_a_summary_and_its_settings_explained(run: Run) -> None:
    found = json.loads(run("parts", "--json").stdout)
    listed = [(part["kind"], part["name"]) for part in found]
    assert listed == [(kind, name) for kind, lines in parts().items() for name in lines]
    for part in found:
        assert part["summary"] or part["missing"]
        for setting in part["settings"]:
            assert setting["about"], (part["name"], setting["name"])


def test_one_kind_is_listed_as_a_plan_would_write_it(run: Run) -> None:
    result = run("parts", "recommender")
    assert result.exit_code == 0
    assert result.stdout.startswith("recommender\n")
    assert "  ease: Ridge regression" in result.stdout
    assert "      l2: float = 5.0  # ridge penalty" in result.stdout
    assert "hashing" not in result.stdout


def test_a_setting_without_default_is_marked(run: Run) -> None:
    assert "encoder: Encoder (needed)" in run("parts", "encoder").stdout


def test_a_default_that_is_a_part_is_shown_as_a_plan_would_write_it(run: Run) -> None:
    found = {part["name"]: part for part in json.loads(run("parts", "--json").stdout)}
    defaults = {s["name"]: s["default"] for s in found["consensus"]["settings"]}
    assert (defaults["quality"], defaults["priors"]) == ("features", {})
    (encoder,) = (s for s in found["features"]["settings"] if s["name"] == "encoder")
    table = {"use": "cached", "encoder": {"use": "e5-small", "max_tokens": 256}}
    assert encoder["default"] == table
    assert registry.table_of("encoder", registry.build("encoder", table))["use"] == "cached"


def test_an_unknown_kind_is_told_the_nearest(run: Run) -> None:
    result = run("parts", "recomender")
    assert result.exit_code == 2
    assert "did you mean 'recommender'?" in result.stderr


def test_a_part_whose_library_is_missing_is_listed_with_the_remedy(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = {"sentence": "no_such_library.sentence:Sentence [torch]"}
    monkeypatch.setattr(registry, "PARTS", {"encoder": lines})
    parts.cache_clear()
    try:
        result = run("parts")
    finally:
        parts.cache_clear()
    assert result.exit_code == 0
    assert "not installed: encoder 'sentence' needs no_such_library" in result.stdout
    assert "pip install 'polyrec[torch]'" in result.stdout


def test_a_part_that_loads_its_library_late_is_listed_with_the_remedy_too(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    needs = ["numpy>=2", 'torch>=2.6; extra == "torch"', 'faiss-cpu>=1.10; extra == "ann"']
    monkeypatch.setattr(importlib.metadata, "requires", lambda _name: needs)
    monkeypatch.setattr(importlib.metadata, "version", nothing)
    said = run("parts", "encoder").stdout
    assert said.count("not installed") == 1
    remedy = "not installed: encoder 'sentence' needs torch; pip install 'polyrec[torch]'"
    assert remedy in " ".join(said.split())
