from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, cast

import pytest

from polyrec.core.errors import DataError, LanguageError
from polyrec.store.limits import (
    check_once,
    check_page,
    given_attributes,
    given_id,
    given_moment,
    given_tag,
    given_text,
)

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = datetime(2026, 1, 1, tzinfo=UTC)
DEEP: list[Any] = []
for _ in range(100_000):
    DEEP = [DEEP]


def nested(levels: int) -> Any:
    return [nested(levels - 1)] if levels else 1


@pytest.mark.parametrize(
    ("check", "said"),
    [
        (lambda: given_id("user id", ""), "the user id has 0 characters, not 1 to 256"),
        (lambda: given_id("user id", "x" * 257), "the user id has 257 characters, not 1 to 256"),
        (lambda: given_id("user id", cast("Any", 5)), "the user id is no text"),
        (lambda: given_text("comment", "abcd", 3), "the comment has 4 characters, not 0 to 3"),
        (lambda: given_tag("x-" + "-".join(["abcdefgh"] * 9)), "the language has 82 characters"),
        (lambda: given_moment(datetime(2026, 1, 1), NOW), "the time has no time zone; give one"),
        (lambda: given_moment(cast("Any", "today"), NOW), "the time has no time zone; give one"),
        (lambda: given_moment(datetime.max.replace(tzinfo=UTC), NOW), "the years 1900 to 2199"),
        (lambda: given_attributes({"price": float("nan")}), "the attributes are no JSON object"),
        (lambda: given_attributes({"made": NOW}), "the attributes are no JSON object"),
        (lambda: given_attributes({"deep": DEEP}), "the attributes are no JSON object"),
        (lambda: given_attributes({"deep": nested(65)}), "is deeper than 64 lists or objects"),
        (lambda: given_attributes({"long": "x" * 65_536}), "the JSON of the attributes has 65548"),
        (lambda: check_page(0), "limit is 0; give 1 to 1000"),
        (lambda: check_page(1001), "limit is 1001; give 1 to 1000"),
        (lambda: check_once("item", ["a", "b", "a"]), "item 2 stands twice; give each once"),
    ],
)
def test_what_cannot_be_stored_is_refused(check: Callable[[], object], said: str) -> None:
    with pytest.raises(DataError) as caught:
        check()
    assert said in str(caught.value)


def test_what_is_no_language_is_refused() -> None:
    with pytest.raises(LanguageError):
        given_tag("no language")


def test_what_can_be_stored_is_given_as_it_will_be_kept() -> None:
    assert given_id("user id", "\0 \udc80" + "x" * 253) == "\0 \udc80" + "x" * 253
    assert given_text("text", "a\0b\udc80") == "a b?"
    assert given_tag("pt_br") == "pt-BR"
    assert given_tag("") == "und"
    assert given_moment(None, NOW) is NOW
    there = timezone(timedelta(hours=9))
    assert given_moment(datetime(2026, 1, 1, 9, tzinfo=there), NOW) == NOW
    assert given_attributes({"sizes": (1, 2)}) == {"sizes": [1, 2]}
    assert given_attributes({"a\udc80": ["\ud800"]}) == {"a?": ["?"]}
    assert given_attributes({"deep": nested(64)}) == {"deep": nested(64)}
