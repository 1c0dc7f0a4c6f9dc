from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from polyrec.adapt.base import base_folder
from polyrec.core.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

pytest.importorskip("sentence_transformers", reason="needs the extra torch")


def test_a_folder_of_ones_own_is_taken_as_it_is(base: Path, tmp_path: Path) -> None:
    assert base_folder(str(base), tmp_path / "kept") == base
    assert not (tmp_path / "kept").exists()


def test_what_was_rebuilt_before_is_taken_again(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    assert base_folder("e5-small", tmp_path / "kept") == tmp_path / "kept"


def test_a_pickle_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pytorch_model.bin").write_bytes(b"")
    with pytest.raises(ConfigError, match="is a pickle, which may run code"):
        base_folder(str(tmp_path), tmp_path / "kept")


def test_a_model_that_is_not_there_is_not_fetched(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no folder .*; check the path"):
        base_folder(str(tmp_path / "none"), tmp_path / "kept")
