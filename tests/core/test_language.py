from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyrec.core.errors import LanguageError
from polyrec.core.language import matches, standard_tag, wide_tag, with_script

TAGS = st.builds(
    lambda language, script, region: "-".join(filter(None, [language, script, region])),
    st.sampled_from(["de", "en", "pt", "zh", "sr", "ja", "nb", "eo", "und", "fil", "yue"]),
    st.sampled_from(["", "Latn", "Cyrl", "Hant", "Hans"]),
    st.sampled_from(["", "BR", "PT", "TW", "DE", "419"]),
)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("de", "de"),
        ("DE", "de"),
        (" pt_br ", "pt-BR"),
        ("deu", "de"),
        ("ger", "de"),
        ("iw", "he"),
        ("zh-hant-tw", "zh-Hant-TW"),
        ("es-419", "es-419"),
        ("de-1996", "de-1996"),
        ("en-x-mine", "en-x-mine"),
        ("und", "und"),
        ("UND", "und"),
        ("und-Latn", "und-Latn"),
        ("", "und"),
        ("  ", "und"),
    ],
)
def test_a_tag_has_one_spelling(given: str, expected: str) -> None:
    assert standard_tag(given) == expected


@pytest.mark.parametrize(
    "given", ["german", "xx", "d", "de-", "-de", "de--AT", "??", "Deutsch", "root", "undx", 3, None]
)
def test_what_is_no_tag_is_refused(given: object) -> None:
    with pytest.raises(LanguageError, match="is not a language tag; use BCP 47"):
        standard_tag(given)  # type: ignore[arg-type]


@given(TAGS)
def test_a_standard_tag_stays_as_it_is(tag: str) -> None:
    assert standard_tag(standard_tag(tag)) == standard_tag(tag)
    assert standard_tag(tag.upper()) == standard_tag(tag.replace("-", "_"))


@given(st.text(max_size=12))
def test_any_text_is_a_tag_or_refused(text: str) -> None:
    try:
        assert standard_tag(standard_tag(text)) == standard_tag(text)
    except LanguageError as error:
        assert repr(text) in str(error)  # noqa: PT017 (either will do)


@pytest.mark.parametrize(
    ("wished", "tag", "expected"),
    [
        ("de", "de", True),
        ("de", "de-AT", True),
        ("de-AT", "de", True),
        ("de-AT", "de-CH", False),
        ("de", "en", False),
        ("zh", "zh-TW", True),
        ("zh", "zh-Hans", True),
        ("zh-TW", "zh-Hant", True),
        ("zh-TW", "zh-CN", False),
        ("zh-TW", "zh", False),
        ("zh-Hant", "zh-TW", True),
        ("pt-BR", "pt", True),
        ("pt-BR", "pt-PT", False),
        ("sr-Latn", "sr", False),
        ("sr-Cyrl", "sr", True),
        ("und", "und", True),
        ("und", "de", False),
        ("de", "und", False),
        ("pt_br", "por", True),
    ],
)
def test_a_wish_is_served_by_language_then_script_then_region(
    wished: str, tag: str, expected: bool
) -> None:
    assert matches(wished, tag) is expected


@given(TAGS)
def test_every_tag_serves_itself(tag: str) -> None:
    assert matches(tag, tag)


@given(TAGS, TAGS)
def test_a_language_alone_is_served_by_all_its_kinds(wished: str, tag: str) -> None:
    language = standard_tag(wished).split("-")[0]
    assert matches(language, tag) is (standard_tag(tag).split("-")[0] == language)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("cmn", "zh"),
        ("arb", "ar"),
        ("deu", "de"),
        ("zho-CN", "zh-CN"),
        ("por-BR", "pt-BR"),
        ("yue", "yue"),
        ("arz", "arz"),
        ("und", "und"),
    ],
)
def test_corpora_name_languages_as_people_do(given: str, expected: str) -> None:
    assert wide_tag(given) == expected


def test_a_file_name_that_is_no_language_is_refused() -> None:
    with pytest.raises(LanguageError):
        wide_tag("readme")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("pt-BR", "pt-Latn"),
        ("pt", "pt-Latn"),
        ("zh-TW", "zh-Hant"),
        ("zh", "zh-Hans"),
        ("sr-Latn", "sr-Latn"),
        ("sr", "sr-Cyrl"),
        ("und", "und"),
        ("und-Latn", "und"),
    ],
)
def test_the_likely_script_is_filled_in(given: str, expected: str) -> None:
    assert with_script(given) == expected
