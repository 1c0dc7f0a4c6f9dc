"""Repairs of what a translation must keep: placeholders, addresses, numbers."""

from __future__ import annotations

import re

from polyrec.translate.kept import NUMBER, digits, marks, numbers, units
from polyrec.translate.surface import language_of

GROUPED = re.compile(r"\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*")
DECIMAL_COMMA = re.compile(r"\d+,\d{1,2}")
COMMA = """
bg ca cs da de el es et fi fr gl hr hu id is it lt lv nb nl pl pt ro ru sk sl sr sv tr uk vi
"""
"""Languages that write 1.000,5; Switzerland, Mexico and others apart."""

POINT = "en zh ja ko th he hi"
"""Languages that write 1,000.5."""

POINT_REGIONS = ("-MX", "-CH", "-US", "-PR", "-GT", "-HN", "-NI", "-PA", "-PE", "-SV", "-DO")


def with_placeholders(one: str, other: str, source: str, target: str) -> str:
    """Put placeholders, tags and addresses back that came out with other spaces or letters."""
    del source, target
    for mark in marks(one) - marks(other):
        loose = r"\s*".join(re.escape(sign) for sign in mark)
        for match in re.finditer(loose, other, flags=re.IGNORECASE):
            if match[0] not in one:
                other = other[: match.start()] + mark + other[match.end() :]
                break
    return other


def with_numbers(one: str, other: str, source: str, target: str) -> str:
    """Write separators as the target does, and put a number right of which digits changed.

    The latter only where one number is missing, another of the same digits in another order stands
    in its place, or one of four or more digits of which one differs: what was converted stays.
    """
    mended = _separated(one, other, source, target)
    missing, extra = numbers(one) - numbers(mended), numbers(mended) - numbers(one)
    if missing.total() != 1 or extra.total() != 1 or units(one) != units(mended):
        return mended
    (right,), (wrong,) = missing, extra
    given, made = list(NUMBER.finditer(one)), list(NUMBER.finditer(mended))
    if not _slipped(right, wrong) or len(given) != len(made):
        return mended
    for before, after in zip(given, made, strict=True):
        if digits(before[0]) == right and digits(after[0]) == wrong:
            return mended[: after.start()] + before[0] + mended[after.end() :]
    return mended


def _slipped(right: str, wrong: str) -> bool:
    differ = sum(one != other for one, other in zip(right, wrong, strict=False))
    return len(right) == len(wrong) and (
        sorted(right) == sorted(wrong) or (differ == 1 and len(right) >= 4)
    )


def _separated(one: str, other: str, source: str, target: str) -> str:
    """Turn the separators of numbers that were left as they were; only where they are clear."""
    kinds = _point(source), _point(target)
    if None in kinds or kinds[0] == kinds[1]:
        return other
    given = set(NUMBER.findall(one))

    def turned(match: re.Match[str]) -> str:
        number = match[0]
        grouped = GROUPED.fullmatch(number)
        clear = grouped and grouped[1] == ("," if kinds[0] else ".")
        clear = clear or (not kinds[0] and DECIMAL_COMMA.fullmatch(number))
        new = number.translate(str.maketrans(".,", ",."))
        return new if clear and number in given and new not in given else number

    return NUMBER.sub(turned, other)


def _point(tag: str) -> bool | None:
    """Say whether a language has the decimal point; None if that is not known."""
    language = language_of(tag)
    if language in COMMA.split():
        return tag.endswith(POINT_REGIONS)
    return True if language in POINT.split() else None
