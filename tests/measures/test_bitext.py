from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from polyrec.core.vectors import unit_rows
from polyrec.measures import bitext
from polyrec.measures.bitext import bitext_accuracy

if TYPE_CHECKING:
    import pytest

VECTORS = unit_rows(np.random.default_rng(0).standard_normal((50, 8)).astype(np.float32))


def test_translations_that_lie_together_are_found_whatever_the_blocks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert (bitext_accuracy(VECTORS, VECTORS) == 1).all()
    monkeypatch.setattr(bitext, "BLOCK", 7)
    assert (bitext_accuracy(VECTORS, VECTORS) == 1).all()


def test_each_direction_is_asked_for_itself() -> None:
    source = np.array([[1, 0], [0.9, 0.1]], dtype=np.float32)
    target = np.array([[1, 0], [0, 1]], dtype=np.float32)
    assert bitext_accuracy(source, target).tolist() == [1, 0]
    assert bitext_accuracy(target, source).tolist() == [1, 1]


def test_those_who_tie_share_the_point() -> None:
    target = np.array([[1, 0], [1, 0], [0, 1]], dtype=np.float32)
    assert bitext_accuracy(target, target).tolist() == [0.5, 0.5, 1]


def test_no_sentences_give_no_values() -> None:
    assert bitext_accuracy(VECTORS[:0], VECTORS[:0]).shape == (0,)
