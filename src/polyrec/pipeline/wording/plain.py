"""What sentences of a language model must be, whatever they are about: few, plain, as asked for."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import langcodes
import regex

from polyrec.core.language import UNDETERMINED, language_name, matches

if TYPE_CHECKING:
    from polyrec.text.detect.detector import Detector

MOST_SENTENCES = 2

QUOTES = "\"'“”„«»‹›‘’‚「」『』"
_QUOTED = regex.compile(rf"[{QUOTES}]([^{QUOTES}]*\p{{L}}[^{QUOTES}]*)[{QUOTES}]")
_APOSTROPHE = regex.compile(r"(?<=\p{L})['’](?=\p{L})")
_END = regex.compile(r"(?<=[.!؟।])\s+|(?<=[。！।])\s*")
_QUESTION = regex.compile(r"[?؟？]")
_FOREIGN = regex.compile(r"https?:\S*|www\.\S*|[@<>{}\[\]]", regex.IGNORECASE)
_NUMBER = regex.compile(r"\d+(?:[.,٬٫\u00a0\u202f’']\d+)*")
_PERCENT = regex.compile(r"[%٪％]")


def sentences_of(text: str) -> list[str]:
    """Cut a text into sentences."""
    return [each for each in _END.split(text.strip()) if each.strip()]


def why_not_plain(text: str, told: str = "") -> str:
    """Say what keeps a text from being shown; empty if nothing does.

    It may be two sentences, no question, without quotations, links and marks of programs; every
    number and percentage must be one of those that were told.
    """
    if _QUESTION.search(text):
        return "it asks a question"
    if (n := len(sentences_of(text))) > MOST_SENTENCES:
        return f"it has {n} sentences"
    if found := _QUOTED.search(_APOSTROPHE.sub("", text)):
        return f"it quotes {found[1].strip()!r}, which no fact names"
    if found := _FOREIGN.search(text):
        return f"it holds {found[0]!r}"
    allowed = set(_figures(told))
    wrong = next((each for each in _figures(text) if each not in allowed), None)
    return f"it says {wrong}, which no fact says" if wrong else ""


def why_other_language(
    text: str, language: str, detector: Detector | None, *, must_be_sure: bool = False
) -> str:
    """Say that a text is in another language than was asked for; empty if it is not.

    Args:
        text: what was written, without names.
        language: the tag that was asked for.
        detector: finds the language; None trusts the text.
        must_be_sure: refuse a text whose language is not sure.
    """
    if detector is None:
        return ""
    (found,) = detector.detect([text])
    if found.language == UNDETERMINED:
        return "its language is not sure" if must_be_sure else ""
    asked = langcodes.Language.get(language).language or language
    return "" if matches(asked, found.language) else f"it is in {language_name(found.language)}"


def _figures(text: str) -> list[str]:
    """Give the numbers of a text in plain digits, percentages with their sign."""
    found = []
    for match in _NUMBER.finditer(text):
        digits = "".join(str(unicodedata.digit(c)) for c in match.group() if c.isdigit())
        around = text[max(match.start() - 2, 0) : match.start()] + text[match.end() :][:2]
        found.append(f"{digits}%" if _PERCENT.search(around) else digits)
    return found
