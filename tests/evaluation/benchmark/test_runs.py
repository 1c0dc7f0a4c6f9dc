from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from polyrec.core.errors import EngineError
from polyrec.core.types import NO_ITEM, Histories
from polyrec.evaluation.benchmark.environments import PEERS, Peer
from polyrec.evaluation.benchmark.peers.drive import peak_mb
from polyrec.evaluation.benchmark.process import run_program
from polyrec.evaluation.benchmark.runs import Entrant, Place, checked_lists, run_entrant
from polyrec.evaluation.benchmark.split_folder import write_inner, write_split
from polyrec.measures.accuracy import ndcg
from polyrec.measures.hits import Hits
from polyrec.testing.worlds import two_camps

if TYPE_CHECKING:
    from collections.abc import Callable

    Scripted = Callable[..., Peer]

DATA = two_camps().training.histories
USERS = np.array([1, 0, 5])
SEEN = DATA.rows(USERS)
K = 4


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A split of the made world, with three test users."""
    write_split(tmp_path / "split", DATA, USERS)
    return Place(tmp_path / "split", tmp_path / "runs", K, 0, 1, 60.0, "made", "abc")


def entrant(peer: Peer, **others: Any) -> Entrant:
    return Entrant("peer:best", "best", peer.runner, python=Path(sys.executable), **others)


def test_a_peer_ranks_the_test_users_on_the_very_arrays(place: Place, scripted: Scripted) -> None:
    rankings, facts = run_entrant(entrant(scripted(), settings={"sign": 1}), place, SEEN)
    counts = np.bincount(DATA.items, minlength=DATA.n_items)
    for user, items in zip(USERS, rankings.items, strict=True):
        free = np.setdiff1d(np.arange(DATA.n_items), DATA.items_of(user))
        assert sorted(counts[items[items != NO_ITEM]]) == sorted(sorted(counts[free])[-K:])
    assert facts["settings"] == {"sign": 1}
    assert facts["about"] == "scripted 1.0"
    assert min(facts["fit_s"], facts["recommend_s"], facts["peak_mb"]) > 0
    assert facts["commit"] == "abc"


def test_its_defaults_are_those_of_the_script(place: Place, scripted: Scripted) -> None:
    assert run_entrant(entrant(scripted()), place, SEEN)[1]["settings"] == {"sign": -1}


def test_settings_are_chosen_on_the_inner_split_alone(place: Place, scripted: Scripted) -> None:
    popular = np.argsort(-np.bincount(DATA.items, minlength=DATA.n_items))[:2]
    train = Histories.from_lists([[int(i)] for i in popular] * 3, n_items=DATA.n_items)
    wanted = Histories.from_lists([[int(i)] for i in popular[::-1]] * 3, n_items=DATA.n_items)
    write_inner(place.split, train, wanted)
    facts = run_entrant(entrant(scripted(), trials=5), place, SEEN)[1]
    assert facts["settings"] == {"sign": 1}
    assert facts["trials"] == 2  # there are no more different settings
    assert facts["validation"] == 1.0


def test_a_run_is_not_made_again(place: Place, scripted: Scripted) -> None:
    peer = scripted()
    first, facts = run_entrant(entrant(peer), place, SEEN)
    again, kept = run_entrant(entrant(peer), replace(place, commit="later"), SEEN)
    assert kept == facts
    assert np.array_equal(again.items, first.items)


@pytest.mark.parametrize("change", ["settings", "key", "k", "script"])
def test_a_run_is_made_again_where_what_it_was_made_from_has_changed(
    place: Place, scripted: Scripted, change: str
) -> None:
    peer, settings = scripted(), {}
    run_entrant(entrant(peer), place, SEEN)
    if change == "settings":
        settings = {"sign": 1}
    elif change == "script":
        peer.runner.write_text(peer.runner.read_text("utf-8") + "# changed", encoding="utf-8")
    else:
        place = replace(place, **{change: {"key": "other", "k": 3}[change]})
    later = replace(place, commit="later")
    assert run_entrant(entrant(peer, settings=settings), later, SEEN)[1]["commit"] == "later"


@pytest.mark.parametrize(
    ("fit", "problem"),
    [
        ("raise MemoryError('out of it')", "MemoryError: out of it"),
        ("import os; os._exit(7)", "ended with exit code 7"),
        (
            "return lambda users, k: (job.train[users].indices[:len(users) * k].reshape(-1, k),"
            " np.zeros((len(users), k)))",
            "items that their users have in train",
        ),
        (
            "return lambda users, k: (np.zeros((len(users) - 1, k), int), np.zeros((2, k)))",
            "its lists have the shape (2, 4), not (3, 4)",
        ),
        (
            "return lambda users, k: (np.zeros((len(users), 2), int), np.zeros((len(users), 2)))",
            "its lists have the shape (3, 2), not (3, 4)",
        ),
        ("return lambda users, k: (np.ones((3, 4)), np.ones((3, 4)))", "hold float64, not whole"),
        (
            "return lambda users, k: (np.full((3, 4), 10**6), np.ones((3, 4)))",
            "its lists hold items outside 0..",
        ),
        (
            "seen = job.train[[1, 0, 5]].toarray()\n"
            "free = [np.flatnonzero(row == 0)[0] for row in seen]\n"
            "return lambda users, k: (np.tile(free, (k, 1)).T, np.ones((3, k)))",
            "its lists hold an item twice",
        ),
        ("return lambda users, k: (np.array([None] * 3), np.ones(3))", "cannot be read"),
    ],
)
def test_what_no_honest_recommender_does_is_refused(
    place: Place, scripted: Scripted, fit: str, problem: str
) -> None:
    with pytest.raises(EngineError) as refused:
        run_entrant(entrant(scripted(fit=fit)), place, SEEN)
    assert problem in str(refused.value)
    assert not list(place.out.iterdir())  # and nothing is left of it


def test_a_model_that_takes_too_long_is_ended(place: Place, scripted: Scripted) -> None:
    peer = scripted(fit="import time; time.sleep(600)")
    with pytest.raises(EngineError, match="not done within 2 s; raise --timeout-s"):
        run_entrant(entrant(peer), replace(place, timeout_s=2.0), SEEN)


def test_a_model_that_the_script_does_not_know_is_named(place: Place, scripted: Scripted) -> None:
    with pytest.raises(EngineError, match="no model is named 'beast'; known: best, other"):
        run_entrant(replace(entrant(scripted()), model="beast"), place, SEEN)


def test_empty_places_are_no_fault(tmp_path: Path) -> None:
    items = np.full((len(SEEN), K), NO_ITEM)
    np.savez(tmp_path / "lists.npz", items=items, scores=np.zeros(items.shape))
    assert (checked_lists(tmp_path / "lists.npz", SEEN, K).scores == -np.inf).all()


def test_the_test_part_is_not_where_models_learn(place: Place) -> None:
    assert {file.name for file in place.split.iterdir()} == {"train.npz", "users.npy"}


def test_memory_is_that_of_the_process_and_not_of_the_one_that_starts_it() -> None:
    ballast = np.ones(30_000_000)  # 240 MB
    here = Path(peak_mb.__code__.co_filename)
    code = f"import runpy; print(runpy.run_path({str(here)!r})['peak_mb']())"
    said = run_program([sys.executable, "-c", code], timeout_s=60).said
    assert float(said) < peak_mb() - 150
    assert ballast.any()


def test_the_drivers_ndcg_is_ours() -> None:
    from polyrec.core.types import Rankings
    from polyrec.evaluation.benchmark.peers.drive import mean_ndcg

    rng = np.random.default_rng(0)
    items = np.stack([rng.permutation(30)[:6] for _ in range(50)])
    wanted = Histories.from_lists(
        [rng.permutation(30)[: 1 + i % 9].tolist() for i in range(50)], n_items=30
    )
    ours = ndcg(Hits.of(Rankings(items, np.zeros(items.shape, np.float32)), wanted), 6).mean()
    assert mean_ndcg(items, wanted.matrix()) == pytest.approx(ours)


def test_implicit_runs_here_and_finds_the_camps(place: Place) -> None:
    pytest.importorskip("implicit", reason="needs the extra als")
    for model in PEERS["implicit"].models:
        peer = replace(entrant(PEERS["implicit"]), model=model, name=f"implicit:{model}")
        rankings, facts = run_entrant(peer, place, SEEN)
        assert facts["about"].startswith("implicit 0.")
        assert (rankings.items != NO_ITEM).any(axis=1).all()
        json.dumps(facts)
