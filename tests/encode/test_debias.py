from __future__ import annotations

import numpy as np
import pytest

from polyrec.core.errors import ConfigError, DataError, NotFittedError
from polyrec.core.registry import build
from polyrec.core.vectors import unit_rows
from polyrec.encode.debias import Debias, rows_of
from polyrec.encode.language_mean import LanguageMean
from polyrec.encode.lir import Lir
from polyrec.encode.lsar import Lsar
from polyrec.encode.no_debias import NoDebias
from polyrec.testing.worlds import two_languages

VECTORS = unit_rows(np.array([[1, 0], [1, 0.2], [0, 1], [0.3, 1], [1, 1]], dtype=np.float32))
LANGUAGES = np.array(["de", "de", "fr", "fr", "und"])


def test_each_language_gives_up_its_shrunken_mean() -> None:
    part = LanguageMean(shrinkage=3.0).fit(VECTORS, LANGUAGES)
    everything = VECTORS.mean(axis=0)
    expected = []
    for vector, language in zip(VECTORS, LANGUAGES, strict=True):
        own = VECTORS[language == LANGUAGES]
        mean = (own.sum(axis=0) + 3 * everything) / (len(own) + 3)
        expected.append(vector - (everything if language == "und" else mean))
    assert np.allclose(part.apply(VECTORS, LANGUAGES), unit_rows(np.array(expected)), atol=1e-6)


def test_without_shrinkage_every_language_is_centred_on_nought() -> None:
    world = two_languages()
    training = world.training
    assert training.languages is not None
    part = LanguageMean(shrinkage=0).fit(world.vectors, training.languages)
    freed = part._apply(world.vectors, training.languages)
    for tag in ("de", "fr"):
        assert np.allclose(freed[training.languages == tag].mean(axis=0), 0, atol=1e-6)


def test_much_shrinkage_gives_every_language_the_mean_of_all_texts() -> None:
    part = LanguageMean(shrinkage=1e9).fit(VECTORS, LANGUAGES)
    expected = unit_rows(VECTORS - VECTORS.mean(axis=0))
    assert np.allclose(part.apply(VECTORS, LANGUAGES), expected, atol=1e-4)


def test_texts_of_unknown_language_take_part_in_the_mean_of_all_and_use_it() -> None:
    part = LanguageMean().fit(VECTORS, LANGUAGES)
    assert part.mean_ is not None
    assert np.allclose(part.mean_, VECTORS.mean(axis=0))
    unknown = part.apply(VECTORS, np.full(5, "und"))
    assert np.allclose(unknown, unit_rows(VECTORS - VECTORS.mean(axis=0)), atol=1e-6)
    assert np.array_equal(unknown, part.apply(VECTORS, np.full(5, "eo")))


@pytest.mark.parametrize("part", [LanguageMean(), Lir(), Lsar()], ids=repr)
def test_twins_meet_once_their_languages_are_taken_away(part: Debias) -> None:
    world = two_languages()
    languages = world.dataset.catalog.languages
    items = np.arange(len(languages))
    assert (languages[nearest(world.vectors)] == languages).all()
    freed = part.fit(world.vectors, languages).apply(world.vectors, languages)
    assert (nearest(freed) == world.twins(items)).all()


@pytest.mark.parametrize("part", [LanguageMean(), Lir(), Lsar()], ids=repr)
def test_a_language_that_lies_turned_is_not_brought_back(part: Debias) -> None:
    rng = np.random.default_rng(0)
    contents = unit_rows(rng.standard_normal((40, 16)).astype(np.float32))
    turned, _ = np.linalg.qr(rng.standard_normal((16, 16)))
    vectors = np.concatenate([contents, contents @ turned.astype(np.float32)])
    languages = np.repeat(["de", "fr"], 40)
    freed = part.fit(vectors, languages).apply(vectors, languages)
    german, french = freed[:40], freed[40:]
    assert ((german @ french.T).argmax(axis=1) == np.arange(40)).mean() < 0.2


def nearest(vectors: np.ndarray) -> np.ndarray:
    """Give each row's nearest other row."""
    cosine = vectors @ vectors.T
    np.fill_diagonal(cosine, -np.inf)
    return cosine.argmax(axis=1)


def test_a_tag_never_seen_uses_the_same_language_in_the_same_script() -> None:
    known = np.array(["en-GB", "pt", "sr", "und", "zh-CN", "zh-TW"])
    asked = ["pt", "pt-BR", "en-US", "sr-Latn", "zh", "zh-Hant", "und", "eo", "en-GB"]
    assert rows_of(np.array(asked), known).tolist() == [1, 1, 0, -1, 4, 5, -1, -1, 0]
    assert rows_of(np.array([], dtype=np.str_), known).tolist() == []


def test_nothing_to_learn_from_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"^debias 'language-mean' has no texts to learn from$"):
        LanguageMean().fit(VECTORS[:0], LANGUAGES[:0])


def test_a_shrinkage_below_zero_is_refused() -> None:
    for shrinkage in (-1.0, float("nan")):
        with pytest.raises(
            ConfigError, match=r"^debias 'language-mean': shrinkage is .*; give 0 or more$"
        ):
            build("debias", {"use": "language-mean", "shrinkage": shrinkage})


def test_what_does_not_fit_together_is_said() -> None:
    with pytest.raises(DataError, match=r"^5 vectors but 4 languages$"):
        LanguageMean().fit(VECTORS, LANGUAGES[:4])
    with pytest.raises(NotFittedError, match=r"^LanguageMean has not been fitted; call fit first$"):
        LanguageMean().apply(VECTORS, LANGUAGES)


def test_no_debias_leaves_vectors_as_they_are() -> None:
    assert np.array_equal(NoDebias().apply(VECTORS, LANGUAGES), unit_rows(VECTORS))
