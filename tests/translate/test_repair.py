from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyrec.translate.apertium_stream import to_stream
from polyrec.translate.kept import marks
from polyrec.translate.repair import REPAIRS, repair, settled
from polyrec.translate.repair_signs import with_brackets

PIECES = [
    *("¿", "?", "!", ".", ",", ";", ":", "…", "(", ")", "[", "«", "»", "“", '"', "*", "@", "#"),
    *(" ", "  ", "\u00a0", "\n", "%s", "% s", "{name}", "{ name }", "<b>", "< b >", "1.234,5"),
    *(
        "1,234.5",
        "12,5",
        "2018",
        "2016",
        "24",
        "casa",
        "Casa",
        "iPhone",
        "the",
        "木工",
        "入門",
        "é",
    ),
]
TEXTS = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=3)), max_size=14).map("".join)
TAGS = st.sampled_from(["en", "es", "fr", "fr-CA", "pt", "de", "zh-CN", "ja", "ko", "ar", "th"])

MENDED = [
    # source, translation, source's and target's language, what becomes of it
    ("La casa vive", "The house *vive", "es", "en", "The house vive"),
    ("Sigue a @casa y *nix", "Follow @casa and *nix", "es", "en", "Follow @casa and *nix"),
    (
        "Un curso de madera fina",
        "A course of fine wood - Un curso de madera fina",
        "es",
        "en",
        "A course of fine wood",
    ),
    ("Muy buen curso", "Very good course course course", "es", "en", "Very good course"),
    (
        "Buen curso para ti",
        "Good course for you. Good course for you.",
        "es",
        "en",
        "Good course for you.",
    ),
    ("En 2018 hubo 30", "In 2016 there were 30", "es", "en", "In 2018 there were 30"),
    ("Aula 204", "Room 240", "es", "en", "Room 204"),
    (
        "Mide 2,5 m y cuesta 1.500",
        "It is 2,5 m and costs 1.500",
        "es",
        "en",
        "It is 2.5 m and costs 1,500",
    ),
    ("It costs 1,500", "Cuesta 1,500", "en", "es", "Cuesta 1.500"),
    ("It costs 1,500", "Cuesta 1,500", "en", "es-MX", "Cuesta 1,500"),
    ("Hola %s, {name}", "Hello % s, { name }", "es", "en", "Hello %s, {name}"),
    ("<b>Casa</b>", "< b > House < / b >", "es", "en", "<b> House </b>"),
    ("Casa (azul)", "House (blue", "es", "en", "House (blue)"),
    ("Casa azul", "(House blue", "es", "en", "House blue"),
    ("Casa , azul", "House , blue", "es", "en", "House , blue"),
    ("Casa, azul.", "House , blue .", "es", "en", "House, blue."),
    ("Casa (azul) grande", "House ( blue )  big", "es", "en", "House (blue) big"),
    ("Casa\u00a0: azul\u00a0!", "House : blue !", "fr", "en", "House: blue!"),
    ("House: blue!", "Maison: bleue!", "en", "fr", "Maison\u00a0: bleue\u00a0!"),
    ("House: blue!", "Maison: bleue!", "en", "fr-CA", "Maison: bleue!"),
    ("Is it blue?", "Es azul?", "en", "es", "¿Es azul?"),
    ("Wait. Is it blue? Yes!", "Espera. Es azul? Sí!", "en", "es", "Espera. ¿Es azul? ¡Sí!"),
    ("Is it blue?", "¿Es azul?", "en", "es", "¿Es azul?"),
    ("A good course, isn't it?", "好课程,不是吗?", "en", "zh-CN", "好课程，不是吗？"),
    ("A course for beginners.", "木工の入門コース", "en", "ja", "木工の入門コース。"),
    (
        "A course for beginners.",
        "Un curso para principiantes",
        "en",
        "es",
        "Un curso para principiantes.",
    ),
    ("By Smith Corp.", "Por Smith Corp", "en", "es", "Por Smith Corp"),
    ("La casa", "the house", "es", "en", "The house"),
    ("Un iPhone", "iPhone", "es", "en", "iPhone"),
    ("Apps: iPhone", "iPhone: aplicaciones", "en", "es", "iPhone: aplicaciones"),
]

FINE = [
    ("Visit https://a.org/?q=1 now", "Visite https://a.org/?q=1 ahora", "en", "es"),
    ("30 yards out from the goal", "a 27 metros de la portería", "en", "es"),
    ("Python 3.11 is here", "Python 3.11 está aquí", "en", "es"),
    ("It starts at 7:30 p.m.", "Empieza a las 19:30", "en", "es"),
    ("“It was big", "«Era grande", "en", "es"),
    ("a) wood b) metal", "a) madera b) metal", "en", "es"),
    ("The Yahoo! service works", "El servicio Yahoo! funciona", "en", "es"),
    ("The Yahoo! service works", "Le service Yahoo! fonctionne", "en", "fr"),
    ("very very very good", "muy muy muy bueno", "en", "es"),
    ("Nice :)", "Bonito :)", "en", "es"),
    ("the house", "das Haus", "en", "de"),
    ("木工の入門コース。", "A woodworking course.", "ja", "en"),
    ("5 < 6 and 7 > 6", "5 < 6 y 7 > 6", "en", "es"),
    ("C'est « bien », non ?", "Is it “good”, no?", "fr", "en"),
    ("Bye-bye, ha ha!", "Adiós, ja ja!", "en", "de"),
]


@pytest.mark.parametrize(("one", "other", "source", "target", "mended"), MENDED)
def test_what_is_wrong_is_mended(
    one: str, other: str, source: str, target: str, mended: str
) -> None:
    assert repair(one, other, source=source, target=target) == mended


@pytest.mark.parametrize(("one", "other", "source", "target"), FINE)
def test_what_is_fine_stays(one: str, other: str, source: str, target: str) -> None:
    assert repair(one, other, source=source, target=target) == other


@pytest.mark.parametrize("name", REPAIRS)
@given(one=TEXTS, other=TEXTS, source=TAGS, target=TAGS)
def test_doing_it_twice_changes_nothing_more(
    name: str, one: str, other: str, source: str, target: str
) -> None:
    mend = lambda text: repair(one, text, source=source, target=target, names=[name])
    once = mend(other)
    assert mend(once) == once
    assert bool(once.strip()) == bool(other.strip())


@given(one=TEXTS, other=TEXTS, source=TAGS, target=TAGS)
def test_all_repairs_together_come_to_rest(one: str, other: str, source: str, target: str) -> None:
    once = repair(one, other, source=source, target=target)
    assert repair(one, once, source=source, target=target) == once


@given(st.text(alphabet="abc XYZ.,?!()1234*", max_size=30))
def test_a_text_that_says_the_same_stays(text: str) -> None:
    assert repair(text, text, source="en", target="de") == text


def test_a_repair_that_finds_no_end_is_left_out() -> None:
    assert settled(lambda text: text + "x", "a") == "a"
    assert settled(lambda _: "", "a") == "a"


@pytest.mark.parametrize("piece", ["a", "1", "a@", " ", ". ", "漢"])
def test_what_must_be_kept_is_found_in_time_that_grows_with_the_length_alone(piece: str) -> None:
    text = "a" + piece * 40_000 + "b"
    start = time.perf_counter()
    marks(text)
    to_stream(text, "0")
    with_brackets("A text.", text, "en", "es")
    assert time.perf_counter() - start < 5
