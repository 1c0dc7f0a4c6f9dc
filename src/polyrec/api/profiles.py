"""What a profile looks like: what a person likes, for them to read."""

from __future__ import annotations

from pydantic import BaseModel, Field

from polyrec.api.schemas import InWords
from polyrec.core.types import Mode


class Liked(BaseModel):
    """An item that somebody chose."""

    item_id: str
    language: str = Field(description="Of the text, as a BCP 47 tag.")
    text: str


class Interest(BaseModel):
    """One of the things that somebody likes."""

    share: float = Field(description="How much of what they chose it is, 0 to 1.")
    items: list[Liked] = Field(description="The most typical first.")
    keywords: dict[str, list[str]] = Field(description="By language, wished languages first.")
    newest: float | None = Field(
        description="When the latest of it was chosen, in seconds since 1970; null where unknown."
    )


class Profile(BaseModel):
    """What is known of a user; for them alone, and kept nowhere."""

    model_version: str = Field(description="The hash of the model that answered.")
    user_id: str
    mode: Mode = Field(description="What a list for them would rest on.")
    n_items: int = Field(description="How many items the profile rests on.")
    interests: list[Interest] = Field(description="At most k, the largest first.")
    languages: dict[str, float] = Field(description="The share of each language among the items.")
    own_words: str = Field(description="What they say about themselves.")
    note: str = Field(description="Why there is nothing, or less than there could be.")
    in_words: InWords | None = Field(
        description="The same for reading, in the first wished language; null where none is wished."
    )
