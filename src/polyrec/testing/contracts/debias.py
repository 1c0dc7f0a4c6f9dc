"""What everything promises that frees vectors from language bias."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from polyrec.core.errors import DataError, NotFittedError
from polyrec.testing.contracts.part import PartContract, refusal, saved_and_loaded
from polyrec.testing.worlds import two_languages

if TYPE_CHECKING:
    from polyrec.core.types import Floats, Strings


class DebiasContract(PartContract):
    """Write `class TestMine(DebiasContract)` with `part = Mine()`."""

    kind = "debias"

    def vectors(self) -> tuple[Floats, Strings]:
        """Give vectors that lie by language first, and their languages; nothing may be written."""
        training = two_languages().training
        assert training.vectors is not None
        assert training.languages is not None
        return training.vectors, training.languages

    def test_it_refuses_before_fit_unless_there_is_nothing_to_learn(self) -> None:
        if not self.make().fitted:
            refusal(NotFittedError, lambda: self.make().apply(*self.vectors()))
        assert self.make().fit(*self.vectors()).fitted

    def test_vectors_are_unit_rows_of_float32_in_the_same_order(self) -> None:
        vectors, languages = self.vectors()
        part = self.make().fit(vectors, languages)
        freed = part.apply(vectors, languages)
        assert freed.shape == vectors.shape
        assert freed.dtype == np.float32
        assert np.allclose(np.linalg.norm(freed, axis=1), 1, atol=1e-5)
        few = [7, 0, 3]
        assert np.allclose(part.apply(vectors[few], languages[few]), freed[few], atol=1e-5)

    def test_no_vectors_give_no_vectors(self) -> None:
        vectors, languages = self.vectors()
        part = self.make().fit(vectors, languages)
        assert part.apply(vectors[:0], languages[:0]).shape == (0, vectors.shape[1])

    def test_vectors_and_languages_must_be_equally_many(self) -> None:
        vectors, languages = self.vectors()
        refusal(DataError, lambda: self.make().fit(vectors, languages[:-1]))
        part = self.make().fit(vectors, languages)
        refusal(DataError, lambda: part.apply(vectors[:-1], languages))

    def test_languages_never_seen_are_treated_as_unknown(self) -> None:
        vectors, languages = self.vectors()
        part = self.make().fit(vectors, languages)
        unknown = part.apply(vectors, np.full(len(vectors), "und"))
        unseen = part.apply(vectors, np.full(len(vectors), "eo"))
        assert np.isfinite(unknown).all()
        assert np.array_equal(unknown, unseen)

    def test_a_vector_of_zeros_stays_finite(self) -> None:
        vectors, languages = self.vectors()
        part = self.make().fit(vectors, languages)
        assert np.isfinite(part.apply(np.zeros_like(vectors), languages)).all()

    def test_one_language_alone_can_be_learned_from(self) -> None:
        vectors, _ = self.vectors()
        one = np.full(len(vectors), "de")
        assert np.isfinite(self.make().fit(vectors, one).apply(vectors, one)).all()

    def test_fitting_again_forgets(self) -> None:
        vectors, languages = self.vectors()
        twice = self.make().fit(-vectors[:9], languages[:9]).fit(vectors, languages)
        once = self.make().fit(vectors, languages)
        assert np.array_equal(twice.apply(vectors, languages), once.apply(vectors, languages))

    def test_what_was_saved_answers_alike(self) -> None:
        vectors, languages = self.vectors()
        part = self.make().fit(vectors, languages)
        loaded = saved_and_loaded(part, self.make())
        assert loaded.fitted
        assert np.array_equal(loaded.apply(vectors, languages), part.apply(vectors, languages))

    def test_learning_changes_no_setting(self) -> None:
        assert self.make().fit(*self.vectors()) == self.make()

    def test_twins_are_found_at_least_as_often_as_before(self) -> None:
        vectors, languages = self.vectors()
        freed = self.make().fit(vectors, languages).apply(vectors, languages)
        assert _twins_found(freed) >= _twins_found(vectors)


def _twins_found(vectors: Floats) -> int:
    """Count the items that lie nearest to their twin."""
    cosine = vectors @ vectors.T
    np.fill_diagonal(cosine, -np.inf)
    return int((cosine.argmax(axis=1) == (np.arange(len(vectors)) ^ 1)).sum())
