from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def _fake(folder: Path, name: str, body: str) -> Path:
    folder.mkdir(exist_ok=True)
    file = folder / name
    file.write_text(f"#!/bin/sh\n{body}\n", "utf-8")
    file.chmod(0o755)
    return file


def _sh(script: str, *args: str, path: Path, **others: str) -> subprocess.CompletedProcess[str]:
    unwanted = {"PYTHON", "PATH"}
    environment = {k: v for k, v in os.environ.items() if k not in unwanted}
    return subprocess.run(
        ["/bin/sh", str(ROOT / "scripts" / script), *args],
        capture_output=True,
        text=True,
        check=False,
        env=environment | {"PATH": str(path)} | others,
    )


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A path with next to nothing on it."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("id", "env"):
        found = shutil.which(name)
        assert found
        (folder / name).symlink_to(found)
    return folder


def test_a_machine_without_python_is_told_what_is_needed(bare: Path, tmp_path: Path) -> None:
    done = _sh("make_venv.sh", str(tmp_path / "venv"), path=bare)
    assert done.returncode == 2
    assert "polyrec needs Python >= 3.11; this machine has no python3." in done.stderr
    assert "make demo PYTHON=" in done.stderr


def test_a_python_that_is_too_old_is_named(bare: Path, tmp_path: Path) -> None:
    _fake(bare, "python3", '[ "$1" = --version ] && echo "Python 3.9.2" || exit 1')
    done = _sh("make_venv.sh", str(tmp_path / "venv"), path=bare)
    assert done.returncode == 2
    assert "this machine has Python 3.9.2." in done.stderr


def test_a_python_without_venv_is_told_the_package(bare: Path, tmp_path: Path) -> None:
    _fake(bare, "python3", 'case "$2" in *ensurepip*) exit 1 ;; esac')
    done = _sh("make_venv.sh", str(tmp_path / "venv"), path=bare)
    assert done.returncode == 2
    assert "apt-get install python3-venv" in done.stderr


def test_a_newer_python_beside_an_old_one_is_found(bare: Path, tmp_path: Path) -> None:
    _fake(bare, "python3", "exit 1")
    made = f'case "$2" in venv) echo "$4" >"{tmp_path}/made" ;; esac'
    _fake(bare, "python3.12", made)
    done = _sh("make_venv.sh", str(tmp_path / "venv"), path=bare)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "made").read_text("utf-8") == f"{tmp_path / 'venv'}\n"


def test_an_environment_that_works_is_kept(bare: Path, tmp_path: Path) -> None:
    _fake(tmp_path / "venv", "marker", "")
    (tmp_path / "venv/bin").mkdir()
    (tmp_path / "venv/bin/python").symlink_to(_fake(bare, "good-python", "exit 0"))
    done = _sh("make_venv.sh", str(tmp_path / "venv"), path=bare)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "venv/marker").exists()


def test_debian_packages_that_are_there_need_no_root(bare: Path) -> None:
    _fake(bare, "dpkg-query", "printf installed")
    assert _sh("install_system_packages.sh", "some-package", path=bare).returncode == 0


def test_a_machine_without_apt_is_told_what_is_missing(bare: Path) -> None:
    _fake(bare, "dpkg-query", "exit 1")
    done = _sh("install_system_packages.sh", "one", "two", path=bare)
    assert done.returncode == 2
    assert "no apt-get" in done.stderr
    assert "one two" in done.stderr


@pytest.mark.parametrize("user", ["0", "1000"])
def test_missing_debian_packages_are_installed_as_root_or_with_sudo(
    bare: Path, tmp_path: Path, user: str
) -> None:
    log = tmp_path / "log"
    _fake(bare, "dpkg-query", '[ "$4" = there ] && printf installed')
    _fake(bare, "apt-get", f'echo "apt-get $*" >>"{log}"')
    (bare / "id").unlink()
    _fake(bare, "id", f"echo {user}")
    if user != "0":
        refused = _sh("install_system_packages.sh", "there", "missing", path=bare)
        assert refused.returncode == 2
        assert "be root, or have sudo" in refused.stderr
        _fake(bare, "sudo", f'printf "sudo " >>"{log}"; exec "$@"')
    done = _sh("install_system_packages.sh", "there", "missing", path=bare)
    assert done.returncode == 0, done.stderr
    prefix = "" if user == "0" else "sudo "
    assert log.read_text("utf-8").splitlines() == [
        f"{prefix}apt-get update -q",
        f"{prefix}apt-get install -q -y --no-install-recommends missing",
    ]


@pytest.mark.skipif(shutil.which("make") is None, reason="needs make")
def test_what_is_installed_is_not_installed_again(tmp_path: Path) -> None:
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "scripts", tmp_path / "scripts")
    log = tmp_path / "log"
    fakes = tmp_path / ".venv/bin"
    fakes.parent.mkdir()
    _fake(fakes, "python", f'echo "python $*" >>"{log}"')
    _fake(fakes, "polyrec", f'echo "polyrec $*" >>"{log}"')

    def lines() -> list[str]:
        log.write_text("", "utf-8")
        subprocess.run(["make", "demo"], cwd=tmp_path, check=True, capture_output=True)  # noqa: S607
        return log.read_text("utf-8").splitlines()

    assert sum("pip install" in line for line in lines()) == 1
    assert lines() == ["polyrec demo"]
    later = (tmp_path / ".venv/core.stamp").stat().st_mtime + 10
    os.utime(tmp_path / "constraints.txt", (later, later))
    assert sum("pip install" in line for line in lines()) == 1


def test_ci_runs_what_make_check_runs() -> None:
    script = ROOT / ".ci/run"
    assert os.access(script, os.X_OK)
    assert script.read_text("utf-8").rstrip().endswith("exec make check")
    assert sys.version_info >= (3, 11)
