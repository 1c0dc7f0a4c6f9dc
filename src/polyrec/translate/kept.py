"""What a translation must keep as it is: numbers, units, addresses, placeholders."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

NUMBER = re.compile(r"\d+(?:[.,' \u00a0\u202f]\d{3})+(?:[.,]\d+)?(?!\d)|\d+(?:[.,]\d+)?")
MARK = re.compile(
    r"https?://[^\s<>\"»]+[^\s<>\"».,;:!?)]"  # an address
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"  # an e-mail address
    r"|%(?:\(\w+\))?[sdifgxr](?!\w)"  # %s, %(name)d
    r"|\$?\{\w*\}"  # {name}, ${name}
    r"|</?[A-Za-z][^<>]*>"  # <b>
    r"|&(?:\w+|#\d+);"  # &amp;
)
UNIT = re.compile(
    r"(?<=\d)[ \u00a0\u202f]?(%|°[CF]|[kMGT]i?B|[kcm]?m|k?g|mg|[mc]?l|[kMG]?Hz|k?W|V)\b|(?<=\d) ?%"
)
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


def lost(of: Counter[str], kept: Counter[str]) -> float:
    """Give the share of what one of the two counts has and the other has not; 0 for none."""
    both, common = of.total() + kept.total(), (of & kept).total()
    return 1 - 2 * common / both if both else 0.0
