from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polyrec.core.errors import ConfigError
from polyrec.text.clean.standard import Standard

NATIVE = {
    "ar": "هل يمكنك أن تخبرني كيف أصل إلى محطة القطار؟",
    "bg": "Утре сутринта ще отидем на пазар за пресни зеленчуци.",
    "bn": "আজ সকালে আমরা নদীর ধারে অনেকক্ষণ হেঁটেছি।",
    "cs": "Příští týden pojedeme za babičkou na venkov.",
    "da": "Vi køber altid frisk brød hos bageren om søndagen.",
    "de": "„Schifffahrt“ schreibt man seit der Rechtschreibreform mit drei f – schön, nicht?",
    "el": "Πού βρίσκεται η πλησιέστερη στάση του λεωφορείου;",
    "en": "It’s a first-rate café: don’t miss the crème brûlée… it costs £4½!",
    "es": "¿Dónde está la biblioteca? ¡Qué niño más pequeño!",
    "fa": "کتاب‌های تازه را می‌خواهم در خانه بخوانم.",
    "fi": "Huomenna lähdemme mökille järven rannalle.",
    "fr": "L’été dernier, nous avons mangé des œufs à Noël.",
    "he": "מחר בבוקר ניסע ברכבת לירושלים.",
    "hi": "कृपया मुझे बताइए कि क्‍या यह बस स्टेशन जाती है।",
    "hu": "Tegnap este sokáig beszélgettünk a hűvös kertben.",
    "id": "Besok pagi kami akan pergi ke pasar.",
    "it": "Perché non andiamo al mare domani? Così è più bello.",
    "ja": "「明日は雨だ」と、彼は言った。コーヒーを２杯飲む？".replace("２", "2"),
    "ko": "내일 아침에 시장에 갈 거예요. 같이 갈래요?",
    "nl": "De zeeën zijn ’s winters kouder dan je denkt.",
    "pl": "Żółw i łoś spotkali się nad źródłem.",
    "pt": "Amanhã não haverá pão na padaria à tarde.",
    "ru": "Завтра утром мы поедем на дачу — там ещё лежит снег.",
    "ta": "நாளை காலை நாங்கள் சந்தைக்குச் செல்வோம்.",
    "th": "พรุ่งนี้เช้าเราจะไปตลาดน้ำ",
    "tr": "Yarın sabah İstanbul’a gideceğiz, çünkü hava güzel.",
    "uk": "Їжак і ґава живуть біля нашої хати.",
    "vi": "Sáng mai chúng tôi sẽ đi chợ mua rau tươi.",
    "zh": "你好，世界！这本《书》多少钱？（二十元）",
}
CODE = (
    "C++, C# and F#: use std::vector<int> where a < b && c > d",
    "I <3 this!! List<A> and Map<String, List<Integer>> in 10000000 lines",
    "libstdc++-12-dev (>= 12.2.0-14~deb12u1), node-uuid@8.3.2, gir1.2-gtk-3.0",
    "git clone <url> && cd foo____bar; see http://example.com/?a=1&copy=2&lt=3",
    "AT&T, R&D; #ffffff, 0xffffffff, if x<y and y>z, <T>, AAAA, www.example.org, 1.000.000",
)

PIECES = [
    *("&amp;", "&amp;amp;lt;", "&lt;", "b", "&gt;", "<b>", "</b>", "<", ">", "<br/>", "<script>"),
    *("</script>", "<!--", "-->", "&#38;", "&#x26;", "amp;", "lt;", "<a href='x'>", "</a>", "&"),
    *("Ã¼", "â€™", "Ã", "ï»¿", "\u200d", "\u200c", "\ufe0f", "👩", "क्", "ष", "می", "\u202e"),
    *("soooo", "oo", "ａ", "＜", "＆", "ｶ", "ﾞ", "\u0301", "e", "\r", "\n", "\x85", " ", "\u3000"),
    *(
        "\0",
        "\ud83d",
        "\ude00",
        "\x1b[31m",
        "!!!!!",
        "1111",
        "http://a.b/c",
        "www.",
        ";",
        "#",
        "\u00ad",
    ),
]


@given(st.text() | st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
@settings(max_examples=400, deadline=None)
def test_what_was_cleaned_is_clean(text: str) -> None:
    for cleaner in (Standard(), Standard(form="NFKC", urls="remove"), Standard(urls="replace")):
        (once,) = cleaner.clean([text])
        assert cleaner.clean([once]) == [once]
        once.encode()  # can be written to any file


@given(st.text(st.characters(codec="cp1252", categories=["L", "N"]), min_size=1, max_size=30))
def test_mojibake_is_as_clean_the_second_time(text: str) -> None:
    (once,) = Standard().clean([text.encode().decode("latin-1")])
    assert Standard().clean([once]) == [once]


@pytest.mark.parametrize("language", NATIVE)
def test_native_sentences_stay_as_they_are(language: str) -> None:
    assert Standard().clean([NATIVE[language]]) == [NATIVE[language]]


@pytest.mark.parametrize("text", CODE)
def test_code_names_and_versions_stay_as_they_are(text: str) -> None:
    assert Standard().clean([text]) == [text]


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("schÃ¶n und grÃ¼n", "schön und grün"),
        ("Itâ€™s", "It’s"),
        ("&amp;amp;lt;b&gt; Tom &amp; Jerry &#8364;", "<b> Tom & Jerry €"),
        ("&lt;b&gt;bold&lt;/b&gt;", "bold"),
        ("<p>one</p><p class=x>two<br>three</p>", "one two three"),
        ("a<script>alert('<b>')</script>z <!-- no --> y", "a z y"),
        ('<a href="x>y">link</a> <b>open', "link <b>open"),
        ("<div class='a'>never closed <span", "never closed <span"),
        ("e\u0301te\u0301", "été"),
        ("zero\u200bwidth \u202eright\u202c\ufeff so\u00adft", "zerowidth right soft"),
        ("a\u200db\u200c", "ab"),
        ("👩\u200d👩\u200d👧 ❤\ufe0f\u200d🔥", "👩\u200d👩\u200d👧 ❤\ufe0f\u200d🔥"),
        ("🏴\U000e0067\U000e0062\U000e007f x\U000e0067", "🏴\U000e0067\U000e0062\U000e007f x"),
        ("soooooo coooool!!!!! нееееет", "soo cool!! неет"),
        ("Ｃ＋＋ １２ ｶﾞｲﾄﾞ！", "C++ 12 ガイド！"),
        (" a \t b\u00a0c\r\n\r\n\r\n\r\nd ", "a b c\n\nd"),
        ("\0a\x07b\x1b[31mc", "abc"),
    ],
)
def test_faults_are_mended(text: str, clean: str) -> None:
    assert Standard().clean([text]) == [clean]


def test_addresses_are_kept_removed_or_replaced() -> None:
    text = "see https://example.org/a?b=1, or www.example.org."
    assert Standard().clean([text]) == [text]
    assert Standard(urls="remove").clean([text]) == ["see , or ."]
    assert Standard(urls="replace").clean([text]) == ["see URL, or URL."]


def test_chinese_is_converted_and_japanese_is_not() -> None:
    traditional, simplified = "漢語學習，電腦", "汉语学习，电脑"
    assert Standard(chinese="simplified").clean([traditional, "漢字を学ぶ"]) == [
        simplified,
        "漢字を学ぶ",
    ]
    assert Standard(chinese="traditional").clean([simplified]) == [traditional]


@pytest.mark.parametrize("text", ["漢語學習", "皇后在后面發展頭髮", "干乾幹", "台湾臺灣里裏"])
@pytest.mark.parametrize("chinese", ["simplified", "traditional"])
def test_chinese_is_converted_once(text: str, chinese: str) -> None:
    cleaner = Standard(chinese=chinese)  # type: ignore[arg-type]
    once = cleaner.clean([text])
    assert cleaner.clean(once) == once


def test_every_step_can_be_left_out() -> None:
    nothing = Standard(
        mojibake=False,
        html=False,
        form="as-is",
        controls=False,
        full_width=False,
        repeats=False,
        spaces=False,
    )
    text = " schÃ¶n <b>x</b> e\u0301 \u200b Ａ soooooo "
    assert nothing.clean([text]) == [text]


@pytest.mark.parametrize("name", ["form", "urls", "chinese"])
def test_unknown_choices_are_named(name: str) -> None:
    with pytest.raises(ConfigError, match=f"{name} is 'no such'; give one of"):
        Standard(**{name: "no such"})


@pytest.mark.parametrize(
    "piece",
    ["<b ", "<!--", "<script>", "&amp;", "&#38;", "<", "<b x", "x\u200d", "http://", "a", "Ã"],
)
def test_long_texts_of_one_piece_take_no_time(piece: str) -> None:
    (once,) = Standard().clean([piece * (100_000 // len(piece))])
    assert Standard().clean([once]) == [once]
