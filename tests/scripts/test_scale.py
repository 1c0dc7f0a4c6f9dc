"""The benchmark of scale runs, small, and prints what the bars look for."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_a_small_run_prints_every_figure_of_the_bars(tmp_path: Path) -> None:
    for library in ("numba", "implicit", "faiss"):
        pytest.importorskip(library, reason="needs the extras als and ann")
    sizes = ["--users=600", "--items=400", "--interactions=9000", "--sweeps=2", "--factors=8"]
    command = [sys.executable, str(ROOT / "benchmarks/scale.py"), *sizes, f"--folder={tmp_path}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    bars = tomllib.loads((ROOT / "benchmarks/bars.toml").read_text(encoding="utf-8"))["bar"]
    wanted = [bar["find"] for bar in bars if bar["file"] == "scale.txt"]
    assert len(wanted) == 3
    for pattern in wanted:
        assert len(re.findall(pattern, done.stdout)) == 1, done.stdout
    assert "x faiss" in done.stdout
