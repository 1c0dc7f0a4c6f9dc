"""What the page offers to choose from: languages of the catalog, and people with long histories."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np

from polyrec.api.page.piece import sent
from polyrec.core.language import UNDETERMINED, matches

if TYPE_CHECKING:
    from polyrec.api.page.words import Words
    from polyrec.live.model import Model

MOST_PEOPLE, MOST_OF_A_PERSON, FIRST_LANGUAGES = 8, 3, 8


@dataclass(frozen=True)
class Person:
    """Somebody of whom the model knows.

    Attributes:
        id: their id.
        n_items: how many items they chose.
        languages: tags of the languages of most of these, most frequent first.
    """

    id: str
    n_items: int
    languages: tuple[str, ...]

    @property
    def sent(self) -> str:
        """Their id as forms send it."""
        return sent(self.id)


@dataclass(frozen=True)
class Offers:
    """What a model has to offer.

    Attributes:
        languages: tags in which items have texts, most frequent first.
        people: those with the longest histories.
    """

    languages: tuple[str, ...]
    people: tuple[Person, ...]


@dataclass(frozen=True)
class Chips:
    """Languages to tick, by tag and name.

    Attributes:
        first: shown at once.
        more: shown when they are asked for.
        is_open: whether one of `more` is ticked.
    """

    first: tuple[tuple[str, str], ...]
    more: tuple[tuple[str, str], ...]
    is_open: bool


class OffersOf:
    """Finds what models offer, once for each model that answers."""

    def __init__(self) -> None:
        self._found: WeakKeyDictionary[Model, Offers] = WeakKeyDictionary()

    def __call__(self, model: Model) -> Offers:
        """Give what a model offers."""
        if model not in self._found:
            self._found[model] = Offers(_languages(model), _people(model))
        return self._found[model]


def chips(offers: Offers, ticked: tuple[str, ...], words: Words) -> Chips:
    """Name the languages on offer, and those that are ticked though nothing is in them."""
    held = (*offers.languages, *(tag for tag in ticked if tag not in offers.languages))
    tags = sorted(held, key=lambda tag: not matches(words.tongue, tag))  # the page's own first
    first = tuple((tag, words.language(tag)) for tag in tags[:FIRST_LANGUAGES])
    named = [(tag, words.language(tag)) for tag in tags[FIRST_LANGUAGES:]]
    more = tuple(sorted(named, key=lambda each: each[1]))
    return Chips(first, more, any(tag in ticked for tag, _ in more))


def _languages(model: Model) -> tuple[str, ...]:
    counts = Counter(tag for texts in model.service.learned.catalog.texts for tag in texts)
    del counts[UNDETERMINED]
    return tuple(tag for tag, _ in counts.most_common())


def _people(model: Model) -> tuple[Person, ...]:
    learned = model.service.learned
    lengths = learned.histories.lengths
    longest = np.argsort(-lengths, kind="stable")[:MOST_PEOPLE]
    people = []
    for user in longest[lengths[longest] > 0].tolist():
        items = learned.histories.items_of(user)
        counts = Counter(learned.catalog.language[item] for item in items.tolist())
        tags = tuple(tag for tag, _ in counts.most_common(MOST_OF_A_PERSON))
        people.append(Person(learned.users.names[user], len(items), tags))
    return tuple(people)
