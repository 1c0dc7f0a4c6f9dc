"""Items of the service: their texts by language, category and attributes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from polyrec.core.errors import DataError
from polyrec.core.language import standard_tag
from polyrec.store.database import insert
from polyrec.store.limits import (
    LONGEST_NOTE,
    check_once,
    check_page,
    given_attributes,
    given_id,
    given_tag,
    given_text,
)
from polyrec.store.tables import item_changes, items, texts
from polyrec.store.turns import CHANGING, take_turns

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Connection

    from polyrec.store.database import Database

BLOCK = 500
STREAM = 10_000
"""Changes that are read at once."""


@dataclass(frozen=True)
class Item:
    """One item.

    Attributes:
        id: its id.
        texts: its texts by language, one at least.
        language: that of the text by which it is shown; empty for the first of `texts`.
        category: its category, or empty.
        attributes: whatever else is known, as JSON.
    """

    id: str
    texts: Mapping[str, str]
    language: str = ""
    category: str = ""
    attributes: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        given_id("item id", self.id)
        tags = [given_tag(tag) for tag in self.texts]
        if not tags:
            raise DataError("an item has no text", hint="give one at least")
        check_once("language", tags)
        wanted = standard_tag(self.language) if self.language else tags[0]
        if wanted not in tags:
            raise DataError(f"an item is shown in {wanted!r}, and has no text in it")
        put = object.__setattr__  # the values as they are kept
        kept = [given_text("text", text) for text in self.texts.values()]
        put(self, "texts", dict(zip(tags, kept, strict=True)))
        put(self, "language", wanted)
        put(self, "category", given_text("category", self.category, LONGEST_NOTE))
        put(self, "attributes", given_attributes(self.attributes))


class Items:
    """The items of a database."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def put(self, new: Iterable[Item]) -> None:
        """Keep items, all or none; those that are there are replaced as a whole.

        Raises:
            DataError: one stands twice.
        """
        new = list(new)
        check_once("item", (each.id for each in new))
        # in one order everywhere, so that two who write the same do not wait for each other
        new.sort(key=lambda each: each.id)
        now = datetime.now(UTC)
        with self.database.writing() as connection:
            for start in range(0, len(new), BLOCK):
                _put(connection, new[start : start + BLOCK], now)
            _note(connection, [each.id for each in new])

    def get(self, ids: Sequence[str]) -> dict[str, Item]:
        """Give the items that there are of those asked for, in their order."""
        found: dict[str, Item] = {}
        with self.database.reading() as connection:
            for start in range(0, len(ids), BLOCK):
                block = [given_id("item id", each) for each in ids[start : start + BLOCK]]
                wanted = sa.select(items).where(items.c.item_id.in_(block))
                found |= {each.id: each for each in _items(connection, wanted)}
        return {each: found[each] for each in ids if each in found}

    def page(self, *, after: str = "", limit: int = 100) -> list[Item]:
        """List items in the order of their ids; the last one's id leads to the next page.

        Args:
            after: the id behind which to begin, of an item that is there or was.
            limit: how many to give at most, 1 to 1,000.

        Raises:
            DataError: no page is that large.
        """
        check_page(limit)
        wanted = sa.select(items).where(items.c.item_id > after)
        with self.database.reading() as connection:
            return _items(connection, wanted.order_by(items.c.item_id).limit(limit))

    def delete(self, ids: Iterable[str]) -> int:
        """Delete items with their texts, all or none, and say how many there were.

        What users did with them stays, and counts again should they come back.
        """
        doomed = sorted({given_id("item id", each) for each in ids})
        deleted: list[str] = []
        with self.database.writing() as connection:
            for start in range(0, len(doomed), BLOCK):
                block = doomed[start : start + BLOCK]
                gone = sa.delete(items).where(items.c.item_id.in_(block))
                deleted += connection.scalars(gone.returning(items.c.item_id))
            _note(connection, deleted)
        return len(deleted)

    def changed_since(self, number: int) -> tuple[list[str], int]:
        """Say which items were put or deleted behind a number, and behind which one to go on.

        Who goes on behind the last number misses none: no change comes in before one that was seen.

        Args:
            number: that of the last change that is known.

        Returns:
            Ids of items, some of them perhaps gone, and the number of the last change that was
            looked at; `number` if there is none.
        """
        wanted = sa.select(item_changes).where(item_changes.c.id > number)
        with self.database.reading() as connection:
            rows = connection.execute(wanted.order_by(item_changes.c.id).limit(STREAM)).all()
        return [row.item_id for row in rows], rows[-1].id if rows else number

    def last_change(self) -> int:
        """Give the number of the last change; 0 where there was none."""
        with self.database.reading() as connection:
            return int(connection.scalar(sa.select(sa.func.max(item_changes.c.id))) or 0)

    def count(self) -> int:
        """Count items."""
        with self.database.reading() as connection:
            return int(connection.scalar(sa.select(sa.func.count()).select_from(items)) or 0)


def _note(connection: Connection, ids: Sequence[str]) -> None:
    """Number the changes of items; at the end of a transaction, as others wait until it ends."""
    take_turns(connection, CHANGING)
    for start in range(0, len(ids), BLOCK):
        block = ids[start : start + BLOCK]
        connection.execute(sa.delete(item_changes).where(item_changes.c.item_id.in_(block)))
        connection.execute(sa.insert(item_changes), [{"item_id": each} for each in block])


def _put(connection: Connection, block: Sequence[Item], now: datetime) -> None:
    rows = [
        {
            "item_id": each.id,
            "language": each.language,
            "category": each.category,
            "attributes": each.attributes,
            "created": now,
            "changed": now,
        }
        for each in block
    ]
    made = insert(connection, items).values(rows)
    changes = {
        name: made.excluded[name] for name in ("language", "category", "attributes", "changed")
    }
    connection.execute(made.on_conflict_do_update(index_elements=["item_id"], set_=changes))
    old = texts.c.item_id.in_([each.id for each in block])
    connection.execute(sa.delete(texts).where(old))
    connection.execute(
        sa.insert(texts),
        [
            {"item_id": each.id, "language": language, "text": text}
            for each in block
            for language, text in each.texts.items()
        ],
    )


def _items(connection: Connection, wanted: sa.Select[Any]) -> list[Item]:
    """Give items by their ids, in one query: nobody replaces an item between it and its texts."""
    some = wanted.subquery()
    joined = sa.select(some, texts.c.language.label("tag"), texts.c.text)
    joined = joined.join(texts, texts.c.item_id == some.c.item_id)
    rows: dict[str, list[sa.Row[Any]]] = {}
    for row in connection.execute(joined.order_by(some.c.item_id, texts.c.id)):
        rows.setdefault(row.item_id, []).append(row)
    return [
        Item(
            id=given,
            texts={row.tag: row.text for row in own},
            language=own[0].language,
            category=own[0].category,
            attributes=own[0].attributes,
        )
        for given, own in rows.items()
    ]
