from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp

from polyrec.core.errors import ConfigError
from polyrec.core.registry import build
from polyrec.core.types import Floats, Histories, Training
from polyrec.core.vectors import unit_rows
from polyrec.measures.ratings import rmse
from polyrec.models.biased_mf import BiasedMf
from polyrec.models.text_mf import TextMf

SMALL: dict[str, Any] = {"factors": 8, "l2": 2.0, "l2_text": 1.0, "axes": 4, "epochs": 100}
N_ITEMS, N_OLD = 80, 60


def world(seed: int = 0) -> tuple[Training, Floats]:
    """Stars by two tastes that texts tell; the last 20 items are not rated.

    Returns:
        What may be learned from, profiles included, and everybody's stars for everything.
    """
    rng = np.random.default_rng(seed)
    tastes = rng.standard_normal((50, 2)).astype(np.float32)
    topics = rng.standard_normal((N_ITEMS, 2)).astype(np.float32)
    turn = rng.standard_normal((2, 12)).astype(np.float32)
    noise = rng.normal(0, 0.1, (N_ITEMS, 12)).astype(np.float32)
    stars = np.clip(3 + tastes @ topics.T, 1, 5)
    rated = (rng.random(stars.shape) < 0.4) & (np.arange(N_ITEMS) < N_OLD)
    histories = Histories.from_matrix(sp.csr_array(np.where(rated, stars, 0)))
    training = Training(histories, unit_rows(topics @ turn + noise), profiles=tastes @ turn)
    return training, stars


def errors(part: BiasedMf, histories: Histories, stars: Floats, items: slice, **more: Any) -> float:
    users, columns = np.divmod(np.arange(len(histories) * N_ITEMS), N_ITEMS)
    predicted = part.predict(histories, users, columns, **more).reshape(len(histories), N_ITEMS)
    return rmse(predicted[:, items].ravel(), stars[:, items].ravel())


NEW, OLD = slice(N_OLD, None), slice(N_OLD)


def test_items_that_nobody_rated_are_rated_by_their_texts() -> None:
    training, stars = world()
    told = TextMf(**SMALL).fit(replace(training, profiles=None))
    blind = BiasedMf(factors=8, l2=2.0, epochs=100).fit(training)
    with_texts = errors(told, training.histories, stars, NEW)
    assert with_texts < 0.6
    assert with_texts < 0.7 * errors(blind, training.histories, stars, NEW)


def test_items_added_later_are_rated_as_if_they_had_been_there() -> None:
    training, _ = world()
    assert training.vectors is not None
    known = Histories.from_matrix(training.histories.matrix()[:, :N_OLD])
    part = TextMf(**SMALL).fit(Training(known, training.vectors[:N_OLD]))
    tags = np.array(["en"] * 20)
    part.extend(training.vectors[NEW], tags, tags)
    late = part.score(training.histories)[:, NEW]
    there = TextMf(**SMALL).fit(replace(training, profiles=None)).score(training.histories)[:, NEW]
    assert np.corrcoef(late.ravel(), there.ravel())[0, 1] > 0.95


def test_users_who_rated_nothing_are_known_by_their_profiles_if_fit_saw_some() -> None:
    training, stars = world()
    assert training.profiles is not None
    learned = training.histories.rows(slice(40))
    part = TextMf(**SMALL).fit(
        replace(training, histories=learned, profiles=training.profiles[:40])
    )
    nobody = Histories.from_lists([[]] * 10, n_items=N_ITEMS)
    unknown = errors(part, nobody, stars[40:], OLD)
    assert errors(part, nobody, stars[40:], OLD, profiles=training.profiles[40:]) < 0.7 * unknown


def test_a_text_is_else_taken_for_what_they_like_best() -> None:
    training, _ = world()
    assert training.vectors is not None
    part = TextMf(**SMALL).fit(replace(training, profiles=None))
    nobody = Histories.from_lists([[]] * N_ITEMS, n_items=N_ITEMS)
    asked, unasked = (part.score(nobody, profiles=p) for p in (training.vectors, None))
    assert (np.diag(asked) > np.diag(unasked)).all()
    likeness = training.vectors @ training.vectors.T
    gain = asked - unasked
    assert np.corrcoef(likeness.ravel(), gain.ravel())[0, 1] > 0.4


def test_more_axes_than_vectors_have_are_as_good_as_all() -> None:
    training, _ = world()
    few, many = (TextMf(**SMALL | {"axes": axes}).fit(training) for axes in (12, 50))
    assert np.array_equal(few.score(training.histories), many.score(training.histories))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"axes": 0}, "axes is 0; give at least 1"),
        ({"l2_text": 0.0}, "l2_text is 0.0; give a number above 0"),
        ({"l2": -1.0}, "l2 is -1.0; give a number above 0"),
    ],
)
def test_settings_that_mean_nothing_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        build("recommender", {"use": "text-mf", **settings})
