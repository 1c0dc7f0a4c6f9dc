from __future__ import annotations

import numpy as np
import pytest
import sacrebleu
from hypothesis import given
from hypothesis import strategies as st

from polyrec.measures.translation import (
    bleu_counts,
    bleu_of,
    chrf_counts,
    chrf_of,
    sentence_chrf,
)

SOME = ["the", "a", "cat", "sat", "on", "mat", "dog", "ran", "far", "away"]
WORDS = st.lists(st.sampled_from(SOME), min_size=1)
TEXTS = st.lists(st.tuples(WORDS.map(" ".join), WORDS.map(" ".join)), min_size=1, max_size=6)


@given(TEXTS)
def test_chrf_from_counts_is_that_of_sacrebleu(pairs: list[tuple[str, str]]) -> None:
    made, right = zip(*pairs, strict=True)
    expected = sacrebleu.corpus_chrf(made, [right]).score
    assert chrf_of(chrf_counts(made, right).sum(axis=0)) == pytest.approx(expected)
    each = [sacrebleu.sentence_chrf(a, [b]).score for a, b in pairs]
    assert sentence_chrf(made, right) == pytest.approx(each)


@given(TEXTS)
def test_bleu_from_counts_is_that_of_sacrebleu_without_smoothing(
    pairs: list[tuple[str, str]],
) -> None:
    made, right = zip(*pairs, strict=True)
    expected = sacrebleu.corpus_bleu(made, [right], smooth_method="none").score
    assert bleu_of(bleu_counts(made, right).sum(axis=0)) == pytest.approx(expected)


def test_counts_of_many_resamples_are_measured_at_once() -> None:
    counts = chrf_counts(["a cat", "the dog"], ["a cat", "a dog"])
    assert chrf_of(np.stack([counts, counts[::-1]])).shape == (2, 2)
    assert chrf_of(counts)[0] == 100
    assert sentence_chrf([], []).shape == (0,)
    assert bleu_counts([], []).shape == (0, 10)


def test_means_of_counts_give_what_their_sums_give() -> None:
    counts = bleu_counts(["a cat sat on the mat"] * 2, ["a cat sat on a mat", "the cat sat on it"])
    assert bleu_of(counts.mean(axis=0)) == pytest.approx(bleu_of(counts.sum(axis=0)))
