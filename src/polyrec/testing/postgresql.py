"""A PostgreSQL server for tests: made in a folder of its own, on a socket, gone with the tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FOLDERS = "/usr/lib/postgresql"
# for tests only: what is written need not outlive the machine
SETTINGS = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c shared_buffers=16MB"


def postgresql_programs() -> Path | None:
    """Find the folder of the server's programs; None if it is not installed."""
    found = sorted(Path(FOLDERS).glob("*/bin/initdb"))
    return found[-1].parent if found else None


@contextmanager
def postgresql_server(bin_folder: Path) -> Iterator[Callable[[], str]]:
    """Start a server; give what makes an empty database, and gives its URL, at each call.

    It refuses to run as root, so that its files and processes then belong to the user `postgres`,
    whom the Debian package makes.
    """
    as_root = os.geteuid() == 0
    change = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    user = change if as_root else []
    # not in pytest's folder, which only its owner may enter; and the path of a socket must be short
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    if as_root:
        shutil.chown(folder, "postgres", "postgres")

    def run(program: str, *options: str) -> None:
        command = [*user, str(bin_folder / program), *options]
        log = folder / f"{program}.log"
        with log.open("ab") as file:
            done = subprocess.run(  # noqa: S603 (our own words)
                command, cwd=folder, stdout=file, stderr=file, check=False
            )
        assert done.returncode == 0, log.read_text(encoding="utf-8")

    data = str(folder / "data")
    try:
        run(
            *("initdb", "-D", data, "-U", "polyrec", "--auth=trust", "--no-sync"),
            *("--encoding=UTF8", "--locale=C"),
        )
        run(
            *("pg_ctl", "start", "-w", "-D", data, "-l", str(folder / "data" / "server.log"), "-o"),
            f"-c listen_addresses='' -k {folder} {SETTINGS}",
        )
        numbers = count()

        def new() -> str:
            name = f"test{next(numbers)}"
            run("createdb", "-h", str(folder), "-U", "polyrec", name)
            return f"postgresql://polyrec@/{name}?host={folder}"

        try:
            yield new
        finally:
            run("pg_ctl", "stop", "-w", "-m", "fast", "-D", data)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
