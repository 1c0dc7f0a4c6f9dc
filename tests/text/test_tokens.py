from __future__ import annotations

import importlib.util
import logging
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyrec.core.errors import DataError, LanguageError, MissingExtraError
from polyrec.text import dictionaries
from polyrec.text import tokens as module
from polyrec.text.tokens import Tokenizer, stop_words, tokens
from polyrec.text.tools import TOOLS, tools_for
from polyrec.text.words import LETTER, normal

if TYPE_CHECKING:
    from pathlib import Path

HAVE = [
    language
    for language in ("ja", "ko", "th", "zh")
    if importlib.util.find_spec(tools_for(language).words)
]
SOME = st.sampled_from(["und", "en", "ar", "fr", "tr", "lo", *HAVE])
ALL_DICTIONARIES = """
from polyrec.text.tokens import tokens
for language in ("zh", "ja", "ko", "th"):
    text = "木工课程, 木工の入門, 목공 강좌, งานไม้"
    assert tokens(text, language)
"""


@given(st.text(), SOME)
def test_every_word_of_any_text_has_a_letter_or_digit(text: str, language: str) -> None:
    for token in Tokenizer(language)(text):
        assert LETTER.search(token.word)
        assert token.term
        assert token.shown
        assert token.word == token.word.strip()


@given(st.text(), st.sampled_from(["en", *{"ja", "th", "zh"} & set(HAVE)]))
def test_words_stand_in_the_text_in_this_order(text: str, language: str) -> None:
    seen, places = normal(text).lower(), [0]
    for word in tokens(text, language):
        places.append(seen.find(word, places[-1]))  # pairs overlap
    assert -1 not in places


@given(st.text(alphabet="ab木工の入ษา ", max_size=20))
def test_a_text_with_other_full_and_half_width_forms_has_the_same_words(text: str) -> None:
    wide = text.translate({ord("a"): "ａ", ord("b"): "ｂ"})
    assert tokens(wide, "und") == tokens(text, "und")


def test_a_language_without_a_row_is_cut_by_rules_alone() -> None:
    assert Tokenizer("lo").tools.generic
    assert tokens("ສະບາຍດີ ok", "lo") == ["ສະ", "ະບ", "ບາ", "າຍ", "ຍດີ", "ok"]
    assert tokens("木工の入門コース") == ["木工", "工の", "の入", "入門", "コース"]
    assert tokens("the saws", "und", drop_stop_words=True, stem=True) == ["the", "saws"]


def test_a_text_without_letters_has_no_words() -> None:
    assert tokens(" … --- 🪵 __ ", "en") == []
    assert tokens("", "ja") == []


def test_what_is_no_text_or_no_language_is_refused() -> None:
    with pytest.raises(DataError, match="text is None, not a text"):
        tokens(None, "en")  # type: ignore[arg-type]
    with pytest.raises(LanguageError, match="'english please'"):
        tokens("saw", "english please")


def test_stop_words_are_in_lower_case_and_come_for_a_language_and_its_regions() -> None:
    assert {"the", "don't"} <= stop_words("en-GB")
    assert "l'" in stop_words("fr") or tokens("l'eau", "fr", drop_stop_words=True) == ["eau"]
    assert stop_words("ta") == stop_words("und") == frozenset()
    assert all("" not in stop_words(language) for language in TOOLS)


@pytest.fixture
def _no_sudachi(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent() -> None:
        raise ModuleNotFoundError("No module named 'sudachipy'", name="sudachipy")

    monkeypatch.setitem(dictionaries._LOADERS, "sudachipy", absent)  # type: ignore[arg-type]
    module._say_once.cache_clear()


@pytest.mark.usefixtures("_no_sudachi")
def test_a_missing_extra_says_what_to_install() -> None:
    with pytest.raises(MissingExtraError) as raised:
        Tokenizer("ja-JP")
    assert str(raised.value) == (
        "the tokenizer of 'ja' needs sudachipy; pip install 'polyrec[japanese]'"
    )


@pytest.mark.usefixtures("_no_sudachi")
def test_without_its_extra_a_language_may_be_cut_by_rules_which_is_said_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        first, second = (Tokenizer("ja", strict=False) for _ in range(2))
    assert first.tools.generic
    assert second.tools.generic
    assert [token.word for token in first("入門の")] == ["入門", "門の"]
    assert [record.getMessage() for record in caplog.records] == [
        "the tokenizer of 'ja' needs sudachipy; pip install 'polyrec[japanese]'; "
        "until then its texts are cut by rules alone"
    ]


@pytest.mark.skipif(len(HAVE) < 4, reason="needs the extra languages")
def test_dictionaries_write_nothing_anywhere(tmp_path: Path) -> None:
    for name in ("home", "tmp", "here"):
        (tmp_path / name).mkdir()
    environment = os.environ | {
        "HOME": str(tmp_path / "home"),
        "TMPDIR": str(tmp_path / "tmp"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", ALL_DICTIONARIES],
        env=environment,
        cwd=tmp_path / "here",
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert [each for each in tmp_path.rglob("*") if each.parent != tmp_path] == []


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ja", "木工の入門コースを受けました"),
        ("ko", "목공 강좌를 들었습니다"),
        ("th", "หลักสูตรงานไม้"),
        ("zh", "木工初学者入门课程"),
        ("en", "woodworkers working"),
    ],
)
def test_threads_may_share_a_tokenizer(language: str, text: str) -> None:
    if language not in {"en", *HAVE}:
        pytest.skip("needs the extra languages")
    texts = [f"{text} {i}x" for i in range(60)]
    tokenizer = Tokenizer(language)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(tokenizer, texts))
    assert found == [Tokenizer(language)(text) for text in texts]


@pytest.mark.parametrize("language", ["en", "fr", "und", *HAVE])
def test_a_very_long_text_without_a_space_is_cut_too(language: str) -> None:
    for text in ("木工の" * 10_000, "งานไม้" * 2_000, "목공" * 2_000, "l'" * 5_000, "x" * 50_000):
        assert tokens(text, language)
