"""A catalog and what people did with it, checked against each other."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from polyrec.core.errors import DataError, UnknownNameError
from polyrec.data import split, view

if TYPE_CHECKING:
    from collections.abc import Mapping

    from polyrec.core.types import Booleans, Histories
    from polyrec.data.catalog import Catalog
    from polyrec.data.interactions import Interactions


@dataclass(frozen=True)
class SetAside:
    """Rows that could not be used for the same reason.

    Attributes:
        table: `catalog` or `interactions`.
        file: where they stood.
        reason: what is wrong with them.
        rows: how many they are.
        first_row: the first of them.
    """

    table: str
    file: str
    reason: str
    rows: int
    first_row: int


@dataclass(frozen=True)
class Arrival:
    """What came in, and what has become of it.

    Attributes:
        rows: how many rows each table had, those set aside included.
        repeated: how many of them repeated an earlier one.
        set_aside: those that could not be used, by reason.
        quarantine: the files that hold them.
    """

    rows: Mapping[str, int]
    repeated: Mapping[str, int]
    set_aside: tuple[SetAside, ...] = ()
    quarantine: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Dataset:
    """A catalog and interactions.

    Attributes:
        catalog: the items.
        interactions: who chose which.
        name: what reports call it.
        view: which text each item is shown in: see `view`.
        notes: what the reader had to say, such as pairs that were summed.
        arrival: what came in, where it was read from files or frames.
        all_texts: the catalog with every text that is known, from which views are drawn; None if
            that is `catalog` itself.
    """

    catalog: Catalog
    interactions: Interactions
    name: str = "data"
    view_name: str = "as-given"
    notes: tuple[str, ...] = ()
    arrival: Arrival | None = field(default=None, repr=False)
    all_texts: Catalog | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        items = self.interactions.item
        if len(items) and not 0 <= items.min() <= items.max() < len(self.catalog):
            raise DataError(f"an interaction names an item outside 0..{len(self.catalog) - 1}")

    @cached_property
    def histories(self) -> Histories:
        """Each user's items, in the order of `interactions.users`."""
        return self.interactions.histories(len(self.catalog))

    @cached_property
    def fingerprint(self) -> str:
        """A hash of all texts, works and interactions, whatever the view: 64 hexadecimal digits.

        Two datasets of the same fingerprint are split alike.
        """
        full = self.all_texts or self.catalog
        found = hashlib.sha256()
        works = full.attributes.get("work", ("",) * len(full))
        for row in zip(full.ids.names, full.texts, full.category, works, strict=True):
            found.update(json.dumps(row, sort_keys=True, default=str).encode())
        events = self.interactions
        found.update(json.dumps(events.users.names).encode())
        for column in (events.user, events.item, events.weight, events.time):
            found.update(b"-" if column is None else column.astype("<f8").tobytes())
        return found.hexdigest()

    def view(self, name: str, *, seed: int = 1) -> Dataset:
        """Show the same items in other languages, whatever the view that they are in now.

        Args:
            name: `as-given`, `one-language` (each item in one of its languages, drawn evenly),
                `en` (English where there is one), `balanced` (no language over 20 %), or `all`
                (each item's vector is the mean over all its texts).
            seed: draws the languages.

        Raises:
            UnknownNameError: there is no such view.
        """
        full = self.all_texts or self.catalog
        shown = view.view(full, name, seed=seed)
        return replace(self, catalog=shown, view_name=name, all_texts=full)

    def split(
        self, name: str = "random", *, test_share: float = 0.2, seed: int = 0
    ) -> tuple[Dataset, Dataset]:
        """Part the interactions into train and test; both keep the whole catalog and all users.

        Where the catalog says which `work` items are versions of, no user has one work on both
        sides: see `split.split_works`. `cold-items` tells the training part which items are new.

        Args:
            name: `random` (of each user's interactions), `cold-items` (all interactions of some
                items) or `time` (everything after one moment).
            test_share: share of interactions, or of items, for test.
            seed: draws the test part.

        Raises:
            UnknownNameError: there is no such split.
            DataError: `time` without timestamps, a share outside 0..1, or nothing to hold out.
        """
        if name not in split.SPLITS:
            raise UnknownNameError("split", name, split.SPLITS)
        if not 0 < test_share < 1:
            raise DataError(f"test_share is {test_share}", hint="give a share between 0 and 1")
        events, catalog = self.interactions, self.catalog
        if catalog.names_works:
            train, test = split.split_works(
                name, events, catalog.works, test_share=test_share, seed=seed
            )
        else:
            test = split.SPLITS[name](events, len(catalog), test_share=test_share, seed=seed)
            train = ~test
        if not test.any():
            raise DataError(
                f"the split {name!r} holds nothing out of {len(events)} interactions",
                hint="give more data, or a larger test_share",
            )
        seen = self.where(train)
        if name == "cold-items":
            n_works = int(catalog.works.max(initial=-1)) + 1
            drawn = split.cold_items(n_works, test_share=test_share, seed=seed)[catalog.works]
            seen = seen.with_new(drawn)
        return seen, self.where(test)

    def with_new(self, new: Booleans) -> Dataset:
        """Give the same data, told which more items have only just come, shape (items,)."""
        full = None if self.all_texts is None else self.all_texts.with_new(new)
        return replace(self, catalog=self.catalog.with_new(new), all_texts=full)

    def where(self, keep: Booleans) -> Dataset:
        """Keep the interactions where the mask is true."""
        return replace(self, interactions=self.interactions.where(keep))
