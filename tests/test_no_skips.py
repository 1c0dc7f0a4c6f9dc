from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).with_name("conftest.py")

SKIPS = {
    "test_mark.py": "import pytest\n@pytest.mark.skip(reason='no bench')\ndef test_a(): ...\n",
    "test_call.py": "import pytest\ndef test_a(): pytest.skip('no bench')\n",
    "test_module.py": "import pytest\npytest.importorskip('no_such', reason='no bench')\n",
}
EXPECTED = (
    "import pytest\n@pytest.mark.xfail(strict=True)\ndef test_a(): assert False\n"
    "def test_b(): ...\n"
)


def _pytest(folder: Path, allowed: bool) -> subprocess.CompletedProcess[str]:
    (folder / "conftest.py").write_text(CONFTEST.read_text("utf-8"), "utf-8")
    environment = os.environ | {"POLYREC_NO_SKIPS": "0" if allowed else "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(folder)]
    return subprocess.run(
        [*command, "--rootdir", str(folder), "-c", os.devnull],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        cwd=folder,
    )


@pytest.mark.parametrize("name", SKIPS)
def test_a_skip_is_a_failure_that_says_what_is_absent(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(SKIPS[name], "utf-8")
    assert _pytest(tmp_path, allowed=True).returncode in (0, 5)
    refused = _pytest(tmp_path, allowed=False)
    assert refused.returncode in (1, 2)
    assert "allows no skips" in refused.stdout
    assert "no bench" in refused.stdout


def test_a_failure_that_is_expected_is_no_skip(tmp_path: Path) -> None:
    (tmp_path / "test_expected.py").write_text(EXPECTED, "utf-8")
    assert _pytest(tmp_path, allowed=False).returncode == 0
