"""The service's log: one JSON object per line, without ids, texts, addresses of people or keys."""

from __future__ import annotations

import json
import logging
import sys
import threading
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from polyrec.live.told import TOLD

LOG = logging.getLogger("polyrec.api")

OWN_WORDS = ("polyrec", "uvicorn.error")
"""Loggers whose words hold nothing of a request; of others, only who speaks and where is told."""


REQUEST: ContextVar[str] = ContextVar("request", default="")
"""The id of the request that is answered; it stands in all lines that are written meanwhile."""


def log(event: str, **facts: Any) -> None:
    """Write one line; facts must not be taken from a request."""
    LOG.info(line(event, **facts))


def write_to_stderr() -> None:
    """Write all that is logged in this process to standard error, as lines of JSON alone."""
    if any(isinstance(each.formatter, Lines) for each in logging.root.handlers):
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines())
    logging.root.addHandler(handler)
    logging.getLogger("polyrec").setLevel(logging.INFO)
    logging.captureWarnings(True)
    threading.excepthook = _thread_failed


class Lines(logging.Formatter):
    """Makes a line of what was logged: without tracebacks, and without the words of strangers."""

    def format(self, record: logging.LogRecord) -> str:
        """Give the line."""
        if record.name == LOG.name:
            return record.getMessage()
        if told := getattr(record, TOLD, None):
            return line(**told)
        facts = {"by": record.name, "level": record.levelname.lower()}
        if record.name.startswith(OWN_WORDS):
            facts["words"] = record.getMessage().strip()
        else:
            facts["at"] = f"{record.module}:{record.lineno}"
        if record.exc_info and (error := record.exc_info[1]) is not None:
            facts |= {"error": type(error).__name__, "at": place_of(error)}
        return line("said", **facts)


def place_of(error: BaseException) -> str:
    """Say where an error was raised: its words may hold what does not belong into a log."""
    frames = traceback.extract_tb(error.__traceback__)
    return " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames[-5:]))


def _thread_failed(failed: threading.ExceptHookArgs) -> None:
    error = failed.exc_value or failed.exc_type()
    log("thread failed", error=type(error).__name__, at=place_of(error))


def line(event: str, **facts: Any) -> str:
    """Give one line of the log."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    which = {"request": REQUEST.get()} if REQUEST.get() else {}
    return json.dumps({"time": now, "event": event, **which, **facts})
