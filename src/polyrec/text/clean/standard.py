"""The cleaner `standard`: what goes wrong with texts on their way through shops and databases."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from ftfy import TextFixerConfig, fix_text

from polyrec.core.errors import ConfigError, MissingExtraError
from polyrec.text.clean.characters import even_spaces, usual_width, visible, without_repeats
from polyrec.text.clean.cleaner import Cleaner
from polyrec.text.clean.markup import without_markup
from polyrec.text.detect.script import script_of

if TYPE_CHECKING:
    from collections.abc import Callable

FORMS = ("NFC", "NFKC", "as-is")
URLS = ("keep", "remove", "replace")
CHINESE = {"as-is": "", "simplified": "t2s", "traditional": "s2t"}

URL = re.compile(
    r"(?:https?://|www\.)[^\s<>\"'`]*[^\s<>\"'`.,;:!?)\]}。，、）】」』]", re.IGNORECASE
)
URL_WORD = "URL"

MOST_ROUNDS = 12
"""After so many rounds a text is taken as it is; two are usual."""

MOJIBAKE = TextFixerConfig(
    unescape_html=False,
    fix_latin_ligatures=False,
    fix_character_width=False,
    uncurl_quotes=False,
    fix_line_breaks=False,
    remove_control_chars=False,
    normalization=None,
    explain=False,
)


@dataclass
class Standard(Cleaner):
    """Mends encodings, takes out markup and unseen characters, evens widths, repeats and spaces.

    Attributes:
        mojibake: whether to mend text that was decoded wrongly, such as `schÃ¶n`.
        html: whether to take tags out and put characters for entities.
        form: the Unicode form: NFC, NFKC (also replaces ligatures, circled digits, ...), or as-is.
        controls: whether to leave out control, zero-width and direction characters.
        urls: keep, remove, or replace by the word URL.
        full_width: whether to write full-width letters and digits in the usual width.
        repeats: whether to shorten four or more of a letter in a row to two.
        spaces: whether to even out spaces and empty lines.
        chinese: simplified or traditional characters, or as-is; texts with kana or Hangul are left
            alone. Needs the extra `chinese`.
    """

    mojibake: bool = True
    html: bool = True
    form: Literal["NFC", "NFKC", "as-is"] = "NFC"
    controls: bool = True
    urls: Literal["keep", "remove", "replace"] = "keep"
    full_width: bool = True
    repeats: bool = True
    spaces: bool = True
    chinese: Literal["as-is", "simplified", "traditional"] = "as-is"

    def __post_init__(self) -> None:
        for name, known in (("form", FORMS), ("urls", URLS), ("chinese", CHINESE)):
            value = getattr(self, name)
            if value not in known:
                raise ConfigError(f"{name} is {value!r}", hint=f"give one of {', '.join(known)}")
        if self.chinese != "as-is":
            _converter(CHINESE[self.chinese])  # says at once if its library is missing

    def _clean(self, text: str) -> str:
        """Take every step until none changes anything: one may uncover work for another."""
        steps = self._steps()
        for _ in range(MOST_ROUNDS):
            before = text
            for step in steps:
                text = step(text)
            if text == before:
                break
        return text

    def _steps(self) -> list[Callable[[str], str]]:
        steps: list[Callable[[str], str]] = []
        if self.mojibake:
            steps.append(_mended)
        if self.html:
            steps.append(without_markup)
        if self.controls:
            steps.append(visible)
        if self.full_width:
            steps.append(usual_width)
        form = self.form
        if form != "as-is":
            steps.append(lambda text: unicodedata.normalize(form, text))
        if self.urls != "keep":
            word = URL_WORD if self.urls == "replace" else ""
            steps.append(lambda text: URL.sub(word, text))
        if self.repeats:
            steps.append(without_repeats)
        if self.chinese != "as-is":
            steps.append(lambda text: _converted(text, CHINESE[self.chinese]))
        if self.spaces:
            steps.append(even_spaces)
        return steps


def _mended(text: str) -> str:
    return text if text.isascii() and "\x1b" not in text else fix_text(text, MOJIBAKE)


def _converted(text: str, direction: str) -> str:
    return str(_converter(direction).convert(text)) if script_of(text) == "Hani" else text


@lru_cache(maxsize=2)
def _converter(direction: str) -> Any:
    try:
        from opencc import OpenCC
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            "cleaner 'standard' with chinese",
            needs="opencc",
            remedy="pip install 'polyrec[chinese]'",
        ) from error
    return OpenCC(direction)
