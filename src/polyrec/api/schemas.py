"""What questions and answers look like, and how much one question may hold."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from polyrec.core.types import LanguageMode, Mode
from polyrec.store.limits import LONGEST_ID, LONGEST_TAG

MOST_ITEMS, LONGEST_HISTORY, MOST_LANGUAGES = 100, 1000, 20
LONGEST_TEXT, MOST_REVIEWS = 10_000, 50

Id = Annotated[str, Field(min_length=1, max_length=LONGEST_ID)]
Tag = Annotated[str, Field(min_length=1, max_length=LONGEST_TAG)]
K = Annotated[int, Field(ge=1, le=MOST_ITEMS, description="Items at most.")]


class Sent(BaseModel):
    """What is sent as JSON: fields of these names and kinds, and no others."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Listing(BaseModel):
    """How long a list is to be, and in which languages it is read."""

    model_config = ConfigDict(extra="forbid")

    k: K = 10
    languages: list[Tag] = Field(
        [],
        max_length=MOST_LANGUAGES,
        description="Wished languages as BCP 47 tags, most wished first; `de,en` or repeated.",
    )

    @field_validator("languages", mode="before")
    @classmethod
    def _without_commas(cls, given: Any) -> Any:
        """Take `de,en` for two tags, as the command line does."""
        if not isinstance(given, list) or len(given) > MOST_LANGUAGES:
            return given
        return [
            tag.strip() if isinstance(tag, str) else tag
            for each in given
            for tag in (each.split(",") if isinstance(each, str) else [each])
        ]


class Reading(Listing):
    """How the items of a list are to be read."""

    translate: bool = Field(
        False,
        description="Translate texts that are in none of these languages into the first of them.",
    )


class Wishes(Reading):
    """How the list is to be."""

    language_mode: LanguageMode | None = Field(
        None,
        description="`any` ignores the wish, `prefer` moves up, `only` leaves others out; "
        "`prefer` where languages are given, else `any`.",
    )
    category: Id | None = Field(None, description="Leave out other categories.")
    explain: bool = Field(False, description="Say of each item what spoke for it.")

    @model_validator(mode="after")
    def _names_languages(self) -> Self:
        if self.mode != "any" and not self.languages:
            raise ValueError(f"language_mode is {self.mode!r} but no languages are given")
        return self

    @property
    def mode(self) -> LanguageMode:
        """The language mode that holds."""
        return self.language_mode or ("prefer" if self.languages else "any")


class Review(Sent):
    """What somebody wrote of something that they know, an item or not."""

    text: str = Field(max_length=LONGEST_TEXT, description="In any language.")
    stars: float = Field(ge=1, le=5, description="Above 3 it speaks for it, below against it.")
    language: Tag = Field("und", description="The text's language, where it is known.")


class Anybody(Wishes):
    """Somebody without an account: what they chose, what they say, or both."""

    model_config = ConfigDict(extra="forbid", strict=True)

    history: list[Id] = Field([], max_length=LONGEST_HISTORY, description="Items they chose.")
    text: str | None = Field(
        None, max_length=LONGEST_TEXT, description="What they look for, in any language."
    )
    text_language: Tag = Field("und", description="The text's language, where it is known.")
    reviews: list[Review] = Field([], max_length=MOST_REVIEWS, description="What they wrote.")


class Part(BaseModel):
    """What one item of the history added to a score."""

    item_id: str
    language: str
    text: str
    part: float
    share: float


class NearWord(BaseModel):
    """A word, and how near it lies to what speaks for the item."""

    word: str
    weight: float


class InWords(BaseModel):
    """An explanation or a profile in sentences."""

    text: str
    language: str = Field(description="Of the sentences, as a BCP 47 tag.")
    worded_by: str = Field(
        description="The language model that wrote them; `template` or `keywords` where none did."
    )
    error: str = Field(
        description="Why they are in no wished language, or not the language model's; else empty."
    )


class Because(BaseModel):
    """Why an item has its score: `base` and the parts add up to it where `exact` says so."""

    score: float
    base: float
    exact: bool
    events: list[Part]
    words: list[NearWord]
    asked: list[NearWord]
    note: str
    in_words: InWords


class Translation(BaseModel):
    """What a text is in the first wished language."""

    text: str | None = Field(description="Null where there is none.")
    language: str = Field(description="The wished language, as a BCP 47 tag.")
    engine: str = Field(description="What made it; `person` for a person's own words.")
    quality: float | None = Field(description="An estimate, 0 to 1; null where nobody judged it.")
    error: str = Field(description="Why there is no translation; else empty.")


class Item(BaseModel):
    """One item of an answer, best first."""

    item_id: str
    text: str
    language: str = Field(description="Of the text, as a BCP 47 tag.")
    score: float
    reason: str | None = Field(description="The item of the history that lies nearest.")
    explanation: Because | None = Field(None, description="Where it was asked for.")
    translation: Translation | None = Field(
        None, description="Where it was asked for, and the text is in no wished language."
    )


class Answer(BaseModel):
    """A list of items, and what it rests on."""

    model_version: str = Field(description="The hash of the model that answered.")
    mode: Mode = Field(description="What is known of who asks, as far as the answer rests on it.")
    languages: list[str] = Field(description="Those that were wished.")
    language_mode: LanguageMode
    note: str = Field(description="Why the answer is less than was asked for; else empty.")
    items: list[Item]


class Alike(BaseModel):
    """Items that are like another, nearest first."""

    model_version: str = Field(description="The hash of the model that answered.")
    item_id: str
    mode: Mode = Field(
        description="`text` where texts say what is near, `fold-in` where people's choices do."
    )
    languages: list[str] = Field(description="Those that were wished.")
    note: str = Field(description="Why the answer is less than was asked for; else empty.")
    items: list[Item]


class Health(BaseModel):
    """Whether the service can be asked."""

    status: str


class LastRetrain(BaseModel):
    """What became of the newest version of the model."""

    state: Literal["made", "active", "kept", "failed"]
    at: AwareDatetime
    error: str = Field(description="The kind of fault; empty for none.")


class Ready(Health):
    """Which model answers."""

    model_version: str
    fault: str = Field(description="The error that kept items from the model; empty for none.")
    last_retrain: LastRetrain | None = Field(description="Null while there is no second version.")


class ProblemBody(BaseModel):
    """What went wrong, after RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
