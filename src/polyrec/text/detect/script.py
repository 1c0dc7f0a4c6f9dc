"""Which script a text is written in, as Unicode says."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

from fontTools.unicodedata import script as script_of_character

NO_SCRIPT = "Zyyy"
MIXED = {"Hira": "Jpan", "Kana": "Jpan", "Hang": "Kore"}
"""Scripts that are written together with Han characters, and the code of the mixture."""


def script_of(text: str) -> str:
    """Give the ISO 15924 code of most of a text's letters; `Zyyy` where it has none.

    Kana, and Han characters beside them, are `Jpan`; Hangul, and Han beside it, `Kore`; Han alone
    is `Hani`.
    """
    counts = Counter(map(letter_script, text))
    del counts[""]
    if not counts:
        return NO_SCRIPT
    han = counts.pop("Hani", 0)
    if han:
        company = max(
            (s for s in ("Jpan", "Kore") if counts[s]), key=counts.__getitem__, default=""
        )
        counts[company or "Hani"] += han
    return max(sorted(counts), key=counts.__getitem__)


@lru_cache(maxsize=65536)
def letter_script(character: str) -> str:
    """Give the script of a letter, and empty text for all else."""
    if not character.isalpha():
        return ""
    code = str(script_of_character(character))
    return "" if code in {NO_SCRIPT, "Zinh", "Zzzz"} else MIXED.get(code, code)
