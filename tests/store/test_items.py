from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from polyrec.core.errors import DataError
from polyrec.core.texts import storable
from polyrec.store.items import Item, Items

if TYPE_CHECKING:
    from polyrec.store.database import Database

SAW = Item("saw", {"de": "Säge", "en": "saw"}, "en", "tools", {"price": 9.5, "sizes": [1, 2]})
FLUTE = Item("flute", {"fr": "flûte"})


@pytest.fixture
def items(database: Database) -> Items:
    return Items(database)


def test_what_was_put_is_found_as_it_was(items: Items) -> None:
    items.put([SAW, FLUTE])
    assert items.get(["saw", "none", "flute"]) == {"saw": SAW, "flute": FLUTE}
    assert list(items.get(["saw", "flute"])) == ["saw", "flute"]
    assert list(items.get(["saw"])["saw"].texts) == ["de", "en"]
    assert FLUTE.language == "fr"
    assert items.count() == 2


def test_an_item_that_is_there_is_replaced_as_a_whole(items: Items) -> None:
    items.put([SAW, FLUTE])
    new = Item("saw", {"pt_br": "serra"}, "pt-BR")
    items.put([new])
    assert items.get(["saw", "flute"]) == {"saw": new, "flute": FLUTE}
    assert new.texts == {"pt-BR": "serra"}
    assert items.get(["saw"])["saw"].attributes == {}


def test_pages_lead_from_one_to_the_next_whatever_is_deleted_meanwhile(items: Items) -> None:
    ids = [f"{i:02}" for i in range(7)]
    items.put([Item(each, {"en": each, "de": each}) for each in reversed(ids)])
    first = items.page(limit=3)
    assert [each.id for each in first] == ids[:3]
    assert items.delete(["02", "03", "none"]) == 2
    assert [each.id for each in items.page(after=first[-1].id)] == ids[4:]
    assert items.page(after="06") == []


def test_what_is_deleted_is_gone_with_its_texts(items: Items) -> None:
    items.put([SAW, FLUTE])
    assert items.delete(["saw", "saw"]) == 1
    assert items.get(["saw", "flute"]) == {"flute": FLUTE}
    assert items.database.counts()["texts"] == 1


def test_more_items_than_a_query_takes(items: Items) -> None:
    many = {f"{i:04}": Item(f"{i:04}", {"en": f"item {i}"}) for i in range(1100)}
    items.put(many.values())
    assert items.get(list(many)) == many
    assert items.delete(many) == 1100


def test_changes_are_numbered_so_that_who_reads_on_misses_none(items: Items) -> None:
    assert items.changed_since(0) == ([], 0)
    items.put([SAW, FLUTE])
    changed, seen = items.changed_since(0)
    assert sorted(changed) == ["flute", "saw"]
    assert seen == items.last_change()
    items.put([SAW])
    assert items.delete(["flute", "none"]) == 1
    assert items.changed_since(seen)[0] == ["saw", "flute"]
    assert items.changed_since(items.last_change()) == ([], items.last_change())


def test_one_that_stands_twice_is_refused_and_nothing_is_kept(items: Items) -> None:
    with pytest.raises(DataError, match=r"^item 2 stands twice; give each once$"):
        items.put([SAW, FLUTE, SAW])
    assert items.count() == 0


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"id": ""}, "the item id has 0 characters"),
        ({"texts": {}}, "an item has no text; give one at least"),
        ({"texts": {"pt-BR": "a", "pt_br": "b"}}, "language 1 stands twice"),
        ({"texts": {"no language": "a"}}, "'no language' is not a language tag"),
        ({"texts": {"de": "x" * 100_001}}, "the text has 100001 characters, not 0 to 100000"),
        ({"texts": {"de": None}}, "the text is no text"),
        ({"language": "fr"}, "an item is shown in 'fr', and has no text in it"),
        ({"category": "x" * 2001}, "the category has 2001 characters, not 0 to 2000"),
        ({"attributes": {"a": float("inf")}}, "the attributes are no JSON object"),
    ],
)
def test_what_is_no_item_is_refused(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(DataError) as caught:
        Item(**({"id": "saw", "texts": {"de": "Säge"}} | wrong))
    assert str(caught.value).startswith(said)


def test_pages_of_no_size_are_refused(items: Items) -> None:
    with pytest.raises(DataError, match="limit is 0"):
        items.page(limit=0)


TEXT = st.text(st.characters(), max_size=20)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda each: st.lists(each, max_size=3) | st.dictionaries(TEXT, each, max_size=3),
    max_leaves=5,
)


@settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    st.lists(st.text(st.characters(), min_size=1, max_size=256), max_size=4, unique=True),
    TEXT,
    st.dictionaries(TEXT, JSON, max_size=3),
)
def test_ids_texts_and_attributes_may_have_any_characters(
    database: Database, ids: list[str], text: str, attributes: dict[str, object]
) -> None:
    items = Items(database)
    new = [Item(each, {"en": text}, attributes=attributes) for each in ids]
    items.put(new)
    assert list(items.get(ids).values()) == new
    assert all(each.texts["en"] == storable(text) for each in new)
    found, after = [], ""
    while page := items.page(after=after, limit=2):
        found += page
        after = page[-1].id
    assert {each.id: each for each in found} == {each.id: each for each in new}
    assert len(found) == len(new)
    assert items.delete(ids) == len(ids)
