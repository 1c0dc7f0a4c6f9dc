"""The page's words in each of its languages, from the catalogues in `locale/`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from babel import Locale, negotiate_locale
from babel.dates import UTC, format_datetime
from babel.numbers import format_decimal, format_percent

from polyrec.core.messages import language_called, messages_in

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from babel.support import Translations

FOLDER = Path(__file__).parent / "locale"
DOMAIN = "page"
FALLBACK = "en"
TONGUES = {"en": "English", "zh": "中文", "es": "Español", "ar": "العربية"}
"""The page's languages, as they call themselves."""

HTML_TAGS = {"zh": "zh-Hans"}
LONGEST_HEADER = 1000


@dataclass(frozen=True)
class Words:
    """One language of the page.

    Attributes:
        tongue: its name among `TONGUES`.
        locale: its rules.
        translations: its words.
    """

    tongue: str
    locale: Locale
    translations: Translations

    @property
    def html_tag(self) -> str:
        """The tag for the attribute `lang`."""
        return HTML_TAGS.get(self.tongue, self.tongue)

    @property
    def direction(self) -> str:
        """`ltr` or `rtl`, for the attribute `dir`."""
        return str(self.locale.text_direction)

    def language(self, tag: str) -> str:
        """Name a language; a tag that has no name is its own."""
        return language_called(tag, self.locale)

    def listed(self, tags: Sequence[str]) -> str:
        """Name several languages, parted as no language minds."""
        return " · ".join(map(self.language, tags))

    def number(self, value: float) -> str:
        """Write a number."""
        return format_decimal(value, locale=self.locale)

    def percent(self, share: float) -> str:
        """Write a share as a percentage."""
        return format_percent(share, locale=self.locale)

    def moment(self, at: datetime) -> str:
        """Write a time, in UTC: nobody knows where the visitor's clock stands."""
        return f"{format_datetime(at, 'medium', UTC, self.locale)} UTC"


@lru_cache
def words_in(tongue: str) -> Words:
    """Read the words of one of `TONGUES`."""
    locale = Locale.parse(tongue)
    return Words(tongue, locale, messages_in(FOLDER / tongue / f"{DOMAIN}.po", locale))


def negotiated(header: str) -> str:
    """Choose the page's language by a browser's `Accept-Language`."""
    found = negotiate_locale(_wished(header[:LONGEST_HEADER]), TONGUES, sep="-")
    return found.lower() if found else FALLBACK


def _wished(header: str) -> list[str]:
    """Give the tags of a header, most wished first."""
    weighed = []
    for part in header.split(","):
        tag, _, weight = part.partition(";")
        try:
            q = float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            q = 0.0
        if q > 0:
            weighed.append((q, tag.strip()))
    return [tag for _, tag in sorted(weighed, key=lambda found: -found[0])]
