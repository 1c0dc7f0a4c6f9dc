"""What callers see while something fails under a service that runs."""

from __future__ import annotations

import json
import resource
import shutil
import signal
import sqlite3
import subprocess
import threading
import time
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from http.client import HTTPConnection, HTTPException
from typing import TYPE_CHECKING, Any, Self

import pytest

import polyrec
from polyrec.core.limited import WITHIN_S
from polyrec.data.catalog import Catalog
from polyrec.data.dataset import Dataset
from polyrec.data.interactions import Interactions
from polyrec.live.live import NO_LEAVE, NOT_ENCODED, UNREAD
from polyrec.live.model import Model
from polyrec.live.overlay import Overlaid
from polyrec.pipeline import artifact
from polyrec.pipeline.plan import Plan
from polyrec.store.database import Database
from polyrec.store.events import Events
from polyrec.testing.embedding_server import Answer, EmbeddingServer, embedding_server
from polyrec.testing.postgresql import Postgresql, postgresql_programs, postgresql_server
from polyrec.testing.served import Reply, Served, reply_of, served

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import tzinfo
    from pathlib import Path

NO_LIMIT = ("--requests-per-second", "0")


@pytest.fixture
def own_postgresql() -> Iterator[Postgresql]:
    """A server that no other test uses."""
    programs = postgresql_programs()
    if programs is None:
        pytest.skip("needs the Debian package postgresql")
    with postgresql_server(programs) as server:
        yield server


def _post_events(service: Served, numbers: Iterable[int], *, kill_after: int = 0) -> dict[int, int]:
    """Post one event per number from several threads, each with a key; say how many each added.

    Those that were not answered are left out.
    """
    answered: dict[int, int] = {}

    def post(some: Sequence[int]) -> None:
        with closing(HTTPConnection("127.0.0.1", service.port, timeout=30)) as connection:
            for number in some:
                event = {"user_id": f"user {number % 50}", "item_id": f"{number}", "kind": "view"}
                headers = service.headers | {"Idempotency-Key": f"post {number}"}
                body = json.dumps({"events": [event]})
                try:
                    connection.request("POST", "/events", body, headers)
                    reply = reply_of(connection)
                except (OSError, HTTPException):
                    return  # the service is gone
                assert reply.status == 202, reply
                answered[number] = reply.body["added"]

    mine = list(numbers)
    threads = [threading.Thread(target=post, args=(mine[n::4],)) for n in range(4)]
    for thread in threads:
        thread.start()
    while kill_after and len(answered) < kill_after:
        time.sleep(0.001)
    if kill_after:
        service.process.kill()
    for thread in threads:
        thread.join()
    return answered


def test_events_that_were_acknowledged_outlive_kill_9_and_count_once(
    model_folder: Path, tmp_path: Path, database_url: str
) -> None:
    environment = {"POLYREC_DATABASE": database_url}
    with served(model_folder, tmp_path, options=NO_LIMIT, environment=environment) as service:
        acknowledged = _post_events(service, range(1000), kill_after=400)
    assert 400 <= len(acknowledged) < 1000
    assert set(acknowledged.values()) == {1}
    with served(model_folder, tmp_path, options=NO_LIMIT, environment=environment) as service:
        again = _post_events(service, list(acknowledged)[:200])
        assert set(again.values()) == {0}
        rest = _post_events(service, set(range(1000)) - set(acknowledged))
        assert len(rest) == 1000 - len(acknowledged)
        exported = service.ask("/users/user%207/export").body
        assert len(exported["events"]) == 20
    kept = Counter(event.item for block in Events(Database()).blocks() for event in block)
    assert kept == {str(number): 1 for number in range(1000)}


EVENT = {"events": [{"user_id": "eve", "item_id": "saw", "kind": "view"}]}
SLOW_S = 4.0
"""Within so long who asks is answered, whatever the database does."""


def _timed(ask: Callable[[], Reply]) -> Reply:
    began = time.monotonic()
    reply = ask()
    assert time.monotonic() - began < SLOW_S
    return reply


def _check_that_answers_go_on_without_the_database(service: Served) -> None:
    for user in ("ada", "nobody"):  # the first try waits, the next ones do not
        reply = _timed(lambda user=user: service.ask(f"/recommend/{user}?k=2"))
        assert reply.status == 200
        assert len(reply.body["items"]) == 2
        assert UNREAD in reply.body["note"]
    assert _timed(lambda: service.ask("/similar/saw")).status == 200
    assert service.ask("/health/ready").status == 200


def _check_that_writes_are_refused(service: Served) -> None:
    reply = _timed(lambda: service.ask("/events", method="POST", body=EVENT))
    assert reply.status == 503
    assert reply.headers["content-type"] == "application/problem+json"
    assert int(reply.headers["retry-after"]) > 0


def _check_that_all_is_well(service: Served) -> None:
    assert service.ask("/events", method="POST", body=EVENT).status == 202
    reply = service.ask("/recommend/eve?k=2")
    assert reply.status == 200
    assert UNREAD not in reply.body["note"]


def _until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_postgresql_that_is_restarted_is_used_again_by_itself(
    model_folder: Path, tmp_path: Path, own_postgresql: Postgresql
) -> None:
    environment = {"POLYREC_DATABASE": own_postgresql.new()}
    with served(model_folder, tmp_path, environment=environment) as service:
        _check_that_all_is_well(service)
        own_postgresql.stop()
        _check_that_writes_are_refused(service)
        _check_that_answers_go_on_without_the_database(service)
        own_postgresql.start()
        _until(lambda: UNREAD not in service.ask("/recommend/ada").body["note"])
        _check_that_all_is_well(service)
        assert service.ask("/users/eve/export").body["events"][0]["item_id"] == "saw"


def test_a_database_that_hangs_keeps_nobody_from_an_answer(
    model_folder: Path, tmp_path: Path, own_postgresql: Postgresql
) -> None:
    environment = {"POLYREC_DATABASE": own_postgresql.new()}
    with (
        served(model_folder, tmp_path, options=NO_LIMIT, environment=environment) as service,
        ThreadPoolExecutor(60) as pool,
    ):
        _check_that_all_is_well(service)
        ask = partial(service.ask, "/events", method="POST", body=EVENT, timeout_s=60)
        with own_postgresql.frozen():
            written = [pool.submit(ask) for _ in range(30)]
            asked = [pool.submit(service.ask, f"/recommend/user{n}?k=2") for n in range(30)]
            end = time.monotonic() + 3 * SLOW_S
            for future in asked:
                reply = future.result(max(0.0, end - time.monotonic()))
                assert (reply.status, len(reply.body["items"])) == (200, 2)
                assert UNREAD in reply.body["note"]
            _check_that_answers_go_on_without_the_database(service)
        assert {future.result().status for future in written} <= {202, 503}
        _until(lambda: UNREAD not in service.ask("/recommend/ada").body["note"])
        _check_that_all_is_well(service)


def test_tables_that_others_lock_cost_a_moment(
    model_folder: Path, tmp_path: Path, new_postgresql: Callable[[], str]
) -> None:
    psycopg = pytest.importorskip("psycopg", reason="needs the extra postgres")
    url = new_postgresql()
    with served(model_folder, tmp_path, environment={"POLYREC_DATABASE": url}) as service:
        _check_that_all_is_well(service)
        with psycopg.connect(url) as other:
            other.execute("LOCK TABLE events, users IN ACCESS EXCLUSIVE MODE")
            _check_that_writes_are_refused(service)
            _check_that_answers_go_on_without_the_database(service)
        _until(lambda: UNREAD not in service.ask("/recommend/ada").body["note"])
        _check_that_all_is_well(service)


def test_a_file_that_others_write_can_be_read(model_folder: Path, tmp_path: Path) -> None:
    with served(model_folder, tmp_path) as service:
        with closing(sqlite3.connect(service.database, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            _check_that_writes_are_refused(service)
            reply = _timed(lambda: service.ask("/recommend/ada"))
            assert (reply.status, reply.body["note"]) == (200, "")
        _check_that_all_is_well(service)


TEXT = {"text": "wood", "text_language": "en", "k": 2}


@pytest.fixture(scope="module")
def engine() -> Iterator[EmbeddingServer]:
    with embedding_server() as server:
        yield server


@pytest.fixture(scope="module")
def model_of_engine(
    engine: EmbeddingServer,
    texts: dict[str, tuple[str, str, str]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """A model whose texts an engine encodes."""
    catalog = Catalog.from_texts(list(texts), [{tag: text} for tag, text, _ in texts.values()])
    data = Dataset(catalog, Interactions.from_pairs([("ada", 0), ("eve", 4)]), name="made")
    http = {"use": "http", "url": engine.url, "model": "m", "allow_user_text": True}
    patience = {"timeout_s": 2.5, "retries": 0}
    plan = Plan.from_table({"encoder": http | patience, "recommender": {"use": "content"}})
    folder = tmp_path_factory.mktemp("engine") / "model"
    polyrec.fit(data, plan).save(folder)
    return folder


def _ask_at_once(service: Served, n_questions: int) -> list[Future[Reply]]:
    pool = ThreadPoolExecutor(n_questions)
    ask = partial(service.ask, "/recommend", method="POST", body=TEXT)
    futures = [pool.submit(ask) for _ in range(n_questions)]
    pool.shutdown(wait=False)
    return futures


def test_an_engine_that_hangs_keeps_nobody_from_an_answer(
    engine: EmbeddingServer, model_of_engine: Path, tmp_path: Path
) -> None:
    with served(model_of_engine, tmp_path) as service:
        well = service.ask("/recommend", method="POST", body=TEXT)
        assert (well.body["mode"], well.body["note"]) == ("text", "")
        began = time.monotonic()
        engine.script.extend([Answer(after_s=30)] * 100)
        asked = _ask_at_once(service, 20)
        while not all(future.done() for future in asked):
            reply = service.ask("/recommend/ada?k=2", timeout_s=1)
            assert (reply.body["mode"], reply.body["note"]) == ("personal", "")
            assert service.ask("/events", method="POST", body=EVENT, timeout_s=1).status == 202
            time.sleep(0.03)  # a key may not ask without end
        assert time.monotonic() - began < WITHIN_S + 2
        for reply in (future.result() for future in asked):
            assert (reply.status, reply.body["mode"]) == (200, "popular")
            assert NOT_ENCODED in reply.body["note"]
            assert len(reply.body["items"]) == 2
        engine.script.clear()
        _until(lambda: service.ask("/recommend", method="POST", body=TEXT).body == well.body)
        assert engine.url not in service.log


def test_a_service_that_is_told_to_stop_answers_what_has_begun(
    engine: EmbeddingServer, model_of_engine: Path, tmp_path: Path
) -> None:
    with served(model_of_engine, tmp_path) as service:
        engine.script.extend([Answer(after_s=2)] * 20)
        n_before = len(engine.requests)
        asked = _ask_at_once(service, 20)
        _until(lambda: len(engine.requests) >= n_before + 8)
        service.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        with pytest.raises(ConnectionRefusedError):
            service.ask("/health/live")
        replies = [future.result() for future in asked]
        assert [reply.status for reply in replies] == [200] * 20
        assert service.process.wait(timeout=10) == 0
        lines = [json.loads(line) for line in service.log.splitlines() if line.startswith("{")]
        logged = [line["request"] for line in lines if line.get("route") == "/recommend"]
        assert sorted(logged) == sorted(reply.headers["x-request-id"] for reply in replies)
        assert lines[-1]["event"] == "ended"
    engine.script.clear()


def test_a_second_signal_ends_a_service_at_once(
    engine: EmbeddingServer, model_of_engine: Path, tmp_path: Path
) -> None:
    with served(model_of_engine, tmp_path) as service:
        engine.script.append(Answer(after_s=10))
        n_before = len(engine.requests)
        (asked,) = _ask_at_once(service, 1)
        _until(lambda: len(engine.requests) > n_before)
        service.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        assert service.process.poll() is None
        service.process.send_signal(signal.SIGTERM)
        assert service.process.wait(timeout=2) == -signal.SIGTERM
        assert asked.exception() is not None
    engine.script.clear()


def test_a_model_that_may_not_read_texts_of_users_says_so(
    desk: Any, engine: EmbeddingServer, model_of_engine: Path
) -> None:
    learned, version = artifact.load(model_of_engine)
    encoder = replace(learned.plan.encoder, allow_user_text=False)
    learned = replace(learned, plan=replace(learned.plan, encoder=encoder))
    desk.serving.live.current.model = Model.of(Overlaid.of(learned), version)
    answer = desk.post(**TEXT)
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"] == NO_LEAVE
    assert desk.post(history=["saw"]).json()["mode"] == "fold-in"
    desk.write("/users", method="PUT", users=[{"user_id": "ada", "text": "wood"}])
    answer = desk.get("/recommend/ada").json()
    assert answer["mode"] == "personal"
    assert NO_LEAVE in answer["note"]


@pytest.fixture(params=["full", "limited"])
def small_disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SmallDisk]:
    """A disk that is full, or where that cannot be had, and else too, a limit of its files."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["/bin/mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    mounted = request.param == "full" and subprocess.run(command, check=False).returncode == 0
    try:
        yield SmallDisk(folder, mounted)
    finally:
        if mounted:
            subprocess.run(["/bin/umount", "--lazy", str(folder)], check=True)


@dataclass
class SmallDisk:
    folder: Path
    mounted: bool

    def fill(self, service: Served) -> None:
        if not self.mounted:
            self._limit(service, max(file.stat().st_size for file in self.folder.iterdir()))
            return
        with suppress(OSError), self._ballast.open("wb", 0) as file:
            while True:
                file.write(b"x" * 512)
        assert not shutil.disk_usage(self.folder).free

    def clear(self, service: Served) -> None:
        if self.mounted:
            self._ballast.unlink()
        else:
            self._limit(service, resource.RLIM_INFINITY)

    @property
    def _ballast(self) -> Path:
        return self.folder / "ballast"

    def _limit(self, service: Served, n_bytes: int) -> None:
        infinite = resource.RLIM_INFINITY
        resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE, (n_bytes, infinite))


def test_a_full_disk_refuses_writes_whole_and_nothing_else(
    model_folder: Path, tmp_path: Path, small_disk: SmallDisk
) -> None:
    many = {"events": [EVENT["events"][0] | {"item_id": "x" * 250}] * 400}
    database = str(small_disk.folder / "polyrec.sqlite")
    with served(model_folder, tmp_path, environment={"POLYREC_DATABASE": database}) as service:
        _check_that_all_is_well(service)
        small_disk.fill(service)
        for _ in range(3):
            reply = _timed(lambda: service.ask("/events", method="POST", body=many))
            assert reply.status == 503, reply
            assert reply.headers["content-type"] == "application/problem+json"
            assert "retry-after" in reply.headers
            reply = service.ask("/recommend/eve?k=2")
            assert (reply.status, reply.body["note"]) == (200, "")
            assert service.ask("/items?limit=1").status == 200
        exported = service.ask("/users/eve/export")
        assert exported.status == 503  # that somebody exports must be noted
        small_disk.clear(service)
        _check_that_all_is_well(service)
        assert service.ask("/events", method="POST", body=many).body["added"] == 400
        assert len(service.ask("/users/eve/export").body["events"]) == 402


def test_a_clock_that_is_moved_back_changes_nothing_for_callers(
    open_desk: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def move(now: datetime) -> None:
        class Clock(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> Self:
                return cls.fromtimestamp(now.timestamp(), tz)

        for name in ("events", "users", "items", "satisfaction", "audit", "forgotten"):
            monkeypatch.setattr(f"polyrec.store.{name}.datetime", Clock)
        monkeypatch.setattr("polyrec.api.log.datetime", Clock)
        monkeypatch.setattr(time, "time", now.timestamp)

    desk = open_desk(requests_per_s=1, burst=20)
    for moment in (datetime(2030, 1, 1, tzinfo=UTC), datetime(1999, 1, 1, tzinfo=UTC)):
        move(moment)
        liked = moment.year == 2030
        event = {"user_id": "new", "item_id": "flute", "kind": "purchase" if liked else "dislike"}
        assert desk.write("/events", events=[event]).status_code == 202
        items = [item["item_id"] for item in desk.get("/recommend/new", k=3).json()["items"]]
        assert ("floete" in items[:1]) == liked
        assert "flute" not in items
        desk.write("/satisfaction", user_id="new", score=3)
        desk.write("/users", method="PUT", users=[{"user_id": "new"}])
        desk.write("/items", method="PUT", items=[{"item_id": "saw", "texts": {"en": "saw"}}])
        assert "polyrec_model_age_seconds" in desk.get("/metrics").text
    path = "/users/new"
    exported = desk.client.get(path + "/export", headers=desk.open("admin")).json()
    assert [event["kind"] for event in exported["events"]] == ["purchase", "dislike"]
    assert desk.client.delete(path, headers=desk.open("admin")).status_code == 200
    status = [desk.get("/similar/saw").status_code for _ in range(20)]
    assert status[-1] == 429  # the limit has not begun anew
