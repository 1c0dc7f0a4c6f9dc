from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

import pytest

from polyrec.core.errors import DataError, UnknownIdError
from polyrec.store.versions import ACTIVE, FAILED, KEPT, MADE, Version, Versions

if TYPE_CHECKING:
    from polyrec.store.database import Database

HASH = "0123456789abcdef" * 4
OTHER = "fedcba9876543210" * 4


@pytest.fixture
def versions(database: Database) -> Versions:
    return Versions(database)


def states(versions: Versions) -> list[str]:
    return [each.state for each in reversed(versions.all())]


def add(versions: Versions, n: int) -> list[Version]:
    return [versions.add(f"model-{i}", HASH, last_event=i) for i in range(n)]


def test_a_new_version_does_not_serve_before_it_is_activated(versions: Versions) -> None:
    made = versions.add("model-0", HASH, last_event=7)
    assert (made.folder, made.hash, made.last_event, made.state) == ("model-0", HASH, 7, MADE)
    assert (made.activated, versions.active(), versions.previous()) == (None, None, None)
    serving = versions.activate(made.number)
    assert (serving.state, versions.active()) == (ACTIVE, serving)
    assert serving.activated is not None
    assert serving.activated >= serving.made
    assert versions.activate(made.number) == serving


def test_one_serves_at_most_and_one_can_go_back(versions: Versions) -> None:
    first, second, third = (each.number for each in add(versions, 3))
    for number in (first, second, third):
        versions.activate(number)
    assert states(versions) == [KEPT, KEPT, ACTIVE]
    back = versions.previous()
    assert back is not None
    assert back.number == second
    versions.activate(back.number)
    assert states(versions) == [KEPT, ACTIVE, KEPT]
    versions.fail(third, "forgets users")
    assert states(versions) == [KEPT, ACTIVE, FAILED]
    back = versions.previous()
    assert back is not None
    assert back.number == first


def test_what_failed_does_not_serve_and_what_serves_does_not_fail(versions: Versions) -> None:
    first, second = (each.number for each in add(versions, 2))
    versions.activate(first)
    failed = versions.fail(second, "x" * 3000)
    assert (failed.state, failed.error) == (FAILED, "x" * 2000)
    with pytest.raises(DataError, match=f"^version {second} failed; activate another one$"):
        versions.activate(second)
    with pytest.raises(DataError, match=f"^version {first} serves; activate another one first$"):
        versions.fail(first, "no")
    assert states(versions) == [ACTIVE, FAILED]


def test_another_one_takes_the_place_of_what_fails_while_it_serves(versions: Versions) -> None:
    first, second, third = (each.number for each in add(versions, 3))
    versions.activate(first)
    versions.activate(second)
    with pytest.raises(DataError, match=f"^version {second} serves; activate another one first$"):
        versions.fail(second, "damaged", instead=second)
    versions.fail(second, "damaged", instead=first)
    assert states(versions) == [ACTIVE, FAILED, MADE]
    with pytest.raises(DataError, match=f"^version {second} failed; activate another one$"):
        versions.fail(first, "damaged", instead=second)
    assert states(versions) == [ACTIVE, FAILED, MADE]
    versions.fail(second, "damaged", instead=third)  # it does not serve any more
    assert states(versions) == [ACTIVE, FAILED, MADE]


def test_who_activate_at_once_leave_one_that_serves(versions: Versions) -> None:
    numbers = [each.number for each in add(versions, 4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(versions.activate, numbers * 2))
    assert sorted(states(versions)) == [ACTIVE, KEPT, KEPT, KEPT]


def test_a_path_is_no_folder(versions: Versions) -> None:
    said = r"^the folder of a version is a path; give its name alone$"
    for folder in ("../up", "/root", "a\\b", "..", ".", "a\0b"):
        with pytest.raises(DataError, match=said):
            versions.add(folder, HASH)


def test_what_is_no_hash_and_what_is_there_is_refused(versions: Versions) -> None:
    with pytest.raises(DataError, match="the hash of a version is no SHA-256"):
        versions.add("model-0", "0123")
    with pytest.raises(DataError, match="the hash of a version is no SHA-256"):
        versions.add("model-0", HASH, origin="0123")
    number = versions.add("model-0", HASH).number
    with pytest.raises(DataError, match="the hash of a version is no SHA-256"):
        versions.put(number, folder="model-1", hash="", last_forgotten=0)
    with pytest.raises(DataError, match="the folder of a version is a path"):
        versions.put(number, folder="..", hash=HASH, last_forgotten=0)
    for again in (versions.add, versions.fail_new):
        with pytest.raises(DataError, match=r"^there is a version 'model-0' already$"):
            again("model-0", HASH)
    with pytest.raises(DataError, match="the folder has 0 characters"):
        versions.add("", HASH)
    assert states(versions) == [MADE]


def test_a_number_that_no_version_has_is_not_known(versions: Versions) -> None:
    for number in (0, -1, 99, 2**63, 10**30):
        put = partial(versions.put, folder="model-0", hash=HASH, last_forgotten=0)
        for ask in (versions.activate, versions.get, put):
            with pytest.raises(UnknownIdError, match=f"^no version has the id '{number}'"):
                ask(number)


def test_a_model_is_known_by_what_it_was_when_it_came(versions: Versions) -> None:
    came = versions.add("model-0", HASH)
    assert came.origin == HASH
    changed = versions.put(came.number, folder="model-0b", hash=OTHER, last_forgotten=5)
    assert (changed.folder, changed.hash, changed.origin) == ("model-0b", OTHER, HASH)
    assert (came.last_forgotten, changed.last_forgotten) == (0, 5)
    assert versions.get(came.number) == changed
    copy = versions.add("model-1", OTHER, origin=HASH)
    assert (copy.hash, copy.origin) == (OTHER, HASH)


def test_what_could_not_be_made_is_a_version_that_failed(versions: Versions) -> None:
    assert versions.last() is None
    (made,) = add(versions, 1)
    serving = versions.activate(made.number)
    assert versions.last() == serving
    failed = versions.fail_new("model-x", "x" * 3000)
    assert (failed.hash, failed.origin, failed.state) == ("", "", FAILED)
    assert failed.error == "x" * 2000
    assert versions.last() == failed
    with pytest.raises(DataError, match="the folder of a version is a path"):
        versions.fail_new("../up", "no")
