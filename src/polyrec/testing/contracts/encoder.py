"""What every encoder promises."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from polyrec.core.component import fresh, state_of
from polyrec.core.errors import DataError, NotFittedError
from polyrec.testing.contracts.part import PartContract, refusal, same_state, saved_and_loaded

TEXTS = (
    "A woodworking course for beginners",
    "A woodworking course for beginners, in two parts",
    "Kvartalsrapport om obligationsmarknaden",
    "木工の入門コース",
)
LANGUAGES = ("en", "en", "da", "und")
ODD_TEXTS = ("", "   \n", "a\0b", "\ud800 half a pair", "🪚🪵", "word " * 500)


class EncoderContract(PartContract):
    """Write `class TestMine(EncoderContract)` with `part = Mine()`.

    Attributes:
        tolerance: how far a number may be off where texts are encoded in other company.
    """

    kind = "encoder"
    tolerance: ClassVar[float] = 1e-4

    def make(self) -> Any:
        """Give the part itself, which may be slow to load; or a fitted copy, if it learns."""
        if not self.part.learns:
            return self.part
        return fresh(self.part).fit(TEXTS * 2, LANGUAGES * 2)

    def test_parts_with_equal_settings_are_equal(self) -> None:
        one, other = super().make(), super().make()
        assert one is not other
        assert one == other == self.part
        assert one.fingerprint == other.fingerprint == self.part.fingerprint

    def test_vectors_are_unit_rows_of_float32_one_per_text(self) -> None:
        vectors = self.make().encode(TEXTS)
        assert vectors.shape == (len(TEXTS), self.make().dim)
        assert vectors.dtype == np.float32
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)

    def test_order_and_company_change_no_vector(self) -> None:
        encoder = self.make()
        vectors = encoder.encode(TEXTS)
        backwards = encoder.encode(TEXTS[::-1])
        alone = np.concatenate([encoder.encode([text]) for text in TEXTS])
        assert np.allclose(backwards[::-1], vectors, atol=self.tolerance)
        assert np.allclose(alone, vectors, atol=self.tolerance)

    def test_the_same_text_has_the_same_vector(self) -> None:
        one, other, again = self.make().encode([TEXTS[0], TEXTS[3], TEXTS[0]])
        assert np.allclose(one, again, atol=self.tolerance)
        assert not np.allclose(one, other, atol=self.tolerance)

    def test_no_texts_give_no_vectors(self) -> None:
        assert self.make().encode([]).shape == (0, self.make().dim)

    def test_odd_texts_have_finite_vectors(self) -> None:
        vectors = self.make().encode(ODD_TEXTS)
        lengths = np.linalg.norm(vectors, axis=1)
        assert np.isfinite(vectors).all()
        assert np.all(np.isclose(lengths, 1, atol=1e-5) | (lengths == 0))

    def test_both_kinds_of_text_can_be_encoded(self) -> None:
        for kind in ("passage", "query"):
            assert self.make().encode(TEXTS[:1], kind=kind).shape == (1, self.make().dim)

    def test_what_is_not_a_text_is_refused(self) -> None:
        assert "text 1 is None" in refusal(DataError, lambda: self.make().encode(["a", None]))
        assert "'abc'" in refusal(DataError, lambda: self.make().encode("abc"))

    def test_languages_may_be_given_one_for_each_text(self) -> None:
        encoder = self.make()
        vectors = encoder.encode(TEXTS, languages=LANGUAGES)
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
        assert "4 texts but 1 languages" in refusal(
            DataError, lambda: encoder.encode(TEXTS, languages=["en"])
        )

    def test_one_that_learns_says_so_before_it_has(self) -> None:
        before = fresh(self.part) if self.part.learns else self.part
        if self.part.learns:
            refusal(NotFittedError, lambda: before.encode(TEXTS))
            refusal(DataError, lambda: before.fit(TEXTS, ["en"]))
        else:
            assert before.fit(TEXTS, LANGUAGES) is before

    def test_what_it_learned_is_the_same_again_and_survives_saving(self) -> None:
        encoder = self.make()
        vectors = encoder.encode(TEXTS, languages=LANGUAGES)
        if self.part.learns:
            assert same_state(state_of(encoder), state_of(self.make()))
            encoder = saved_and_loaded(encoder, fresh(self.part))
            assert encoder.fingerprint == self.make().fingerprint != self.part.fingerprint
        again = encoder.encode(TEXTS, languages=LANGUAGES)
        assert np.allclose(again, vectors, atol=self.tolerance)

    def test_a_text_lies_nearest_to_its_like(self) -> None:
        vectors = self.make().encode(TEXTS)
        assert (vectors @ vectors[0])[1:].argmax() == 0
