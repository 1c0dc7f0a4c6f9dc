from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyrec.text.words import Piece, elided, lower, normal, pairs, words


def found(text: str) -> list[str]:
    return [piece.word for piece in words(normal(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("well-known e-mail", ["well", "known", "e", "mail"]),
        ("don’t rock'n'roll 'quoted'", ["don't", "rock'n'roll", "quoted"]),
        ("node.js v3.5.1 1,000.50 end.", ["node.js", "v3.5.1", "1,000.50", "end"]),
        ("C++ and C#, not a+b or C#4", ["C++", "and", "C#", "not", "a", "b", "or", "C", "4"]),
        ("snake_case __init__", ["snake_case", "init__"]),
        ("cafe\u0301 na\u00efve", ["café", "naïve"]),
        ("ＦＵＬＬ ｶﾀｶﾅ ﬁle", ["FULL", "カタカナ", "file"]),
        ("soft\xadhyphen مـكـتبة", ["softhyphen", "مكتبة"]),
        ('צה"ל said "so"', ['צה"ל', "said", "so"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("น้ำ", ["น้ำ"]),
        ("日本", ["日本"]),
        ("人", ["人"]),
    ],
)
def test_words_are_parted_by_the_rules_of_unicode(text: str, expected: list[str]) -> None:
    assert found(text) == expected


def test_a_run_of_a_script_that_somebody_knows_is_theirs_to_cut() -> None:
    cut = [piece.word for piece in words("ab木工ภา", own=r"\p{Han}", cut=lambda r: map(Piece, r))]
    assert cut == ["ab", "木", "工", "ภา"]


@given(st.text())
def test_the_normal_form_of_a_normal_form_is_itself(text: str) -> None:
    assert normal(normal(text)) == normal(text)


@given(st.text(alphabet="木工の入門ษา", min_size=1))
def test_pairs_overlap_so_that_nothing_is_lost(run: str) -> None:
    made = pairs(run)
    assert "".join([made[0], *(pair[-1] for pair in made[1:])]) == run


def test_the_turkish_i_keeps_its_dot_or_has_none() -> None:
    assert lower("IŞIK İzmir", "tr") == "ışık izmir"
    assert lower("ISIK", "en") == "isik"


def test_elided_words_are_parted_where_the_language_elides() -> None:
    assert elided("qu'aujourd'hui", "fr") == ["qu'", "aujourd'hui"]
    assert elided("dell'arte", "it") == ["dell'", "arte"]
    assert elided("o'clock", "en") == ["o'clock"]
    assert elided("l'", "fr") == ["l'"]
