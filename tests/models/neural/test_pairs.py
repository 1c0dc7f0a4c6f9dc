from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from polyrec.core.types import Histories
from polyrec.models.neural.pairs import pairs, ragged, shares

N_ITEMS = 12
LISTS = st.lists(st.lists(st.integers(0, N_ITEMS - 1), max_size=6), max_size=8)


@given(LISTS, st.integers(1, 5), st.integers(0, 9))
def test_every_choice_beside_others_is_an_example_once(
    lists: list[list[int]], size: int, seed: int
) -> None:
    histories = Histories.from_lists(lists, n_items=N_ITEMS)
    found = []
    for batch in pairs(histories, size, np.random.default_rng(seed)):
        assert 0 < len(batch.targets) <= size
        for row, target in enumerate(batch.targets):
            whole = set(batch.history[[row]].indices.tolist())
            rest = batch.rest[[row]].toarray()[0]
            assert set(np.flatnonzero(rest).tolist()) == whole - {int(target)}
            assert np.isclose(rest.sum(), 1)
            found.append((tuple(sorted(whole)), int(target)))
    wanted = [(tuple(sorted(set(one))), item) for one in lists for item in sorted(set(one))]
    assert sorted(found) == sorted(pair for pair in wanted if len(pair[0]) > 1)


def test_who_has_what_is_looked_up_in_the_whole_history() -> None:
    histories = Histories.from_lists([[0, 2], [1, 2, 3]], n_items=4)
    batch = next(pairs(histories, 9, np.random.default_rng(0)))
    has = batch.have(np.array([2, 0]))
    assert has[:, 0].all()
    first = batch.history[:, [0]].toarray()[:, 0] > 0
    assert has[:, 1].tolist() == first.tolist()


def test_shares_sum_to_one_and_nothing_stays_nothing() -> None:
    histories = Histories.from_lists([[0, 2], [], [1]], n_items=3)
    rows = histories.matrix()
    rows.data[:] = [3, 1, 5]
    assert shares(rows).toarray().tolist() == [[0.75, 0, 0.25], [0, 0, 0], [0, 1, 0]]
    items, starts, parts = ragged(shares(rows))
    assert items.tolist() == [0, 2, 1]
    assert starts.tolist() == [0, 2, 2]
    assert parts.tolist() == [0.75, 0.25, 1]
