from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from polyrec.core.errors import DataError, UnknownIdError
from polyrec.store.audit import Audit
from polyrec.store.database import Database
from polyrec.store.event import Event
from polyrec.store.events import Appended, Events
from polyrec.store.forgotten import Forgotten
from polyrec.store.satisfaction import Opinion, Satisfaction
from polyrec.store.tables import metadata
from polyrec.store.users import PERSONAL, User, Users

if TYPE_CHECKING:
    from pathlib import Path

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
ADA = User("ada", "Ich baue Flöten", "de")
BOB = User("bob")


@pytest.fixture
def users(database: Database) -> Users:
    """Two users with an event and an opinion each."""
    users = Users(database)
    users.put([ADA, BOB])
    rated = [Event(each, "saw", "rating", 4, NOON) for each in ("ada", "bob")]
    Events(database).append(rated, key="post")
    for each in ("ada", "bob"):
        Satisfaction(database).add(Opinion(each, 5, f"{each} is glad", "v1", NOON))
    return users


def test_what_was_put_is_found_as_it_was_and_may_be_replaced(users: Users) -> None:
    assert (users.get("ada"), users.get("bob"), users.get("eve")) == (ADA, BOB, None)
    assert BOB.language == "und"
    users.put([User("ada", "flutes", "en")])
    assert users.get("ada") == User("ada", "flutes", "en")


def test_pages_lead_from_one_to_the_next(users: Users) -> None:
    users.put([User("Zoë"), User("张")])
    assert [each.id for each in users.page(limit=2)] == ["Zoë", "ada"]
    assert [each.id for each in users.page(after="ada")] == ["bob", "张"]
    with pytest.raises(DataError, match="limit is 1001"):
        users.page(limit=1001)


def test_all_that_is_stored_about_a_user_is_one_document(users: Users) -> None:
    document = users.export("ada")
    assert json.loads(json.dumps(document)) == document
    (profile,), (event,) = document["users"], document["events"]
    assert {"text": "Ich baue Flöten", "language": "de"}.items() <= profile.items()
    assert document["user_id"] == "ada"
    wanted = {"item_id": "saw", "kind": "rating", "rating": 4.0, "at": NOON.isoformat()}
    assert wanted.items() <= event.items()
    assert document["satisfaction"] == [
        {"score": 5, "comment": "ada is glad", "version": "v1", "at": NOON.isoformat()}
    ]
    assert "bob" not in json.dumps(document)


def test_who_has_only_events_can_be_exported_and_deleted(database: Database) -> None:
    Events(database).append([Event("eve", "saw", "view")])
    users = Users(database)
    assert len(users.export("eve")["events"]) == 1
    assert users.delete("eve", actor="admin")["events"] == 1


def test_who_is_deleted_is_gone_from_every_table_and_nobody_else_is(users: Users) -> None:
    bob = users.export("bob")
    assert users.delete("ada", actor="admin") == {"users": 1, "events": 1, "satisfaction": 1}
    assert users.get("ada") is None
    with pytest.raises(UnknownIdError, match=r"^no user has the id 'ada'$"):
        users.export("ada")
    assert users.export("bob") == bob
    with users.database.reading() as connection:
        for table in metadata.tables.values():
            assert "ada" not in str(connection.execute(sa.select(table)).all())


def test_every_table_with_users_is_among_those_that_are_exported_and_deleted() -> None:
    found = [table for table in metadata.tables.values() if "user_id" in table.columns]
    assert found == list(PERSONAL)


def test_the_audit_says_that_somebody_was_deleted_and_not_who(users: Users) -> None:
    users.delete("ada", actor="key 7")
    only_a_model_knew = users.delete("eve", actor="key 7")
    first, second = Audit(users.database).page()
    assert (first.actor, first.action) == (second.actor, second.action) == ("key 7", "user deleted")
    assert first.counts == {"users": 1, "events": 1, "satisfaction": 1}
    assert second.counts == only_a_model_knew == {"users": 0, "events": 0, "satisfaction": 0}


def test_a_deletion_that_cannot_be_noted_does_not_happen(users: Users) -> None:
    with pytest.raises(DataError, match="the actor has 2001 characters"):
        users.delete("ada", actor="x" * 2001)
    assert users.get("ada") == ADA
    assert not Forgotten(users.database).any()


def test_a_late_repetition_does_not_bring_a_deleted_user_back(users: Users) -> None:
    users.delete("ada", actor="admin")
    rated = [Event(each, "saw", "rating", 4, NOON) for each in ("ada", "bob")]
    assert Events(users.database).append(rated, key="post") == Appended(0, 2)


def test_what_was_deleted_is_overwritten_in_all_files(tmp_path: Path) -> None:
    def files() -> list[Path]:
        return [each for each in tmp_path.iterdir() if ADA.text.encode() in each.read_bytes()]

    users = Users(Database(str(tmp_path / "polyrec.sqlite")))
    users.put([ADA, BOB])
    assert files()
    users.delete("ada", actor="admin")
    assert not files()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"id": "x" * 257}, "the user id has 257 characters, not 1 to 256"),
        ({"text": "x" * 100_001}, "the profile text has 100001 characters"),
        ({"language": "no language"}, "'no language' is not a language tag"),
    ],
)
def test_what_is_no_user_is_refused(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(DataError) as caught:
        User(**({"id": "ada"} | wrong))
    assert str(caught.value).startswith(said)


def test_one_who_stands_twice_is_refused_and_nobody_is_kept(users: Users) -> None:
    with pytest.raises(DataError, match=r"^user 2 stands twice"):
        users.put([User("eve"), ADA, User("eve")])
    assert users.get("eve") is None


@settings(
    max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(st.sets(st.text(st.characters(), min_size=1, max_size=256), max_size=5))
def test_ids_may_have_any_characters(database: Database, ids: set[str]) -> None:
    users = Users(database)
    users.put([User(each, "text") for each in ids])
    assert {each.id for each in users.page()} == ids
    for each in ids:
        assert users.export(each)["user_id"] == each
        assert users.delete(each, actor="admin")["users"] == 1
    assert users.page() == []
