"""What a benchmark was run on, and of which commit."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
from pathlib import Path
from shutil import which

import polyrec
from polyrec import __version__
from polyrec.core.errors import EngineError
from polyrec.evaluation.benchmark.process import run_program

LIBRARIES = ("numpy", "scipy", "numba", "implicit", "lightgbm", "optuna", "torch")


def machine() -> dict[str, str]:
    """Describe the machine and the libraries that polyrec's own models use."""
    return {
        "processor": _first(r"model name\s*:\s*(.+)", "/proc/cpuinfo") or platform.processor(),
        "cores": str(cores()),
        "memory": _memory(),
        "system": f"{platform.system()} {platform.machine()}",
        "Python": platform.python_version(),
        **{name: version for name in LIBRARIES if (version := _version(name))},
    }


def cores() -> int:
    """Count the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def commit() -> str:
    """Name the commit of polyrec's code, with a + where files differ from it; else its version."""
    git, here = which("git"), Path(polyrec.__file__).parent
    if git is None:
        return f"version {__version__}"
    try:
        head = run_program([git, "-C", str(here), "rev-parse", "--short=10", "HEAD"], timeout_s=20)
        state = run_program(
            [git, "-C", str(here), "status", "--porcelain", "--untracked-files=no", "--", "."],
            timeout_s=60,
        )
    except EngineError:
        return f"version {__version__}"
    if head.code or state.code:
        return f"version {__version__}"
    return head.said.strip() + ("+" if state.said.strip() else "")


def _memory() -> str:
    kilobytes = _first(r"MemTotal:\s*(\d+)", "/proc/meminfo")
    return f"{int(kilobytes) / 1e6:.0f} GB" if kilobytes else "unknown"


def _first(pattern: str, file: str) -> str:
    try:
        found = re.search(pattern, Path(file).read_text(encoding="utf-8"))
    except OSError:
        return ""
    return found[1].strip() if found else ""


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""
