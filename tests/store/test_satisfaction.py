from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from polyrec.core.errors import DataError
from polyrec.store.satisfaction import Opinion, Satisfaction

if TYPE_CHECKING:
    from polyrec.store.database import Database

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def test_what_users_say_is_kept_beside_what_they_said_before(database: Database) -> None:
    satisfaction = Satisfaction(database)
    first = satisfaction.add(Opinion("ada", 2, "mixed", "v1", NOON))
    satisfaction.add(Opinion("bob", 1))
    last = satisfaction.add(Opinion("ada", 5, "better", "v2", NOON))
    assert satisfaction.of("ada") == [
        Opinion("ada", 2, "mixed", "v1", NOON, first),
        Opinion("ada", 5, "better", "v2", NOON, last),
    ]
    assert satisfaction.of("eve") == []
    assert [each.user for each in satisfaction.page(limit=2)] == ["ada", "bob"]
    (bob, ada) = satisfaction.page(after=first)
    assert (ada.number, bob.score) == (last, 1)
    assert bob.at is not None
    assert abs((datetime.now(UTC) - bob.at).total_seconds()) < 60


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"user": ""}, "the user id has 0 characters"),
        ({"score": 0}, "satisfaction is a whole number, 1 to 5"),
        ({"score": 6}, "satisfaction is a whole number, 1 to 5"),
        ({"score": 4.5}, "satisfaction is a whole number, 1 to 5"),
        ({"score": True}, "satisfaction is a whole number, 1 to 5"),
        ({"comment": "x" * 2001}, "the comment has 2001 characters, not 0 to 2000"),
        ({"at": datetime(2026, 5, 1)}, "the time has no time zone"),
    ],
)
def test_what_is_no_opinion_is_refused(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(DataError) as caught:
        replace(Opinion("ada", 3), **wrong)
    assert str(caught.value).startswith(said)
