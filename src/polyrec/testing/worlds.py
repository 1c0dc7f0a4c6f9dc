"""Small made worlds whose right answer is known because of how they are made.

Every array is read-only, so a part that writes into what it was given fails at once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from polyrec.core.types import Booleans, Floats, Histories, Integers, Strings, Training
from polyrec.core.vectors import unit_rows
from polyrec.data.catalog import Catalog
from polyrec.data.dataset import Dataset
from polyrec.data.interactions import Interactions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Array = TypeVar("Array", bound=NDArray[Any])

CAMPS = ("even", "odd")
CAMP_WORDS = (
    ("wood", "saw", "plane", "chisel", "glue", "oak", "bench", "dowel"),
    ("star", "orbit", "comet", "lens", "moon", "planet", "galaxy", "nova"),
)
LANGUAGE_WORDS = {
    "de": "der die das und nicht ein",
    "fr": "le la les et pas une",
    "en": "the this and not for a",
}
SYLLABLES = ("ka", "zo", "mi", "ru", "te", "pa", "no", "vi", "lu", "gra")


@dataclass(frozen=True, eq=False)
class TwoCamps:
    """Even users chose even items only, odd users odd ones; see `two_camps`.

    Attributes:
        dataset: texts, categories and choices.
        vectors: items of a camp lie near each other, shape (items, dim).
        new_vectors: four more items, even, odd, even, odd, that nobody has chosen.
    """

    dataset: Dataset
    vectors: Floats
    new_vectors: Floats

    @property
    def training(self) -> Training:
        """What a recommender may learn from."""
        return _training(self.dataset, self.vectors)

    @property
    def new_languages(self) -> Strings:
        """The languages of the new items."""
        return _read_only(np.array(["de", "de", "fr", "fr"]))

    @property
    def new_categories(self) -> Strings:
        """The categories of the new items."""
        return _read_only(np.array([*CAMPS, *CAMPS]))

    def right(self, items: Integers) -> Booleans:
        """Say of ranked items, shape (users, k), which are of their user's camp."""
        return np.asarray(items % 2 == (np.arange(len(items)) % 2)[:, None])


def two_camps(
    n_users: int = 40,
    n_items: int = 40,
    *,
    dim: int = 16,
    share: float = 0.6,
    others: float = 0.0,
    seed: int = 0,
) -> TwoCamps:
    """Make users who each chose a share of the items of their own camp, and none of the other.

    Known answer: an even user is recommended even items, an odd one odd items, by what others
    chose, by vector, by category and, as camps have words of their own, by text. Languages (`de`,
    `fr`, in turns of two items) say nothing, nor do times: one choice a second, user by user.
    With `others` users also rated that share of the other camp's items: five stars (the weight) for
    their own camp, one star for the other.
    """
    rng = np.random.default_rng(seed)
    users, items = np.arange(n_users), np.arange(n_items)
    same = users[:, None] % 2 == items[None, :] % 2
    chosen = same & (rng.random(same.shape) < share)
    chosen[users, users % n_items] |= same[users, users % n_items]
    if others:
        chosen |= ~same & (rng.random(same.shape) < others)
    texts = [_camp_text(int(item) % 2, rng) for item in items]
    languages = ["de" if item // 2 % 2 == 0 else "fr" for item in items]
    categories = [CAMPS[item % 2] for item in items]
    centres = unit_rows(rng.standard_normal((2, dim)).astype(np.float32))
    both = np.concatenate([items % 2, [0, 1, 0, 1]])
    noise = rng.standard_normal((len(both), dim)).astype(np.float32) / np.float32(2 * dim**0.5)
    vectors = unit_rows(centres[both] + noise)
    data = _dataset(texts, languages, chosen, categories)
    events = data.interactions
    time = np.arange(len(events), dtype=np.float64)
    stars = np.where(same[events.user, events.item], 5, 1).astype(np.float32)
    weight = stars if others else events.weight
    return TwoCamps(
        replace(data, interactions=replace(events, time=time, weight=weight)),
        _read_only(vectors[:n_items]),
        _read_only(vectors[n_items:]),
    )


def _camp_text(camp: int, rng: np.random.Generator) -> str:
    return " ".join(rng.choice(CAMP_WORDS[camp], size=4, replace=False).tolist())


@dataclass(frozen=True, eq=False)
class TwoLanguages:
    """Every content twice, item 2c in German and item 2c + 1 in French; see `two_languages`.

    Attributes:
        dataset: texts, languages and choices.
        vectors: one unit row per item; twins differ by their languages' offsets alone.
    """

    dataset: Dataset
    vectors: Floats

    @property
    def training(self) -> Training:
        """What a recommender may learn from."""
        return _training(self.dataset, self.vectors)

    @property
    def german_readers(self) -> Histories:
        """The same users, had they read nothing but German."""
        lists = [row[row % 2 == 0].tolist() for row in _rows(self.dataset.histories)]
        return Histories.from_lists(lists, n_items=len(self.dataset.catalog))

    def twins(self, items: Integers) -> Integers:
        """Give the same contents in the other language."""
        return np.asarray(items ^ 1)


def two_languages(
    n_users: int = 40, n_contents: int = 20, *, dim: int = 32, offset: float = 2.0, seed: int = 0
) -> TwoLanguages:
    """Make a catalog in which every content stands twice, and users who read both languages.

    Each user read about a third of the contents, all of them in both languages. Known answer: who
    has read in German only gets the French twins of it first. With an offset of 0 the vectors of
    twins are equal; with one of 2 every item lies nearer to its own language than to its twin until
    each language's mean is taken away. Texts are made likewise: twins share a made word, and the
    small words of each language are its offset.
    """
    rng = np.random.default_rng(seed)
    read = rng.random((n_users, n_contents)) < 1 / 3
    read[np.arange(n_users), np.arange(n_users) % n_contents] = True
    words = _made_words(n_contents, rng)
    texts = [f"{LANGUAGE_WORDS[tag]} {word}" for word in words for tag in ("de", "fr")]
    contents = unit_rows(rng.standard_normal((n_contents, dim)).astype(np.float32))
    offsets = offset * unit_rows(rng.standard_normal((2, dim)).astype(np.float32))
    vectors = unit_rows((contents[:, None, :] + offsets[None, :, :]).reshape(-1, dim))
    chosen = np.repeat(read, 2, axis=1)
    return TwoLanguages(
        _dataset(texts, ["de", "fr"] * n_contents, chosen), _read_only(vectors.astype(np.float32))
    )


def _made_words(n_words: int, rng: np.random.Generator) -> list[str]:
    words: dict[str, None] = {}
    while len(words) < n_words:
        words["".join(rng.choice(SYLLABLES, size=6).tolist())] = None
    return list(words)


def translated(
    n_users: int = 40, n_items: int = 60, *, n_topics: int = 4, share: float = 0.5, seed: int = 0
) -> Dataset:
    """Make a catalog whose every item has a text in English, German and French.

    Item i and user u are of the topics i and u modulo `n_topics`; each user chose a share of the
    items of their topic and none of the others, one a second. Known answer: a user is recommended
    items of their topic, whatever language they are shown in. Texts of a topic share made words in
    all languages, and the small words of each language are its offset; categories are the topics.
    """
    rng = np.random.default_rng(seed)
    words = np.array(_made_words(6 * n_topics, rng)).reshape(n_topics, 6)
    texts = []
    for item in range(n_items):
        said = " ".join(rng.choice(words[item % n_topics], size=3, replace=False).tolist())
        texts.append({tag: f"{LANGUAGE_WORDS[tag]} {said}" for tag in ("en", "de", "fr")})
    same = np.arange(n_users)[:, None] % n_topics == np.arange(n_items)[None, :] % n_topics
    chosen = same & (rng.random(same.shape) < share)
    chosen[np.arange(n_users), np.arange(n_users) % n_topics] = True
    data = _dataset_of(texts, chosen, [f"topic{item % n_topics}" for item in range(n_items)])
    time = rng.permutation(len(data.interactions)).astype(np.float64)
    return replace(data, name="translated", interactions=replace(data.interactions, time=time))


@dataclass(frozen=True, eq=False)
class Ladder:
    """Item i was chosen by i + 1 users; see `ladder`.

    Attributes:
        dataset: texts and choices.
    """

    dataset: Dataset

    @property
    def training(self) -> Training:
        """What a recommender may learn from: no vectors."""
        return _training(self.dataset, None)

    @property
    def best_first(self) -> list[int]:
        """The items, most chosen first."""
        return list(range(len(self.dataset.catalog)))[::-1]


def ladder(n_items: int = 8) -> Ladder:
    """Make as many users as items; user u chose the items u and above.

    Known answer: the last item is the most popular, the first the least.
    """
    chosen = np.arange(n_items)[:, None] <= np.arange(n_items)[None, :]
    texts = [f"step {item}" for item in range(n_items)]
    return Ladder(_dataset(texts, ["en"] * n_items, chosen))


def _dataset(
    texts: Sequence[str],
    languages: Sequence[str],
    chosen: Booleans,
    categories: Sequence[str] | None = None,
) -> Dataset:
    """Join texts in one language each and choices, shape (users, items)."""
    by_language = [{tag: text} for tag, text in zip(languages, texts, strict=True)]
    return _dataset_of(by_language, chosen, categories)


def _dataset_of(
    texts: Sequence[Mapping[str, str]], chosen: Booleans, categories: Sequence[str] | None = None
) -> Dataset:
    """Join texts by language and choices; users are `u0`, items `i0` and so on."""
    ids = [f"i{item}" for item in range(len(texts))]
    catalog = Catalog.from_texts(ids, texts, category=categories)
    pairs = [(f"u{user}", int(item)) for user, item in np.argwhere(chosen).tolist()]
    users = [f"u{user}" for user in range(len(chosen))]
    return Dataset(catalog, Interactions.from_pairs(pairs, users=users), name="made")


def _training(dataset: Dataset, vectors: Floats | None) -> Training:
    catalog, histories = dataset.catalog, dataset.histories
    for column in (histories.indptr, histories.items, histories.weights, histories.times):
        if column is not None:
            _read_only(column)
    languages, categories = _read_only(catalog.languages), _read_only(catalog.categories)
    return Training(histories, vectors, languages, categories)


def _rows(histories: Histories) -> list[Integers]:
    return [histories.items_of(user) for user in range(len(histories))]


def _read_only(array: Array) -> Array:
    array.setflags(write=False)
    return array
