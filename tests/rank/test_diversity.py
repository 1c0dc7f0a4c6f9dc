from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyrec.core.errors import ConfigError
from polyrec.core.types import Floats, Rankings
from polyrec.core.vectors import unit_rows
from polyrec.measures.variety import diversity
from polyrec.rank.diversity import Diversity
from polyrec.rank.ranker import Context, worth

EYE: Floats = np.repeat(np.eye(4, dtype=np.float32), 5, axis=0)  # four topics of five items each
TAGS = np.array(["de"] * 20)


def ranked(items: list[int]) -> Rankings:
    return Rankings(
        np.array([items], dtype=np.int64), -np.arange(len(items), dtype=np.float32)[None, :]
    )


def shown(part: Diversity, vectors: Floats, k: int = 4) -> list[int]:
    found = part.rerank(ranked(list(range(20))), Context(k, TAGS, vectors=vectors))
    return found.items[0].tolist()


def test_each_topic_gets_a_place_before_any_gets_a_second() -> None:
    assert shown(Diversity(0.9), EYE) == [0, 5, 10, 15]
    assert shown(Diversity(0.9), EYE.astype(np.float16)) == [0, 5, 10, 15]


def test_at_no_strength_nothing_changes() -> None:
    assert shown(Diversity(0.0), EYE) == [0, 1, 2, 3]


def test_without_vectors_nothing_changes() -> None:
    bare = Context(4, TAGS)
    assert Diversity(1.0).depth(bare) == 4
    assert Diversity(1.0).rerank(ranked([3, 1, 2, 0]), bare).items[0].tolist() == [3, 1, 2, 0]


def test_what_stands_above_is_not_said_again() -> None:
    context = Context(2, TAGS, vectors=EYE, above=np.array([[4, 9]]))
    assert Diversity(0.9).rerank(ranked(list(range(20))), context).items[0].tolist() == [10, 15]


@given(st.integers(0, 2**32 - 1), st.floats(0, 1))
def test_it_chooses_as_the_definition_says(seed: int, strength: float) -> None:
    drawn = np.random.default_rng(seed).standard_normal((20, 6)).astype(np.float32)
    vectors = unit_rows(drawn)
    left, chosen = list(range(20)), []
    for _ in range(5):
        gain = [
            (1 - strength) * worth(20)[i]
            - strength * max([float(vectors[i] @ vectors[j]) for j in chosen], default=-1.0)
            for i in left
        ]
        chosen.append(left.pop(int(np.argmax(gain))))
    assert shown(Diversity(strength), vectors, 5) == chosen


def test_lists_get_more_diverse_with_strength() -> None:
    drawn = np.random.default_rng(0).standard_normal((20, 3)).astype(np.float32)
    vectors = unit_rows(drawn)
    found = [
        diversity(ranked(shown(Diversity(each), vectors, 6)), vectors)[0] for each in (0, 0.5, 1)
    ]
    assert found[0] < found[1] <= found[2] + 1e-6


def test_settings_out_of_range_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"^strength is -1"):
        Diversity(-1)
