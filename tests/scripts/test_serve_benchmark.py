"""The benchmark of the service runs, small; requests come when they are meant to."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import polyrec
from polyrec.pipeline.plan import Plan
from polyrec.testing.worlds import two_camps

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_a_small_run_prints_figures_and_whether_bars_are_met(tmp_path: Path) -> None:
    if shutil.which("wrk") is None:
        pytest.skip("needs wrk")
    plan = {"encoder": {"use": "hashing"}, "recommender": {"use": "hybrid"}}
    plan |= {"ranker": {"use": "prefer-languages"}}
    polyrec.fit(two_camps().dataset, Plan.from_table(plan)).save(tmp_path / "model")
    options = ["--only=debian", f"--model={tmp_path / 'model'}", "--seconds=1", "--rounds=1"]
    done = subprocess.run(
        [sys.executable, str(ROOT / "benchmarks/serve.py"), *options],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"POLYREC_CACHE": str(tmp_path)},
    )
    assert done.returncode == 0, done.stderr
    told = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert "commit" in told[0]
    assert [each["world"] for each in told[1:]] == ["debian", "debian nothing kept"]
    for each in told[1:]:
        assert all(each[name] > 0 for name in ("bytes", "share", "times p99", "recommend busy ms"))
    verdicts = [line for line in done.stdout.splitlines() if line.endswith((": met", ": MISSED"))]
    assert len(verdicts) == 4


@pytest.fixture
def slow_once() -> Iterator[tuple[int, list[float]]]:
    """A server that is slow to answer its tenth request; and when requests came."""
    came: list[float] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            came.append(time.monotonic())
            if len(came) == 10:
                time.sleep(0.5)
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port, came
        server.shutdown()
        thread.join()


def test_waiting_for_a_free_connection_counts_and_others_do_not_wait(
    slow_once: tuple[int, list[float]],
) -> None:
    spec = importlib.util.spec_from_file_location("open_loop", ROOT / "benchmarks/open_loop.py")
    assert spec is not None
    assert spec.loader is not None
    open_loop = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = open_loop
    spec.loader.exec_module(open_loop)
    port, came = slow_once
    requests = [b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"]
    alone = open_loop.waits_ms(port, requests, per_s=50, seconds=2, connections=1)
    assert len(alone) == 100
    assert (alone > 250).sum() >= 8  # about 25 came while one was answered, and waited
    del came[:]
    many = open_loop.waits_ms(port, requests, per_s=50, seconds=2, connections=40)
    assert (many > 250).sum() < 8
