from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyrec.translate import kept


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1.234,5 euros", "1,234.5 euros"),
        ("2 500 personnes", "2,500 people"),
        ("2\u202f500 personnes", "2,500 people"),
        ("٢٥ درسا", "25 lessons"),
        ("07:30", "7:30"),
    ],
)
def test_numbers_are_the_same_whatever_separates_their_digits(one: str, other: str) -> None:
    assert kept.numbers(one) == kept.numbers(other) != Counter()


def test_a_year_before_a_number_is_a_number_of_its_own() -> None:
    assert kept.numbers("In 2018 300 came") == Counter({"2018": 1, "300": 1})


def test_a_number_that_was_lost_or_changed_shows() -> None:
    given = kept.numbers("De 9 a 17, aula 204")
    assert kept.lost(given, kept.numbers("From 9 to 17, room 204")) == 0
    assert kept.lost(given, kept.numbers("From 9 to 17")) == pytest.approx(0.2)
    assert kept.lost(given, kept.numbers("From 9 to 17, room 402")) == pytest.approx(1 / 3)
    assert kept.lost(given, Counter()) == 1
    assert kept.lost(Counter(), Counter()) == 0


def test_addresses_placeholders_tags_and_entities_are_found() -> None:
    text = "<b>{name}</b>: see https://a.org/x?y=1, or write to a.b@c.org &amp; %s of %(n)d ${x}"
    assert set(kept.marks(text)) == {
        *("<b>", "{name}", "</b>", "https://a.org/x?y=1", "a.b@c.org", "&amp;", "%s", "%(n)d"),
        "${x}",
    }


def test_a_percentage_is_no_placeholder() -> None:
    assert not kept.marks("50 % de descuento, 5 % sobre")
    assert kept.units("50 % of 3 km and 20%") == Counter({"%": 2, "km": 1})


def test_units_stand_behind_numbers_and_currencies_anywhere() -> None:
    assert kept.units("5 GB, 12 mm, €30 and g") == Counter({"GB": 1, "mm": 1, "€": 1})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("del siglo XIX", "of the 19th century"),
        ("the 17th century", "el siglo XVII"),
        ("Juan Pablo II, 3", "John Paul 2, 3"),
        ("siglo V", "the 5th century"),
        ("au XIXe siècle", "in the 19th century"),
        ("siglo XX", "the 20th century"),
    ],
)
def test_a_number_in_roman_numerals_is_not_lost(one: str, other: str) -> None:
    assert kept.numbers_lost(one, other) == 0


def test_roman_numerals_excuse_their_own_number_alone() -> None:
    assert kept.numbers_lost("siglo XIX", "the 18th century") == 1
    assert kept.numbers_lost("I have 1 dog", "tengo un perro") == 1
    assert kept.numbers_lost("siglo XIX, aula 204", "19th century, room 240") > 0


@given(st.text(alphabet="IVXe a1.,", max_size=12), st.text(alphabet="IVXe a1.,", max_size=12))
def test_any_texts_can_be_compared(one: str, other: str) -> None:
    assert 0 <= kept.numbers_lost(one, other) <= 1
    assert kept.numbers_lost(one, one) == 0
