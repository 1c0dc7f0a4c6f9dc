"""What only a real process shows: signals, pipes, encodings, terminals."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

POLYREC = str(Path(sys.executable).with_name("polyrec"))

SLOW = """
import sys, time
import numpy
from polyrec.cli.main import main

def wait(*args, **kwargs):
    print("ready", file=sys.stderr, flush=True)
    time.sleep(60)

{patch}
sys.argv = ["polyrec", *sys.argv[1:]]
main()
"""

IN_THE_ENCODER = "from polyrec.encode.hashing import Hashing\nHashing._encode = wait"
IN_SAVING = "numpy.savez = wait"


def _environment(**others: str) -> dict[str, str]:
    unwanted = ("COLUMNS", "FORCE_COLOR", "TTY_COMPATIBLE")
    return {k: v for k, v in os.environ.items() if k not in unwanted} | others


def _run(*args: str, **others: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [POLYREC, *args], capture_output=True, check=False, env=_environment(**others)
    )


@pytest.mark.parametrize("patch", [IN_THE_ENCODER, IN_SAVING])
@pytest.mark.parametrize("older", [True, False])
def test_ctrl_c_while_fitting_leaves_nothing_half_written(
    shop: Path, data: list[str], tmp_path: Path, patch: str, older: bool
) -> None:
    out = tmp_path / "model"
    fit = ["fit", *data, "--plan", str(shop / "content.toml"), "--out", str(out)]
    if older:
        assert _run(*fit).returncode == 0
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW.format(patch=patch), *fit],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # whoever runs the tests may ignore SIGINT, which processes inherit
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
    )
    with process:
        assert process.stderr is not None
        assert process.stderr.readline() == "ready\n"
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=30)
    assert (process.returncode, stdout, stderr) == (130, "", "polyrec: stopped\n")
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


@pytest.mark.parametrize("form", [["--json"], []])
def test_a_reader_that_stops_early_is_no_error(content_model: str, form: list[str]) -> None:
    end, start = os.pipe()
    os.close(end)
    with os.fdopen(start, "wb") as pipe:
        done = subprocess.run(
            [POLYREC, "recommend", content_model, "ada", *form],
            stdout=pipe,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.stderr == b""


def test_a_pipe_gets_plain_text_of_one_width(content_model: str) -> None:
    done = _run("recommend", content_model, "ada")
    assert done.returncode == 0
    assert b"\x1b" not in done.stdout
    lines = done.stdout.decode().splitlines()
    assert max(len(line) for line in lines) == 120
    assert all(line == line.rstrip() for line in lines)


def test_a_terminal_gets_a_table_of_its_width(content_model: str) -> None:
    ours, theirs = pty.openpty()
    subprocess.run(["stty", "cols", "70"], stdin=theirs, check=True)  # noqa: S607
    process = subprocess.Popen(
        [POLYREC, "recommend", content_model, "ada"],
        stdout=theirs,
        stderr=theirs,
        env=_environment(TERM="xterm", NO_COLOR="1"),
    )
    process.wait(timeout=60)
    os.close(theirs)
    shown = os.read(ours, 100_000).decode()
    os.close(ours)
    assert process.returncode == 0
    assert "─" * 70 in shown
    assert "─" * 71 not in shown


def test_a_locale_that_lacks_the_letters_gets_their_numbers(content_model: str) -> None:
    table = _run("recommend", content_model, "--allow", "tea", PYTHONIOENCODING="latin-1")
    assert (table.returncode, table.stderr) == (0, b"")
    assert rb"\u7dd1" in table.stdout
    document = _run("recommend", content_model, "--json", PYTHONIOENCODING="latin-1")
    answers: list[dict[str, Any]] = json.loads(document.stdout.decode("latin-1"))
    assert "緑茶" in {item["text"] for item in answers[0]["items"]}


def test_faults_leave_stdout_empty_and_name_their_exit_code(tmp_path: Path) -> None:
    done = _run("recommend", str(tmp_path))
    assert (done.returncode, done.stdout) == (3, b"")
    assert b"Traceback" not in done.stderr
    debug = _run("recommend", str(tmp_path), "--debug")
    assert debug.returncode == 1
    assert b"Traceback" in debug.stderr


def test_python_runs_it_as_a_module() -> None:
    command = [sys.executable, "-m", "polyrec", "--version"]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    assert done.stdout.startswith("polyrec ")
