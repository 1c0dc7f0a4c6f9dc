from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
import snowballstemmer
import stopwordsiso

from polyrec.core.language import standard_tag
from polyrec.text.tools import DICTIONARY_FORMS, GENERIC, TOOLS, tools_for

EXTRAS = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"][
    "optional-dependencies"
]


def test_every_row_names_tools_that_there_are() -> None:
    assert len(TOOLS) >= 60
    for language, tools in TOOLS.items():
        assert tools.language == language == standard_tag(language)
        assert tools.stems in {"", DICTIONARY_FORMS, *snowballstemmer.algorithms()}
        assert not tools.stop_words or stopwordsiso.has_lang(tools.stop_words)
        assert tools.stems or tools.stop_words
        assert not tools.generic


def test_every_language_of_snowball_and_stopwordsiso_has_a_row() -> None:
    listed = {tools.stop_words for tools in TOOLS.values()} - {""}
    assert listed == stopwordsiso.langs()
    stemmed = {tools.stems for tools in TOOLS.values()} - {"", DICTIONARY_FORMS}
    assert stemmed == set(snowballstemmer.algorithms()) - {"porter", "dutch_porter"}


def test_extras_hold_the_libraries_that_rows_name() -> None:
    for tools in TOOLS.values():
        assert (tools.words == "spaces") == (tools.extra == "")
        if tools.extra:
            assert any(need.startswith(tools.words) for need in EXTRAS[tools.extra])
            assert set(EXTRAS[tools.extra]) <= set(EXTRAS["languages"])


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        *(("zh-Hant-TW", "zh"), ("cmn", "zh"), ("nb", "no"), ("nn-NO", "no"), ("pt_BR", "pt")),
        *(("iw", "he"), ("tl", "fil"), ("arb", "ar"), ("deu", "de"), ("sr-Latn", "sr")),
    ],
)
def test_regions_scripts_and_older_codes_have_the_tools_of_their_language(
    tag: str, language: str
) -> None:
    assert tools_for(tag) is TOOLS[language]


@pytest.mark.parametrize("tag", ["und", "und-Thai", "lo", "yue", "tlh", ""])
def test_what_has_no_row_is_generic_and_says_so(tag: str) -> None:
    assert tools_for(tag) is GENERIC
    assert GENERIC.generic
