from __future__ import annotations

from polyrec.core.counted import counted


def test_one_is_one_and_others_are_several() -> None:
    assert [counted(n, "user") for n in (0, 1, 2)] == ["0 users", "1 user", "2 users"]
    assert counted(1234567, "item") == "1,234,567 items"
    assert [counted(n, "person", "people") for n in (1, 3)] == ["1 person", "3 people"]
