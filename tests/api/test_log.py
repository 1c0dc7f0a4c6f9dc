from __future__ import annotations

import json
import logging
import subprocess
import sys
from typing import Any

import pytest

from polyrec.api.log import Lines
from polyrec.core.errors import EngineError
from polyrec.live.told import tell

WORDS = "my secret illness"

PROGRAM = f"""
import logging, threading, warnings
from polyrec.api.log import log, write_to_stderr
write_to_stderr()
log("own", status=200)
warnings.warn("{WORDS}")
logging.getLogger("library").warning("{WORDS}")
logging.getLogger("library").info("{WORDS}")
logging.getLogger("uvicorn.error").warning("Invalid HTTP request received.")
def fail():
    raise ValueError("{WORDS}")
thread = threading.Thread(target=fail)
thread.start()
thread.join()
try:
    fail()
except ValueError:
    logging.getLogger("library").exception("{WORDS}")
"""


def test_all_that_is_logged_is_json_without_the_words_of_strangers() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, check=True, text=True
    )
    assert "secret" not in done.stderr
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [(line["event"], line.get("by", "")) for line in lines] == [
        ("own", ""),
        ("said", "py.warnings"),
        ("said", "library"),
        ("said", "uvicorn.error"),
        ("thread failed", ""),
        ("said", "library"),
    ]
    assert lines[3]["words"] == "Invalid HTTP request received."
    assert lines[4]["error"] == lines[5]["error"] == "ValueError"
    assert lines[4]["at"].startswith("fail:")
    assert all(line["time"].endswith("+00:00") for line in lines)


@pytest.mark.parametrize("name", ["polyrec.live", "polyrec.api.other", "uvicorn.error"])
def test_our_own_words_are_told(name: str) -> None:
    record = logging.LogRecord(name, logging.WARNING, "", 1, "it is %s", ("late",), None)
    assert json.loads(Lines().format(record))["words"] == "it is late"


def test_an_answer_and_its_lines_have_one_id(
    desk: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(query: Any) -> None:
        raise EngineError(WORDS)

    monkeypatch.setattr(desk.serving.live.model.service, "recommend", fail)
    with caplog.at_level(logging.INFO, "polyrec.api"):
        answers = [desk.get("/recommend/ada"), desk.get("/similar/saw"), desk.get("/nowhere")]
    lines = [json.loads(record.getMessage()) for record in caplog.records]
    ids = [answer.headers["x-request-id"] for answer in answers]
    assert [line["request"] for line in lines] == [ids[0], *ids]
    assert [line["event"] for line in lines] == ["engine failed", *["answered"] * 3]
    assert lines[0]["at"].startswith("fail:")
    assert len(set(ids)) == 3


def test_what_is_told_beside_answers_is_a_line_of_its_own(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", logger="polyrec.live"):
        tell("a model was taken", version=3)
    line = json.loads(Lines().format(caplog.records[-1]))
    assert line.pop("time")
    assert line == {"event": "a model was taken", "version": 3}
