from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from polyrec.core.errors import ConfigError, DataError, UnknownNameError
from polyrec.encode.hashing import Hashing
from polyrec.evaluation.comparison import Results, Setting, Spaces, compare
from polyrec.evaluation.contenders import Contender, chosen
from polyrec.measures.variety import diversity
from polyrec.models.hybrid import Hybrid
from polyrec.testing.worlds import translated

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyrec.core.types import Floats
    from polyrec.encode.encoder import Kind

DATA = translated()
QUICK: dict[str, Any] = {
    **{"use": "hybrid", "l2": 5.0, "spread": 0.15, "nearness": 0.15, "linear": 0.5},
    **{"new_item_boost": 3.0, "category": 0.0},
}
NO_DEBIAS = {"use": "none"}
CONTENDERS = {
    "popularity": Contender("", {"use": "popularity"}),
    "content-raw": Contender("", {"use": "content"}, NO_DEBIAS),
    "content": Contender("", {"use": "content"}),
    "hybrid": Contender("", QUICK),
    "hybrid-en": Contender("", QUICK, view="en"),
}
ALL = ("all", "ndcg")


class Counting(Hashing):
    """Counts the texts that it encodes."""

    texts: Counter[str]

    def _encode(self, texts: list[str], kind: Kind, advance: Callable[[int], None]) -> Floats:
        self.__dict__.setdefault("texts", Counter()).update(texts)
        return super()._encode(texts, kind, advance)


@pytest.fixture(scope="module")
def results() -> Results:
    return compare(Setting(DATA, Hashing(), text_seeds=(1, 2), seeds=(0, 3)), CONTENDERS)


def test_every_contender_is_measured_on_every_draw(results: Results) -> None:
    assert set(results.outcomes) == {
        (text_seed, split, seed, name)
        for text_seed in (1, 2)
        for split in ("random", "cold-items")
        for seed in (0, 3)
        for name in CONTENDERS
    }
    assert set(results.last) == set(CONTENDERS)


def test_values_are_one_per_draw_and_user_text_seeds_first(results: Results) -> None:
    values = results.per_user("content", "random", ALL, [1, 2])
    assert values.shape == (4, 40)
    order = [(1, 0), (1, 3), (2, 0), (2, 3)]
    for row, (text_seed, seed) in zip(values, order, strict=True):
        outcome = results.outcomes[text_seed, "random", seed, "content"]
        assert np.array_equal(row, outcome.per_user[ALL], equal_nan=True)
    assert results.per_user("content", "random", ALL, [2]).shape == (2, 40)


def test_popularity_by_market_can_be_compared() -> None:
    market = tuple("even" if item % 2 == 0 else "odd" for item in range(len(DATA.catalog)))
    catalog = replace(DATA.catalog, attributes={"market": market})
    sold = replace(DATA, catalog=catalog, all_texts=None)
    by_market = {"m": Contender("", {"use": "popularity", "by": "market"})}
    found = compare(Setting(sold, Hashing(), text_seeds=(1,), seeds=(0,)), by_market)
    assert {name for *_, name in found.outcomes} == {"m"}
    with pytest.raises(ConfigError, match=r"^popularity by market needs the items' markets; "):
        compare(Setting(DATA, Hashing(), text_seeds=(1,), seeds=(0,)), by_market)


def test_a_slice_that_a_draw_lacks_is_nan(results: Results) -> None:
    assert np.isnan(results.per_user("content", "random", ("history:50+", "ndcg"), [1])).all()


def test_topics_are_found_across_languages(results: Results) -> None:
    for split in ("random", "cold-items"):
        content = results.per_user("content", split, ALL, [1, 2])
        assert np.nanmean(content) > 0.5
        assert np.nanmean(content) > np.nanmean(results.per_user("popularity", split, ALL, [1]))


def test_the_oracle_is_fitted_once_for_each_split_and_seed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fitted: list[str] = []
    kept = Hybrid._fit

    def spy(self: Hybrid, *args: Any) -> None:
        fitted.append("hybrid")
        kept(self, *args)

    monkeypatch.setattr(Hybrid, "_fit", spy)
    setting = Setting(DATA, Hashing(), text_seeds=(1, 2, 3), splits=("random",), seeds=(0, 1))
    compare(setting, {"hybrid-en": CONTENDERS["hybrid-en"]})
    assert len(fitted) == 2
    compare(setting, {"hybrid": CONTENDERS["hybrid"]})
    assert len(fitted) == 2 + 6


def test_the_oracle_gives_the_same_lists_in_the_slices_of_each_text_seed(results: Results) -> None:
    one, other = (results.outcomes[s, "random", 0, "hybrid-en"] for s in (1, 2))
    assert np.array_equal(one.rankings.items, other.rankings.items)
    assert np.array_equal(one.per_user[ALL], other.per_user[ALL], equal_nan=True)
    crossed = ("cross-language", "ndcg")
    assert not np.array_equal(one.per_user[crossed], other.per_user[crossed], equal_nan=True)


def test_the_texts_of_a_view_are_encoded_once_for_all_who_see_them_alike() -> None:
    encoder = Counting()
    setting = Setting(DATA, encoder, text_seeds=(1,), seeds=(0, 1, 2))
    compare(setting, {name: CONTENDERS[name] for name in ("popularity", "content", "hybrid")})
    assert sum(encoder.texts.values()) == 60


def test_vectors_are_made_once_for_each_view_draw_and_debias() -> None:
    spaces = Spaces(Setting(DATA, Hashing()))
    vectors = {
        (name, seed): spaces.vectors(CONTENDERS[name], seed)
        for name in ("content", "content-raw", "hybrid", "hybrid-en")
        for seed in (1, 2)
    }
    assert vectors["content", 1] is vectors["hybrid", 1]
    assert vectors["hybrid-en", 1] is vectors["hybrid-en", 2]
    assert len({id(v) for v in vectors.values()}) == 5
    assert spaces.shown(CONTENDERS["hybrid-en"], 2).catalog.language == ("en",) * 60


def test_a_split_by_time_is_compared_like_any_other() -> None:
    setting = Setting(DATA, Hashing(), splits=("time",))
    setting.check()
    found = compare(setting, {"content": CONTENDERS["content"]})
    outcome = found.outcomes[1, "time", 0, "content"]
    _train, test = DATA.split("time")
    assert outcome.users.tolist() == np.flatnonzero(test.histories.lengths).tolist()
    assert np.nanmean(outcome.per_user[ALL]) > 0.3


def test_what_would_fail_late_is_refused_at_once() -> None:
    timeless = replace(DATA, interactions=replace(DATA.interactions, time=None))
    with pytest.raises(DataError, match=r"^the interactions have no times; use the split 'random'"):
        Setting(timeless, Hashing(), splits=("random", "time")).check()
    with pytest.raises(UnknownNameError, match=r"^no split is named 'radnom'"):
        Setting(DATA, Hashing(), splits=("radnom",)).check()
    with pytest.raises(UnknownNameError, match=r"^no view is named 'won-language'"):
        Setting(DATA, Hashing(), view="won-language").check()
    one_each = DATA.where(DATA.interactions.item == DATA.interactions.user % 4)
    with pytest.raises(DataError, match=r"^the split 'random' holds nothing out of 40 interac"):
        Setting(one_each, Hashing(), splits=("random",)).check()


def test_no_split_is_nothing_to_do() -> None:
    assert compare(Setting(DATA, Hashing(), splits=()), chosen(["ease"])).outcomes == {}


def test_the_lists_of_all_are_compared_in_the_space_under_test(results: Results) -> None:
    vectors = Spaces(results.setting).vectors(CONTENDERS["content"], 2)
    outcomes = {name: results.outcomes[2, "random", 3, name] for name in CONTENDERS}
    for outcome in outcomes.values():
        expected = diversity(outcome.rankings, vectors)
        found = outcome.per_user["all", "diversity"][outcome.users]
        assert np.array_equal(found, expected, equal_nan=True)


def test_vectors_that_no_contender_reads_are_not_made_for_diversity() -> None:
    encoder = Counting()
    for names in (["popularity"], ["popularity", "content-raw"]):
        assert not hasattr(encoder, "texts")
        found = compare(Setting(DATA, encoder), chosen(names))
        assert not any("diversity" in key for o in found.outcomes.values() for key in o.per_user)
