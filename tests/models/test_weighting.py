from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.sparse as sp

from polyrec.core.errors import ConfigError
from polyrec.core.registry import build
from polyrec.models.weighting import WEIGHTINGS, mean_length, rarity, weighted

COUNTS = np.array([[2, 1, 0, 0], [0, 3, 0, 1], [0, 0, 0, 0], [0, 5, 0, 0]], dtype=np.float32)
DOCUMENTS = sp.csr_array(COUNTS)


def by_hand(weighting: str) -> np.ndarray:
    """Weigh one count after the other; three documents have words."""
    found = np.zeros(COUNTS.shape)
    lengths = COUNTS.sum(axis=1)
    usual = lengths.sum() / 3
    for (row, word), count in np.ndenumerate(COUNTS):
        frequency = (COUNTS[:, word] > 0).sum()
        rare = math.log(1 + (3 - frequency + 0.5) / (frequency + 0.5))
        if weighting == "bm25":
            saturation = 100 * (0.2 + 0.8 * lengths[row] / usual)
            found[row, word] = count * 101 / (count + saturation) * rare
        else:
            found[row, word] = count * (rare if weighting == "tfidf" else 1)
    if weighting != "bm25":
        norms = np.linalg.norm(found, axis=1, keepdims=True)
        found /= np.where(norms > 0, norms, 1)
    return found


@pytest.mark.parametrize("weighting", WEIGHTINGS)
def test_words_are_weighed_as_the_formula_says(weighting: str) -> None:
    found = weighted(DOCUMENTS, weighting, rarity(DOCUMENTS), mean_length(DOCUMENTS))
    assert found.dtype == np.float32
    assert np.allclose(found.toarray(), by_hand(weighting), rtol=1e-5)


def test_a_word_that_all_documents_have_still_counts() -> None:
    everywhere = sp.csr_array(np.ones((5, 1), dtype=np.float32))
    assert 0 < rarity(everywhere)[0] < 0.1


@pytest.mark.parametrize("use", ["item-knn", "user-knn"])
@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"weighting": "bm52"}, "weighting is 'bm52'; give one of ('cosine', 'tfidf', 'bm25')"),
        ({"n_neighbours": 0}, "n_neighbours is 0; give at least 1"),
        ({"shrinkage": -1.0}, "shrinkage is -1.0; give 0 or a number above it"),
        ({"shrinkage": float("nan")}, "shrinkage is nan; give 0 or a number above it"),
    ],
)
def test_settings_that_cannot_be_used_are_refused(
    use: str, settings: dict[str, object], message: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        build("recommender", {"use": use} | settings)
    assert str(caught.value) == f"recommender {use!r}: {message}"
