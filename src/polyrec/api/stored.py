"""What is sent to be kept, and what is said of it: events, items, people, opinions."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AwareDatetime,
    BaseModel,
    Field,
    JsonValue,
    field_validator,
    model_validator,
)

from polyrec.api.schemas import LONGEST_TEXT, Id, Sent, Tag
from polyrec.store.limits import LONGEST_NOTE

LONGEST_ITEM_TEXT, MOST_TEXTS, MOST_AT_ONCE = 100_000, 100, 1000

DATE = re.compile(r"\d{4}-\d\d-\d\d[Tt ]")


class Event(Sent):
    """What somebody did with an item."""

    user_id: Id
    item_id: Id
    kind: Literal["view", "click", "purchase", "rating", "dislike"]
    rating: float | None = Field(None, ge=1, le=5, description="Stars; of a `rating` alone.")
    at: AwareDatetime | None = Field(
        None, strict=False, description="When; now, where nothing is said."
    )
    key: Id | None = Field(None, description="A name for it, so that it counts once.")

    @field_validator("at", mode="before")
    @classmethod
    def _is_written(cls, given: Any) -> Any:
        """Refuse numbers: nobody knows whether they count seconds or milliseconds."""
        if given is not None and not (isinstance(given, str) and DATE.match(given)):
            raise ValueError("give a time as in 2026-01-31T12:00:00Z")
        return given

    @model_validator(mode="after")
    def _rates_with_stars(self) -> Self:
        if (self.kind == "rating") != (self.rating is not None):
            raise ValueError("a rating has stars, and nothing else has")
        return self


class SentEvents(Sent):
    """Events, kept as a whole or not at all."""

    events: list[Event] = Field(min_length=1, max_length=MOST_AT_ONCE)


class KeptEvents(BaseModel):
    """What became of events that were sent; they are on disk."""

    added: int
    repeated: int = Field(description="How many had been sent before.")
    unknown_items: int = Field(description="How many are about items that no model knows yet.")


class StoredItem(Sent):
    """An item with its texts by language."""

    item_id: Id
    texts: dict[Tag, Annotated[str, Field(max_length=LONGEST_ITEM_TEXT)]] = Field(
        min_length=1, max_length=MOST_TEXTS, description="By BCP 47 tag, `und` where unknown."
    )
    language: Tag | None = Field(None, description="That of the text to show; else the first.")
    category: str = Field("", max_length=LONGEST_NOTE)
    attributes: dict[str, JsonValue] = Field({})


class SentItems(Sent):
    """Items to keep; those that are there are replaced."""

    items: list[StoredItem] = Field(min_length=1, max_length=MOST_AT_ONCE)


class KeptItems(BaseModel):
    """What became of items that were sent; they are on disk."""

    stored: int
    shown: str = Field(description="When they can be recommended.")


class ItemPage(BaseModel):
    """Some of the items, in the order of their ids."""

    items: list[StoredItem]
    next: str | None = Field(description="The cursor of the next page; null on the last.")


class ItemIds(Sent):
    """Ids of items."""

    item_ids: list[Id] = Field(min_length=1, max_length=MOST_AT_ONCE)


class Deleted(BaseModel):
    """How many there were."""

    deleted: int


class Profile(Sent):
    """What a user says about themselves, in any language."""

    user_id: Id
    text: str = Field("", max_length=LONGEST_TEXT)
    language: Tag = "und"


class SentUsers(Sent):
    """Users to keep; those that are there are replaced."""

    users: list[Profile] = Field(min_length=1, max_length=MOST_AT_ONCE)


class Kept(BaseModel):
    """How many were kept."""

    stored: int


class UserPage(BaseModel):
    """Some of the users, in the order of their ids."""

    users: list[Profile]
    next: str | None = Field(description="The cursor of the next page; null on the last.")


class DeletedUser(BaseModel):
    """What was deleted of a user, in rows, and what was out of reach."""

    deleted: dict[str, int]
    out_of_reach: str


class Opinion(Sent):
    """How satisfied a user is with what they were recommended."""

    user_id: Id
    score: int = Field(ge=1, le=5, description="1 (not at all) to 5.")
    comment: str = Field("", max_length=LONGEST_NOTE)
