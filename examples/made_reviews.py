"""Made-up books, people, stars from 1 to 5 and reviews in six languages, for `reviews_case.py`.

Nothing here is real: books are put together from the words of `phrases.toml`, and stars from tastes
that are drawn. So it is known what everybody would have given to every book.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from polyrec.core.types import Booleans, Floats, Integers, Strings

PHRASES = Path(__file__).with_name("phrases.toml")
LANGUAGES = ("en", "de", "fr", "es", "it", "ru")
TOPICS = ("crime", "space", "kitchen", "garden", "love", "history")
SIDES = ("people", "pace", "words", "ending", "pictures")
"""What a book can be good or bad at."""

DIRTY = 0.1
"""So many reviews hold what reviews on pages hold: tags, broken letters, shouting."""


@dataclass(frozen=True, eq=False)
class Reviews:
    """Who gave how many stars to which book, and what they wrote.

    Attributes:
        titles: one per book.
        title_languages: shape (books,).
        truth: the stars that everybody would give to every book, shape (people, books).
        users: who wrote each review, shape (reviews,).
        items: of which book, shape (reviews,).
        stars: 1 to 5, shape (reviews,).
        texts: what they wrote.
        languages: in which language, shape (reviews,).
    """

    titles: list[str]
    title_languages: Strings
    truth: Floats
    users: Integers
    items: Integers
    stars: Floats
    texts: list[str]
    languages: Strings


def made_reviews(
    n_users: int = 1000, n_items: int = 1000, *, each: int = 20, seed: int = 0
) -> Reviews:
    """Make people, books, and so many reviews by each person.

    A book has a topic, and is good at some things and bad at others; a person likes topics, cares
    about some of these things, and is more or less generous. Who reviews what is drawn, well-known
    books and liked topics more often. A review says how the book was liked, what it is about, and
    the two things that counted most.
    """
    rng = np.random.default_rng(seed)
    phrases = tomllib.loads(PHRASES.read_text(encoding="utf-8"))
    topic = rng.integers(0, len(TOPICS), n_items)
    sides = rng.standard_normal((n_items, len(SIDES)))
    likes = rng.standard_normal((n_users, len(TOPICS)))[:, topic]
    cares = rng.dirichlet(np.ones(len(SIDES)), n_users)
    generous = rng.normal(0, 0.4, (n_users, 1))
    stars = 3.3 + generous + 0.5 * likes + 1.1 * cares @ sides.T
    truth = np.clip(np.round(stars + rng.normal(0, 0.4, stars.shape)), 1, 5).astype(np.float32)
    known = np.log(1 / (1 + rng.permutation(n_items)))
    luck = 0.5 * known + 0.5 * likes + rng.gumbel(size=stars.shape)
    items = np.sort(np.argsort(-luck, axis=1)[:, :each], axis=1).ravel()
    users = np.repeat(np.arange(n_users), len(items) // n_users)
    spoken = rng.integers(0, len(LANGUAGES), n_users)[users]
    writers = [Writer(phrases[tag], rng) for tag in LANGUAGES]
    texts = [
        writers[language].review(
            int(truth[user, item]), int(topic[item]), cares[user] * sides[item]
        )
        for user, item, language in zip(users, items, spoken, strict=True)
    ]
    tags = rng.integers(0, len(LANGUAGES), n_items)
    return Reviews(
        titles=_titles(phrases, tags, topic),
        title_languages=np.array(LANGUAGES)[tags],
        truth=truth,
        users=users,
        items=items,
        stars=truth[users, items],
        texts=[_dirtied(text, i) if rng.random() < DIRTY else text for i, text in enumerate(texts)],
        languages=np.array(LANGUAGES)[spoken],
    )


@dataclass(frozen=True, eq=False)
class Writer:
    """Puts reviews together in one language."""

    phrases: dict[str, Any]
    rng: np.random.Generator

    def review(self, stars: int, topic: int, counted: Floats) -> str:
        """Say how a book was liked, what it is about, and what counted most, good or bad."""
        said = [str(self.rng.choice(self.phrases["opening"][stars - 1]))]
        said.append(self.phrases["about"][TOPICS[topic]])
        most = np.argsort(-np.abs(counted))[:2]
        said += [self.phrases["good" if counted[s] > 0 else "bad"][SIDES[s]] for s in most]
        return " ".join(said)


def _titles(phrases: dict[str, Any], tags: Integers, topics: Integers) -> list[str]:
    """Give each book a title in its language; 170 of one language and topic differ."""
    found, given = [], Counter[tuple[int, int]]()
    for tag, topic in zip(tags.tolist(), topics.tolist(), strict=True):
        own, n = phrases[LANGUAGES[tag]], given[tag, topic]
        places, nouns = own["places"].split(), own[TOPICS[topic]]
        found.append(own["title"].format(nouns[n % len(nouns)], places[7 * n % len(places)]))
        given[tag, topic] += 1
    return found


def _dirtied(text: str, way: int) -> str:
    """Spoil a text as pages and exports do."""
    if way % 3 == 0:
        return f"<p>{text.replace('. ', '.<br/>')}</p>"
    if way % 3 == 1:
        return text.encode("utf-8").decode("latin-1")
    return f"  {text}!!!!!!!!   "


def held_out(reviews: Reviews, *, share: float = 0.2, seed: int = 0) -> Booleans:
    """Draw the ratings that are predicted, of each person alike, shape (reviews,)."""
    rng = np.random.default_rng([seed, 1])
    order = np.lexsort((rng.random(len(reviews.users)), reviews.users))
    counts = np.bincount(reviews.users)
    place = np.arange(len(order)) - np.repeat(np.cumsum(counts) - counts, counts)
    found = np.zeros(len(order), dtype=np.bool_)
    found[order] = place < np.repeat(np.round(counts * share), counts)
    return found
