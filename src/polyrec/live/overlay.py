"""Puts a database's items over what a model knows: new ones, changed texts, those that are gone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from polyrec.live.catalog import to_catalog

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from polyrec.core.types import Booleans
    from polyrec.data.catalog import Catalog
    from polyrec.pipeline.learned import Learned
    from polyrec.store.items import Item


@dataclass(frozen=True, eq=False)
class Overlaid:
    """A model with the items of a database.

    Attributes:
        learned: the model; new items stand behind those that it was fitted on.
        withdrawn: items that are not to be shown, shape (items,).
        waiting: ids of items that it cannot take in, and that wait for the next fit.
    """

    learned: Learned
    withdrawn: Booleans
    waiting: frozenset[str] = frozenset()

    @classmethod
    def of(cls, learned: Learned) -> Overlaid:
        """Take a model as it is."""
        return cls(learned, np.zeros(len(learned.catalog), dtype=np.bool_))

    def put(self, items: Iterable[Item]) -> Overlaid:
        """Take in items: new ones, and new texts of known ones.

        New items can be recommended; of known ones the text that is shown changes, while their
        vectors stay those of the texts that the model was fitted on.
        """
        items = list(items)
        known = self.learned.catalog.ids
        old = [item for item in items if item.id in known]
        new = [item for item in items if item.id not in known]
        withdrawn = self.withdrawn.copy()
        withdrawn[known.indices(item.id for item in old)] = False
        learned = replace(self.learned, catalog=_changed(self.learned.catalog, old))
        if not new:
            return replace(self, learned=learned, withdrawn=withdrawn)
        if learned.plan.encoder is None:
            waiting = self.waiting | {item.id for item in new}
            return replace(self, learned=learned, withdrawn=withdrawn, waiting=waiting)
        learned = learned.with_items(to_catalog(new, pooled=learned.catalog.pooled))
        added = np.zeros(len(new), dtype=np.bool_)
        return replace(self, learned=learned, withdrawn=np.concatenate([withdrawn, added]))

    def differing(self, items: Iterable[Item]) -> list[Item]:
        """Give those of the items that it does not show as they are."""
        catalog = self.learned.catalog

        def is_shown(item: Item) -> bool:
            if item.id not in catalog.ids:
                return False
            place = catalog.ids.index(item.id)
            own = (catalog.language[place], dict(catalog.texts[place]), catalog.category[place])
            return not self.withdrawn[place] and own == (
                item.language,
                dict(item.texts),
                item.category,
            )

        return [item for item in items if not is_shown(item)]

    def shown_of(self, item_ids: Iterable[str]) -> list[str]:
        """Give those of the ids whose items it shows or keeps for the next fit."""
        known = self.learned.catalog.ids
        return [
            each
            for each in item_ids
            if each in self.waiting or (each in known and not self.withdrawn[known.index(each)])
        ]

    def without(self, item_ids: Iterable[str]) -> Overlaid:
        """Show some items no more."""
        known, gone = self.learned.catalog.ids, list(item_ids)
        withdrawn = self.withdrawn.copy()
        withdrawn[known.indices(item_id for item_id in gone if item_id in known)] = True
        return replace(self, withdrawn=withdrawn, waiting=self.waiting - set(gone))

    def without_users(self, user_ids: Collection[str]) -> Overlaid:
        """Forget users; see `Learned.without_users`."""
        return replace(self, learned=self.learned.without_users(user_ids))

    def only(self, item_ids: Collection[str]) -> Overlaid:
        """Show no items but these."""
        names = self.learned.catalog.ids.names
        return self.without(name for name in names if name not in item_ids)


def _changed(catalog: Catalog, items: Iterable[Item]) -> Catalog:
    """Give a catalog with other texts and categories of some of its items."""
    text, language = list(catalog.text), list(catalog.language)
    texts, category = list(catalog.texts), list(catalog.category)
    for item in items:
        place = catalog.ids.index(item.id)
        text[place], language[place] = item.texts[item.language], item.language
        texts[place], category[place] = dict(item.texts), item.category
    return replace(
        catalog,
        text=tuple(text),
        language=tuple(language),
        texts=tuple(texts),
        category=tuple(category),
    )
