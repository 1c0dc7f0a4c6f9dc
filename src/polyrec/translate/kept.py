"""What a translation must keep as it is: numbers, units, addresses, placeholders."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

NUMBER = re.compile(r"(?<!\d)\d{1,3}(?:[.,' \u00a0\u202f]\d{3})+(?:[.,]\d+)?(?!\d)|\d+(?:[.,]\d+)?")
MARK = re.compile(
    r"https?://[^\s<>\"»]+[^\s<>\"».,;:!?)]"  # an address
    r"|(?<![\w.+-])[\w.+-]++@[\w-]+(?:\.[\w-]+)+"  # an e-mail address
    r"|%(?:\(\w+\))?[sdifgxr](?!\w)"  # %s, %(name)d
    r"|\$?\{\w*\}"  # {name}, ${name}
    r"|</?[A-Za-z][^<>]*>"  # <b>
    r"|&(?:\w+|#\d+);"  # &amp;
)
UNIT = re.compile(
    r"(?<=\d)[ \u00a0\u202f]?(%|°[CF]|[kMGT]i?B|[kcm]?m|k?g|mg|[mc]?l|[kMG]?Hz|k?W|V)\b|(?<=\d) ?%"
)
ROMAN = re.compile(r"\b(?=[VX]|[IVX]{2})(X{0,3}(?:IX|IV|VI{0,3}|I{1,3})|X{1,3})e?\b")
ROMAN_VALUES = {"I": 1, "V": 5, "X": 10}
CURRENCY = re.compile(r"[$€£¥₹₽]")


def numbers(text: str) -> Counter[str]:
    """Count the numbers of a text by their digits alone, as separators differ by language."""
    return Counter(digits(found) for found in NUMBER.findall(text))


def digits(number: str) -> str:
    """Give the digits of a number, in ASCII, without leading zeros."""
    found = "".join(str(unicodedata.digit(c)) for c in number if c.isdigit())
    return found.lstrip("0") or "0"


def marks(text: str) -> Counter[str]:
    """Count the addresses, placeholders, tags and entities of a text."""
    return Counter(MARK.findall(text))


def units(text: str) -> Counter[str]:
    """Count the signs of units behind numbers, and those of currencies."""
    found = [match[0].strip() for match in UNIT.finditer(text)]
    return Counter(found + CURRENCY.findall(text))


def numbers_lost(one: str, other: str) -> float:
    """Give the share of numbers that one text has and the other has not.

    What stands in Roman numerals there, as centuries do in Spanish, is not missing.
    """
    of, kept = numbers(one), numbers(other)
    return lost(of - (of - kept & _roman(other)), kept - (kept - of & _roman(one)))


def _roman(text: str) -> Counter[str]:
    """Count the values of Roman numerals up to 39."""
    return Counter(str(_value(found[1])) for found in ROMAN.finditer(text))


def _value(numeral: str) -> int:
    values = [ROMAN_VALUES[letter] for letter in numeral]
    after = [*values[1:], 0]
    return sum(-a if a < b else a for a, b in zip(values, after, strict=True))


def lost(of: Counter[str], kept: Counter[str]) -> float:
    """Give the share of what one of the two counts has and the other has not; 0 for none."""
    both, common = of.total() + kept.total(), (of & kept).total()
    return 1 - 2 * common / both if both else 0.0
