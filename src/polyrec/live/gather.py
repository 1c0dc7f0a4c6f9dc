"""What there is to learn from now: what a model knows, with all that happened since put over it."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from polyrec.core.types import NO_ITEM, IdMap
from polyrec.data.dataset import Dataset
from polyrec.data.interactions import Interactions
from polyrec.live.catalog import all_items, to_catalog
from polyrec.live.feedback import feedback_of
from polyrec.store.event import KINDS
from polyrec.store.events import Events
from polyrec.store.items import Items

if TYPE_CHECKING:
    from collections.abc import Iterator

    from polyrec.core.types import Doubles, Integers
    from polyrec.data.catalog import Catalog
    from polyrec.pipeline.learned import Learned
    from polyrec.store.database import Database


def gathered(base: Learned, database: Database, *, rates: bool = False) -> tuple[Dataset, int]:
    """Put together what a new model learns from.

    The database's items are the catalog; those that the model does not know are new. Of what users
    chose, what the model knows counts where no event tells otherwise; events count as in answers.

    Args:
        base: a model, without users who were deleted.
        database: items and events.
        rates: weights are stars, as raters take them.

    Returns:
        The data, and the number of the last event that is in them; 0 where there is none.
    """
    catalog = to_catalog(list(all_items(Items(database))), pooled=base.catalog.pooled)
    new = np.array([name not in base.catalog.ids for name in catalog.ids.names], dtype=np.bool_)
    if new.any():
        catalog = catalog.with_new(new)
    log = _Log.of(Events(database))
    rows = _joined(base, catalog, log, rates=rates)
    name, view = base.trained_on
    return Dataset(catalog, rows, name=name, view_name=view), log.last


class Done(NamedTuple):
    """What somebody did with an item."""

    number: int
    item: str
    kind: str
    rating: float | None


@dataclass(frozen=True, eq=False)
class _Log:
    """All events in the order in which they came in; a few numbers for each.

    Attributes:
        users: numbers of users by their ids.
        items: numbers of items by their ids.
        user: whose each event is.
        item: what it is about.
        kind: its place among `KINDS`.
        stars: of ratings, else NaN.
        at: seconds since 1970.
        last: the number of the last event.
    """

    users: dict[str, int]
    items: dict[str, int]
    user: Integers
    item: Integers
    kind: Integers
    stars: Doubles
    at: Doubles
    last: int

    @classmethod
    def of(cls, events: Events) -> _Log:
        """Read all events, block by block."""
        users: dict[str, int] = {}
        items: dict[str, int] = {}
        user, item, kind = array("q"), array("q"), array("q")
        stars, at = array("d"), array("d")
        last = 0
        for block in events.blocks():
            for each in block:
                user.append(users.setdefault(each.user, len(users)))
                item.append(items.setdefault(each.item, len(items)))
                kind.append(KINDS.index(each.kind))
                stars.append(np.nan if each.rating is None else each.rating)
                at.append(each.at.timestamp())
            last = block[-1].number
        return cls(
            users,
            items,
            np.array(user, dtype=np.int64),
            np.array(item, dtype=np.int64),
            np.array(kind, dtype=np.int64),
            np.array(stars),
            np.array(at),
            last,
        )

    def by_user(self) -> Iterator[tuple[str, list[Done], dict[str, float]]]:
        """Give each user with what they did, and when they did something with an item last."""
        names = list(self.items)
        order = np.argsort(self.user, kind="stable")
        counts = np.bincount(self.user, minlength=len(self.users))
        end = 0
        for user, n in zip(self.users, counts.tolist(), strict=True):
            own, end = order[end : end + n], end + n
            columns = (self.item[own], self.kind[own], self.stars[own])
            rows = zip(own.tolist(), *(column.tolist() for column in columns), strict=True)
            done = [
                Done(number, names[item], KINDS[kind], None if np.isnan(stars) else stars)
                for number, item, kind, stars in rows
            ]
            when: dict[str, float] = {}
            for each, at in zip(done, self.at[own].tolist(), strict=True):
                when[each.item] = max(at, when.get(each.item, at))
            yield user, done, when


def _joined(base: Learned, catalog: Catalog, log: _Log, *, rates: bool) -> Interactions:
    """Put what events say over what a model knows."""
    ids, known = catalog.ids, base.histories
    numbers = {name: number for number, name in enumerate(base.users.names)}
    user, item, told = array("q"), array("q"), array("q")
    weight, time = array("d"), array("d")
    for name, done, when in log.by_user():
        feedback = feedback_of(done)
        pairs = zip(feedback.history, feedback.weights, strict=True)
        counts = {
            each: w for each, w in (feedback.stars.items() if rates else pairs) if each in ids
        }
        if name not in numbers:
            if not counts:
                continue  # a stranger as much as anybody
            numbers[name] = len(numbers)
        number = numbers[name]
        for each, strength in counts.items():
            user.append(number)
            item.append(ids.index(each))
            weight.append(strength)
            time.append(when[each])
        for each in (*counts, *feedback.disliked):
            if each in ids:
                told.append(number * len(ids) + ids.index(each))
    place = np.array([ids.index(n) if n in ids else NO_ITEM for n in base.catalog.ids.names])
    old_user = np.repeat(np.arange(len(known)), known.lengths)
    old_item = place[known.items]
    left = (old_item != NO_ITEM) & ~np.isin(old_user * len(ids) + old_item, np.array(told))
    timed = known.times is not None or not left.any()
    old_time = np.empty(0) if known.times is None else known.times[left]
    return Interactions(
        IdMap(tuple(numbers)),
        np.concatenate([old_user[left], np.array(user, dtype=np.int64)]),
        np.concatenate([old_item[left], np.array(item, dtype=np.int64)]),
        np.concatenate([known.weights[left], np.array(weight, dtype=np.float32)]),
        np.concatenate([old_time, np.array(time)]) if timed else None,
    )
