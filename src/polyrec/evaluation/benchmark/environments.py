"""Peers: recommenders of other libraries, each library in a virtual environment of its own."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from polyrec.core.errors import EngineError, UnknownNameError
from polyrec.core.files import write_whole
from polyrec.core.remembered import default_folder
from polyrec.evaluation.benchmark.process import last_lines, run_program

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

HERE = Path(__file__).parent / "peers"
STAMP = "installed.txt"
INSTALL_S = 1800.0


@dataclass(frozen=True)
class Peer:
    """A library of recommenders.

    Attributes:
        what: its name and what is run of it, in one line.
        runner: the script that runs it: see `peers/drive.py`.
        models: those of the runner that are compared.
        builds: requirements to install, each list tried in turn until one installs; none for the
            Python that runs polyrec, which has the library then.
    """

    what: str
    runner: Path
    models: tuple[str, ...]
    builds: tuple[tuple[str, ...], ...] = ()


PEERS: dict[str, Peer] = {
    "implicit": Peer(
        "implicit: ALS, BPR, item-item BM25",
        HERE / "implicit.py",
        ("als", "bpr", "bm25"),
        (("implicit==0.7.3", "numpy==2.4.6", "scipy==1.17.1", "threadpoolctl==3.8.0"),),
    ),
    "rectools": Peer(
        "RecTools: EASE, PureSVD, item-item TF-IDF",
        HERE / "rectools.py",
        ("ease", "pure-svd", "tfidf"),
        (("rectools==0.19.0", "numpy==1.26.4", "pandas==2.3.3", "scipy==1.17.1"),),
    ),
    "lenskit": Peer(
        "LensKit: item-item and user-user neighbours, implicit matrix factorisation",
        HERE / "lenskit.py",
        ("item-knn", "user-knn", "implicit-mf"),
        # of torch a release whose build is small
        (("lenskit==2025.8.1", "numpy==2.4.6", "scipy==1.17.1", "torch==2.13.0"),),
    ),
    "cornac": Peer(
        "Cornac: BPR, EASE, item-item neighbours",
        HERE / "cornac.py",
        ("bpr", "ease", "item-knn"),
        (("cornac==3.0.1", "numpy==2.4.6", "scipy==1.17.1"),),
    ),
    "lightfm": Peer(
        "LightFM: factors learned with the loss WARP",
        HERE / "lightfm.py",
        ("warp",),
        (
            ("lightfm==1.17", "numpy==2.4.6", "scipy==1.17.1"),
            # a build of the same code by RecTools, for where its own setup fails
            ("rectools-lightfm==1.17.3", "numpy==2.4.6", "scipy==1.17.1"),
        ),
    ),
}


def chosen_peers(
    names: Iterable[str], known: Mapping[str, Peer] = PEERS
) -> dict[str, tuple[str, ...]]:
    """Give libraries and their models: `implicit` names all of its models, `implicit:als` one.

    Raises:
        UnknownNameError: there is no such library or model.
    """
    found: dict[str, tuple[str, ...]] = {}
    for name in names:
        library, _, model = name.partition(":")
        if library not in known:
            raise UnknownNameError("peer", library, known)
        if model and model not in known[library].models:
            raise UnknownNameError(f"model of {library}", model, known[library].models)
        models = (model,) if model else known[library].models
        found[library] = tuple(dict.fromkeys((*found.get(library, ()), *models)))
    return found


def environment_of(name: str, peer: Peer) -> tuple[Path, str]:
    """Give the Python that has a peer's library, installed if it is not yet.

    Environments lie in the cache folder, one for each list of requirements and version of Python;
    an install that fails leaves none.

    Returns:
        The interpreter, and a note where not the first build is the one that installed.

    Raises:
        EngineError: no build installs.
    """
    if not peer.builds:
        return Path(sys.executable), ""
    failed: list[str] = []
    for requirements in peer.builds:
        try:
            python = _installed(name, requirements)
        except EngineError as error:
            failed.append(f"{requirements[0]} did not install: {error.problem}")
        else:
            instead = f"; {requirements[0]} ran instead" if failed else ""
            return python, "; ".join(failed) + instead
    raise EngineError("; ".join(failed), hint="see polyrec benchmark --help", retryable=True)


def _installed(name: str, requirements: tuple[str, ...]) -> Path:
    """Make a virtual environment with some requirements, unless it is there."""
    about = "\n".join((sys.version, *requirements))
    digest = hashlib.sha256(about.encode()).hexdigest()[:12]
    folder = default_folder() / "peers" / f"{name}-{digest}"
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    if (folder / STAMP).is_file():
        return python
    shutil.rmtree(folder, ignore_errors=True)
    pip = [str(python), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    try:
        for command in ([sys.executable, "-m", "venv", str(folder)], [*pip, *requirements]):
            _run(command)
        write_whole(folder / STAMP, f"{about}\n")
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return python


def _run(command: list[str]) -> None:
    done = run_program(command, timeout_s=INSTALL_S, without=("PIP_CONSTRAINT", "PYTHONPATH"))
    if done.code:
        raise EngineError(last_lines(done.said) or f"exit code {done.code}")
