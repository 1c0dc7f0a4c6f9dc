"""A PostgreSQL server for tests: made in a folder of its own, on a socket, gone with the tests."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FOLDERS = "/usr/lib/postgresql"
# for tests only: what is written need not outlive the machine
SETTINGS = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c shared_buffers=16MB"


def postgresql_programs() -> Path | None:
    """Find the folder of the server's programs; None if it is not installed."""
    found = sorted(Path(FOLDERS).glob("*/bin/initdb"))
    return found[-1].parent if found else None


class Postgresql:
    """A server that runs, and can be stopped and started again.

    Args:
        bin_folder: where the server's programs are.
        folder: for its files, its socket and what it says.
        user: what stands before a command to run it as another user.
    """

    def __init__(self, bin_folder: Path, folder: Path, user: Sequence[str]) -> None:
        self._bin_folder, self._folder, self._user = bin_folder, folder, user
        self._data = str(folder / "data")
        self._numbers = count()
        self._run(
            *("initdb", "-D", self._data, "-U", "polyrec", "--auth=trust", "--no-sync"),
            *("--encoding=UTF8", "--locale=C"),
        )
        self.start()

    def new(self) -> str:
        """Make an empty database, and give its URL."""
        name = f"test{next(self._numbers)}"
        self._run("createdb", "-h", str(self._folder), "-U", "polyrec", name)
        return f"postgresql://polyrec@/{name}?host={self._folder}"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = f"-c listen_addresses='' -k {self._folder} {SETTINGS}"
        log = str(self._folder / "data" / "server.log")
        self._run("pg_ctl", "start", "-w", "-D", self._data, "-l", log, "-o", options)

    def stop(self, how: str = "fast") -> None:
        """End it; whoever asks it something is cut off; `immediate` is as if it were killed."""
        self._run("pg_ctl", "stop", "-w", "-m", how, "-D", self._data)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Stop all its processes where they are: connections stay open, and nothing answers."""
        first = int((Path(self._data) / "postmaster.pid").read_text("utf-8").split()[0])
        children = Path(f"/proc/{first}/task/{first}/children").read_text("utf-8").split()
        pids = [first, *map(int, children)]
        try:
            for pid in pids:
                os.kill(pid, signal.SIGSTOP)
            yield
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)

    def _run(self, program: str, *options: str) -> None:
        command = [*self._user, str(self._bin_folder / program), *options]
        log = self._folder / f"{program}.log"
        with log.open("ab") as file:
            done = subprocess.run(  # noqa: S603 (our own words)
                command, cwd=self._folder, stdout=file, stderr=file, check=False
            )
        assert done.returncode == 0, log.read_text(encoding="utf-8")


@contextmanager
def postgresql_server(bin_folder: Path) -> Iterator[Postgresql]:
    """Start a server, and end it when the block is done.

    It refuses to run as root, so that its files and processes then belong to the user `postgres`,
    whom the Debian package makes.
    """
    as_root = os.geteuid() == 0
    change = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    # not in pytest's folder, which only its owner may enter; and the path of a socket must be short
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    if as_root:
        shutil.chown(folder, "postgres", "postgres")
    try:
        server = Postgresql(bin_folder, folder, change if as_root else [])
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
