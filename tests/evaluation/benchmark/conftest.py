"""Peers that are scripts of a few lines, run by the Python that runs the tests."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pytest

from polyrec.evaluation.benchmark.environments import Peer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

POPULAR = '''
import numpy as np

MODELS = {
    "best": {"defaults": {"sign": -1}, "grid": {"sign": [-1, 1]}},
    "other": {"defaults": {}, "grid": {}},
}

def about(job):
    return "scripted 1.0"

def fit(job):
    """Rank by how many have an item, or by how few."""
    counts = np.asarray(job.train.sum(axis=0)).ravel() * job.settings.get("sign", 1)
    return lambda users, k: job.ranked(lambda block: np.tile(counts, (len(block), 1)), users, k)
'''


@pytest.fixture
def scripted(tmp_path: Path) -> Callable[..., Peer]:
    """Make a peer of a script: the whole of it, or what its `fit` does."""

    def made(script: str = POPULAR, *, fit: str = "") -> Peer:
        if fit:
            start = script.index("def fit")
            script = (
                script[:start] + "def fit(job):\n" + textwrap.indent(textwrap.dedent(fit), "    ")
            )
        runner = tmp_path / "runner.py"
        runner.write_text(script, encoding="utf-8")
        return Peer("a script", runner, ("best",))

    return made
