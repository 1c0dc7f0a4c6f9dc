from __future__ import annotations

import ast
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from polyrec.core.errors import EngineError, UnknownNameError
from polyrec.core.remembered import default_folder
from polyrec.evaluation.benchmark import environments
from polyrec.evaluation.benchmark.environments import PEERS, chosen_peers, environment_of
from polyrec.evaluation.benchmark.process import Done, last_lines

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyrec.evaluation.benchmark.environments import Peer

    Scripted = Callable[..., Peer]


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let pip find nothing at all."""
    for name, value in {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("POLYREC_CACHE", str(tmp_path / "cache"))


def test_what_does_not_install_says_so_and_leaves_nothing(
    offline: None, scripted: Scripted
) -> None:
    peer = replace(scripted(), builds=(("no-such-library==9",),))
    with pytest.raises(EngineError) as failed:
        environment_of("made", peer)
    assert "no-such-library==9 did not install: " in failed.value.problem
    assert "No matching distribution found for no-such-library==9" in failed.value.problem
    assert not list((default_folder() / "peers").iterdir())


def test_an_environment_is_made_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, scripted: Scripted
) -> None:
    calls: list[list[str]] = []

    def run(command: list[str], **_: object) -> Done:
        calls.append(command)
        if "venv" in command:
            Path(command[-1]).mkdir(parents=True)
        return Done(0, "")

    monkeypatch.setenv("POLYREC_CACHE", str(tmp_path))
    monkeypatch.setattr(environments, "run_program", run)
    peer = replace(scripted(), builds=(("made==1", "numpy==2"),))
    python, note = environment_of("made", peer)
    assert environment_of("made", peer) == (python, "")
    assert note == ""
    assert len(calls) == 2
    assert calls[1][0] == str(python)
    assert calls[1][-2:] == ["made==1", "numpy==2"]
    assert python.is_relative_to(tmp_path / "peers")
    environment_of("made", replace(peer, builds=(("made==2",),)))
    assert len(calls) == 4


def test_the_next_build_takes_over_and_the_note_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, scripted: Scripted
) -> None:
    def run(command: list[str], **_: object) -> Done:
        if "venv" in command:
            Path(command[-1]).mkdir(parents=True)
        bad = "made==1" in command
        return Done(int(bad), "Traceback\nAttributeError: no setup\nhint: see above" if bad else "")

    monkeypatch.setenv("POLYREC_CACHE", str(tmp_path))
    monkeypatch.setattr(environments, "run_program", run)
    _, note = environment_of("made", replace(scripted(), builds=(("made==1",), ("fork==1",))))
    assert note == "made==1 did not install: AttributeError: no setup; fork==1 ran instead"


def test_a_peer_without_requirements_is_run_by_this_python(scripted: Scripted) -> None:
    assert environment_of("made", scripted()) == (Path(sys.executable), "")


@pytest.mark.parametrize("name", PEERS)
def test_the_table_names_the_models_of_the_scripts_and_every_default_can_be_overridden(
    name: str,
) -> None:
    peer = PEERS[name]
    tree = ast.parse(peer.runner.read_text(encoding="utf-8"))
    (models,) = (
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "MODELS"
    )
    assert tuple(models) == peer.models
    for model in models.values():
        assert set(model["grid"]) == set(model["defaults"])
    requirements = [each for build in peer.builds for each in build]
    assert requirements
    assert all("==" in each for each in requirements)


@pytest.mark.parametrize("name", PEERS)
def test_scripts_import_polyrec_for_types_alone(name: str) -> None:
    tree = ast.parse(PEERS[name].runner.read_text(encoding="utf-8"))
    always = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    named = " ".join(ast.unparse(node) for node in always)
    assert "polyrec" not in named


def test_libraries_and_single_models_are_chosen() -> None:
    assert chosen_peers(["implicit:bpr", "cornac", "implicit:als", "implicit:bpr"]) == {
        "implicit": ("bpr", "als"),
        "cornac": ("bpr", "ease", "item-knn"),
    }
    with pytest.raises(UnknownNameError, match="no peer is named 'implict'; did you mean"):
        chosen_peers(["implict"])
    with pytest.raises(UnknownNameError, match="no model of implicit is named 'bm26'"):
        chosen_peers(["implicit:bm26"])


def test_the_lines_that_matter_are_kept() -> None:
    said = "a\nValueError: first\n  frame\nKeyError: 'second'\nnote: advice\n╰─> see above\n"
    assert last_lines(said) == "KeyError: 'second'"
    assert last_lines("one\ntwo\n\n---\nthree\nfour\n") == "two / three / four"
    assert last_lines("") == ""
