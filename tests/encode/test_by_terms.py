from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from polyrec.core.component import fresh
from polyrec.core.errors import ConfigError, MissingExtraError, NotFittedError
from polyrec.encode.by_terms import LONGEST_TERM, ByTerms
from polyrec.encode.cached import Cached
from polyrec.encode.tfidf import Tfidf
from polyrec.encode.word2vec import Word2Vec
from polyrec.text import dictionaries
from polyrec.text.tokens import tokenizer_for

pytest.importorskip("gensim", reason="needs the extra word2vec")
pytest.importorskip("sudachipy", reason="needs the extra japanese")

TEXTS = [
    "Hammers for wood and hammering wood",
    "A hammer and a plane for wood",
    "The stars and the moon",
    "Moon, stars, comets",
    "Sägen und Hobel für Holz",
    "Eine Säge, ein Hobel, Holz",
    "木工の入門コース",
    "木工のコース",
]
LANGUAGES = ["en", "en", "en", "en", "de", "de", "ja", "ja"]
BOTH = pytest.mark.parametrize("part", [Tfidf(size=16), Word2Vec(size=16)], ids=["tfidf", "w2v"])


def fitted(part: ByTerms) -> ByTerms:
    made: ByTerms = fresh(part)
    return made.fit(TEXTS, LANGUAGES)


@BOTH
def test_the_vocabulary_holds_stems_of_each_language_without_stop_words(part: ByTerms) -> None:
    terms = fitted(part).terms_
    assert terms is not None
    assert {"hammer", "moon", "star", "sag", "hobel", "holz", "木工", "コース"} == set(terms) - {
        "wood"
    }


@BOTH
def test_rare_terms_weigh_more(part: ByTerms) -> None:
    made = fresh(part).fit(
        ["hammer moon", "hammer star", "hammer moon", "hammer star", "hammer"], ["en"] * 5
    )
    weights = dict(zip(made.terms_, made.weights_, strict=True))
    assert weights["hammer"] == 1
    assert weights["moon"] == pytest.approx(1 + np.log(6 / 3))


@BOTH
def test_forms_of_one_word_have_one_vector(part: ByTerms) -> None:
    one, other, far = fitted(part).encode(
        ["Säge und Holz", "Sägen, Hölzer? Holz!", "Hobel"], languages=["de"] * 3
    )
    assert one @ other > 0.9
    assert one @ far < 1 - 1e-3


@BOTH
def test_a_text_without_known_terms_has_a_vector_of_zeros(part: ByTerms) -> None:
    assert not fitted(part).encode(["quite unheard", ""], languages=["en", "en"]).any()


@BOTH
def test_a_text_of_unknown_language_is_cut_as_the_language_that_knows_it_best(
    part: ByTerms,
) -> None:
    encoder = fitted(part)
    texts = ["木工の入門コースを受けた", "Sägen", "hammering of stars"]
    told = encoder.encode(texts, languages=["ja", "de", "en"])
    assert np.array_equal(encoder.encode(texts, kind="query"), told)


@BOTH
def test_max_terms_keeps_the_most_frequent(part: ByTerms) -> None:
    small = type(part)(size=4, max_terms=2).fit(
        ["hammer moon", "hammer moon star", "hammer star moon"], ["en"] * 3
    )
    assert small.terms_ is not None
    assert list(small.terms_) == ["hammer", "moon"]


@BOTH
def test_a_catalog_without_words_gives_zeros(part: ByTerms) -> None:
    made = fresh(part).fit(["", "..."], ["en", "und"])
    assert not made.encode(["hammer"], languages=["en"]).any()


@BOTH
def test_very_long_terms_are_cut(part: ByTerms) -> None:
    made = fresh(part).fit(["x" * 500] * 2, ["und"] * 2)
    assert list(made.terms_) == ["x" * LONGEST_TERM]
    assert made.encode(["x" * 499]).any()


@BOTH
def test_what_was_learned_is_in_the_fingerprint(part: ByTerms) -> None:
    one, other = fitted(part), fresh(part).fit(TEXTS[:4], LANGUAGES[:4])
    prints = {fresh(part).fingerprint, one.fingerprint, other.fingerprint}
    assert len(prints) == 3
    assert one.fingerprint == fitted(part).fingerprint
    assert one.fit(TEXTS[:4], LANGUAGES[:4]).fingerprint == other.fingerprint
    assert fresh(part).fingerprint in one.fingerprint


def test_settings_are_in_the_fingerprint() -> None:
    assert Tfidf().fingerprint == "tfidf-1/256/2/100000/True/0"
    assert Word2Vec(window=3).fingerprint == "word2vec-1/256/2/100000/True/3/10/0"


@BOTH
def test_before_it_is_fitted_it_encodes_nothing(part: ByTerms) -> None:
    with pytest.raises(NotFittedError, match="has not been fitted; call fit first"):
        fresh(part).encode(["hammer"])


@pytest.mark.parametrize("settings", [{"size": 0}, {"min_count": 0}, {"max_terms": -1}])
def test_a_size_below_one_is_refused(settings: dict[str, int]) -> None:
    with pytest.raises(ConfigError, match="give at least 1"):
        Tfidf(**settings)


def test_strict_decides_about_languages_whose_extra_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def absent() -> None:
        raise ModuleNotFoundError("No module named 'rjieba'", name="rjieba")

    monkeypatch.setitem(dictionaries._LOADERS, "rjieba", absent)  # type: ignore[arg-type]
    tokenizer_for.cache_clear()
    try:
        with pytest.raises(MissingExtraError, match=r"pip install 'polyrec\[chinese\]'"):
            Tfidf().fit(["木工课程"], ["zh"])
        lenient = Tfidf(strict=False, min_count=1).fit(["木工课程"], ["zh"])
        assert list(lenient.terms_ if lenient.terms_ is not None else ()) == [
            "工课",
            "木工",
            "课程",
        ]
    finally:
        tokenizer_for.cache_clear()


@BOTH
def test_a_cache_keeps_what_different_catalogs_taught_apart(
    part: ByTerms, tmp_path: object
) -> None:
    one = Cached(fresh(part), folder=str(tmp_path)).fit(TEXTS, LANGUAGES)
    other = Cached(fresh(part), folder=str(tmp_path)).fit(TEXTS[:4], LANGUAGES[:4])
    for each in (one, other, one):
        expected = each.encoder.encode(TEXTS, languages=LANGUAGES)
        assert np.array_equal(each.encode(TEXTS, languages=LANGUAGES), expected)
    assert (one.hits, one.misses) == (len(TEXTS), len(TEXTS))


def test_a_cache_keeps_a_text_apart_by_the_language_it_is_read_in(tmp_path: object) -> None:
    encoder = Cached(Tfidf(size=8, min_count=1), folder=str(tmp_path))
    encoder.fit(["die hammer", "die Säge"], ["en", "de"])
    english, german = encoder.encode(["die", "die"], languages=["en", "de"])
    assert english.any()
    assert not german.any()


def test_word2vec_learns_the_same_in_every_process() -> None:
    code = (
        "from polyrec.encode.word2vec import Word2Vec\n"
        f"print(Word2Vec(size=8).fit({TEXTS!r}, {LANGUAGES!r}).fingerprint)"
    )
    run = [sys.executable, "-c", code]
    prints = {
        subprocess.run(
            run,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(prints) == 1


@pytest.mark.parametrize("settings", [{"window": 0}, {"epochs": 0}, {"seed": -1}])
def test_settings_that_nothing_can_be_learned_with_are_refused(settings: dict[str, int]) -> None:
    (name,) = settings
    with pytest.raises(ConfigError, match=f"^{name} is .*; give "):
        Word2Vec(**settings)
