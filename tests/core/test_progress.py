from __future__ import annotations

import pytest

from polyrec.core import progress as module
from polyrec.core.progress import draw_nothing, progress


def test_short_work_shows_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("encoding", 10) as advance:
        for _ in range(10):
            advance(1)
    assert capsys.readouterr() == ("", "")


def test_long_work_shows_how_far_it_is_on_stderr(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SHOW_AFTER_S", 0.0)
    with progress("encoding", 1000, unit="texts") as advance:
        advance(500)
        advance(400)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "encoding" in shown.err
    assert "900/1,000" in shown.err
    assert "texts/s" in shown.err


def test_work_that_breaks_off_gives_the_terminal_back(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SHOW_AFTER_S", 0.0)

    def breaks_off() -> None:
        with progress("encoding", 10) as advance:
            advance(5)
            raise KeyboardInterrupt

    for _ in range(2):  # a display left open would refuse a second one
        with pytest.raises(KeyboardInterrupt):
            breaks_off()
    assert "encoding" in capsys.readouterr().err


def test_nothing_to_do_shows_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SHOW_AFTER_S", 0.0)
    with progress("encoding", 0) as advance:
        advance(0)
    assert capsys.readouterr().err == ""


def test_work_inside_work_whose_bar_is_drawn_stays_silent(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SHOW_AFTER_S", 0.0)
    with progress("comparing", 10) as outer:
        outer(1)
        with progress("encoding", 10) as inner:
            inner(5)
    with progress("saving", 10) as after:
        after(5)
    shown = capsys.readouterr().err
    assert "comparing" in shown
    assert "encoding" not in shown
    assert "saving" in shown


def test_a_service_draws_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SHOW_AFTER_S", 0.0)
    monkeypatch.setattr(module._Bar, "silent", False)  # as it was, behind the test
    draw_nothing()
    with progress("encoding", 10) as advance:
        advance(5)
    assert capsys.readouterr() == ("", "")
