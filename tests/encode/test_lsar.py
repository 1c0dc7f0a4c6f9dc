from __future__ import annotations

import numpy as np
import pytest

from polyrec.core.errors import ConfigError
from polyrec.core.registry import build
from polyrec.core.vectors import unit_rows
from polyrec.encode.lsar import Lsar

RNG = np.random.default_rng(0)
OFFSETS = RNG.standard_normal((5, 16))
TAGS = np.array(["de", "fr", "ja", "pt", "sw"])
LANGUAGES = np.repeat(TAGS, 30)
VECTORS = unit_rows(
    (RNG.standard_normal((150, 16)) + np.repeat(OFFSETS, 30, axis=0)).astype(np.float32)
)


def published(means: np.ndarray, rank: int) -> np.ndarray:
    """Follow the published steps: means in columns, an orthonormal basis in columns."""
    ones = np.ones((means.shape[1], 1))
    common = means.mean(axis=1, keepdims=True)
    left, sizes, right = np.linalg.svd(means - common, full_matrices=False)
    fitted = common + left[:, :rank] * sizes[:rank] @ right[:rank]
    nearest = np.linalg.pinv(fitted).T @ ones
    nearest /= (nearest**2).sum()
    left, _, _ = np.linalg.svd(fitted - nearest @ ones.T, full_matrices=False)
    assert np.allclose(left[:, :rank].T @ nearest, 0, atol=1e-6)
    return np.asarray(left[:, :rank])


@pytest.mark.parametrize("rank", [1, 2, 4])
def test_the_closed_form_spans_what_the_published_steps_do(rank: int) -> None:
    part = Lsar(rank=rank).fit(VECTORS, LANGUAGES)
    assert part.basis_ is not None
    means = np.stack([VECTORS[tag == LANGUAGES].mean(axis=0) for tag in TAGS], axis=1)
    basis = published(means.astype(np.float64), rank)
    assert np.allclose(part.basis_.T @ part.basis_, basis @ basis.T, atol=1e-5)


def test_with_all_its_dimensions_no_mean_tells_languages_apart() -> None:
    freed = Lsar().fit(VECTORS, LANGUAGES)._apply(VECTORS, LANGUAGES)
    means = np.stack([freed[tag == LANGUAGES].mean(axis=0) for tag in TAGS])
    assert np.allclose(means, means[0], atol=1e-5)


def test_the_language_of_a_text_need_not_be_known() -> None:
    part = Lsar().fit(VECTORS, LANGUAGES)
    known = part.apply(VECTORS, LANGUAGES)
    assert np.array_equal(known, part.apply(VECTORS, np.full(len(VECTORS), "und")))


def test_the_mean_of_all_texts_goes_only_if_it_is_to() -> None:
    centred = Lsar().fit(VECTORS, LANGUAGES)._apply(VECTORS, LANGUAGES)
    assert np.allclose(centred.mean(axis=0), 0, atol=1e-5)
    published_way = Lsar(centred=False).fit(VECTORS, LANGUAGES)
    assert published_way.basis_ is not None
    basis = published_way.basis_
    expected = VECTORS - (VECTORS @ basis.T) @ basis
    assert np.allclose(published_way._apply(VECTORS, LANGUAGES), expected, atol=1e-6)


def test_languages_with_few_texts_have_no_say() -> None:
    few = np.where(np.arange(150) < 19, "eo", LANGUAGES)
    assert set(few[:30].tolist()) == {"eo", "de"}
    part = Lsar(min_texts=20).fit(VECTORS, few)
    assert part.basis_ is not None
    assert part.basis_.shape == (3, 16)


def test_fewer_than_two_languages_leave_all_but_the_mean() -> None:
    for languages in (np.full(150, "de"), np.full(150, "und")):
        part = Lsar(centred=False).fit(VECTORS, languages)
        assert np.allclose(part.apply(VECTORS, languages), VECTORS, atol=1e-6)


def test_settings_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"^debias 'lsar': rank is 0; give at least 1$"):
        build("debias", {"use": "lsar", "rank": 0})
    with pytest.raises(ConfigError, match=r"^debias 'lsar': min_texts is 0; give at least 1$"):
        build("debias", {"use": "lsar", "min_texts": 0})


def test_nothing_to_learn_from_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"^debias 'lsar' has no texts to learn from$"):
        Lsar().fit(VECTORS[:0], LANGUAGES[:0])
