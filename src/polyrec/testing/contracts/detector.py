"""What every detector of languages promises."""

from __future__ import annotations

from typing import Any

from polyrec.core.errors import DataError
from polyrec.core.language import UNDETERMINED, standard_tag
from polyrec.testing.contracts.part import PartContract, refusal

TEXTS = {
    "Die Bahn hatte heute Morgen wieder einmal zwanzig Minuten Verspätung.": ("de", "Latn"),
    "The committee will publish its findings at the end of the month.": ("en", "Latn"),
    "Сегодня утром мы долго гуляли по берегу реки.": ("ru", "Cyrl"),
    "今日は朝から雨が降っているので、家で本を読みます。": ("ja", "Jpan"),
    "오늘은 날씨가 좋아서 공원에 갔습니다.": ("ko", "Kore"),
    "Η βιβλιοθήκη ανοίγει στις εννέα το πρωί.": ("el", "Grek"),
}
"""Sentences that no detector may miss, with language and script."""

ODD_TEXTS = (
    "",
    "   \n",
    "12345 -- 67",
    "🪚🪵",
    "\0",
    "\ud800",
    "a\0b \udfff",
    "https://example.org/",
)
LONG = "Der Zug fährt heute nicht. " * 4000


class DetectorContract(PartContract):
    """Write `class TestMine(DetectorContract)` with `part = Mine()`."""

    kind = "detector"

    def make(self) -> Any:
        """Give the part itself: detectors learn nothing, and may be slow to load."""
        return self.part

    def test_parts_with_equal_settings_are_equal(self) -> None:
        one, other = super().make(), super().make()
        assert one is not other
        assert one == other == self.part

    def test_it_knows_language_and_script_of_plain_sentences(self) -> None:
        found = self.make().detect(list(TEXTS))
        assert [(each.language, each.script) for each in found] == list(TEXTS.values())

    def test_order_and_company_change_no_answer(self) -> None:
        detector, texts = self.make(), [*TEXTS, *ODD_TEXTS]
        found = detector.detect(texts)
        assert detector.detect(texts[::-1])[::-1] == found
        assert [detector.detect([text])[0] for text in texts] == found

    def test_what_it_says_is_well_formed(self) -> None:
        texts = [*TEXTS, *ODD_TEXTS]
        for text, each in zip(texts, self.make().detect(texts), strict=True):
            assert standard_tag(each.language) == each.language
            assert 0 <= each.confidence <= 1
            assert len(each.script) == 4
            likely = [probability for _, probability in each.candidates]
            assert likely == sorted(likely, reverse=True)
            assert sum(likely) <= 1 + 1e-6
            ends = [(span.start, span.end) for span in each.spans]
            assert ends == sorted(ends)
            assert all(0 <= start < end <= len(text) for start, end in ends)

    def test_texts_without_letters_have_no_language(self) -> None:
        for each in self.make().detect(ODD_TEXTS[:6]):
            assert (each.language, each.confidence, each.script) == (UNDETERMINED, 0, "Zyyy")
            assert not each.candidates

    def test_a_long_text_is_no_trouble(self) -> None:
        (found,) = self.make().detect([LONG])
        assert (found.language, found.spans) == ("de", ())

    def test_no_texts_give_no_answers(self) -> None:
        assert self.make().detect([]) == []

    def test_what_is_not_a_text_is_refused(self) -> None:
        assert "text 1 is None" in refusal(DataError, lambda: self.make().detect(["a", None]))
        assert "'abc'" in refusal(DataError, lambda: self.make().detect("abc"))
