from __future__ import annotations

import numpy as np
import pytest

from polyrec.core.errors import ConfigError
from polyrec.core.registry import build
from polyrec.core.vectors import unit_rows
from polyrec.encode.lir import Lir

RNG = np.random.default_rng(0)
VECTORS = unit_rows((RNG.standard_normal((60, 8)) + np.eye(8)[0] * 2).astype(np.float32))
LANGUAGES = np.array(["de"] * 30 + ["fr"] * 25 + ["und"] * 5)


@pytest.mark.parametrize("rank", [1, 3])
def test_each_language_is_projected_off_its_first_singular_vectors(rank: int) -> None:
    part = Lir(rank=rank, shrinkage=0).fit(VECTORS, LANGUAGES)
    freed = part.apply(VECTORS, LANGUAGES)
    for tag in ("de", "fr"):
        own = VECTORS[tag == LANGUAGES]
        _, _, directions = np.linalg.svd(own, full_matrices=False)
        first = directions[:rank]
        expected = unit_rows(own - (own @ first.T) @ first)
        assert np.allclose(freed[tag == LANGUAGES], expected, atol=1e-5)


def test_unknown_languages_are_projected_off_the_directions_of_all_texts() -> None:
    part = Lir().fit(VECTORS, LANGUAGES)
    _, _, directions = np.linalg.svd(VECTORS, full_matrices=False)
    first = directions[:1]
    expected = unit_rows(VECTORS - (VECTORS @ first.T) @ first)
    for tag in ("und", "eo"):
        assert np.allclose(part.apply(VECTORS, np.full(60, tag)), expected, atol=1e-5)


def test_a_language_with_one_text_keeps_most_of_it() -> None:
    languages = np.array([*LANGUAGES[:-1], "eo"])
    alone = VECTORS[-1:]
    trusting = Lir(shrinkage=0).fit(VECTORS, languages)
    assert np.linalg.norm(trusting._apply(alone, languages[-1:])) < 1e-5
    leaning = Lir(shrinkage=20).fit(VECTORS, languages)
    assert np.linalg.norm(leaning._apply(alone, languages[-1:])) > 0.3


def test_more_directions_than_dimensions_leave_nothing_and_stay_finite() -> None:
    freed = Lir(rank=99).fit(VECTORS, LANGUAGES)._apply(VECTORS, LANGUAGES)
    assert np.allclose(freed, 0, atol=1e-5)


def test_settings_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"^debias 'lir': rank is 0; give at least 1$"):
        build("debias", {"use": "lir", "rank": 0})
    with pytest.raises(ConfigError, match=r"^debias 'lir': shrinkage is nan; give 0 or more$"):
        build("debias", {"use": "lir", "shrinkage": float("nan")})


def test_nothing_to_learn_from_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"^debias 'lir' has no texts to learn from$"):
        Lir().fit(VECTORS[:0], LANGUAGES[:0])
