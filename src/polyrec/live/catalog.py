"""Items of the database as a catalog, and a catalog as items of the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from polyrec.core.language import UNDETERMINED
from polyrec.data.catalog import OF_MEANING, Catalog
from polyrec.store.items import Item

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from polyrec.store.items import Items

PAGE = 1_000


def to_catalog(items: Sequence[Item], *, pooled: bool = False) -> Catalog:
    """Make a catalog of items; each is shown in its language.

    Of their attributes, those stay that mean something to a model.
    """
    texts = [_shown_first(item) for item in items]
    named = [name for name in sorted(OF_MEANING) if any(name in item.attributes for item in items)]
    attributes = {name: tuple(item.attributes.get(name) for item in items) for name in named}
    catalog = Catalog.from_texts(
        [item.id for item in items],
        texts,
        category=[item.category for item in items],
        attributes=attributes,
    )
    return Catalog(
        catalog.ids,
        catalog.text,
        catalog.language,
        catalog.texts,
        catalog.category,
        catalog.attributes,
        pooled,
    )


def to_items(catalog: Catalog) -> Iterator[Item]:
    """Give a catalog's items as a database keeps them.

    Raises:
        DataError: an id or a text is longer than a database keeps.
    """
    columns = {name: catalog.attributes[name] for name in catalog.attributes}
    for place, item_id in enumerate(catalog.ids.names):
        attributes = {name: column[place] for name, column in columns.items()}
        yield Item(
            item_id,
            {tag or UNDETERMINED: text for tag, text in catalog.texts[place].items()},
            catalog.language[place],
            catalog.category[place],
            {name: value for name, value in attributes.items() if value is not None},
        )


def all_items(items: Items) -> Iterator[Item]:
    """Give all items of a database in the order of their ids, page by page."""
    after = ""
    while page := items.page(after=after, limit=PAGE):
        yield from page
        after = page[-1].id


def _shown_first(item: Item) -> dict[str, str]:
    return {item.language: item.texts[item.language], **item.texts}
