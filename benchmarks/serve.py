"""How fast the service answers, beside a bare route behind the same door.

    python benchmarks/serve.py                       # both worlds, some minutes
    python benchmarks/serve.py --only debian --model my-model --seconds 5

The service runs on one core, whoever asks it on another. A bare route of the same application
passes the same middleware and the same check of the key, and gives a ready answer of the same size.
Both are measured in turns, in the same process: `wrk` with 8 connections asks as fast as it is
answered (saturation), then `open_loop.py` at half of that rate. Everyone known is asked for, in
drawn order; a quarter of the requests wish for languages. Each round gives a ratio, and the median
of the rounds counts: other work on the machine slows both sides.

`debian` is the default plan on the data that ship, `large` is iALS with 64 factors on 200,000 made
items. No answers are kept. Of `debian`, sums of single histories are (`models/rows_ahead.py`), so
it is measured once more without.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from urllib.request import Request, urlopen

import click
import numpy as np
import open_loop

import polyrec
from polyrec.evaluation.benchmark.machine import commit, machine

if TYPE_CHECKING:
    from collections.abc import Iterator

CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE, CLIENT_CORE = CORES[0], CORES[-1]
CONNECTIONS = 8
USERS = 20_000
"""So many users are asked for at most, in turn."""

SHARE, TIMES, P99_MS = 0.4, 3.0, 30.0
"""The bars: requests per second and p99 beside the bare route; p99 of the large world."""

PLAIN = "?k=10"
WISHED = "?k=10&languages=de,en&language_mode=prefer"

SCRIPT = """
local paths = {{}}
for line in io.lines("{paths}") do paths[#paths + 1] = line end
local at = 0
request = function()
  at = at % #paths + 1
  return wrk.format("GET", paths[at], {{["Authorization"] = "Bearer {key}"}})
end
"""


def fit_debian(folder: Path) -> None:
    """Fit the default plan on the data that ship."""
    polyrec.fit(polyrec.load_dataset("debian")).save(folder)


def fit_large(folder: Path) -> None:
    """Fit iALS on a made world of 200,000 items and as many users."""
    import scale_data

    with tempfile.TemporaryDirectory() as made:
        sizes = {"users": 200_000, "items": 200_000, "interactions": 5_000_000, "dim": 8}
        scale_data.make(Path(made), **sizes, seed=0)
        indptr, items = np.load(f"{made}/indptr.npy"), np.load(f"{made}/items.npy")
        language = np.load(f"{made}/language.npy").tolist()
    ids = [f"i{i:07}" for i in range(sizes["items"])]
    texts = [{scale_data.LANGUAGES[tag]: f"thing {i}"} for i, tag in enumerate(language)]
    users = np.repeat(np.arange(sizes["users"]), np.diff(indptr))
    pairs = [(f"u{u:07}", int(i)) for u, i in zip(users.tolist(), items.tolist(), strict=True)]
    data = polyrec.Dataset(
        polyrec.Catalog.from_texts(ids, texts), polyrec.Interactions.from_pairs(pairs), name="made"
    )
    plan = polyrec.Plan.from_table({"recommender": {"use": "als", "factors": 64, "sweeps": 5}})
    polyrec.fit(data, plan).save(folder)


WORLDS = {"debian": fit_debian, "large": fit_large}


def serve(folder: str, port: int, size: int, *, nothing_kept: bool) -> None:
    """Run `polyrec serve`, with a bare route beside its own."""
    from fastapi import Depends, FastAPI, Response

    import polyrec.api.server as running
    from polyrec.api.access import needs
    from polyrec.cli.serve import serve as command
    from polyrec.models import rows_ahead

    if nothing_kept:
        rows_ahead.KEPT_BYTES = 0

    make, body = running.create_app, json.dumps({"text": "x" * (size - 12)}).encode()

    def with_bare(*given: Any) -> FastAPI:
        app = make(*given)

        async def bare(user_id: str) -> Response:
            del user_id
            return Response(body, media_type="application/json")

        allowed = [Depends(needs("read"))]
        app.add_api_route("/bare/{user_id}", bare, dependencies=allowed, include_in_schema=False)
        return app

    running.create_app = with_bare
    command.main([folder, "--port", str(port), "--requests-per-second", "0"])


@dataclass(frozen=True)
class Server:
    """The service under test.

    Attributes:
        pid: its process.
        port: where it listens.
        key: what opens it.
    """

    pid: int
    port: int
    key: str

    def busy_s(self) -> float:
        """Give how long it has kept a processor busy so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text("utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def served(folder: Path, size: int, aside: Path, *more: str) -> Iterator[Server]:
    """Run the service on a core of its own."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = int(taken.getsockname()[1])
    options = [f"--part={folder}", f"--port={port}", f"--size={size}", *more]
    command = ["taskset", "-c", str(SERVER_CORE), sys.executable, __file__, *options]
    data = {"XDG_DATA_HOME": str(aside / f"data-{port}"), "OMP_NUM_THREADS": "1"}
    with (aside / "log").open("wb") as log, (aside / "out").open("wb") as out:
        process = subprocess.Popen(command, env=os.environ | data, stdout=out, stderr=log)  # noqa: S603
    try:
        while not _is_ready(port):
            if process.poll() is not None:
                raise click.ClickException((aside / "log").read_text("utf-8")[-2000:])
            time.sleep(0.2)
        (key,) = re.findall(r"shown only now: (\S+)", (aside / "out").read_text("utf-8"))
        server = Server(process.pid, port, key)
        while _is_busy(server):  # what makes it fast is worked out behind the start
            pass
        yield server
    finally:
        process.terminate()
        process.wait()


def _is_busy(server: Server) -> bool:
    before = server.busy_s()
    time.sleep(1)
    return server.busy_s() - before > 0.1


def _is_ready(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=60) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def paths_of(folder: Path, route: str) -> list[str]:
    """List what is asked for: everyone known, in drawn order, every fourth with wishes."""
    import polars as pl

    users = pl.read_parquet(folder / "users.parquet")["user_id"].to_list()
    drawn = np.random.default_rng(0).permutation(len(users))[:USERS]
    repeated = np.resize(drawn, max(len(drawn), 1000)).tolist()
    return [
        f"/{route}/{quote(users[u], safe='')}{PLAIN if i % 4 else WISHED}"
        for i, u in enumerate(repeated)
    ]


def saturation(server: Server, paths: Path, seconds: int) -> tuple[float, float]:
    """Ask by wrk as fast as it is answered; give requests per second, and milliseconds of work."""
    script = paths.with_suffix(".lua")
    script.write_text(SCRIPT.format(paths=paths, key=server.key), encoding="utf-8")
    load = ["-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(script)]
    address = f"http://127.0.0.1:{server.port}"
    command = ["taskset", "-c", str(CLIENT_CORE), "wrk", *load, address]
    before = server.busy_s()
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603
    busy_ms = 1000 * (server.busy_s() - before)
    if "Non-2xx" in said or "Socket errors" in said:
        raise click.ClickException(said)
    (n_answers,), (per_s,) = re.findall(r"(\d+) requests in", said), re.findall(PER_S, said)
    return float(per_s), busy_ms / max(int(n_answers), 1)


PER_S = r"Requests/sec:\s+([\d.]+)"


def p99_ms(server: Server, paths: list[str], per_s: float, seconds: int) -> float:
    """Ask at a fixed rate; give the time within which 99 of 100 are answered."""
    head = f"Host: 127.0.0.1:{server.port}\r\nAuthorization: Bearer {server.key}\r\n\r\n"
    requests = [f"GET {path} HTTP/1.1\r\n{head}".encode() for path in paths]
    waits = open_loop.waits_ms(server.port, requests, per_s=per_s, seconds=seconds)
    return float(np.quantile(waits, 0.99))


def size_of(server: Server, paths: list[str]) -> int:
    """Give the mean size of answers."""
    lengths = []
    for path in paths[:200]:
        address = f"http://127.0.0.1:{server.port}{path}"
        asked = Request(address, headers={"Authorization": f"Bearer {server.key}"})
        with urlopen(asked) as answer:  # noqa: S310
            lengths.append(len(answer.read()))
    return round(float(np.mean(lengths)))


def measured(folder: Path, seconds: int, rounds: int, *more: str) -> dict[str, float]:
    """Measure the service and the bare route in turns; give the medians of the rounds."""
    os.sched_setaffinity(0, {CLIENT_CORE})
    paths = {route: paths_of(folder, route) for route in ("bare", "recommend")}
    found: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as aside:
        for route, some in paths.items():
            Path(aside, route).write_text("\n".join(some), encoding="utf-8")
        with served(folder, 1000, Path(aside), *more) as server:
            size = size_of(server, paths["recommend"])
        with served(folder, size, Path(aside), *more) as server:
            for route in paths:
                saturation(server, Path(aside, route), 2)  # what is lazy is loaded
            for turn in range(rounds):
                now: dict[str, float] = {}
                for route in paths:
                    per_s, busy_ms = saturation(server, Path(aside, route), seconds)
                    now |= {f"{route} requests/s": per_s, f"{route} busy ms": busy_ms}
                for route, some in paths.items():
                    half = now[f"{route} requests/s"] / 2
                    now[f"{route} p99 ms"] = p99_ms(server, some, half, seconds)
                now["share"] = now["recommend requests/s"] / now["bare requests/s"]
                now["times p99"] = now["recommend p99 ms"] / now["bare p99 ms"]
                told = {name: round(value, 2) for name, value in now.items()}
                click.echo(f"round {turn + 1}: {json.dumps(told)}", err=True)
                for name, value in now.items():
                    found.setdefault(name, []).append(value)
    return {"bytes": size} | {name: median(values) for name, values in found.items()}


def bars(world: str, told: dict[str, float]) -> list[tuple[str, float, str, bool]]:
    """Hold the figures against what was promised: what, figure, bar, met or not."""
    share, times = told["share"], told["times p99"]
    if world == "debian":
        return [
            ("requests/s, parts of the bare route's", share, f">= {SHARE}", share >= SHARE),
            ("p99 at half load, times the bare route's", times, f"<= {TIMES}", times <= TIMES),
        ]
    p99 = told["recommend p99 ms"]
    return [("p99 at half load, ms", p99, f"<= {P99_MS}", p99 <= P99_MS)]


@click.command()
@click.option("--only", type=click.Choice(sorted(WORLDS)), help="One world.")
@click.option("--model", type=click.Path(path_type=Path), help="A folder for its fitted model.")
@click.option("--seconds", type=int, default=10, show_default=True, help="Of each measurement.")
@click.option("--rounds", type=int, default=3, show_default=True, help="Their median counts.")
@click.option("--part", hidden=True)
@click.option("--port", type=int, hidden=True, default=0)
@click.option("--size", type=int, hidden=True, default=0)
@click.option("--nothing-kept", is_flag=True, hidden=True)
def main(
    *,
    only: str | None,
    model: Path | None,
    seconds: int,
    rounds: int,
    part: str | None,
    port: int,
    size: int,
    nothing_kept: bool,
) -> None:
    """Print what was measured and whether the bars are met, as JSON."""
    if part is not None:
        serve(part, port, size, nothing_kept=nothing_kept)
        return
    if model is not None and only is None:
        raise click.UsageError("--model goes with --only")
    click.echo(json.dumps({"commit": commit(), **machine()}))
    for world in [only] if only else WORLDS:
        with tempfile.TemporaryDirectory() as aside:
            folder = model or Path(aside) / "model"
            if not (folder / "manifest.json").is_file():
                WORLDS[world](folder)
            for more in ([], ["--nothing-kept"]) if world == "debian" else ([],):
                told = measured(folder, seconds, rounds, *more)
                name = " ".join([world, *(option.strip("-").replace("-", " ") for option in more)])
                figures = {what: round(figure, 2) for what, figure in told.items()}
                click.echo(json.dumps({"world": name} | figures))
                for what, figure, bar, met in bars(world, told):
                    click.echo(
                        f"{name}: {what}: {figure:.2f} ({bar}): {'met' if met else 'MISSED'}"
                    )


if __name__ == "__main__":
    main()
