from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from polyrec.adapt.examples import Examples
from polyrec.adapt.objectives.categories import Categories
from polyrec.adapt.objectives.denoising import Denoising
from polyrec.adapt.objectives.together import Together
from polyrec.adapt.objectives.translations import Translations
from polyrec.core.errors import ConfigError, DataError

if TYPE_CHECKING:
    from pathlib import Path

    from polyrec.adapt.network import Kept, Network
    from polyrec.data.dataset import Dataset


@pytest.fixture(scope="module")
def network(base: Path) -> Network:
    from polyrec.adapt.network import Network

    return Network(base, method="full", frozen_layers=1, max_tokens=32, seed=0)


@pytest.fixture(scope="module")
def examples(data: Dataset) -> Examples:
    return Examples.of(data)


@pytest.fixture(scope="module")
def kept(network: Network, examples: Examples) -> Kept:
    return network.keep(examples.texts)


def test_what_is_chosen_along_is_wanted_as_far_as_it_is(
    examples: Examples, network: Network, kept: Kept
) -> None:
    part = Together(across=1.0)
    part.prepare(examples, network, kept)
    known = part._known
    items = known.asking[:5]
    rows = examples.draw_texts(items, np.random.default_rng(0))
    shares, left_out = known.answers(items, rows, 1.0)
    np.testing.assert_allclose(shares.sum(axis=1), 1, rtol=1e-5)
    own = examples.together[items].toarray()[:, known.answering]
    np.testing.assert_allclose(shares, own / own.sum(axis=1, keepdims=True), rtol=1e-4)
    assert left_out[np.arange(5), np.searchsorted(known.answering, items)].all()


def test_an_answer_in_another_language_counts_more(
    examples: Examples, network: Network, kept: Kept
) -> None:
    part = Together()
    part.prepare(examples, network, kept)
    known = part._known
    rows = examples.draw_texts(known.asking[:9], np.random.default_rng(0))
    (even, _), (across, _) = (known.answers(known.asking[:9], rows, by) for by in (1.0, 3.0))
    other = known.language[rows][:, None] != known.language[known.shown]
    assert (across[other] >= even[other]).all()
    assert across[other].sum() > even[other].sum()


def test_pairs_are_two_texts_of_one_item_and_mostly_ask_in_one_language(
    examples: Examples, network: Network, kept: Kept
) -> None:
    part = Translations()
    part.prepare(examples, network, kept)
    one, other = part._known.pairs(16, np.random.default_rng(0))
    assert (examples.item[one] == examples.item[other]).all()
    assert (one != other).all()
    assert len(set(examples.languages[one])) == 1


def test_texts_that_read_the_same_are_no_wrong_answers(
    examples: Examples, network: Network, kept: Kept
) -> None:
    twice = replace(examples, texts=(examples.texts[2], *examples.texts[1:]))
    part = Translations()
    part.prepare(twice, network, kept)
    assert part._known.same(np.array([0, 2, 4])).tolist() == [
        [True, True, False],
        [True, True, False],
        [False, False, True],
    ]


def test_what_a_decoder_says_are_the_tokens_of_the_text(
    examples: Examples, network: Network, kept: Kept
) -> None:
    part = Denoising()
    part.prepare(examples, network, kept)
    rows = np.array([0, 3])
    said = part._numbers(*part._known, rows).numpy()
    for row, numbers in zip(rows, said, strict=True):
        start, length = kept.starts[row], kept.lengths[row]
        tokens = part._known[1][numbers[numbers >= 0]]
        assert tokens.tolist() == kept.tokens[start + 1 : start + length].tolist()[:32]


def test_nothing_to_learn_from_is_refused(examples: Examples, network: Network, kept: Kept) -> None:
    import scipy.sparse as sp

    nothing = sp.csr_array(examples.together.shape, dtype=np.float32)
    with pytest.raises(DataError, match="no two items are chosen by the same user"):
        Together().prepare(replace(examples, together=nothing), network, kept)
    same = np.full(len(examples.categories), "all")
    with pytest.raises(DataError, match="the items have 1 categories"):
        Categories().prepare(replace(examples, categories=same), network, kept)
    with pytest.raises(ConfigError, match=r"left_out is 1; give a share below 1"):
        Denoising(left_out=1)
