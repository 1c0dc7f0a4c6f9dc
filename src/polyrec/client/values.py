"""What goes to the service and what comes from it, under the names that its schema has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypedDict


class Reading(TypedDict, total=False):
    """How the items of a list are to be read.

    Attributes:
        k: items at most, 1 to 100; 10 unless said.
        languages: wished languages as BCP 47 tags, most wished first.
        translate: whether texts in none of them are translated into the first.
    """

    k: int
    languages: Sequence[str]
    translate: bool


class Wishes(Reading, total=False):
    """How a list is to be.

    Attributes:
        language_mode: `any` ignores the wish, `prefer` moves up, `only` leaves others out;
            `prefer` where languages are given, else `any`.
        category: leaves out other categories.
        explain: whether it is said of each item what spoke for it.
    """

    language_mode: Literal["any", "prefer", "only"]
    category: str
    explain: bool


@dataclass(frozen=True)
class Part:
    """What one item of the history added to a score."""

    item_id: str
    language: str
    text: str
    part: float
    share: float


@dataclass(frozen=True)
class Word:
    """A word, and how near it lies to what speaks for an item."""

    word: str
    weight: float


@dataclass(frozen=True)
class InWords:
    """An explanation in sentences.

    Attributes:
        text: the sentences.
        language: which they are in.
        worded_by: `template`, or the language model that wrote them.
        error: why they are in no wished language; else empty.
    """

    text: str
    language: str
    worded_by: str
    error: str


@dataclass(frozen=True)
class Explanation:
    """Why an item has its score.

    Attributes:
        score: of the item.
        base: the score without a history.
        exact: whether base and parts add up to the score.
        events: what each item of the history added, most first.
        words: words of the item that lie near what speaks for it.
        asked: words of the question that lie near the item.
        note: what is to be said of it; else empty.
        in_words: the same in sentences, in a wished language where there are templates in one.
    """

    score: float
    base: float
    exact: bool
    events: tuple[Part, ...]
    words: tuple[Word, ...]
    asked: tuple[Word, ...]
    note: str
    in_words: InWords


@dataclass(frozen=True)
class Translation:
    """What a text is in the first wished language.

    Attributes:
        text: None where there is none.
        language: the wished language.
        engine: what made it; `person` for a person's own words.
        quality: an estimate, 0 to 1; None where nobody judged it.
        error: why there is no translation; else empty.
    """

    text: str | None
    language: str
    engine: str
    quality: float | None
    error: str


@dataclass(frozen=True)
class Item:
    """One item of an answer.

    Attributes:
        item_id: the item.
        text: its text, in a wished language where it has one.
        language: of the text.
        score: comparable within one answer only.
        reason: the item of the history that lies nearest, or None.
        explanation: where it was asked for.
        translation: where it was asked for, and the text is in no wished language.
    """

    item_id: str
    text: str
    language: str
    score: float
    reason: str | None
    explanation: Explanation | None = None
    translation: Translation | None = None


@dataclass(frozen=True)
class Answer:
    """A list of items, best first.

    Attributes:
        model_version: the hash of the model that answered.
        mode: what it rests on: `personal`, `fold-in`, `text` or `popular`.
        languages: those that were wished.
        language_mode: `any`, `prefer` or `only`.
        note: why the answer is less than was asked for; else empty.
        items: best first.
    """

    model_version: str
    mode: str
    languages: tuple[str, ...]
    language_mode: str
    note: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Wish:
    """What was understood of a wish, to be changed and asked again.

    Attributes:
        text: what is looked for; empty for what is popular.
        text_language: the text's language.
        languages: those to read in.
        language_mode: `any`, `prefer` or `only`.
        category: leave out other categories; None for all.
        without: words to avoid.
        k: items at most.
    """

    text: str = ""
    text_language: str = "und"
    languages: tuple[str, ...] = ()
    language_mode: str = "any"
    category: str | None = None
    without: tuple[str, ...] = ()
    k: int = 10


@dataclass(frozen=True)
class Said:
    """Which words set a field of a wish, or added to it."""

    field: str
    value: str
    words: str


@dataclass(frozen=True)
class Asked(Answer):
    """The answer to a wish in plain words, and what was understood of it.

    Attributes:
        understood: what was understood.
        said: where each part of it came from.
        unmet: what was named and the catalog does not have.
        worked_by: `rules`, or `given` where it was sent.
        error: why it was understood less well than usual; else empty.
    """

    understood: Wish
    said: tuple[Said, ...]
    unmet: tuple[str, ...]
    worked_by: str
    error: str


@dataclass(frozen=True)
class Alike:
    """Items that are like another, nearest first.

    Attributes:
        model_version: the hash of the model that answered.
        item_id: the other.
        mode: `text` where texts say what is near, `fold-in` where people's choices do.
        languages: those that were wished.
        note: why the answer is less than was asked for; else empty.
        items: nearest first.
    """

    model_version: str
    item_id: str
    mode: str
    languages: tuple[str, ...]
    note: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Event:
    """What somebody did with an item.

    Attributes:
        user_id: who.
        item_id: with which item.
        kind: `view`, `click`, `purchase`, `rating` or `dislike`.
        rating: 1 to 5 stars; of a `rating` alone.
        at: when, with a time zone; None for when the service takes it.
        key: a name for it, by which it counts once however often it is sent; or None.
    """

    user_id: str
    item_id: str
    kind: str
    rating: float | None = None
    at: datetime | None = None
    key: str | None = None


@dataclass(frozen=True)
class KeptEvents:
    """What became of events: all are on disk.

    Attributes:
        added: how many are new.
        repeated: how many had been sent before.
        unknown_items: how many are about items that no model knows yet.
    """

    added: int
    repeated: int
    unknown_items: int


@dataclass(frozen=True)
class StoredItem:
    """An item as the service keeps it.

    Attributes:
        item_id: the item.
        texts: by BCP 47 tag, `und` where the language is not known; at least one.
        language: that of the text to show; None for the first.
        category: empty for none.
        attributes: anything else that JSON can hold.
    """

    item_id: str
    texts: Mapping[str, str]
    language: str | None = None
    category: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class KeptItems:
    """How many items were kept, and when they are shown."""

    stored: int
    shown: str


@dataclass(frozen=True)
class Profile:
    """What a user says about themselves, and in which language."""

    user_id: str
    text: str = ""
    language: str = "und"


@dataclass(frozen=True)
class DeletedUser:
    """What was deleted of a user, in rows, and what was out of reach."""

    deleted: Mapping[str, int]
    out_of_reach: str


@dataclass(frozen=True)
class LastRetrain:
    """What became of the newest version of the model.

    Attributes:
        state: `made`, `active`, `kept` or `failed`.
        at: when.
        error: the kind of fault; empty for none.
    """

    state: str
    at: datetime
    error: str


@dataclass(frozen=True)
class Ready:
    """Which model answers.

    Attributes:
        status: `ready`.
        model_version: its hash.
        fault: what kept items from the model; empty for none.
        last_retrain: None while there is no second version.
    """

    status: str
    model_version: str
    fault: str
    last_retrain: LastRetrain | None
