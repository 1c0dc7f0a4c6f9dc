from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from polyrec.core.errors import DataError
from polyrec.store.forgotten import Forgotten
from polyrec.store.tables import forgotten
from polyrec.store.users import User, Users

if TYPE_CHECKING:
    from polyrec.store.database import Database


def delete(database: Database, *users: str) -> None:
    for user in users:
        Users(database).delete(user, actor="admin")


def test_nobody_is_forgotten_before_somebody_is_deleted(database: Database) -> None:
    Users(database).put([User("ada")])
    assert not Forgotten(database).any()
    assert Forgotten(database).among(["ada"]) == set()


def test_who_was_deleted_is_known_even_if_nothing_was_stored_of_them(
    database: Database,
) -> None:
    Users(database).put([User("ada")])
    delete(database, "ada", "eve", "\0")
    asked = ["ada", "bob", "eve", "\\u0000", "\0", "zoe"]
    assert Forgotten(database).any()
    assert Forgotten(database).among(asked) == {"ada", "eve", "\0"}
    assert Forgotten(database).among([]) == set()


def test_no_id_stands_there(database: Database) -> None:
    delete(database, "ada lovelace")
    with database.reading() as connection:
        assert "ada" not in str(connection.execute(sa.select(forgotten)).all())


def test_each_deletion_gives_a_larger_number_that_of_the_same_user_too(database: Database) -> None:
    numbers = [Forgotten(database).last_number()]
    for user in ("ada", "bob", "ada"):
        delete(database, user)
        numbers.append(Forgotten(database).last_number())
    assert numbers == sorted(set(numbers))
    with database.reading() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(forgotten)) == 2


def test_who_was_deleted_before_a_deletion_that_is_known_is_not_named(database: Database) -> None:
    delete(database, "ada", "bob")
    known = Forgotten(database).last_number()
    assert Forgotten(database).among(["ada", "bob", "eve"], after=known) == set()
    delete(database, "eve", "ada")
    assert Forgotten(database).among(["ada", "bob", "eve"], after=known) == {"ada", "eve"}
    assert (Forgotten(database).count(), Forgotten(database).count(after=known)) == (3, 2)


def test_who_is_deleted_by_several_at_once_is_deleted(database: Database) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda user: delete(database, user), ["ada", "bob"] * 4))
    assert Forgotten(database).among(["ada", "bob", "eve"]) == {"ada", "bob"}


def test_what_is_no_id_is_not_deleted(database: Database) -> None:
    with pytest.raises(DataError, match="the user id has 0 characters"):
        delete(database, "")
    assert not Forgotten(database).any()
