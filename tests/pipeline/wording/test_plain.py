from __future__ import annotations

import pytest

from polyrec.pipeline.wording.plain import sentences_of, why_not_plain, why_other_language
from polyrec.text.detect.py3langid import Py3langid

PORTUGUESE = "Você gosta sobretudo de trabalhar a madeira com serra e plaina."


@pytest.mark.parametrize(
    ("text", "n"),
    [
        ("", 0),
        ("You like wood", 1),
        ("You like wood. You like tea", 2),
        ("You like wood! Tea, too.", 2),
        ("您喜欢木工。您也喜欢茶。", 2),
        ("木工が好きです。お茶も", 2),
        ("आपको लकड़ी पसंद है। चाय भी।", 2),
        ("Version 2.5 of it", 1),
    ],
)
def test_a_text_is_cut_where_its_sentences_end(text: str, n: int) -> None:
    assert len(sentences_of(text)) == n


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("You like wood. You like tea. And", "it has 3 sentences"),
        ("هل تحب الخشب؟", "it asks a question"),
        ("You like “Moby Dick”.", "it quotes 'Moby Dick'"),
        ("Vous aimez l'eau et l'art d'aujourd'hui.", ""),
        ("You like it 3 times.", ""),
        ("You like it ٣ times.", ""),
        ("You like it 4 times.", "it says 4,"),
        ("You like it 3%.", "it says 3%,"),
        ("See https://wood.example", "it holds 'https://wood.example'"),
        ("You like <b>wood.", "it holds '<'"),
    ],
)
def test_it_is_said_what_keeps_a_text_from_being_shown(text: str, why: str) -> None:
    found = why_not_plain(text, told="3 of 12")
    assert found.startswith(why)
    assert bool(found) is bool(why)


def test_another_language_than_was_asked_for_is_named() -> None:
    detector = Py3langid()
    assert why_other_language(PORTUGUESE, "pt-BR", detector) == ""
    assert why_other_language(PORTUGUESE, "en", detector) == "it is in Portuguese"
    assert why_other_language(PORTUGUESE, "en", None) == ""
    assert why_other_language("ok", "en", detector) == ""
    assert why_other_language("ok", "en", detector, must_be_sure=True) == "its language is not sure"
