"""A client of the service: `from polyrec.client import Client`."""

from polyrec.client.client import Client
from polyrec.client.values import (
    Alike,
    Answer,
    DeletedUser,
    Event,
    Explanation,
    Item,
    KeptEvents,
    KeptItems,
    LastRetrain,
    Part,
    Profile,
    Reading,
    Ready,
    StoredItem,
    Translation,
    Wishes,
    Word,
)

__all__ = [
    "Alike",
    "Answer",
    "Client",
    "DeletedUser",
    "Event",
    "Explanation",
    "Item",
    "KeptEvents",
    "KeptItems",
    "LastRetrain",
    "Part",
    "Profile",
    "Reading",
    "Ready",
    "StoredItem",
    "Translation",
    "Wishes",
    "Word",
]
