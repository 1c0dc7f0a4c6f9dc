from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from polyrec.cli import checks
from polyrec.cli.checks import Check
from polyrec.encode import e5_small
from polyrec.store.database import Database
from polyrec.store.tables import HEAD
from polyrec.translate.apertium import Apertium

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    Run = Callable[..., Result]


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let the doctor find what a test says."""

    def find(*made: Check) -> None:
        monkeypatch.setattr(checks, "all_checks", lambda: list(made))

    return find


def test_doctor_ends_with_0_if_all_is_well(run: Run, found: Any) -> None:
    found(Check("python", "ok", "3.11"), Check("extra x", "note", "without y", "pip install y"))
    result = run("doctor")
    assert result.exit_code == 0
    assert "extra x: pip install y" in result.stdout
    assert "all is well" in result.stdout


def test_doctor_ends_with_2_and_a_remedy_if_something_is_missing(run: Run, found: Any) -> None:
    found(Check("polars", "fault", "missing", "pip install polars"))
    for options in ([], ["--json"]):
        assert run("doctor", *options).exit_code == 2
    assert "polars: pip install polars" in run("doctor").stdout
    document = json.loads(run("doctor", "--json").stdout)
    assert document["ok"] is False
    assert document["checks"][0]["status"] == "fault"


@pytest.mark.model
def test_doctor_finds_this_installation_well_and_tells_no_secrets(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOME_API_KEY", "do-not-tell")
    result = run("doctor", "--json")
    assert result.exit_code == 0, result.output
    assert "do-not-tell" not in result.output
    names = {check["name"] for check in json.loads(result.stdout)["checks"]}
    assert {
        "python",
        "polars",
        "onnx runtime",
        "encoder weights",
        "cache",
        "database",
        "encoding",
    } <= names


def test_a_missing_or_old_library_is_a_fault_and_a_missing_extra_a_note(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lines = ["a>=2", "b", "c>=1", 'd>=1; extra == "more"', 'e; extra == "more"', 'f; extra == "g"']
    there = {"a": "1.0", "c": "1.5", "e": "1", "f": "2"}
    monkeypatch.setattr(checks.importlib.metadata, "requires", lambda _: lines)
    monkeypatch.setattr(checks, "_version", there.get)
    seen = [(c.name, c.status, c.found, c.remedy) for c in checks.check_libraries()]
    assert seen == [
        ("a", "fault", "1.0", "pip install 'a>=2'"),
        ("b", "fault", "missing", "pip install 'b'"),
        ("c", "ok", "1.5", ""),
        ("extra g", "ok", "installed", ""),
        ("extra more", "note", "without d", "pip install 'polyrec[more]'"),
    ]


def test_weights_that_are_not_the_known_ones_are_a_fault(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "w").write_bytes(b"x")
    monkeypatch.setattr(e5_small.E5Small, "file", tmp_path / "w")
    check = checks.check_weights()
    assert (check.status, "another SHA-256" in check.found) == ("fault", True)
    monkeypatch.setattr(e5_small.E5Small, "file", tmp_path / "none")
    assert checks.check_weights().status == "fault"


def test_a_cache_that_cannot_be_written_is_a_fault(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("x")
    for folder, status in ((tmp_path / "new", "ok"), (tmp_path / "file" / "below", "fault")):
        monkeypatch.setenv("POLYREC_CACHE", str(folder))
        assert checks.check_cache().status == status
    assert "POLYREC_CACHE" in checks.check_cache().remedy


def test_a_database_is_looked_at_and_not_made(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "memory.sqlite"
    monkeypatch.setenv("POLYREC_DATABASE", str(path))
    check = checks.check_database()
    assert (check.status, check.found) == ("ok", f"{path}, made when it is first used")
    assert not path.exists()
    Database().upgrade()
    assert checks.check_database().found == f"{path}, version {HEAD}"
    for head, remedy in (("9999", "store upgrade"), ("0000", "newer polyrec")):
        monkeypatch.setattr("polyrec.store.tables.HEAD", head)
        check = checks.check_database()
        assert (check.status, remedy in check.remedy) == ("note", True)
    path.write_text("no database")
    assert checks.check_database().status == "note"


def test_apertium_is_shown_with_its_languages_and_may_be_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pairs = {("es", "en"): "spa-eng", ("en", "es"): "eng-spa"}
    monkeypatch.setattr(Apertium, "pairs", pairs)
    check = checks.check_apertium()
    assert (check.status, check.found) == ("ok", "2 pairs of en, es")
    monkeypatch.setattr(Apertium, "pairs", {})
    check = checks.check_apertium()
    assert (check.status, "apt-get install apertium" in check.remedy) == ("note", True)


def test_the_machine_has_cores_and_memory() -> None:
    facts = checks.check_machine().facts
    assert facts["cores"] >= 1
    assert facts["memory_gb"] > 0


def test_an_encoder_that_fails_or_gives_nonsense_is_a_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import numpy as np

    monkeypatch.setattr(e5_small.E5Small, "encode", lambda *_: np.eye(2))
    assert checks.check_encoding().status == "fault"

    def fail(*_: object) -> None:
        raise RuntimeError("no\nmore")

    monkeypatch.setattr(e5_small.E5Small, "encode", fail)
    assert checks.check_encoding().found == "no"
