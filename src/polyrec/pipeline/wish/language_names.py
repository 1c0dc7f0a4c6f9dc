"""What languages are called in many languages, by CLDR, as a wish may name them."""

from __future__ import annotations

from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from babel import Locale

from polyrec.text.words import normal

if TYPE_CHECKING:
    from collections.abc import Mapping

ASKED_IN = (
    *("en", "zh", "es", "ar", "de", "fr", "pt", "it", "ru", "ja", "ko", "hi", "nl", "pl", "sv"),
    *("da", "nb", "cs", "sk", "uk", "bg", "sr", "sl", "hr", "el", "ro", "hu", "fi", "et", "lv"),
    *("lt", "tr", "id", "ms", "vi", "th", "fa", "he", "ur", "bn", "ta", "te", "ca", "eu", "sw"),
    "zh_Hant",
)
"""Languages whose names of languages are known."""

DECLINED = {
    *("de", "ru", "uk", "bg", "sr", "sl", "hr", "cs", "sk", "pl", "lv", "lt", "el", "fi", "et"),
    "hu",
}
"""Among them, those where the end of a name changes with the sentence."""

SHORTEST_STEM = 4


@lru_cache(maxsize=1)
def names() -> Mapping[str, str]:
    """Give the tag of a language by its name in any language, in lower case."""
    found: dict[str, str] = {}
    for locale in ASKED_IN:
        for name, tag in _named(locale):
            found.setdefault(name, tag)
            if locale.startswith("zh") and name.endswith(("语", "語")):
                found.setdefault(name[:-1] + "文", tag)
    return MappingProxyType(found)


@lru_cache(maxsize=1)
def stems() -> Mapping[str, str]:
    """Give the tag by the beginning of a name, for languages that change its end."""
    found: dict[str, str] = {}
    for locale in ASKED_IN:
        if locale in DECLINED:
            for name, tag in _named(locale):
                stem = name[:-2] if locale != "de" else name
                if " " not in name and len(stem) >= SHORTEST_STEM:
                    found.setdefault(stem, tag)
    return MappingProxyType(found)


def by_stem(word: str, spare: int = 4) -> str | None:
    """Give the tag of a language by its declined name, or None."""
    for end in range(len(word), max(SHORTEST_STEM, len(word) - spare) - 1, -1):
        if (tag := stems().get(word[:end])) is not None:
            return tag
    return None


def _named(locale: str) -> list[tuple[str, str]]:
    """List the names of languages of two letters, and of those with a region or script."""
    found = []
    for code, name in Locale.parse(locale).languages.items():
        if len(code.split("_")[0]) == 2:
            plain = normal(str(name)).casefold()
            found.append((plain, code.replace("_", "-")))
    return found
