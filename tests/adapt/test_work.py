from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from polyrec.adapt.work import CHECKPOINT, work_folder
from polyrec.core.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path


def break_off(folder: Path, *, checkpoint: bool) -> None:
    with work_folder(folder) as work:
        if checkpoint:
            (work / CHECKPOINT).mkdir()
        raise KeyboardInterrupt


def test_the_folder_is_gone_when_all_is_done(tmp_path: Path) -> None:
    with work_folder(tmp_path / "work") as work:
        (work / CHECKPOINT).mkdir()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("anew", [False, True])
def test_a_checkpoint_stays_where_something_breaks_unless_all_begins_anew(
    tmp_path: Path, *, anew: bool
) -> None:
    with pytest.raises(KeyboardInterrupt):
        break_off(tmp_path / "work", checkpoint=True)
    with work_folder(tmp_path / "work", anew=anew) as work:
        assert (work / CHECKPOINT).exists() is not anew


def test_without_a_checkpoint_nothing_stays(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        break_off(tmp_path / "work", checkpoint=False)
    assert not list(tmp_path.iterdir())


def test_what_a_killed_process_left_half_written_goes(tmp_path: Path) -> None:
    (tmp_path / "work" / ".adapted.x7y").mkdir(parents=True)
    with work_folder(tmp_path / "work") as work:
        assert [file.name for file in work.iterdir()] == ["lock"]


def test_two_runs_do_not_share_a_folder(tmp_path: Path) -> None:
    with (
        work_folder(tmp_path / "work"),
        pytest.raises(ConfigError, match="another run is learning in"),
        work_folder(tmp_path / "work"),
    ):
        pass
