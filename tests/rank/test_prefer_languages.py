from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyrec.core.errors import ConfigError
from polyrec.core.types import NO_ITEM, LanguageMode, Rankings
from polyrec.rank.prefer_languages import PreferLanguages, in_languages
from polyrec.rank.ranker import Context


def ranked(items: list[int]) -> Rankings:
    return Rankings(
        np.array([items], dtype=np.int64), -np.arange(len(items), dtype=np.float32)[None, :]
    )


def prefer(
    items: list[int],
    languages: list[str],
    *,
    k: int,
    strength: float = 3.0,
    wished: tuple[str, ...] = ("de",),
    mode: LanguageMode = "prefer",
) -> list[int]:
    context = Context(k, np.array(languages), wished, mode)
    return PreferLanguages(strength).rerank(ranked(items), context).items[0].tolist()


def test_a_wished_item_moves_up_by_places() -> None:
    languages = ["en"] * 8 + ["de"] + ["en"] * 3
    order = prefer(list(range(12)), languages, k=4)
    assert order == [0, 1, 2, 8]


def test_all_alike_stay_as_they_are() -> None:
    for languages in (["de"] * 6, ["en"] * 6):
        assert prefer(list(range(6)), languages, k=6) == list(range(6))


@pytest.mark.parametrize(
    ("mode", "wished"), [("any", ("de",)), ("only", ("de",)), ("prefer", ()), ("any", ())]
)
def test_other_modes_are_none_of_its_concern(mode: LanguageMode, wished: tuple[str, ...]) -> None:
    context = Context(2, np.array(["en", "de", "en"]), wished, mode)
    assert PreferLanguages().depth(context) == 2
    assert prefer([0, 1, 2], ["en", "de", "en"], k=2, mode=mode, wished=wished) == [0, 1]


def test_regions_and_scripts_are_matched_as_tags_are() -> None:
    languages = np.array(["pt-BR", "pt-PT", "pt", "zh-TW", "und"])
    assert in_languages(languages, ("pt-BR",)).tolist() == [True, False, True, False, False]
    assert in_languages(languages, ("zh-Hant", "und")).tolist() == [False, False, False, True, True]
    assert in_languages(languages, ()).tolist() == [False] * 5


def test_empty_places_stay_behind_whatever_their_language() -> None:
    assert prefer([0, 1, NO_ITEM, NO_ITEM], ["en", "de", "de"], k=4) == [1, 0, NO_ITEM, NO_ITEM]


def test_a_strength_below_one_is_refused() -> None:
    for strength in (0.5, float("nan")):
        with pytest.raises(ConfigError, match=r"^strength is .*; give at least 1$"):
            PreferLanguages(strength)


@given(
    st.lists(st.sampled_from(["de", "en"]), min_size=30, max_size=30),
    st.integers(1, 8),
    st.floats(1, 4),
)
def test_as_many_candidates_as_it_asks_for_are_enough(
    languages: list[str], k: int, strength: float
) -> None:
    context = Context(k, np.array(languages), ("de",), "prefer")
    depth = PreferLanguages(strength).depth(context)
    everything = prefer(list(range(30)), languages, k=k, strength=strength)
    assert prefer(list(range(30))[:depth], languages, k=k, strength=strength) == everything


@given(st.lists(st.sampled_from(["de", "en"]), min_size=12, max_size=12), st.floats(1, 5))
def test_items_of_one_language_never_overtake_each_other(
    languages: list[str], strength: float
) -> None:
    order = prefer(list(range(12)), languages, k=12, strength=strength)
    for tag in ("de", "en"):
        same = [item for item in order if languages[item] == tag]
        assert same == sorted(same)
