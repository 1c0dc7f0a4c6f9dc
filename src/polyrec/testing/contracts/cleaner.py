"""What every cleaner of texts promises."""

from __future__ import annotations

from polyrec.core.errors import DataError
from polyrec.testing.contracts.part import PartContract, refusal

CLEAN = (
    "Die Bahn hatte heute Morgen wieder einmal zwanzig Minuten Verspätung.",
    "今日は朝から雨が降っているので、家で本を読みます。",
    "你好，世界！这本书多少钱？",
    "إلى أين أنت ذاهب؟",
    "libstdc++-12-dev (>= 12.2.0-14~deb12u1) for C++, C# and F#: if a < b && c > d",
)
"""Texts with nothing to clean."""

ODD_TEXTS = ("", "   \n", "a\0b", "\ud800 half a pair", "🪚🪵", "<", "&", "&amp;amp;lt;b&gt;")


class CleanerContract(PartContract):
    """Write `class TestMine(CleanerContract)` with `part = Mine()`."""

    kind = "cleaner"

    def test_what_is_clean_stays_as_it_is(self) -> None:
        assert self.make().clean(CLEAN) == list(CLEAN)

    def test_cleaning_twice_is_cleaning_once(self) -> None:
        once = self.make().clean([*CLEAN, *ODD_TEXTS])
        assert self.make().clean(once) == once

    def test_order_and_company_change_nothing(self) -> None:
        texts = [*CLEAN, *ODD_TEXTS]
        cleaner = self.make()
        assert [cleaner.clean([text])[0] for text in texts] == cleaner.clean(texts)

    def test_no_texts_give_no_texts(self) -> None:
        assert self.make().clean([]) == []

    def test_what_is_not_a_text_is_refused(self) -> None:
        assert "text 1 is None" in refusal(DataError, lambda: self.make().clean(["a", None]))
        assert "'abc'" in refusal(DataError, lambda: self.make().clean("abc"))
