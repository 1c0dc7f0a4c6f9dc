from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from polyrec.pipeline.wish.by_rules import by_rules
from polyrec.pipeline.wish.offered import Offered
from polyrec.pipeline.wish.wish import Said, Wish
from polyrec.testing.injections import INJECTIONS
from polyrec.text.words import normal

if TYPE_CHECKING:
    from collections.abc import Sequence

OFFERED = Offered(
    ("en", "de", "es", "fr", "it", "pt-BR", "ru", "pl", "ja", "zh-CN", "ko", "ar"),
    ("carpentry", "cooking", "music", "photo-and-film", "tea"),
)


def wish(words: str) -> Wish:
    return by_rules(words, OFFERED).wish


def test_a_whole_wish_becomes_filters_and_says_by_which_words() -> None:
    words = "five cheap courses in carpentry, in Portuguese or Spanish, not about furniture"
    understood = by_rules(words, OFFERED)
    assert understood.wish == Wish(
        text="cheap courses in carpentry",
        text_language="en",
        languages=("pt", "es"),
        language_mode="only",
        category="carpentry",
        without=("furniture",),
        k=5,
    )
    assert set(understood.said) == {
        Said("k", "5", "five"),
        Said("category", "carpentry", "carpentry"),
        Said("languages", "pt", "in Portuguese"),
        Said("languages", "es", "or Spanish"),
        Said("language_mode", "only", "in Portuguese or Spanish"),
        Said("without", "furniture", "not about furniture"),
    }
    assert (understood.unmet, understood.worked_by, understood.error) == ((), "rules", "")


@pytest.mark.parametrize(
    ("words", "languages"),
    [
        ("courses in German", ("de",)),
        ("Kurse auf Portugiesisch oder Französisch", ("pt", "fr")),
        ("Lehrbücher in deutscher Sprache", ("de",)),
        ("spanischsprachige Kurse", ("es",)),
        ("Spanish-language courses", ("es",)),
        ("cursos en español", ("es",)),
        ("cours en allemand ou en anglais", ("de", "en")),
        ("corsi in italiano", ("it",)),
        ("cursos em francês", ("fr",)),
        ("курсы на русском или немецком языке", ("ru", "de")),
        ("курсы по-русски", ("ru",)),
        ("kursy po polsku", ("pl",)),
        ("用中文或者英文的课程", ("zh", "en")),
        ("五个法语或者德语的游戏", ("fr", "de")),
        ("法语、德语和日语的书", ("fr", "de", "ja")),
        ("日本語で読める本", ("ja",)),
        ("독일어로 된 강의", ("de",)),
        ("دورة بالعربية أو الإنجليزية", ("ar", "en")),
    ],
)
def test_languages_are_known_by_their_names_in_many_languages(
    words: str, languages: tuple[str, ...]
) -> None:
    found = wish(words)
    assert (found.languages, found.language_mode) == (languages, "only")


@pytest.mark.parametrize(
    "words",
    ["learn Portuguese for travel", "cours de français", "Polish recipes", "un dictionnaire turc"],
)
def test_a_language_that_is_the_subject_is_no_filter(words: str) -> None:
    assert wish(words) == Wish(text=words, text_language=wish(words).text_language)


def test_others_will_do_where_the_wish_says_so() -> None:
    for words in ("recipes, preferably in Italian", "最好是日语的食谱"):
        assert wish(words).language_mode == "prefer"


def test_a_language_that_is_not_wished_leaves_the_others() -> None:
    found = wish("recipes, not in English")
    assert found.languages == tuple(tag for tag in OFFERED.languages if tag != "en")
    assert (found.language_mode, found.without) == ("only", ())


def test_a_language_that_the_catalog_does_not_have_stays_in_the_text_and_is_told() -> None:
    understood = by_rules("songs in Swahili", OFFERED)
    assert understood.wish == Wish(text="songs in Swahili", text_language="en")
    assert understood.unmet == ("sw",)


@pytest.mark.parametrize(
    ("words", "without", "text"),
    [
        ("songs, no drums or flutes", ("drums", "flutes"), "songs"),
        ("songs, no drums and no flutes", ("drums", "flutes"), "songs"),
        ("songs, no drums please", ("drums",), "songs please"),
        ("不含肉的菜谱", ("肉",), "的菜谱"),
        ("songs in German, but no drums", ("drums",), "songs"),
        ("Kochkurs ohne Fleisch, bitte", ("Fleisch",), "Kochkurs bitte"),
        ("curso de cocina sin carne", ("carne",), "curso de cocina"),
        ("cours de jardinage, pas de fleurs", ("fleurs",), "cours de jardinage"),
        ("corso di cucina senza carne", ("carne",), "corso di cucina"),
        ("curso de guitarra, não sobre jazz", ("jazz",), "curso de guitarra"),
        ("muziek zonder drums", ("drums",), "muziek"),
        ("курс не про мебель", ("мебель",), "курс"),
        ("kurs gotowania bez mięsa", ("mięsa",), "kurs gotowania"),
        ("木工课程，不要家具", ("家具",), "木工课程"),
        ("木工の入門コース、家具以外", ("家具",), "木工の入門コース"),
        ("기타 강의, 드럼 말고", ("드럼",), "기타 강의"),
        ("دورة طبخ بدون لحم", ("لحم",), "دورة طبخ"),
        ("not only carpentry", (), "not only carpentry"),
        ("non-fiction", (), "non-fiction"),
    ],
)
def test_words_to_avoid_leave_the_text(words: str, without: tuple[str, ...], text: str) -> None:
    found = wish(words)
    assert (found.without, found.text) == (without, text)


@pytest.mark.parametrize(
    ("words", "k"),
    [
        ("5 songs", 5),
        ("give me three recipes", 3),
        ("top 20 courses", 20),
        ("zeig mir drei Kurse", 3),
        ("推荐五个课程", 5),
        ("音楽の本を5冊", 5),
        ("3 year old child, songs", 10),
        ("a course with 5 lessons", 10),
        ("500 recipes", 10),
    ],
)
def test_how_many_is_read_where_it_counts_items(words: str, k: int) -> None:
    assert wish(words).k == k


@pytest.mark.parametrize(
    ("words", "category"),
    [
        ("a course about cooking", "cooking"),
        ("photo and film for beginners", "photo-and-film"),
        ("green tea", None),  # too short to be sure
        ("green, category tea", "tea"),
        ("music or cooking", None),  # which of the two?
        ("category music, for cooking", "music"),
        ("not about cooking", None),
    ],
)
def test_a_category_is_one_that_the_catalog_has(words: str, category: str | None) -> None:
    assert wish(words).category == category


def test_a_category_may_be_found_by_a_word_that_lies_near() -> None:
    def nearest(text: str, words: Sequence[str], language: str) -> tuple[int, str]:
        assert (text, language) == ("Kochkurs mit Fleisch", "de")
        assert list(words) == ["kochkurs", "fleisch"]
        return 0, "cooking"

    offered = Offered(OFFERED.languages, OFFERED.categories, nearest=nearest)
    understood = by_rules("Kochkurs mit Fleisch auf Deutsch", offered)
    assert understood.wish.category == "cooking"
    assert Said("category", "cooking", "Kochkurs") in understood.said


@pytest.mark.parametrize("text", INJECTIONS)
def test_orders_set_no_filter_but_by_names_that_stand_in_them(text: str) -> None:
    understood = by_rules(text, OFFERED)
    assert (understood.wish.category, understood.wish.k) == (None, 10)
    line = " ".join(normal(text).split())
    assert all(said.words in line for said in understood.said)
    assert all(each in line for each in understood.wish.without)


def test_an_empty_wish_is_none() -> None:
    assert wish("  ") == Wish()
