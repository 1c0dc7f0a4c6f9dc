"""What everything promises that judges translations."""

from __future__ import annotations

from typing import Any

import numpy as np

from polyrec.core.errors import DataError, LanguageError
from polyrec.testing.contracts.part import PartContract, refusal

SOURCES = (
    "La biblioteca abre a las 9 y cierra a las 17.",
    "Visite https://example.org para ver los 25 cursos.",
    "Un curso de carpintería para principiantes",
)
TRANSLATIONS = (
    "The library opens at 9 and closes at 17.",
    "Visit https://example.org to see the 25 courses.",
    "A woodworking course for beginners",
)
ODD_TEXTS = ("a\0b", "\ud800 half a pair", "🪚🪵", "word " * 500, "?", "%s {name} <b>")


class QualityContract(PartContract):
    """Write `class TestMine(QualityContract)` with `part = Mine()`."""

    kind = "quality"

    def make(self) -> Any:
        """Give the part itself: it learns nothing, and what it holds may be slow to load."""
        return self.part

    def estimate(self, sources: Any, translations: Any, **options: Any) -> Any:
        options = {"source": "es", "target": "en"} | options
        return self.make().estimate(sources, translations, **options)

    def test_parts_with_equal_settings_are_equal(self) -> None:
        one, other = super().make(), super().make()
        assert one is not other
        assert one == other == self.part
        assert one.fingerprint == other.fingerprint == self.part.fingerprint

    def test_estimates_are_numbers_from_0_to_1_one_per_text(self) -> None:
        found = self.estimate(SOURCES, TRANSLATIONS)
        assert found.shape == (len(SOURCES),)
        assert found.dtype == np.float64
        assert np.all((found > 0) & (found <= 1))

    def test_order_and_company_change_no_estimate(self) -> None:
        found = self.estimate(SOURCES, TRANSLATIONS)
        backwards = self.estimate(SOURCES[::-1], TRANSLATIONS[::-1])
        alone = [self.estimate([a], [b])[0] for a, b in zip(SOURCES, TRANSLATIONS, strict=True)]
        assert np.allclose(backwards[::-1], found, atol=1e-4)
        assert np.allclose(alone, found, atol=1e-4)

    def test_no_texts_give_no_estimates(self) -> None:
        assert self.estimate([], []).shape == (0,)

    def test_what_became_blank_is_worth_nothing(self) -> None:
        found = self.estimate(SOURCES[:2], [" ", TRANSLATIONS[1]])
        assert found[0] == 0 < found[1]

    def test_odd_texts_have_estimates_too(self) -> None:
        for one, other in ((ODD_TEXTS, TRANSLATIONS[:1] * 6), (SOURCES[:1] * 6, ODD_TEXTS)):
            found = self.estimate(one, other)
            assert np.all((found >= 0) & (found <= 1))

    def test_what_does_not_fit_is_refused(self) -> None:
        assert "3 sources but 1" in refusal(DataError, lambda: self.estimate(SOURCES, ["a"]))
        assert "'abc'" in refusal(DataError, lambda: self.estimate("abc", ["a"]))
        message = refusal(DataError, lambda: self.estimate(["a", "b"], ["a", None]))
        assert "text 1 of translations is None" in message
        refusal(LanguageError, lambda: self.estimate(["a"], ["b"], target="no tag"))
