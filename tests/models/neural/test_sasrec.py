from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyrec.core.types import Floats, Histories, Training
from polyrec.core.vectors import unit_rows
from polyrec.models.neural.sasrec import NONE, SasRec, _in_order, _states

N_ITEMS = 12


@pytest.fixture
def torch() -> Any:
    return pytest.importorskip("torch", reason="needs the extra torch")


def vectors(n: int = N_ITEMS) -> Floats:
    return unit_rows(np.random.default_rng(0).standard_normal((n, 8)).astype(np.float32))


def walks(starts: list[int], steps: int) -> Histories:
    """Make users who go round the items in a circle, one a second; given in order of items."""
    rows = [sorted(((start + i) % N_ITEMS, i) for i in range(steps)) for start in starts]
    flat = np.array([pair for row in rows for pair in row])
    ends = np.arange(len(starts) + 1, dtype=np.int64) * steps
    ones = np.ones(len(flat), dtype=np.float32)
    return Histories(ends, flat[:, 0], ones, N_ITEMS, flat[:, 1].astype(np.float64))


def test_who_goes_round_in_a_circle_is_shown_the_next_item(torch: Any) -> None:
    given = walks([*range(N_ITEMS)] * 4, 6)
    model = SasRec(dim=16, blocks=1, epochs=25, batch_size=16, learning_rate=0.01, dropout=0.0).fit(
        Training(given, vectors())
    )
    asked = walks([*range(N_ITEMS)], 4)
    following = (np.arange(N_ITEMS) + 4) % N_ITEMS
    assert (model.top(asked, 1).items[:, 0] == following).mean() > 0.9


@given(st.lists(st.lists(st.integers(0, N_ITEMS - 1), max_size=9), max_size=6), st.integers(1, 7))
def test_the_latest_items_are_kept_the_last_at_the_end(lists: list[list[int]], wide: int) -> None:
    histories = Histories.from_lists(lists, n_items=N_ITEMS)
    times = np.random.default_rng(len(lists)).permutation(len(histories.items)).astype(np.float64)
    timed = Histories(histories.indptr, histories.items, histories.weights, N_ITEMS, times)
    for given_, kept in ((histories, None), (timed, times)):
        table = _in_order(given_, wide)
        for user, row in enumerate(table):
            own = histories.items_of(user)
            if kept is not None:
                at = slice(histories.indptr[user], histories.indptr[user + 1])
                own = own[np.argsort(kept[at])]
            shown = own[-wide:].tolist()
            assert row.tolist() == [NONE] * (table.shape[1] - len(shown)) + shown


def test_without_times_the_order_is_drawn_where_there_is_something_to_draw_by() -> None:
    histories = Histories.from_lists([list(range(N_ITEMS))], n_items=N_ITEMS)
    one, other = (_in_order(histories, 99, np.random.default_rng(seed))[0] for seed in (0, 1))
    assert sorted(one) == sorted(other) == list(range(N_ITEMS))
    assert one.tolist() != other.tolist()
    timed = walks([3], 5)
    assert _in_order(timed, 9, np.random.default_rng(0)).tolist() == [[3, 4, 5, 6, 7]]


def drawn() -> tuple[SasRec, dict[str, Floats]]:
    rng = np.random.default_rng(3)
    model = SasRec(dim=6, length=7)
    training = Training(walks([0, 1], 4), vectors())
    start = model._start(training, rng)
    weights = {k: v + 0.2 * rng.standard_normal(v.shape).astype(v.dtype) for k, v in start.items()}
    model.weights_, model.vectors_ = weights, training.vectors
    model.n_items_ = model.n_fitted_ = N_ITEMS
    return model, weights


def test_torch_and_numpy_say_the_same(torch: Any) -> None:
    _, weights = drawn()
    rows = np.random.default_rng(4).standard_normal((3, 5, 6)).astype(np.float32)
    known = np.array([[0, 0, 1, 1, 1], [1, 1, 1, 1, 1], [0, 0, 0, 0, 1]]) > 0
    tensors = {name: torch.tensor(array) for name, array in weights.items()}
    one = _states(weights, rows, known, lambda kept: kept, np)
    other = _states(tensors, torch.tensor(rows), torch.tensor(known), lambda kept: kept, torch)
    assert one.dtype == np.float32
    assert np.allclose(one, other.numpy(), atol=1e-5)


def test_no_place_is_told_what_comes_later_or_what_is_not_there() -> None:
    _, weights = drawn()
    rng = np.random.default_rng(4)
    rows = rng.standard_normal((1, 5, 6)).astype(np.float32)
    known = np.array([[False, True, True, True, True]])
    before = _states(weights, rows, known, lambda kept: kept, np)
    rows[0, [0, 4]] = rng.standard_normal((2, 6))
    after = _states(weights, rows, known, lambda kept: kept, np)
    assert np.allclose(before[0, 1:4], after[0, 1:4], atol=1e-6)
    assert not np.allclose(before[0, 4], after[0, 4], atol=1e-2)


def test_a_text_is_read_as_the_last_item() -> None:
    model, weights = drawn()
    weights["ids"][:] = 0
    both, one = walks([2], 4), walks([2], 3)
    said = model.score(one, profiles=vectors()[[5]])
    full = walks([2], 7)
    assert np.allclose(said, model.score(both), atol=1e-5)
    assert np.isfinite(model.score(full, profiles=vectors()[[5]])).all()
