"""What may be stored: how long ids, texts and attributes may be; what goes beyond is refused."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from polyrec.core.errors import DataError
from polyrec.core.language import standard_tag
from polyrec.core.texts import storable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LONGEST_ID = 256
"""Characters of an id; the indexes of PostgreSQL hold no more once all of them are escaped."""

LONGEST_TEXT = 100_000
LONGEST_NOTE = 2_000
"""Characters of categories, comments, names, errors."""

LONGEST_TAG = 64
LARGEST_ATTRIBUTES = 64 * 1024
"""Characters of all attributes of an item, as JSON."""

DEEPEST_ATTRIBUTE = 64
"""Lists and objects in each other; what writes answers ends at about 250."""

LARGEST_PAGE = 1_000
YEARS = range(1900, 2200)
"""Far from the ends of the calendar, where no time zone can be put on."""


def given_id(name: str, value: str) -> str:
    """Give an id, or refuse it without repeating it: it may belong to a person.

    Args:
        name: what messages call it: `user id`.
        value: the id.

    Raises:
        DataError: it is no text, empty or too long.
    """
    return _within(name, value, LONGEST_ID, least=1)


def given_text(name: str, value: str, longest: int = LONGEST_TEXT) -> str:
    """Give a text as a database can hold it.

    Raises:
        DataError: it is no text, or too long.
    """
    return storable(_within(name, value, longest))


def given_tag(tag: str) -> str:
    """Give a language's standard tag; `und` for empty text.

    Raises:
        LanguageError: it is no tag.
        DataError: it is too long.
    """
    return _within("language", standard_tag(tag), LONGEST_TAG)


def given_moment(value: datetime | None, now: datetime) -> datetime:
    """Give a moment in UTC; `now` for None.

    Raises:
        DataError: it is no time, has no time zone, or is of no year that an event can be of.
    """
    if value is None:
        return now
    if not isinstance(value, datetime) or value.utcoffset() is None:
        raise DataError("the time has no time zone", hint="give one, such as UTC")
    if value.year not in YEARS:
        raise DataError(f"the time lies outside the years {YEARS[0]} to {YEARS[-1]}")
    return value.astimezone(UTC)


def given_attributes(attributes: Mapping[str, object]) -> dict[str, object]:
    """Give attributes as JSON holds them: tuples become lists, half of a surrogate pair `?`.

    Raises:
        DataError: JSON cannot hold them (NaN and infinity are no numbers there), they are too many,
            or too deep.
    """
    try:
        written = json.dumps(dict(attributes), allow_nan=False, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        raise DataError("the attributes are no JSON object") from None
    _within("JSON of the attributes", written, LARGEST_ATTRIBUTES)
    read: dict[str, object] = json.loads(storable(written))
    if any(_is_deep(each, DEEPEST_ATTRIBUTE) for each in read.values()):
        raise DataError(f"an attribute is deeper than {DEEPEST_ATTRIBUTE} lists or objects")
    return read


def check_page(limit: int) -> None:
    """Refuse a page of no size.

    Raises:
        DataError: fewer than one row is asked for, or more than a page has.
    """
    if not 1 <= limit <= LARGEST_PAGE:
        raise DataError(f"limit is {limit}", hint=f"give 1 to {LARGEST_PAGE}")


def check_once(name: str, ids: Iterable[str]) -> None:
    """Refuse what stands twice: it would not be clear which is meant.

    Raises:
        DataError: one does.
    """
    seen: set[str] = set()
    for place, each in enumerate(ids):
        if each in seen:
            raise DataError(f"{name} {place} stands twice", hint="give each once")
        seen.add(each)


def _is_deep(value: object, most: int) -> bool:
    """Whether more lists and objects stand in each other than may."""
    if not isinstance(value, dict | list):
        return False
    held = value.values() if isinstance(value, dict) else value
    return most == 0 or any(_is_deep(each, most - 1) for each in held)


def _within(name: str, value: str, longest: int, *, least: int = 0) -> str:
    if not isinstance(value, str):
        raise DataError(f"the {name} is no text")
    if not least <= len(value) <= longest:
        raise DataError(f"the {name} has {len(value)} characters, not {least} to {longest}")
    return value
