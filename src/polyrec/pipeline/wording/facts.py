"""What is so about an explained item: facts, each with the items and figures that it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from polyrec.core.language import UNDETERMINED, matches

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from polyrec.pipeline.explanation import Event, Explanation, Word

FactKind: TypeAlias = Literal[
    "own",
    "chosen",
    "choices",
    "against",
    "nearest",
    "asked",
    "near-text",
    "words",
    "everyone",
    "popular",
    "unchosen",
    "unknown",
    "nothing",
    "language",
]

MOST_ITEMS, MOST_WORDS = 2, 3
"""So many are named in one sentence."""

LEAST_SHARE = 0.005
"""A smaller share of a score would be written as 0 %."""

LEAST_BESIDE = 0.2
"""What makes less of the score than so much of the item named first is not named beside it."""


@dataclass(frozen=True)
class Cause:
    """An item that a fact is about.

    Attributes:
        item_id: the item, one of the catalog.
        language: tag of its text.
        text: its text.
        share: how much of the score it makes, 0 to 1; None where the parts of the history's items
            do not add up to it.
    """

    item_id: str
    language: str
    text: str
    share: float | None = None


@dataclass(frozen=True)
class Fact:
    """One thing that is so about an explained item, to who asks.

    Attributes:
        kind: what is said.

            - `own`: it is one of their choices already.
            - `chosen`: the items of their history that speak most for it.
            - `choices`: `count` of the `of` items of their history speak for it.
            - `against`: no item of their history speaks for it.
            - `nearest`: the item of their history that lies nearest.
            - `asked`: words of theirs that lie near it; `near-text`: the same without words.
            - `words`: words of its text that lie near what speaks for it.
            - `everyone`: the score does not depend on the history.
            - `popular`: `count` users chose it; `unchosen`: none did.
            - `unknown`: nothing is known of who asks.
            - `nothing`: nothing speaks for it or against it.
            - `language`: its text is in the first of `languages`; the others were wished.
        items: those that the fact is about, most important first.
        words: words of the item's text or of the query's, nearest first.
        count: how many.
        of: of how many.
        languages: tags of languages.
    """

    kind: FactKind
    items: tuple[Cause, ...] = ()
    words: tuple[str, ...] = ()
    count: int = 0
    of: int = 0
    languages: tuple[str, ...] = ()


def facts_of(explanation: Explanation, wished: Sequence[str] = ()) -> tuple[Fact, ...]:
    """Give what an explanation says as facts, the most important first; never names people.

    Args:
        explanation: what is known of the item and of who asks.
        wished: the languages that were wished, most wished first.

    Raises:
        LanguageError: a wished language is not a tag.
    """
    return (*_reasons(explanation), *_language(explanation, tuple(wished)))


def _reasons(explanation: Explanation) -> Iterator[Fact]:
    if explanation.mode == "popular":
        yield Fact("unknown")
        yield _popular(round(explanation.score))
        return
    if any(event.item_id == explanation.item_id for event in explanation.events):
        yield Fact("own")
    if not explanation.score:
        yield Fact("nothing")
        return
    yield from _of_history(explanation)
    if explanation.mode == "text" or explanation.asked:
        asked = _most(explanation.asked)
        yield Fact("asked", words=asked) if asked else Fact("near-text")
    if explanation.words:
        yield Fact("words", words=_most(explanation.words))


def _popular(n_users: int) -> Fact:
    return Fact("popular", count=n_users) if n_users else Fact("unchosen")


def _of_history(explanation: Explanation) -> Iterator[Fact]:
    others = [event for event in explanation.events if event.item_id != explanation.item_id]
    speaking = [event for event in others if event.share >= LEAST_SHARE]
    if speaking:
        least = LEAST_BESIDE * speaking[0].share
        named = [event for event in speaking[:MOST_ITEMS] if event.share >= least]
        whole = explanation.exact and abs(explanation.base) < LEAST_SHARE * abs(explanation.score)
        yield Fact("chosen", items=tuple(_cause(event, whole) for event in named))
        if len(others) > MOST_ITEMS:
            yield Fact("choices", count=len(speaking), of=len(others))
        return
    if others:
        yield Fact("against")
    elif not explanation.events and explanation.mode != "text":
        yield Fact("everyone")
    if near := explanation.neighbour:
        yield Fact("nearest", items=(Cause(near.item_id, near.language, near.text),))


def _cause(event: Event, whole: bool) -> Cause:
    return Cause(event.item_id, event.language, event.text, event.share if whole else None)


def _most(words: Sequence[Word]) -> tuple[str, ...]:
    return tuple(each.word for each in words[:MOST_WORDS])


def _language(explanation: Explanation, wished: tuple[str, ...]) -> Iterator[Fact]:
    own = explanation.language
    if wished and own != UNDETERMINED and not any(matches(tag, own) for tag in wished):
        yield Fact("language", languages=(own, *wished))
