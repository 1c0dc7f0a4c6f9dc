from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest

from polyrec.core.types import Histories
from polyrec.live.feedback import feedback_of
from polyrec.live.gather import gathered
from polyrec.live.start import bring
from polyrec.pipeline.learned import Learned
from polyrec.store.event import KINDS, Event
from polyrec.store.events import Events
from polyrec.store.items import Item, Items
from polyrec.store.users import Users

if TYPE_CHECKING:
    from polyrec.data.dataset import Dataset
    from polyrec.store.database import Database

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def base(learned: Learned, database: Database) -> Learned:
    """The shop's model, whose items are in the database."""
    bring(Items(database), learned.catalog)
    return learned


def chosen(data: Dataset) -> dict[str, dict[str, float]]:
    """Give what each user chose, and how much it counts."""
    rows, names = data.interactions, data.catalog.ids.names
    found: dict[str, dict[str, float]] = {user: {} for user in rows.users.names}
    for user, item, weight in zip(rows.user, rows.item, rows.weight, strict=True):
        found[rows.users.names[user]][names[item]] = round(float(weight), 3)
    return found


def send(database: Database, *events: Event) -> int:
    Events(database).append(events)
    return Events(database).last_number()


def test_without_events_it_is_what_the_model_learned_from(
    base: Learned, database: Database, shop: Dataset
) -> None:
    data, last = gathered(base, database)
    assert last == 0
    assert chosen(data) == chosen(shop)
    assert sorted(data.catalog.ids.names) == sorted(shop.catalog.ids.names)
    assert data.catalog.new is None
    assert (data.name, data.interactions.time) == ("shop", None)


def test_events_count_as_in_answers(base: Learned, database: Database) -> None:
    last = send(
        database,
        Event("new", "flute", "view"),
        Event("ada", "plane", "purchase"),
        Event("ada", "saw", "view"),  # less than the model knows, and what was told last
        Event("new", "flute", "click"),
        Event("eve", "flute", "dislike"),
        Event("joe", "plane", "rating", rating=2),
        Event("new", "kettle", "purchase"),  # of which nothing is known
        Event("odd", "kettle", "purchase"),
        Event("sad", "harp", "dislike"),
        Event("bob", "drum", "rating", rating=4),
    )
    data, found = gathered(base, database)
    assert found == last
    assert chosen(data) == {
        "ada": {"saw": 0.25, "plane": 1.0},
        "bob": {"flute": 1.0, "drum": 0.667},
        "eve": {},
        "joe": {"saw": 1.0},
        "new": {"flute": 0.5},
    }


def test_items_are_those_of_the_database(base: Learned, database: Database) -> None:
    items = Items(database)
    items.delete(["saw", "drum"])
    items.put([Item("lute", {"en": "lute for music"}), Item("harp", {"de": "Harfe"})])
    send(database, Event("eve", "lute", "click"), Event("eve", "drum", "click"))
    data, _ = gathered(base, database)
    assert data.catalog.ids.names == ("chisel", "flute", "harp", "lute", "plane")
    assert data.catalog.text_for(2, ()) == ("de", "Harfe")
    assert data.catalog.new is not None
    assert data.catalog.new.tolist() == [False, False, False, True, False]
    assert chosen(data) == {
        "ada": {},
        "bob": {"flute": 1.0},
        "eve": {"flute": 1.0, "lute": 0.5},
        "joe": {"plane": 1.0},
    }
    items.put([Item("drum", {"en": "drum"})])  # and counts again when it comes back
    assert chosen(gathered(base, database)[0])["eve"]["drum"] == 0.5


def test_what_was_learned_from_once_is_not_counted_twice(base: Learned, database: Database) -> None:
    send(database, Event("ada", "plane", "view"), Event("new", "harp", "click"))
    once, _ = gathered(base, database)
    again = Learned(base.plan, once.catalog, once.interactions.users, once.histories, vectors=None)
    assert chosen(gathered(again, database)[0]) == chosen(once)
    send(database, Event("ada", "plane", "purchase"))
    assert chosen(gathered(again, database)[0])["ada"] == {"saw": 1.0, "plane": 1.0}


def test_who_was_deleted_is_not_there(base: Learned, database: Database) -> None:
    send(database, Event("new", "flute", "click"), Event("ada", "plane", "click"))
    for user in ("new", "ada"):
        Users(database).delete(user, actor="test")
    data, _ = gathered(base.without_users(["ada"]), database)
    assert set(chosen(data)) == {"bob", "eve", "joe"}


def test_times_are_kept_where_they_are_known(base: Learned, database: Database) -> None:
    send(
        database,
        Event("ada", "plane", "click", at=NOON + timedelta(seconds=5)),
        Event("ada", "plane", "view", at=NOON),
    )
    assert gathered(base, database)[0].interactions.time is None
    known = base.histories
    times = np.arange(len(known.items), dtype=np.float64)
    timed = Histories(known.indptr, known.items, known.weights, known.n_items, times)
    told = Learned(base.plan, base.catalog, base.users, timed, None)
    assert gathered(told, database)[0].interactions.time.tolist() == [  # type: ignore[union-attr]
        0.0,
        1.0,
        2.0,
        3.0,
        4.0,
        (NOON + timedelta(seconds=5)).timestamp(),
    ]
    nobody = base.without_users(base.users.names)
    assert gathered(nobody, database)[0].interactions.time is not None


def test_of_ratings_the_stars_count(base: Learned, database: Database) -> None:
    send(
        database,
        Event("ada", "saw", "rating", rating=2),
        Event("ada", "plane", "click"),
        Event("new", "harp", "rating", rating=5),
        Event("new", "drum", "rating", rating=1),
        Event("new", "drum", "dislike"),
        Event("eve", "flute", "dislike"),
    )
    data, _ = gathered(base, database, rates=True)
    found = chosen(data)
    assert (found["ada"], found["new"], found["eve"]) == ({"saw": 2.0}, {"harp": 5.0}, {})


def test_many_events_of_many_users_are_joined_as_one_by_one(
    base: Learned, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("polyrec.store.events.STREAM", 37)
    rng = np.random.default_rng(0)
    names = (*base.catalog.ids.names, "kettle")
    events = [_event(rng, names) for _ in range(500)]
    send(database, *events)
    found = chosen(gathered(base, database)[0])
    for user in {event.user for event in events}:
        said = feedback_of(Events(database).of(user))
        expected = {
            item: round(weight, 3)
            for item, weight in zip(said.history, said.weights, strict=True)
            if item != "kettle"
        }
        assert found.get(user, {}) == expected


def _event(rng: np.random.Generator, names: tuple[str, ...]) -> Event:
    kind = KINDS[rng.integers(5)]
    stars = float(rng.integers(1, 6)) if kind == "rating" else None
    at = NOON + timedelta(seconds=int(rng.integers(1000)))
    return Event(f"u{rng.integers(20)}", names[rng.integers(7)], kind, rating=stars, at=at)
