from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from polyrec.core.errors import DataError
from polyrec.data.parallel import Parallel

EVERYWHERE = [{"en": f"en{i}", "de": f"de{i}", "fr": f"fr{i}"} for i in range(20)]
PAIRS = [{"de": f"de{i}", "en": f"en{i}"} for i in range(9)] + [
    {"fr": f"fr{i}", "en": f"{i}en"} for i in range(5)
]


def test_each_text_knows_its_language_and_its_sentence() -> None:
    texts = Parallel.from_sentences([{"de": "Holz", "en": "wood"}, {"fr": "lune", "en": "moon"}])
    assert texts.texts == ("Holz", "wood", "lune", "moon")
    assert texts.languages.tolist() == ["de", "en", "fr", "en"]
    assert texts.sentences.tolist() == [0, 0, 1, 1]
    assert (len(texts), texts.n_sentences, texts.tags) == (4, 2, ["en", "de", "fr"])


def test_empty_texts_and_sentences_that_stand_alone_are_left_out() -> None:
    texts = Parallel.from_sentences(
        [{"de": "Holz", "en": "wood", "fr": " "}, {"de": "Mond", "en": ""}]
    )
    assert texts.texts == ("Holz", "wood")
    with pytest.raises(DataError, match=r"^x: no sentence stands in two languages; give aligned"):
        Parallel.from_sentences([{"de": "Mond"}], name="x")


def test_pairs_make_no_pool() -> None:
    assert not Parallel.from_sentences(PAIRS).is_pool
    assert Parallel.from_sentences(EVERYWHERE).is_pool


def test_languages_are_held_against_english_or_else_the_most_frequent() -> None:
    assert Parallel.from_sentences(PAIRS).pivot == "en"
    others = [{"ja": "木", "de": "Holz"}, {"ja": "月", "fr": "lune"}]
    assert Parallel.from_sentences(others).pivot == "ja"


def test_a_sample_has_so_many_sentences_in_every_language() -> None:
    some = Parallel.from_sentences(EVERYWHERE).sample(7, seed=1)
    assert some.n_sentences == 7
    assert len(some) == 21
    few = Parallel.from_sentences(PAIRS).sample(6)
    assert Counter(few.languages.tolist()) == {"en": 11, "de": 6, "fr": 5}
    assert not few.is_pool


def test_a_seed_draws_the_sample() -> None:
    texts = Parallel.from_sentences(EVERYWHERE)
    assert texts.sample(5, seed=1).texts == texts.sample(5, seed=1).texts
    assert texts.sample(5, seed=1).texts != texts.sample(5, seed=2).texts


def test_halves_share_no_sentence() -> None:
    one, other = Parallel.from_sentences(EVERYWHERE).halves(seed=3)
    assert (one.n_sentences, other.n_sentences) == (10, 10)
    assert not np.isin(one.sentences, other.sentences).any()
    with pytest.raises(DataError, match=r"^parallel text has one sentence; give more$"):
        Parallel.from_sentences(EVERYWHERE[:1]).halves()
