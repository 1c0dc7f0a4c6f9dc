"""A language in which explanations are worded: its messages, numbers, lists, quotes, direction."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from babel import Locale
from babel.lists import format_list
from babel.numbers import format_decimal, format_percent

from polyrec.core.language import matches
from polyrec.core.messages import language_called, messages_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from babel.support import Translations

FOLDER = Path(__file__).parent / "locale"
FALLBACK = "en"
TONGUES = tuple(sorted(file.stem for file in FOLDER.glob("*.po")))
"""The languages, as BCP 47 tags."""

LONGEST_NAME = 80
"""Letters of an item's text that name it in a sentence."""

ZEROS = {"arab": 0x660, "arabext": 0x6F0, "beng": 0x9E6, "deva": 0x966}
"""Where the digits of a numbering system begin."""

FIRST_STRONG, POP = "\u2068", "\u2069"
"""Around a text whose direction is another, so that it turns nothing else around."""

JOINERS = "\u200c\u200d"
"""Format characters that Persian, Hindi and emoji need."""


@dataclass(frozen=True)
class Tongue:
    """One language.

    Attributes:
        tag: as a BCP 47 tag.
        locale: its rules.
        messages: its sentences.
    """

    tag: str
    locale: Locale
    messages: Translations

    def say(self, message: str, **values: str) -> str:
        """Say a message; its values are in the language already."""
        return str(self.messages.gettext(message)) % values

    def say_number(self, one: str, many: str, n: int, **values: str) -> str:
        """Say a message about a number, in the form that the number needs."""
        said = str(self.messages.ngettext(one, many, n))
        return said % {**values, "num": self.number(n)}

    def number(self, n: int) -> str:
        """Write a number."""
        return self._digits(format_decimal(n, locale=self.locale, numbering_system="default"))

    def percent(self, share: float) -> str:
        """Write a share as a percentage, without decimals."""
        made = format_percent(share, locale=self.locale, numbering_system="default")
        return self._digits(made)

    def listed(self, texts: Sequence[str], style: Literal["standard", "or"] = "standard") -> str:
        """Write a list of texts."""
        return format_list(texts, style=style, locale=self.locale)

    def language(self, tag: str) -> str:
        """Name a language."""
        return language_called(tag, self.locale)

    def quoted(self, text: str, named: str = "") -> str:
        """Quote the beginning of a text, or what it is named where it has none."""
        name = self.apart(first_words(text) or first_words(named))
        return self.say("“%(name)s”", name=name)

    @property
    def is_right_to_left(self) -> bool:
        """Whether it is written from right to left."""
        return str(self.locale.text_direction) == "rtl"

    def apart(self, text: str) -> str:
        """Isolate a text that may turn around what stands beside it."""
        directions = {unicodedata.bidirectional(letter) for letter in text}
        if self.is_right_to_left or not directions.isdisjoint({"R", "AL"}):
            return f"{FIRST_STRONG}{text}{POP}"
        return text

    def _digits(self, number: str) -> str:
        """Write digits as the language does; Babel knows its separators alone."""
        zero = ZEROS.get(self.locale.default_numbering_system)
        return number.translate({48 + n: zero + n for n in range(10)}) if zero else number


@lru_cache
def tongue_of(tag: str) -> Tongue:
    """Read the messages of one of `TONGUES`."""
    locale = Locale.parse(tag, sep="-")
    return Tongue(tag, locale, messages_in(FOLDER / f"{tag}.po", locale))


def tongue_for(languages: Sequence[str]) -> tuple[Tongue, bool]:
    """Give the first of some languages that there is, and whether it was asked for.

    It is English, not asked for, where there is none of them. `pt-BR` is served by `pt`, `zh-TW` by
    `zh-Hant`, not by `zh`.

    Raises:
        LanguageError: a language is not a tag.
    """
    for language in languages:
        for tag in TONGUES:
            if matches(language, tag):
                return tongue_of(tag), True
    return tongue_of(FALLBACK), not languages


def first_words(text: str) -> str:
    """Give the beginning of a text's first line, without what would steer a screen."""
    line = next((line for line in text.splitlines() if line.strip()), "")
    kept = line
    if not line.isprintable():
        kept = "".join(c for c in line if c in JOINERS or unicodedata.category(c)[0] != "C")
    name = " ".join(kept.split())
    if len(name) <= LONGEST_NAME:
        return name
    start = name[: LONGEST_NAME - 1]
    end = start.rfind(" ")
    return f"{start[:end] if end > 0.7 * len(start) else start}…"
