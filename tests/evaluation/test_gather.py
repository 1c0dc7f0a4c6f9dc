from __future__ import annotations

import numpy as np
import pytest

from polyrec.core.types import Histories, Rankings
from polyrec.data.dataset import Dataset
from polyrec.encode.hashing import Hashing
from polyrec.evaluation.comparison import Setting, compare
from polyrec.evaluation.contenders import Contender, chosen
from polyrec.evaluation.gather import (
    MAX_POINTS,
    cards,
    exposure,
    exposures,
    learning_curves,
    peak_memory_gb,
    space_map,
)
from polyrec.pipeline.fitted import Fitted, fit
from polyrec.pipeline.plan import Plan
from polyrec.testing.worlds import translated

PLAN = {"encoder": "hashing", "debias": "language-mean", "recommender": "content"}


def reading_one_language_each() -> Dataset:
    """Give data in which user u chose many items of one language, users in turns of three."""
    data = translated(30, 60)
    shown = data.catalog.shown([("en", "de", "fr")[i % 3] for i in range(60)])
    histories = data.histories
    pairs = [
        (f"u{user}", item)
        for user in range(30)
        for item in histories.items_of(user).tolist() + list(range(user % 3, 30, 3))
        if item % 3 == user % 3
    ]
    from polyrec.data.interactions import Interactions

    return Dataset(shown, Interactions.from_pairs(pairs, users=[f"u{i}" for i in range(30)]))


@pytest.fixture(scope="module")
def rec() -> Fitted:
    return fit(reading_one_language_each(), Plan.from_table(PLAN))


# users


def test_three_users_of_different_languages_are_shown(rec: Fitted) -> None:
    found = cards(rec.learned, rec.service)
    assert len(found) == 3
    main = [{item.language for item in card.history} for card in found]
    assert sorted(tag for tags in main for tag in tags) == ["de", "en", "fr"]
    for card in found:
        assert card.n_history >= 6
        assert len(card.suggestion.items) == 10


def test_a_card_holds_every_item_that_its_reasons_name(rec: Fitted) -> None:
    for card in cards(rec.learned, rec.service, n=9, k=30):
        shown = [item.item_id for item in card.history]
        reasons = {item.reason for item in card.suggestion.items if item.reason}
        assert reasons <= set(shown)
        assert len(shown) == len(set(shown)) >= 5
        index = rec.learned.users.index(card.user_id, kind="user")
        own = {f"i{item}" for item in rec.learned.histories.items_of(index)}
        assert set(shown) <= own
        assert card.n_history == len(own)


def test_more_users_than_languages_are_filled_up_with_others(rec: Fitted) -> None:
    found = [card.user_id for card in cards(rec.learned, rec.service, n=7)]
    assert len(found) == len(set(found)) == 7
    assert [card.user_id for card in cards(rec.learned, rec.service, n=7)] == found


def test_users_with_little_history_are_not_shown() -> None:
    data = reading_one_language_each()
    short = data.where(data.interactions.item < 9)
    few = fit(short, Plan.from_table(PLAN))
    assert cards(few.learned, few.service) == ()


# exposure


def test_exposure_says_what_readers_of_each_language_are_shown() -> None:
    languages = np.array(["de", "de", "de", "fr", "fr", "ja"])
    histories = Histories.from_lists([[0, 1], [3], []], n_items=6)
    rankings = Rankings(
        np.array([[2, 3], [0, 5], [1, 2]]), np.array([[2, 1]] * 3, dtype=np.float32)
    )
    found = exposure(rankings, histories, languages)
    assert found.languages.tolist() == ["de", "fr", "ja"]
    assert found.catalog_share == pytest.approx([3 / 6, 2 / 6, 1 / 6])
    assert found.shares[0].tolist() == [0.5, 0.5, 0]
    assert found.shares[1].tolist() == [0.5, 0, 0.5]
    assert np.isnan(found.shares[2]).all()
    assert found.n_users.tolist() == [1, 1, 0]


def test_exposures_are_those_of_the_models_that_were_compared() -> None:
    setting = Setting(translated(), Hashing(), text_seeds=(2, 1), seeds=(3,), k=5)
    results = compare(setting, chosen(["content-raw", "content"]))
    found = exposures(results, ("content-raw", "content", "hybrid"))
    assert list(found) == ["content-raw", "content"]
    shown = translated().view("one-language", seed=2)
    outcome = results.outcomes[2, "random", 3, "content"]
    train, _ = shown.split("random", seed=3)
    expected = exposure(
        outcome.rankings, train.histories.rows(outcome.users), shown.catalog.languages
    )
    assert np.array_equal(found["content"].shares, expected.shares, equal_nan=True)
    # lists of a raw space stay in the reader's language more than those of a freed one
    raw, freed = (np.nanmean(np.diag(found[name].shares)) for name in ("content-raw", "content"))
    assert raw > freed


def test_curves_are_shown_of_those_that_learned_in_epochs() -> None:
    pytest.importorskip("torch", reason="needs the extra torch")
    contenders = {
        "neumf": Contender("", {"use": "neumf", "dim": 4, "epochs": 3}),
        "content": Contender("", {"use": "content"}),
    }
    setting = Setting(translated(), Hashing(), text_seeds=(1,), splits=("random",), k=5)
    found = learning_curves(compare(setting, contenders))
    assert found.keys() == {"neumf"}
    assert found["neumf"][:, 0].tolist() == [1, 2, 3]


# the space


def test_the_two_axes_are_those_of_the_greatest_spread() -> None:
    rng = np.random.default_rng(0)
    wide = rng.standard_normal((200, 5)) * [0.1, 9, 0.1, 4, 0.1] + 7
    found = space_map(wide.astype(np.float32), wide.astype(np.float32), np.array(["de"] * 200))
    _, _, axes = np.linalg.svd(wide - wide.mean(axis=0), full_matrices=False)
    expected = (wide - wide.mean(axis=0)) @ axes[:2].T
    signs = np.sign((expected * found.before).sum(axis=0))
    assert np.allclose(found.before * signs, expected, atol=0.05)
    assert found.before.mean(axis=0) == pytest.approx([0, 0], abs=1e-3)
    assert found.before.dtype == np.float32


def test_many_items_are_drawn_from_and_stay_beside_their_language() -> None:
    n = MAX_POINTS + 500
    vectors = np.zeros((n, 3), dtype=np.float32)
    vectors[:, 0] = np.arange(n)
    tags = np.array(["de" if i % 2 else "fr" for i in range(n)])
    one, again, other = (space_map(vectors, vectors, tags, seed=s) for s in (0, 0, 1))
    assert one.before.shape == one.after.shape == (MAX_POINTS, 2)
    assert np.array_equal(one.before, again.before)
    assert not np.array_equal(one.before, other.before)
    place = np.round(one.before[:, 0] - one.before[:, 0].min()).astype(int)
    if one.before[0, 0] > one.before[-1, 0]:
        place = place.max() - place
    start = next(i for i in range(500) if (tags[place + i] == one.languages).all())
    assert start < 500


def test_memory_is_told_in_gigabytes() -> None:
    assert 0.01 < peak_memory_gb() < 1000
