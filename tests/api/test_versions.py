"""Versions of the model under a service that runs in a process of its own."""

from __future__ import annotations

import os
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest

import polyrec
from polyrec.core.types import IdMap
from polyrec.live.models_folder import ModelsFolder
from polyrec.pipeline.plan import Plan
from polyrec.store.database import Database
from polyrec.testing.served import POLYREC, Served, served
from polyrec.testing.unpacked import unpacked
from polyrec.testing.worlds import two_camps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from polyrec.store.versions import Version

N_CLIENTS, N_SWAPS = 8, 5


@dataclass
class Desk:
    """A service whose users of even numbers like even items, and its folder of models."""

    service: Served
    models: ModelsFolder
    other: Path

    def first(self, user: str) -> tuple[str, list[str]]:
        """Give version and items of an answer."""
        reply = self.service.ask(f"/recommend/{user}?k=3", timeout_s=30)
        assert reply.status == 200, reply.body
        return reply.body["model_version"], [item["item_id"] for item in reply.body["items"]]

    def ready(self) -> Any:
        reply = self.service.ask("/health/ready")
        assert reply.status == 200
        return reply.body

    def wait(self, true: Callable[[Any], bool]) -> Any:
        """Wait until what it says of itself is so."""
        end = time.monotonic() + 60
        while not true(said := self.ready()):
            assert time.monotonic() < end, said
            time.sleep(0.02)
        return said

    def let_serve(self, version: Version) -> None:
        self.models.versions.activate(version.number)
        self.wait(lambda said: said["model_version"] == version.hash)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two models: in the second, users of even numbers like odd items."""
    data, folder = two_camps().dataset, tmp_path_factory.mktemp("two")
    names = data.interactions.users.names
    turned = IdMap(tuple(names[i ^ 1] for i in range(len(names))))
    plan = Plan.from_table({"recommender": {"use": "user-knn"}})
    for name, users in (("even", data.interactions.users), ("odd", turned)):
        interactions = replace(data.interactions, users=users)
        polyrec.fit(replace(data, interactions=interactions), plan).save(folder / name)
    return folder / "even", folder / "odd"


@pytest.fixture
def desk(folders: tuple[Path, Path], tmp_path: Path) -> Iterator[Desk]:
    options = ["--models", str(tmp_path / "models"), "--watch-every", "0.05"]
    options += ["--requests-per-second", "0"]
    with served(folders[0], tmp_path / "operator", options=options) as service:
        database = Database(str(tmp_path / "operator" / "database.sqlite"))
        yield Desk(service, ModelsFolder(tmp_path / "models", database), folders[1])


def test_versions_are_swapped_under_load_without_a_failed_request(desk: Desk) -> None:
    even = desk.models.versions.active()
    assert even is not None
    odd = desk.models.register(desk.other)
    parity = {even.hash: 0, odd.hash: 1}
    seen: set[str] = set()
    done = Event()

    def client(number: int) -> int:
        user, n_asked = f"u{2 * number}", 0
        while not done.is_set():
            version, items = desk.first(user)
            assert {int(item[1:]) % 2 for item in items} == {parity[version]}
            seen.add(version)
            n_asked += 1
        return n_asked

    with ThreadPoolExecutor(N_CLIENTS) as pool:
        asked = [pool.submit(client, number) for number in range(N_CLIENTS)]
        try:
            for _ in range(N_SWAPS):
                desk.let_serve(odd)
                desk.let_serve(even)
        finally:
            done.set()
        counts = [each.result() for each in asked]
    assert seen == parity.keys()
    assert min(counts) >= N_SWAPS
    assert '"status": 5' not in desk.service.log
    assert desk.service.log.count("a model was taken") == 2 * N_SWAPS


def test_a_damaged_version_is_refused_and_health_says_so(desk: Desk) -> None:
    even = desk.models.versions.active()
    assert even is not None
    damaged = desk.models.register(desk.other)
    file = desk.models.root / damaged.folder / "arrays.npz"
    whole = file.read_bytes()
    file.unlink()
    file.write_bytes(whole[:-7])
    assert desk.ready()["last_retrain"] is None or desk.ready()["last_retrain"]["state"] == "made"
    desk.models.versions.activate(damaged.number)
    said = desk.wait(lambda said: (said["last_retrain"] or {}).get("state") == "failed")
    assert said["status"] == "ready"
    assert said["model_version"] == even.hash
    assert said["last_retrain"]["error"] == "the data or the model cannot be used (DataError)"
    assert desk.first("u0")[0] == even.hash
    for secret in (damaged.folder, "arrays.npz", str(desk.models.root)):
        assert secret not in desk.service.log


def test_a_retrain_that_fails_leaves_the_old_model_and_health_says_so(
    desk: Desk, tmp_path: Path
) -> None:
    first = desk.ready()["model_version"]
    (tmp_path / "bad.toml").write_text('[recommender]\nuse = "ease"\nl2 = -1.0\n')
    environment = os.environ | {"POLYREC_DATABASE": str(desk.service.folder / "database.sqlite")}
    command = [POLYREC, "retrain", "--plan", str(tmp_path / "bad.toml")]
    command += ["--models", str(desk.models.root)]
    done = subprocess.run(command, env=environment, capture_output=True, check=False, text=True)
    assert (done.returncode, "l2 is -1.0" in done.stderr) == (2, True)
    said = desk.wait(lambda said: said["last_retrain"] is not None)
    assert (said["status"], said["model_version"]) == ("ready", first)
    assert said["last_retrain"]["state"] == "failed"
    assert said["last_retrain"]["error"] == "a setting cannot be used (ConfigError)"
    assert desk.first("u0")[0] == first


def test_nothing_of_a_user_who_is_deleted_is_on_disk_when_the_answer_comes(desk: Desk) -> None:
    event = {"user_id": "u16", "item_id": "i3", "kind": "click"}
    assert desk.service.ask("/events", method="POST", body={"events": [event]}).status == 202
    assert b'"u16"' in unpacked(desk.models.root)
    before, _ = desk.first("u16")
    assert desk.service.ask("/users/u16", method="DELETE").status == 200
    assert b'"u16"' not in unpacked(desk.models.root)
    for file in (desk.service.folder).glob("database.sqlite*"):
        assert b"u16" not in file.read_bytes()
    reply = desk.service.ask("/recommend/u16")
    assert (reply.status, reply.body["mode"]) == (200, "popular")
    assert reply.body["model_version"] == desk.ready()["model_version"] != before
    assert "u16" not in desk.service.log


def test_what_people_do_is_learned_after_so_many_events(
    folders: tuple[Path, Path], tmp_path: Path
) -> None:
    options = ["--retrain-after", "30", "--watch-every", "0.05"]
    with served(folders[0], tmp_path, options=options) as service:
        first = service.ask("/health/ready").body["model_version"]
        users, odd = [f"new{i}" for i in range(3)], [f"i{i}" for i in range(1, 40, 2)]
        events = [
            {"user_id": user, "item_id": item, "kind": "purchase"}
            for user in users
            for item in odd[:10]
        ]
        sent = service.ask("/events", method="POST", body={"events": events})
        assert sent.status == 202
        end = time.monotonic() + 120
        while True:
            ready = service.ask("/health/ready").body
            said = ready["last_retrain"] or {}
            if ready["model_version"] != first and said.get("state") == "active":
                break
            assert time.monotonic() < end, service.log
            time.sleep(0.1)
        assert said["error"] == ""
        for user in users:
            reply = service.ask(f"/recommend/{user}?k=5").body
            assert reply["mode"] == "personal"
            assert {int(item["item_id"][1:]) % 2 for item in reply["items"]} == {1}
        assert "a fit has begun" in service.log
        assert "new1" not in service.log
        service.process.terminate()
        assert service.process.wait(30) == 0
