"""Sentences as natives write them, with the words that carry their subject, checked by eye."""

from __future__ import annotations

import pytest

from polyrec.text.tokens import tokens
from polyrec.text.tools import TOOLS, tools_for


def need(language: str) -> None:
    """Skip where the language's extra is not installed."""
    if tools_for(language).extra:
        pytest.importorskip(tools_for(language).words, reason="needs the extra languages")


SENTENCES = {
    "ar": ("دورة النِّجارة للمبتدئين في المكتبة", "دورة النِّجارة للمبتدئين المكتبة"),
    "bg": ("Курс по дърводелство за начинаещи", "курс дърводелство начинаещи"),
    "bn": ("নতুনদের জন্য কাঠের কাজের কোর্স", "নতুনদের কাঠের কাজের কোর্স"),
    "ca": ("L’edició d’imatges per a principiants", "edició imatges principiants"),
    "cs": ("Kurzy truhlářství pro začátečníky", "kurzy truhlářství začátečníky"),
    "da": ("Kursus i træarbejde for begyndere", "kursus træarbejde begyndere"),
    "de": (
        "Die schönsten Holzarbeiten für Anfänger und Straßenkünstler",
        "schönsten holzarbeiten anfänger straßenkünstler",
    ),
    "el": ("Μαθήματα ξυλουργικής για αρχάριους", "μαθήματα ξυλουργικής αρχάριους"),
    "en": (
        "Don't miss the beginner's courses: C++, C# and node.js 3.5!",
        "beginner's courses c++ c# node.js 3.5",
    ),
    "es": ("Cursos de carpintería para niños y niñas", "cursos carpintería niños niñas"),
    "et": ("Puutöökursused algajatele ja lastele", "puutöökursused algajatele lastele"),
    "fa": ("کتاب‌های آموزش نجاری برای مبتدیان", "کتاب‌های آموزش نجاری مبتدیان"),
    "fi": ("Puutyökursseja ja kirjoja aloittelijoille", "puutyökursseja kirjoja aloittelijoille"),
    "fr": ("L'édition d’images pour les débutants", "édition images débutants"),
    "he": ('קורסים לנגרות של צה"ל', 'קורסים לנגרות צה"ל'),
    "hi": ("शुरुआती लोगों के लिए बढ़ईगीरी की किताबें।", "शुरुआती लोगों बढ़ईगीरी किताबें"),
    "hu": ("Asztalos tanfolyamok és könyvek", "asztalos tanfolyamok könyvek"),
    "id": ("Kursus pertukangan kayu untuk pemula", "kursus pertukangan kayu pemula"),
    "it": (
        "Un corso d'introduzione all'ebanisteria per principianti",
        "corso introduzione ebanisteria principianti",
    ),
    "ja": (
        "木工の入門コースを受けました。Pythonで美しい写真を編集するソフトウェア",
        "木工 入門 コース 受け python 美しい 写真 編集 ソフトウェア",
    ),
    "ko": (
        "초보자를 위한 목공 강좌를 들었습니다. Python으로 사진을 편집하는 프로그램",
        "초보자 위하다 목공 강좌 듣다 python 사진 편집 프로그램",
    ),
    "lt": ("Dailidės kursai ir knygos", "dailidės kursai knygos"),
    "nb": ("Kurs i trearbeid for nybegynnere", "kurs trearbeid nybegynnere"),
    "nl": ("Houtbewerking voor beginners in de werkplaats", "houtbewerking beginners werkplaats"),
    "pl": ("Kursy stolarskie dla początkujących", "kursy stolarskie początkujących"),
    "pt-BR": ("Edição de imagens para fotógrafos", "edição imagens fotógrafos"),
    "ro": ("Cursuri de tâmplărie pentru începători", "cursuri tâmplărie începători"),
    "ru": ("Курсы столярного дела для начинающих", "курсы столярного дела начинающих"),
    "sk": ("Kurzy stolárstva pre začiatočníkov", "kurzy stolárstva začiatočníkov"),
    "sr": ("Курсеви столарије", "курсеви столарије"),
    "sv": ("Träslöjdskurser för nybörjare", "träslöjdskurser nybörjare"),
    "ta": ("மரவேலை புத்தகங்கள்", "மரவேலை புத்தகங்கள்"),
    "th": ("หลักสูตรงานไม้สำหรับผู้เริ่มต้น", "หลักสูตร งาน ไม้ ผู้เริ่มต้น"),
    "tr": ("IŞIK ve ahşap kursları için kitaplar", "ışık ahşap kursları kitaplar"),
    "uk": ("Курси столярної справи для об’єднання", "курси столярної справи об'єднання"),
    "vi": ("Khóa học nghề mộc cho người", "khóa học nghề mộc"),
    "zh-CN": (
        "木工初学者入门课程，学习如何用Python制作桌子。",
        "木工 初学者 入门 课程 学习 python 制作 桌子",
    ),
    "zh-TW": ("木工初學者入門課程", "木工 初學者 入門 課程"),
}

STEMS = {
    "ar": ("والكتب الكتب", "كتب كتب"),
    "de": ("Häuser Haus", "haus haus"),
    "el": ("ξυλουργική ξυλουργικής", "ξυλουργικ ξυλουργικ"),
    "en": ("courses course", "cours cours"),
    "fi": ("taloissa talo", "talo talo"),
    "hi": ("किताबें किताबों", "किताब किताब"),
    "ja": ("受けた 受ける", "受ける た 受ける"),
    "ko": ("들었습니다", "듣다"),
    "ru": ("книги книга", "книг книг"),
    "sr": ("књига knjiga", "knjig knjig"),
    "tr": ("kitaplarımızdan kitap", "kitap kitap"),
}


@pytest.mark.parametrize("language", SENTENCES)
def test_a_sentence_has_the_words_that_its_readers_see(language: str) -> None:
    need(language)
    text, expected = SENTENCES[language]
    assert tokens(text, language, drop_stop_words=True) == expected.split(" ")
    assert not tools_for(language).generic


@pytest.mark.parametrize("language", STEMS)
def test_forms_of_one_word_have_one_stem(language: str) -> None:
    need(language)
    text, expected = STEMS[language]
    assert tokens(text, language, stem=True) == expected.split(" ")


def test_stop_words_stay_unless_they_are_to_be_dropped() -> None:
    assert tokens("The art of the saw", "en") == ["the", "art", "of", "the", "saw"]
    assert tokens("L'eau n’est pas", "fr") == ["l'", "eau", "n'", "est", "pas"]


def test_particles_are_stop_words_of_their_own() -> None:
    need("ja")
    need("ko")
    assert tokens("木工の入門", "ja") == ["木工", "の", "入門"]
    assert tokens("강좌를 들었다", "ko") == ["강좌", "를", "듣다"]


def test_other_scripts_keep_their_words_beside_korean() -> None:
    need("ko")
    text = "🪵🪵 Node.js와 C++로 книга 만들기 木工"
    found = tokens(text, "ko", drop_stop_words=True)
    assert found == ["node.js", "c++", "книга", "만들다", "木工"]


@pytest.mark.parametrize("language", TOOLS)
def test_every_language_of_the_table_cuts_stems_and_filters(language: str) -> None:
    need(language)
    found = tokens("Python 37 木工 ภาษา книга", language, drop_stop_words=True, stem=True)
    assert "37" in found
    assert len(found) > 3
