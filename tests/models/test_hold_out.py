from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyrec.core.types import Histories, best_items
from polyrec.data.split import cold_items_split, random_split
from polyrec.measures.accuracy import ndcg
from polyrec.measures.hits import Hits
from polyrec.models import hold_out as module
from polyrec.models.hold_out import HeldOut, hold_out, hold_out_last
from polyrec.testing.worlds import two_camps

N_ITEMS = 15


def pairs(histories: Histories) -> set[tuple[int, int]]:
    return set(pairs_in_order(histories))


def pairs_in_order(histories: Histories) -> list[tuple[int, int]]:
    user = np.repeat(np.arange(len(histories)), histories.lengths)
    return list(zip(user.tolist(), histories.items.tolist(), strict=True))


LISTS = st.lists(st.lists(st.integers(0, N_ITEMS - 1), max_size=10), min_size=1, max_size=12)


@given(LISTS, st.integers(0, 5))
def test_no_held_out_choice_is_learned_from_and_none_is_lost(
    lists: list[list[int]], seed: int
) -> None:
    histories = Histories.from_lists(lists, n_items=N_ITEMS)
    found = hold_out(histories, seed=seed)
    assert len(found) in {0, 2}
    for part in found:
        able = [
            user
            for user in range(len(lists))
            if part.train.lengths[user] and part.train.lengths[user] < histories.lengths[user]
        ]
        assert len(part.seen) == len(part.relevant) == len(able) > 0
        for row, user in enumerate(able):
            seen, relevant = (set(h.items_of(row).tolist()) for h in (part.seen, part.relevant))
            assert seen == set(part.train.items_of(user).tolist())
            assert not seen & relevant
            assert seen | relevant == set(histories.items_of(user).tolist())
        assert pairs(part.train) < pairs(histories)


@given(LISTS, st.integers(0, 5))
def test_the_second_split_holds_out_whole_items(lists: list[list[int]], seed: int) -> None:
    found = hold_out(Histories.from_lists(lists, n_items=N_ITEMS), seed=seed)
    if found:
        assert not set(found[1].relevant.items.tolist()) & set(found[1].train.items.tolist())


@given(LISTS, st.integers(0, 5))
def test_versions_of_a_work_are_on_one_side_for_each_user(
    lists: list[list[int]], seed: int
) -> None:
    works = np.arange(N_ITEMS) // 2
    histories = Histories.from_lists(lists, n_items=N_ITEMS)
    for part in hold_out(histories, works=works, seed=seed):
        for user in range(len(part.seen)):
            seen, relevant = (h.items_of(user) // 2 for h in (part.seen, part.relevant))
            assert not set(seen.tolist()) & set(relevant.tolist())


def test_works_that_are_all_different_change_nothing() -> None:
    histories = two_camps().dataset.histories
    named = hold_out(histories, works=np.arange(40), seed=1)
    for one, other in zip(named, hold_out(histories, seed=1), strict=True):
        assert pairs(one.train) == pairs(other.train)


def test_times_are_kept() -> None:
    histories = two_camps().dataset.histories
    assert histories.times is not None
    known = dict(zip(pairs_in_order(histories), histories.times.tolist(), strict=True))
    for part in hold_out(histories):
        assert part.train.times is not None
        found = zip(pairs_in_order(part.train), part.train.times.tolist(), strict=True)
        assert all(known[pair] == time for pair, time in found)


def test_the_inner_splits_are_not_those_of_an_outer_split_of_the_same_seed() -> None:
    events = two_camps().dataset.interactions
    histories = two_camps().dataset.histories
    everything = pairs(histories)
    for seed in range(5):
        inner = hold_out(histories, seed=seed)
        for part, split in zip(inner, (random_split, cold_items_split), strict=True):
            mask = split(events, 40, test_share=module.SHARE, seed=seed)
            outer = pairs(events.where(mask).histories(40))
            held = everything - pairs(part.train)
            # by chance a fifth of what one holds out is held out by the other too
            assert len(held & outer) < 0.6 * len(held)


def test_an_inner_split_of_cold_items_shares_no_more_items_with_an_outer_one_than_by_chance() -> (
    None
):
    world = two_camps(60, 100)
    shared = []
    for seed in range(20):
        mask = cold_items_split(world.dataset.interactions, 100, test_share=0.2, seed=seed)
        outer = set(world.dataset.interactions.item[mask].tolist())
        inner = set(hold_out(world.dataset.histories, seed=seed)[1].relevant.items.tolist())
        shared.append(len(inner & outer) / len(inner))
    assert 0.1 < np.mean(shared) < 0.3


def test_a_seed_draws_the_same_splits_again() -> None:
    histories = two_camps().dataset.histories
    one, again, other = (hold_out(histories, seed=seed) for seed in (1, 1, 2))
    for a, b, c in zip(one, again, other, strict=True):
        assert pairs(a.train) == pairs(b.train) != pairs(c.train)


@pytest.mark.parametrize("lists", [[[]], [[3]], [[0], [1], [2]], [[0, 1]], [[0, 1], [2]]])
def test_too_little_gives_no_split(lists: list[list[int]]) -> None:
    assert hold_out(Histories.from_lists(lists, n_items=N_ITEMS)) == []


def test_no_more_users_are_measured_than_memory_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_CELLS", 1)
    histories = two_camps(300).dataset.histories
    for part in hold_out(histories):
        assert len(part.seen) == len(part.relevant) == 50
        assert len(part.train) == 300
    monkeypatch.setattr(module, "MAX_USERS", 20)
    assert {len(part.seen) for part in hold_out(histories)} == {20}


@given(st.integers(0, 30))
def test_a_split_inside_a_split_draws_other_items(seed: int) -> None:
    for part in hold_out(two_camps(60, 60).dataset.histories, seed=seed):
        inner = hold_out(part.train, kinds=("cold-items",), new=part.new, seed=part.seed)
        assert len(inner) == 1
        assert inner[0].seed != part.seed


# the latest items


@given(LISTS, st.integers(0, 5))
def test_of_who_has_three_items_the_latest_is_held_out(lists: list[list[int]], seed: int) -> None:
    histories = Histories.from_lists(lists, n_items=N_ITEMS)
    times = np.random.default_rng(seed).permutation(len(histories.items)).astype(np.float64)
    histories = replace(histories, times=times)
    able = np.flatnonzero(histories.lengths > 2)
    found = hold_out_last(histories, seed=seed)
    assert len(found) == bool(len(able))
    for part in found:
        assert len(part.seen) == len(part.relevant) == len(able)
        for row, user in enumerate(able):
            at = slice(histories.indptr[user], histories.indptr[user + 1])
            latest = histories.items[at][np.argmax(times[at])]
            assert part.relevant.items_of(row).tolist() == [latest]
            own = set(histories.items[at].tolist())
            assert set(part.seen.items_of(row).tolist()) == own - {latest}
            assert set(part.train.items_of(user).tolist()) == own - {latest}
        assert len(part.train.items) + len(part.relevant.items) == len(histories.items)
        assert part.train.times is not None


def test_items_that_were_new_before_are_barred_there_too() -> None:
    histories = Histories.from_lists([[0, 1, 2, 3, 4], [0, 1, 2, 3, 5]], n_items=8)
    histories = replace(histories, times=np.arange(10.0))
    new = np.isin(np.arange(8), [5, 7])
    (part,) = hold_out_last(histories, new=new)
    (untold,) = hold_out_last(histories)
    assert (part.barred.tolist(), untold.barred.tolist()) == ([7], [])
    assert part.new is new


# measuring on it


def _part(seen: list[int], relevant: list[int], never: list[int], *, n_items: int) -> HeldOut:
    of = [Histories.from_lists([items], n_items=n_items) for items in (seen, seen, relevant)]
    return HeldOut(*of, np.array(never, dtype=np.int64))


def test_what_is_seen_and_what_nobody_chose_takes_no_place() -> None:
    part = _part([0], [3], [1, 2], n_items=4)
    assert part.ndcg(np.array([[9, 8, 7, 6]], dtype=np.float32)) == 1.0
    part = _part([0], [3], [1], n_items=4)
    assert part.ndcg(np.array([[9, 8, 7, 6]], dtype=np.float32)) == pytest.approx(1 / np.log2(3))


def test_only_items_that_were_new_before_and_that_nobody_chose_are_barred() -> None:
    histories = Histories.from_lists([[0, 1, 2, 3, 4], [0, 1, 2, 3, 5]] * 5, n_items=8)
    new = np.isin(np.arange(8), [5, 7])
    for part in hold_out(histories, new=new):
        assert part.barred.tolist() == [7]
    for part in hold_out(histories):
        assert part.barred.tolist() == []


def test_what_is_drawn_as_new_is_told_to_who_learns() -> None:
    world = two_camps(60, 100)
    histories = world.dataset.histories
    new = np.arange(100) == 3
    known, cold, mixed = hold_out(histories, kinds=("random", "cold-items", "mixed"), new=new)
    assert known.new is new
    (untold,) = hold_out(histories, kinds=("cold-items",))
    drawn = untold.new
    assert drawn is not None
    assert drawn.sum() == 20
    assert np.array_equal(cold.new, drawn | new)
    assert not drawn[cold.train.items].any()
    assert drawn[cold.relevant.items].all()
    assert np.array_equal(mixed.new, cold.new)
    assert not drawn[mixed.train.items].any()
    assert 0.4 < drawn[mixed.relevant.items].mean() < 0.7
    told = mixed.training(replace(world.training, new=new))
    assert told.histories is mixed.train
    assert told.new is mixed.new
    assert told.vectors is world.training.vectors


def test_without_a_word_about_new_items_the_random_split_has_none() -> None:
    (part,) = hold_out(two_camps().dataset.histories, kinds=("random",))
    assert part.new is None


@given(st.integers(0, 50))
def test_it_is_the_mean_ndcg_of_the_full_ranking(seed: int) -> None:
    rng = np.random.default_rng(seed)
    histories = two_camps(20, 50, seed=seed).dataset.histories
    for part in hold_out(histories, seed=seed):
        scores = rng.standard_normal((len(part.seen), 50)).astype(np.float32)
        masked = scores.copy()
        masked[part.seen.matrix().toarray() > 0] = -np.inf
        masked[:, part.barred] = -np.inf
        ranked = best_items(masked, module.K)
        expected = float(ndcg(Hits.of(ranked, part.relevant), module.K).mean())
        assert part.ndcg(scores) == pytest.approx(expected)
