"""One model on one split in a process of its own, kept on disk so that work goes on where it ended.

Every run is a folder with the lists and `facts.json`: time, memory, settings, and the key of what
it was made from. A run with the same key is not made again.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import sys
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from polyrec.core.errors import EngineError
from polyrec.core.files import sha256_of, whole_folder, write_whole
from polyrec.core.types import NO_ITEM, Rankings
from polyrec.evaluation.benchmark.process import last_lines, run_program

if TYPE_CHECKING:
    from collections.abc import Mapping

    from polyrec.core.types import Histories

HERE = Path(__file__).parent
DRIVE = HERE / "peers" / "drive.py"
OWN = HERE / "own_model.py"
LISTS, FACTS = "lists.npz", "facts.json"

THREADS = (
    *("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"),
    *("NUMBA_NUM_THREADS", "RAYON_NUM_THREADS", "LK_NUM_THREADS"),
)
"""What libraries read how many threads they may use from."""


@dataclass(frozen=True)
class Entrant:
    """A model as it is run.

    Attributes:
        name: in tables: `hybrid`, `implicit:als`.
        model: what its runner calls it.
        runner: the script that runs it.
        settings: given to the runner, over its defaults.
        python: the interpreter that has the library; None for that of polyrec.
        trials: settings to choose among inside the training part; 1 for the defaults alone.
        more: what is kept with its runs, such as how its settings were found.
    """

    name: str
    model: str
    runner: Path
    settings: Mapping[str, Any] = field(default_factory=dict)
    python: Path | None = None
    trials: int = 1
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Place:
    """Where and how entrants are run on one split.

    Attributes:
        split: folder of the split's arrays.
        out: folder of this split's runs.
        k: length of the lists.
        seed: of the split, and of what models draw.
        threads: how many a model may use.
        timeout_s: seconds that a process may take.
        key: what the split is made from.
        commit: of the code that runs.
    """

    split: Path
    out: Path
    k: int
    seed: int
    threads: int
    timeout_s: float
    key: str
    commit: str


def run_entrant(entrant: Entrant, place: Place, seen: Histories) -> tuple[Rankings, dict[str, Any]]:
    """Fit a model and make its lists, or take those of an earlier run.

    Args:
        entrant: the model.
        place: where.
        seen: what the test users have in train, which no list may hold.

    Returns:
        The lists, and facts: `settings`, `fit_s`, `recommend_s`, `peak_mb` and more.

    Raises:
        EngineError: the process failed or was not done in time, or its lists cannot be.
    """
    target = place.out / re.sub(r"[^\w.-]+", "_", entrant.name)
    key = _key(entrant, place)
    facts = _kept(target, key)
    if facts is None:
        with whole_folder(target) as folder:
            facts = {"key": key, "commit": place.commit, "threads": place.threads}
            settings = dict(entrant.settings)
            if entrant.trials > 1:
                chosen = _run(entrant, place, folder, what="choose", settings=settings)
                settings = chosen["settings"]
                facts |= {n: chosen[n] for n in ("validation", "trials", "choose_s")}
            facts |= _run(entrant, place, folder, what="fit", settings=settings)
            checked_lists(folder / LISTS, seen, place.k)
            write_whole(folder / FACTS, json.dumps(facts, indent=1))
    return checked_lists(target / LISTS, seen, place.k), facts | dict(entrant.more)


def _key(entrant: Entrant, place: Place) -> str:
    """Give a hash of all that a run is made from, but for the code of models."""
    told = {
        "split": place.key,
        "k": place.k,
        "seed": place.seed,
        "threads": place.threads,
        "model": entrant.model,
        "settings": dict(entrant.settings),
        "trials": entrant.trials,
        "code": [sha256_of(entrant.runner), sha256_of(DRIVE)],
        "python": str(entrant.python or sys.version),
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _kept(folder: Path, key: str) -> dict[str, Any] | None:
    """Give the facts of an earlier run, if it was made from the same."""
    try:
        facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return facts if isinstance(facts, dict) and facts.get("key") == key else None


def _run(
    entrant: Entrant, place: Place, folder: Path, *, what: str, settings: Mapping[str, Any]
) -> dict[str, Any]:
    job = {
        "what": what,
        "runner": str(entrant.runner),
        "model": entrant.model,
        "settings": dict(settings),
        "split": str(place.split),
        "out": str(folder),
        "k": place.k,
        "seed": place.seed,
        "threads": place.threads,
        "trials": entrant.trials,
    }
    told = folder / f"{what}.json"
    write_whole(told, json.dumps(job))
    # polyrec's own models find it as this process does; those of peers must not see this Python's
    how = ["-I"] if entrant.python else ["-P"]
    python = str(entrant.python or sys.executable)
    threads = dict.fromkeys(THREADS, str(place.threads))
    done = run_program(
        [python, *how, str(DRIVE), str(told)], timeout_s=place.timeout_s, more=threads
    )
    facts = folder / FACTS
    if done.code or not facts.is_file():
        raise EngineError(last_lines(done.said) or f"ended with exit code {done.code}")
    found: dict[str, Any] = json.loads(facts.read_text(encoding="utf-8"))
    told.unlink()
    facts.unlink()
    return found


def checked_lists(file: Path, seen: Histories, k: int) -> Rankings:
    """Read lists, and refuse those that no honest recommender makes.

    Args:
        file: arrays `items` and `scores`, shape (users, k), `NO_ITEM` where there are fewer.
        seen: what the users have in train.
        k: length of the lists.

    Raises:
        EngineError: there are none, of another shape, with items that are not there, that the user
            has, or twice in a list.
    """
    try:
        with np.load(file, allow_pickle=False) as held:
            items, scores = np.asarray(held["items"]), np.asarray(held["scores"], dtype=np.float32)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise EngineError(f"its lists cannot be read: {error}") from error
    shape = (len(seen), min(k, seen.n_items))
    if items.shape != shape or scores.shape != shape:
        raise EngineError(f"its lists have the shape {items.shape}, not {shape} (users, places)")
    if not np.issubdtype(items.dtype, np.integer):
        raise EngineError(f"its lists hold {items.dtype}, not whole numbers")
    items = items.astype(np.int64)
    if ((items < NO_ITEM) | (items >= seen.n_items)).any():
        raise EngineError(f"its lists hold items outside 0..{seen.n_items - 1}")
    user = np.repeat(np.arange(len(items)), items.shape[1])
    listed = items.ravel() != NO_ITEM
    pairs = (user * seen.n_items + items.ravel())[listed]
    known = seen.users * seen.n_items + seen.items
    n_seen = int(np.isin(pairs, known).sum())
    if n_seen:
        raise EngineError(f"its lists hold {n_seen:,} items that their users have in train")
    if len(np.unique(pairs)) < len(pairs):
        raise EngineError("its lists hold an item twice")
    scores[items == NO_ITEM] = -np.inf
    return Rankings(items, scores)


def forget(out: Path) -> None:
    """Take earlier runs away."""
    shutil.rmtree(out, ignore_errors=True)
