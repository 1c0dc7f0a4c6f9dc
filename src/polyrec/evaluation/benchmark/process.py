"""Runs a program in a process of its own, and ends it and its children whatever happens."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from polyrec.core.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LINES, LONGEST = 3, 300


@dataclass(frozen=True)
class Done:
    """How a program ended.

    Attributes:
        code: its exit code.
        said: what it wrote on stdout and stderr.
    """

    code: int
    said: str


def run_program(
    command: Sequence[str],
    *,
    timeout_s: float,
    more: Mapping[str, str] | None = None,
    without: Sequence[str] = (),
) -> Done:
    """Run a program to its end.

    Args:
        command: the program and its arguments; no shell sees them.
        timeout_s: seconds after which it is ended.
        more: further variables of its environment.
        without: variables that it does not get.

    Raises:
        EngineError: it cannot be started, or was not done in time.
    """
    environment = {k: v for k, v in os.environ.items() if k not in without} | dict(more or {})
    try:
        process = subprocess.Popen(  # noqa: S603 (our own words)
            list(command),
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError as error:
        raise EngineError(f"{command[0]} cannot be run: {error.strerror}") from error
    try:
        said, _ = process.communicate(timeout=timeout_s)
    except subprocess.TimeoutExpired as error:
        raise EngineError(
            f"not done within {timeout_s:g} s", hint="raise --timeout-s", retryable=True
        ) from error
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
    return Done(process.returncode, said.decode("utf-8", "replace"))


def last_lines(said: str) -> str:
    """Give the last lines that say something, in one line.

    pip ends with frames and advice around the line that matters; a line that names an error goes
    before them.
    """
    lines = [re.sub(r"\s+", " ", line).strip() for line in said.splitlines()]
    lines = [line for line in lines if re.search(r"\w", line)]
    named = [line for line in lines if re.match(r"(\w+\.)*\w*(Error|Exception|Exit)\b:? ?", line)]
    last = named[-1:] or lines[-LINES:]
    return " / ".join(last)[-LONGEST:]
