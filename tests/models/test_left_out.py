from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from polyrec.core.types import Histories
from polyrec.models import left_out as module
from polyrec.models.content import Content
from polyrec.models.ease import Ease
from polyrec.models.left_out import left_out
from polyrec.models.logistic import Logistic
from polyrec.testing.worlds import two_camps

if TYPE_CHECKING:
    import pytest


def alone(items: list[int]) -> Histories:
    return Histories.from_lists([items], n_items=40)


def test_of_a_linear_model_what_is_lost_is_what_was_added() -> None:
    part, items = Ease().fit(two_camps().training), np.arange(40)
    history = replace(alone([0, 3, 4, 8]), weights=np.array([1, 2, 0.5, 3], dtype=np.float32))
    base, parts = left_out(part, history, items)
    own_base, own = part.contributions(history, items)
    assert np.allclose(base, own_base, atol=1e-5)
    assert np.allclose(parts, own, atol=1e-5)


def test_what_speaks_for_an_item_is_of_its_camp() -> None:
    part = Logistic().fit(two_camps().training)
    _, parts = left_out(part, alone([0, 1, 2, 3]), np.arange(4, 40))
    even, odd = parts[::2].mean(axis=0), parts[1::2].mean(axis=0)
    assert (even > odd).tolist() == [True, False, True, False]


def test_a_text_stands_beside_every_history_in_blocks_too(monkeypatch: pytest.MonkeyPatch) -> None:
    world = two_camps()
    part, items, text = Content().fit(world.training), np.arange(40), world.vectors[:1]
    history = alone([0, 2, 3, 8])
    monkeypatch.setattr(module, "BATCH", 2)
    base, parts = left_out(part, history, items, profiles=text)
    assert np.allclose(base, part.score(alone([]), profiles=text)[0], atol=1e-6)
    assert np.allclose(parts, part.contributions(history, items)[1], atol=1e-6)


def test_times_go_with_their_events() -> None:
    part = Ease().fit(two_camps().training)
    history = replace(alone([0, 2]), times=np.array([5.0, 6.0]))
    assert left_out(part, history, np.array([4]))[1].shape == (1, 2)


def test_an_empty_history_has_nothing_to_lose() -> None:
    part = Ease().fit(two_camps().training)
    base, parts = left_out(part, alone([]), np.array([1, 2]))
    assert (base.tolist(), parts.shape) == ([0, 0], (2, 0))
