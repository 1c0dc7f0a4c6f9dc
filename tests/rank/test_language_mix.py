from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import entropy

from polyrec.core.errors import ConfigError
from polyrec.core.types import NO_ITEM, Histories, Rankings
from polyrec.rank.language_mix import LanguageMix, divergence
from polyrec.rank.ranker import Context

TAGS = np.array(["de"] * 40 + ["fr"] * 40 + ["ja"] * 20)


def context(*own: int, k: int = 10) -> Context:
    histories = Histories.from_lists([list(own)], n_items=100)
    return Context(k, TAGS, histories=histories)


def ranked(items: list[int]) -> Rankings:
    return Rankings(
        np.array([items], dtype=np.int64), -np.arange(len(items), dtype=np.float32)[None, :]
    )


def shares(part: LanguageMix, items: list[int], given: Context) -> dict[str, int]:
    found = part.rerank(ranked(items), given).items[0]
    tags, counts = np.unique(TAGS[found], return_counts=True)
    return dict(zip(tags.tolist(), counts.tolist(), strict=True))


GERMAN_FIRST = [*range(10, 40), *range(50, 75), *range(80, 90)]


def test_a_list_gets_the_shares_of_the_history() -> None:
    seven_to_three = context(*range(7), 40, 41, 42)
    assert shares(LanguageMix(1.0, 50), GERMAN_FIRST, seven_to_three) == {"de": 7, "fr": 3}
    even = context(0, 40)
    assert shares(LanguageMix(1.0, 50), GERMAN_FIRST, even) == {"de": 5, "fr": 5}


def test_weights_of_the_history_count() -> None:
    given = context(0, 40)
    assert given.histories is not None
    heavy = replace(given.histories, weights=np.array([1, 4], dtype=np.float32))
    found = shares(LanguageMix(1.0, 50), GERMAN_FIRST, replace(given, histories=heavy))
    assert found == {"de": 2, "fr": 8}


def test_the_stronger_the_nearer_to_the_history() -> None:
    given = context(0, 40)
    french = [
        shares(LanguageMix(each, 50), GERMAN_FIRST, given).get("fr", 0) for each in (0, 0.2, 1)
    ]
    assert french[0] == 0 < french[1] <= french[2] == 5


def test_items_of_one_language_keep_their_order() -> None:
    found = LanguageMix(0.7, 50).rerank(ranked(GERMAN_FIRST), context(0, 40, 81)).items[0]
    for tag in ("de", "fr", "ja"):
        same = found[TAGS[found] == tag].tolist()
        assert same == sorted(same)


def test_what_stands_above_counts() -> None:
    given = replace(context(0, 40), above=np.array([[11, 12, 13, 14, NO_ITEM]]))
    found = LanguageMix(1.0, 50).rerank(ranked([20, 21, 22, 50, 51, 52, 53]), given).items[0]
    assert (TAGS[found[:4]] == "fr").all()


@pytest.mark.parametrize(
    "given",
    [
        Context(5, TAGS),
        context(k=5),
        replace(context(0, 40, k=5), language_mode="only", languages=("de",)),
        replace(context(0, 40, k=5), language_mode="prefer", languages=("de",)),
    ],
)
def test_without_a_history_or_with_a_wish_nothing_changes(given: Context) -> None:
    found = LanguageMix(1.0).rerank(ranked(GERMAN_FIRST), given).items[0]
    assert found.tolist() == GERMAN_FIRST[:5]


@given(st.lists(st.integers(1, 9), min_size=2, max_size=5), st.data())
def test_the_divergence_is_that_of_kullback_and_leibler(
    wished: list[int], data: st.DataObject
) -> None:
    size = len(wished)
    counts = np.array(data.draw(st.lists(st.integers(0, 9), min_size=size, max_size=size)), float)
    p = np.array(wished) / sum(wished)
    q = counts / max(counts.sum(), 1)
    smooth = 0.99 * q + 0.01 * p
    # entropy() scales its second argument to a sum of one, which an empty list has not
    expected = entropy(p, smooth) - np.log(smooth.sum())
    assert divergence(p, counts) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"strength": 1.5}, r"^strength is 1.5; give 0 to 1$"),
        ({"strength": float("nan")}, "^strength is nan"),
        ({"candidates": 0}, r"^candidates is 0; give at least 1$"),
    ],
)
def test_settings_out_of_range_are_refused(settings: dict[str, float], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        LanguageMix(**settings)  # type: ignore[arg-type]
