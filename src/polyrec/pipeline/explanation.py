"""What an explanation says: the values that people and programs get."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from polyrec.core.types import Mode


@dataclass(frozen=True)
class Event:
    """What one item of the history added to a score.

    Attributes:
        item_id: the item of the history.
        language: tag of its text.
        text: its text, in a wished language where it has one.
        part: what it added; below 0 it spoke against.
        share: the part, divided by the sum of all parts' sizes.
    """

    item_id: str
    language: str
    text: str
    part: float
    share: float


@dataclass(frozen=True)
class Word:
    """A word, and how near it lies to what speaks for the item.

    Attributes:
        word: as a person wants to see it.
        weight: the cosine in the space.
    """

    word: str
    weight: float


@dataclass(frozen=True)
class Neighbour:
    """The item of the history that lies nearest.

    Attributes:
        item_id: the item.
        language: tag of its text.
        text: its text, in a wished language where it has one.
        cosine: how near it is in the space.
    """

    item_id: str
    language: str
    text: str
    cosine: float


@dataclass(frozen=True)
class Person:
    """A user who is alike and chose the item; whoever asks for themselves must not be shown this.

    Attributes:
        user_id: the user.
        likeness: how alike they are, as the recommender weighs it.
        part: what they added to the score.
    """

    user_id: str
    likeness: float
    part: float


@dataclass(frozen=True)
class Explanation:
    """Why an item has the score that it has.

    Attributes:
        item_id: the item that is explained.
        language: tag of its text.
        text: its text, in a wished language where it has one.
        score: the recommender's score; a ranker may have moved the item nevertheless.
        base: what it scores without a history, for a text alone.
        mode: what the answer rests on, as in `Suggestion`.
        events: the items of the history, what speaks most for the item first; empty where the
            score does not depend on them.
        words: words of its text that lie near the history or the text of the query, nearest first.
        asked: words of the query's text that lie near the item, nearest first.
        neighbour: the item of the history that lies nearest, or None.
        people: users whose choices make the score, with `people` and the recommender `user-knn`.
        exact: whether `base` and all parts add up to `score`.
        note: says in words what is not exact or not known, or that the score does not depend on
            the history; else empty.
    """

    item_id: str
    language: str
    text: str
    score: float
    base: float
    mode: Mode
    events: tuple[Event, ...] = ()
    words: tuple[Word, ...] = ()
    asked: tuple[Word, ...] = ()
    neighbour: Neighbour | None = None
    people: tuple[Person, ...] = ()
    exact: bool = True
    note: str = ""


@dataclass(frozen=True)
class SimilarUser:
    """A user whose history is like another's; whoever asks for themselves must not be shown this.

    Attributes:
        user_id: the user.
        cosine: of both histories, their items weighed by how rare they are (TF-IDF).
        shared: ids of the items that both chose.
    """

    user_id: str
    cosine: float
    shared: tuple[str, ...]
