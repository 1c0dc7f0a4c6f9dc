"""What other processes do to items of the same database is seen without a swap."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from polyrec.core.types import Query
from polyrec.live.live import Live
from polyrec.live.models_folder import ModelsFolder
from polyrec.live.start import start
from polyrec.live.watch import Watch
from polyrec.store.database import Database
from polyrec.store.items import Item

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def two(
    database_url: str, tmp_path: Path, fit_model: Callable[[str], Path]
) -> Iterator[tuple[Live, Live]]:
    """Two services on one database of each kind."""
    del database_url  # the environment names it
    both = []
    for _ in range(2):
        models = ModelsFolder(tmp_path / "models", Database())
        one = Live(models.versions.database, models=models)
        one.take(start(models, one.items, fit_model("content")))
        both.append(one)
    yield both[0], both[1]
    for one in both:
        one.close()


def _look(live: Live) -> None:
    """Look once, and wait until what was seen is in the model."""
    assert live.models is not None
    Watch(live, live.models).look()
    live.current.refresh([]).result()


def _shown(live: Live) -> dict[str, str]:
    found = live.answer(Query(k=100))[1].items
    return {item.item_id: item.text for item in found}


def test_items_that_another_service_puts_changes_and_deletes_are_seen(
    two: tuple[Live, Live],
) -> None:
    here, there = two
    there.put_items([Item("lute", {"en": "lute for music"})]).result()
    there.put_items([Item("i0", {"en": "quite another text"})]).result()
    there.delete_items(["i2"])
    assert "lute" not in _shown(here)
    _look(here)
    assert _shown(here) == _shown(there)
    assert _shown(here)["lute"] == "lute for music"
    assert _shown(here)["i0"] == "quite another text"
    assert "i2" not in _shown(here)
    there.put_items([Item("i2", {"en": "it is back"})]).result()
    _look(here)
    assert _shown(here)["i2"] == "it is back"


def test_where_nothing_changed_the_model_stays_as_it_is(two: tuple[Live, Live]) -> None:
    here, _ = two
    _look(here)
    before = here.model
    here.put_items([Item("lute", {"en": "lute for music"})]).result()
    own = here.model
    assert own is not before
    _look(here)  # the change comes back, and is there already
    assert here.model is own


def test_a_look_where_nothing_changed_is_one_query_of_an_index(two: tuple[Live, Live]) -> None:
    here, _ = two
    said: list[str] = []

    def note(*given: Any) -> None:
        said.append(given[2])

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        here.current.follow()
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
    (query,) = [each for each in said if each.startswith("SELECT")]
    assert "WHERE item_changes.id >" in " ".join(query.split())
