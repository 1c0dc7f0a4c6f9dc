"""Language tags (BCP 47): one spelling, and which item tags a wished tag stands for."""

from __future__ import annotations

import re
from functools import lru_cache

import langcodes

from polyrec.core.errors import LanguageError

UNDETERMINED = "und"


@lru_cache(maxsize=4096)
def standard_tag(tag: str) -> str:
    """Spell a language tag the standard way: `pt_br` gives `pt-BR`, `deu` gives `de`.

    Empty text gives `und`.

    Raises:
        LanguageError: the tag is not BCP 47.
    """
    if not isinstance(tag, str):
        raise LanguageError(tag)
    given = tag.strip() or UNDETERMINED
    try:
        parsed = langcodes.Language.get(given)
    except ValueError as error:
        raise LanguageError(tag) from error
    # langcodes has no language for `und`, and none for what is no tag
    known = parsed.language is not None or re.split("[-_]", given)[0].lower() == UNDETERMINED
    if not known or not parsed.is_valid():
        raise LanguageError(tag)
    return str(parsed.to_tag())


@lru_cache(maxsize=4096)
def wide_tag(tag: str) -> str:
    """Spell a tag as people do: `cmn` gives `zh`, `arb` gives `ar`; all else as `standard_tag`.

    Corpora name their files by ISO 639-3, which has codes of their own for Mandarin and Standard
    Arabic. Languages beside them (`yue`, `arz`) keep their own tags.

    Raises:
        LanguageError: the tag is not BCP 47.
    """
    return str(langcodes.standardize_tag(standard_tag(tag), macro=True))


@lru_cache(maxsize=4096)
def with_script(tag: str) -> str:
    """Name a tag's language and script, the likely script filled in: `zh-TW` gives `zh-Hant`.

    `und` stays `und`, whatever else its tag says.

    Raises:
        LanguageError: the tag is not BCP 47.
    """
    parsed = langcodes.Language.get(standard_tag(tag))
    if parsed.language in (None, UNDETERMINED):
        return UNDETERMINED
    full = parsed.maximize()
    return f"{full.language}-{full.script}" if full.script else str(full.language)


@lru_cache(maxsize=4096)
def language_name(tag: str) -> str:
    """Name a language in English: `de` gives `German`; the tag itself without the extra `detect`.

    Raises:
        LanguageError: the tag is not BCP 47.
    """
    parsed = langcodes.Language.get(standard_tag(tag))
    try:
        return str(parsed.display_name())
    except ModuleNotFoundError:  # langcodes has its names in a package of 24 MB
        return str(parsed.to_tag())


@lru_cache(maxsize=65536)
def matches(wished: str, tag: str) -> bool:
    """Say whether a text in `tag` serves who wished for `wished`.

    Language must agree; script too (likely scripts filled in) where the wish names a script or a
    region; region too where both name one. So `zh` takes every Chinese, `zh-TW` takes `zh-Hant`
    but not `zh-CN`, and `pt-BR` takes `pt` but not `pt-PT`.

    Raises:
        LanguageError: either is not BCP 47.
    """
    want = langcodes.Language.get(standard_tag(wished))
    have = langcodes.Language.get(standard_tag(tag))
    if (want.language or UNDETERMINED) != (have.language or UNDETERMINED):
        return False
    if want.script is None and want.territory is None:
        return True
    if want.territory and have.territory and want.territory != have.territory:
        return False
    return bool(want.maximize().script == have.maximize().script)
