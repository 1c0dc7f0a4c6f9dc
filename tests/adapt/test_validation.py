from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from polyrec.adapt.examples import Examples
from polyrec.adapt.validation import Validation
from polyrec.core.errors import DataError

if TYPE_CHECKING:
    from polyrec.data.dataset import Dataset


def test_vectors_that_know_the_camps_are_better_than_vectors_by_chance(data: Dataset) -> None:
    found = Validation.of(data, Examples.of(data, validation_share=0.3))
    rng = np.random.default_rng(0)
    chance = rng.standard_normal((len(found.texts), 8)).astype(np.float32)
    camp = np.array([int(text.rsplit(" ", 1)[1]) % 2 for text in found.texts])
    knowing = chance.copy()
    knowing[:, 0] = 20 * (camp - 0.5)
    lengths = [np.linalg.norm(each, axis=1, keepdims=True) for each in (chance, knowing)]
    by_chance, known = (
        found.quality(each / length)
        for each, length in zip((chance, knowing), lengths, strict=True)
    )
    assert known > by_chance + 0.1


def test_what_is_asked_for_is_only_what_was_kept_apart(data: Dataset) -> None:
    examples = Examples.of(data, validation_share=0.3)
    found = Validation.of(data, examples)
    item = np.array([int(text.rsplit(" ", 1)[1]) for text in found.texts])
    assert examples.validation[item[found.wanted.items]].all()
    assert not examples.validation[item[found.known.items]].any()


def test_data_that_cannot_tell_when_to_stop_are_refused(data: Dataset) -> None:
    first = data.interactions.user == 0
    alone = data.where(first & (np.arange(len(first)) == np.flatnonzero(first)[0]))
    with pytest.raises(DataError, match=r"no user has both .*; give more interactions"):
        Validation.of(alone, Examples.of(alone))
