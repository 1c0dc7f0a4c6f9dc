from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polyrec.core.errors import ConfigError
from polyrec.core.registry import build
from polyrec.text.detect.detector import Candidate, Detection, Detector, Span
from polyrec.text.detect.py3langid import Py3langid
from polyrec.text.detect.script import script_of
from polyrec.text.detect.second_opinion import SecondOpinion

GERMAN = "Das ist ein sehr schöner Tag heute."
SPANISH = "Hoy es un día muy bonito para pasear por el parque."


class Scripted(Detector):
    """Answers from a list, and remembers what it was asked."""

    def __init__(self, **answers: dict[str, float]) -> None:
        self.answers, self.asked = answers, list[str]()

    def _detect(self, texts: list[str]) -> list[Detection]:
        self.asked += texts
        return [self._one(self.answers.get(text, {})) for text in texts]

    def _one(self, answer: dict[str, float]) -> Detection:
        candidates = tuple(Candidate(*pair) for pair in answer.items())
        best = candidates[0] if candidates else Candidate("und", 0.0)
        return Detection(*best, "Latn", (), candidates)


@given(st.text())
@settings(max_examples=200, deadline=None)
def test_any_text_has_an_answer_that_does_not_depend_on_others(text: str) -> None:
    detector = Py3langid()
    (alone,) = detector.detect([text])
    assert detector.detect(["木工", text, GERMAN])[1] == alone


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("Holz", "Latn"),
        ("木工の入門", "Jpan"),
        ("木工", "Hani"),
        ("大韓民國 사람", "Kore"),
        ("Привет, Bob", "Cyrl"),
        ("กขค", "Thai"),
        ("123 🪚 …", "Zyyy"),
        ("", "Zyyy"),
    ],
)
def test_the_script_is_that_of_most_letters(text: str, script: str) -> None:
    assert script_of(text) == script


@pytest.mark.parametrize("name", ["py3langid", "eldc", "second-opinion"])
def test_parts_in_two_languages_are_told(name: str) -> None:
    text = f"{GERMAN} {SPANISH}"
    (found,) = build("detector", name).detect([text])
    assert [text[span.start : span.end].strip() for span in found.spans] == [GERMAN, SPANISH]
    assert [span.language for span in found.spans] == ["de", "es"]


def test_a_japanese_title_with_an_english_half_is_in_two_languages() -> None:
    text = "木工の入門コース (An introduction to woodworking for beginners)"
    (found,) = Py3langid().detect([text])
    assert found.spans == (Span(0, 10, "ja"), Span(10, len(text), "en"))


def test_a_name_in_another_script_is_no_part() -> None:
    (found,) = Py3langid().detect(["Sony のノイズキャンセリング ヘッドホン WH-1000XM5"])
    assert (found.language, found.spans) == ("ja", ())


def test_parts_are_not_looked_for_if_not_wished() -> None:
    (found,) = Py3langid(mixed=False).detect([f"{GERMAN} {SPANISH}"])
    assert found.spans == ()


def test_what_is_less_sure_than_wished_is_undetermined() -> None:
    (found,) = Py3langid(min_confidence=1.0).detect(["Robot"])
    assert found.language == "und"
    assert found.confidence == found.candidates[0].probability > 0


def test_an_address_says_nothing_about_the_language() -> None:
    with_address, without = Py3langid().detect([f"{GERMAN} https://example.org/le-chat", GERMAN])
    assert with_address.language == without.language == "de"


def test_languages_that_the_encoder_has_not_learned_are_rarer() -> None:
    (strict,) = Py3langid(rare=0.0, min_confidence=0).detect(["Hello world"])
    (even,) = Py3langid(rare=1.0, min_confidence=0).detect(["Hello world"])
    assert strict.language == "en"
    assert even.language == "fuv"


def test_others_are_asked_only_where_the_first_is_unsure() -> None:
    first = Scripted(a={"en": 0.9}, b={"gl": 0.4, "es": 0.3})
    other = Scripted(b={"es": 0.8, "pt": 0.2})
    sure, unsure = SecondOpinion(first=first, others=[other], sure=0.5).detect(["a", "b"])
    assert other.asked == ["b"]
    assert (sure.language, sure.confidence) == ("en", 0.9)
    assert unsure.candidates[0] == Candidate("es", pytest.approx(0.55))


def test_who_has_no_guess_is_not_counted() -> None:
    silent = Scripted()
    (found,) = SecondOpinion(first=Scripted(b={"es": 0.4}), others=[silent]).detect(["b"])
    assert (found.language, found.confidence) == ("es", 0.4)


@pytest.mark.parametrize(
    ("part", "settings_given", "message"),
    [
        ("py3langid", {"min_confidence": 2}, "min_confidence is 2; give a number from 0 to 1"),
        ("py3langid", {"rare": -1}, "rare is -1"),
        ("second-opinion", {"sure": 1.5}, "sure is 1.5"),
    ],
)
def test_settings_outside_their_range_are_refused(
    part: str, settings_given: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        build("detector", {"use": part, **settings_given})
