"""What wishes in plain words, and answers to them, look like."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, model_validator

from polyrec.api.schemas import (
    LONGEST_TEXT,
    MOST_LANGUAGES,
    Answer,
    Id,
    K,
    Sent,
    Tag,
)
from polyrec.core.types import LanguageMode
from polyrec.pipeline.wish.ask import LONGEST_WISH

MOST_AVOIDED, LONGEST_AVOIDED = 20, 200


class Wish(Sent):
    """What was understood; sent back, changed or not, it is taken as it is."""

    text: str = Field(
        "", max_length=LONGEST_TEXT, description="What is looked for; empty for what is popular."
    )
    text_language: Tag = Field("und", description="The text's language, where it is known.")
    languages: list[Tag] = Field([], max_length=MOST_LANGUAGES, description="To read in.")
    language_mode: LanguageMode = Field(
        "any", description="`any` ignores them, `prefer` moves up, `only` leaves others out."
    )
    category: Id | None = Field(None, description="Leave out other categories.")
    without: list[Annotated[str, Field(min_length=1, max_length=LONGEST_AVOIDED)]] = Field(
        [], max_length=MOST_AVOIDED, description="Leave out items with one of these words."
    )
    k: K = 10

    @model_validator(mode="after")
    def _names_languages(self) -> Self:
        if self.language_mode != "any" and not self.languages:
            raise ValueError(f"language_mode is {self.language_mode!r} but no languages are given")
        return self


class Asking(Sent):
    """A wish in plain words, or what was understood of one."""

    wish: str | None = Field(
        None, max_length=LONGEST_WISH, description="In any language, in one's own words."
    )
    understood: Wish | None = Field(None, description="In its place.")
    user_id: Id | None = Field(None, description="Who asks, where that is known.")
    translate: bool = Field(
        False, description="Translate texts that are in no wished language into the first of them."
    )

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.wish is None) == (self.understood is None):
            raise ValueError("give either a wish or what was understood of one")
        return self


class Said(BaseModel):
    """Which words a part of what was understood came from."""

    field: Literal["languages", "language_mode", "category", "without", "k"]
    value: str
    words: str


class Asked(Answer):
    """What was understood, and the answer to it."""

    understood: Wish = Field(description="Change it and send it back to ask again.")
    said: list[Said] = Field(description="Where each part of it came from.")
    unmet: list[str] = Field(description="What was named and the catalog does not have.")
    worked_by: str = Field(
        description="`rules`, the language model that read it, or `given` where it was sent."
    )
    error: str = Field(description="Why it was understood less well than usual; else empty.")
