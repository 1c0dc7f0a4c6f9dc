from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyrec.core.errors import DataError, UnknownIdError
from polyrec.core.types import IdMap
from polyrec.data.interactions import Interactions

PAIRS = st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 6)), max_size=20)


def interactions(weight: list[float], **more: np.ndarray) -> Interactions:
    n = len(weight)
    return Interactions(
        IdMap(("u",)), np.zeros(n, np.int64), np.arange(n), np.array(weight, np.float32), **more
    )


@given(PAIRS)
def test_pairs_are_kept_once_each(pairs: list[tuple[str, int]]) -> None:
    found = Interactions.from_pairs(pairs, users="dcba")
    names = [found.users.names[user] for user in found.user]
    assert sorted(zip(names, found.item.tolist(), strict=True)) == sorted(set(pairs))
    assert (found.weight == 1).all()


@given(PAIRS)
def test_histories_hold_what_each_user_chose(pairs: list[tuple[str, int]]) -> None:
    histories = Interactions.from_pairs(pairs, users="abcd").histories(7)
    for user, name in enumerate("abcd"):
        assert set(histories.items_of(user).tolist()) == {i for u, i in pairs if u == name}


def test_weights_and_times_stay_with_their_rows() -> None:
    found = Interactions(
        IdMap(("u", "v")),
        np.array([1, 0, 1]),
        np.array([2, 1, 0]),
        np.array([3, 4, 5], dtype=np.float32),
        np.array([30.0, 40.0, 50.0]),
    )
    histories = found.histories(3)
    assert histories.items.tolist() == [1, 0, 2]
    assert histories.weights.tolist() == [4, 5, 3]
    assert histories.times is not None
    assert histories.times.tolist() == [40, 50, 30]
    kept = found.where(np.array([True, False, True]))
    assert len(kept) == 2
    assert kept.users.names == ("u", "v")
    assert kept.time is not None
    assert kept.time.tolist() == [30, 50]


@pytest.mark.parametrize("weight", [0.0, -1.0, float("nan"), float("inf")])
def test_a_weight_that_is_not_finite_and_above_zero_is_refused(weight: float) -> None:
    with pytest.raises(DataError) as caught:
        interactions([1.0, weight])
    assert str(caught.value) == (
        f"interaction 1 has the weight {weight}; give finite weights above 0"
    )


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(DataError, match=r"^interactions have columns of different lengths$"):
        interactions([1.0, 2.0], time=np.zeros(1))


def test_a_user_who_is_not_listed_is_refused() -> None:
    with pytest.raises(UnknownIdError, match=r"^no user has the id 'x'$"):
        Interactions.from_pairs([("x", 0)], users=["u"])


def test_users_without_interactions_have_empty_histories() -> None:
    histories = Interactions.from_pairs([("v", 1)], users=["u", "v"]).histories(2)
    assert histories.lengths.tolist() == [0, 1]
    assert len(Interactions.from_pairs([]).histories(2)) == 0
