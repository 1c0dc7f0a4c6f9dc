"""Average precision held against an independent oracle, ir-measures (trec_eval underneath)."""

from __future__ import annotations

import ir_measures
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyrec.core.vectors import unit_rows
from polyrec.measures import mixed_pool
from polyrec.measures.mixed_pool import (
    chance_average_precision,
    neighbourhoods,
    same_language_pool,
    shuffled,
)

TAGS = np.array(["de", "fr", "ja", "pt"])


def random_pool(
    n_sentences: int, *, seed: int, share: float = 0.8
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw vectors of sentences that stand in some of the languages."""
    rng = np.random.default_rng(seed)
    sentences, languages = np.repeat(np.arange(n_sentences), 4), np.tile(TAGS, n_sentences)
    kept = rng.random(len(sentences)) < share
    kept[:2] = True
    contents = rng.standard_normal((n_sentences, 6))[sentences]
    vectors = unit_rows((contents + rng.standard_normal((len(sentences), 6))).astype(np.float32))
    return vectors[kept], languages[kept], sentences[kept]


@given(st.integers(1, 12), st.integers(0, 10_000))
def test_average_precision_is_that_of_the_oracle(n_sentences: int, seed: int) -> None:
    vectors, languages, sentences = random_pool(n_sentences, seed=seed)
    found = neighbourhoods(vectors, languages, [sentences]).average_precision[0]
    cosine = vectors @ vectors.T
    n = len(vectors)
    others = [(i, j) for i in range(n) for j in range(n) if i != j]
    qrels = [ir_measures.Qrel(f"{i}", f"{j}", int(sentences[i] == sentences[j])) for i, j in others]
    run = [ir_measures.ScoredDoc(f"{i}", f"{j}", float(cosine[i, j])) for i, j in others]
    expected = np.full(n, np.nan)
    for value in ir_measures.iter_calc([ir_measures.AP], qrels, run):
        expected[int(value.query_id)] = value.value
    alone = np.array([(sentences == number).sum() == 1 for number in sentences])
    expected[alone] = np.nan
    assert np.allclose(found, expected, atol=1e-5, equal_nan=True)


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors, languages, sentences = random_pool(30, seed=1)
    whole = neighbourhoods(vectors, languages, [sentences])
    done: list[int] = []
    monkeypatch.setattr(mixed_pool, "MAX_CELLS", 7 * len(vectors))
    parts = neighbourhoods(vectors, languages, [sentences], advance=done.append)
    assert np.allclose(whole.average_precision, parts.average_precision, equal_nan=True)
    assert np.allclose(whole.same_language, parts.same_language)
    assert (whole.occurrences == parts.occurrences).all()
    assert sum(done) == len(vectors)
    assert len(done) > 5


def test_a_text_that_ties_with_the_translation_stands_before_it() -> None:
    vectors = np.array([[1, 0], [1, 0], [1, 0], [0, 1]], dtype=np.float32)
    languages = np.array(["de", "fr", "fr", "de"])
    sentences = np.array([0, 0, 1, 1])
    found = neighbourhoods(vectors, languages, [sentences]).average_precision[0]
    assert found[0] == pytest.approx(1 / 2)


def test_translations_that_tie_with_each_other_cost_nothing() -> None:
    vectors = np.array([[1, 0], [1, 0], [1, 0], [0, 1], [0, 1]], dtype=np.float32)
    languages = np.array(["de", "fr", "ja", "de", "fr"])
    found = neighbourhoods(vectors, languages, [np.array([0, 0, 0, 1, 1])])
    assert (found.average_precision == 1).all()


def test_a_space_of_languages_shows_only_the_asking_language() -> None:
    languages = np.repeat(TAGS, 15)
    centres = np.eye(4, dtype=np.float32).repeat(15, axis=0)
    noise = np.random.default_rng(0).standard_normal((60, 4)).astype(np.float32) / 100
    found = neighbourhoods(unit_rows(centres + noise), languages, [np.tile(np.arange(15), 4)])
    assert (found.same_language == 1).all()
    assert np.allclose(same_language_pool(languages), 14 / 59)


def test_a_known_hub_is_among_everybodys_nearest() -> None:
    rng = np.random.default_rng(0)
    vectors = unit_rows(rng.standard_normal((40, 1000)).astype(np.float32))
    vectors[7] = unit_rows(vectors.mean(axis=0, keepdims=True))[0]
    found = neighbourhoods(vectors, np.full(40, "de"), [np.arange(40)], k=3)
    assert found.occurrences.sum() == 40 * 3
    assert found.occurrences.argmax() == 7
    assert found.occurrences[7] >= 35


def test_shuffled_sentences_stay_within_their_language_and_give_chance() -> None:
    rng = np.random.default_rng(3)
    vectors = unit_rows(rng.standard_normal((100, 16)).astype(np.float32)).repeat(4, axis=0)
    languages, sentences = np.tile(TAGS, 100), np.repeat(np.arange(100), 4)
    mixed = shuffled(sentences, languages, seed=1)
    for tag in TAGS:
        assert sorted(mixed[languages == tag]) == list(range(100))
    assert (mixed == sentences).mean() < 0.05
    true, drawn = neighbourhoods(vectors, languages, [sentences, mixed]).average_precision
    assert true.mean() == 1
    assert drawn.mean() == pytest.approx(chance_average_precision(sentences).mean(), abs=0.02)


def test_chance_is_what_random_orders_give() -> None:
    sentences = np.array([0, 0, 0, 1, 1, 2, 2, 2, 2, 3])
    rng = np.random.default_rng(0)
    total = np.zeros(10)
    for _ in range(4000):
        relevant = sentences[:, None] == sentences
        for row in (0, 3, 5):
            order = rng.permutation(np.delete(np.arange(10), row))
            hit = relevant[row][order]
            places = np.flatnonzero(hit) + 1
            total[row] += (np.arange(1, len(places) + 1) / places).mean()
    chance = chance_average_precision(sentences)
    assert np.allclose(chance[[0, 3, 5]], total[[0, 3, 5]] / 4000, atol=0.01)
    assert np.isnan(chance[9])


def test_a_pool_of_one_text_or_none_has_no_neighbours() -> None:
    for n in (0, 1):
        found = neighbourhoods(np.ones((n, 2), np.float32), TAGS[:n], [np.arange(n)])
        assert np.isnan(found.average_precision).all()
        assert found.occurrences.tolist() == [0] * n
        assert np.isnan(chance_average_precision(np.arange(n))).all()
