from __future__ import annotations

import numpy as np
import pytest

from polyrec.core.errors import ConfigError
from polyrec.core.types import NO_ITEM, Rankings
from polyrec.rank.chain import Chain
from polyrec.rank.diversity import Diversity
from polyrec.rank.one_per_work import OnePerWork
from polyrec.rank.prefer_languages import PreferLanguages
from polyrec.rank.ranker import Context

TAGS = np.array(["de", "fr"] * 10)
WORKS = np.arange(20) // 2
PREFER = Context(3, TAGS, ("fr",), "prefer", works=WORKS)


def ranked(items: list[int]) -> Rankings:
    return Rankings(
        np.array([items], dtype=np.int64), -np.arange(len(items), dtype=np.float32)[None, :]
    )


def test_each_works_on_what_the_one_before_made() -> None:
    chain = Chain([OnePerWork(), PreferLanguages()])
    found = chain.rerank(ranked([0, 1, 2, 4, 3, 6]), PREFER).items[0]
    assert found.tolist() == [1, 3, 5]


def test_the_depth_is_enough_for_all() -> None:
    assert Chain([PreferLanguages(), PreferLanguages(2.0)]).depth(PREFER) == 18
    vectors = np.eye(20, dtype=np.float32)
    context = Context(2, TAGS, vectors=vectors, works=WORKS)
    assert Chain([OnePerWork(), Diversity()]).depth(context) == 19  # 9 works of two, and one


def test_one_alone_is_that_one() -> None:
    items = ranked([0, 1, 2, 4, 3, 6, 9])
    for part in (OnePerWork(), PreferLanguages()):
        alone, chained = part.rerank(items, PREFER), Chain([part]).rerank(items, PREFER)
        assert np.array_equal(alone.items, chained.items)
        assert Chain([part]).may_replace == part.may_replace
    assert (Chain([OnePerWork()]).rerank(ranked([0, 1]), PREFER).items == [[1, NO_ITEM]]).all()


def test_a_chain_of_nothing_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"^rankers is \[\]; give at least one ranker$"):
        Chain([])
