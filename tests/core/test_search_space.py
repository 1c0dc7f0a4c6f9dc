from __future__ import annotations

import pytest

from polyrec.core.search_space import Between, OneOf


@pytest.mark.parametrize(
    ("values", "inside", "outside"),
    [
        (Between(0.5, 2.0), [0.5, 1, 2.0], [0.4, 2.1, None, "1", True, float("nan")]),
        (Between(1, 5, whole=True), [1, 5], [1.0, 0, 6, True]),
        (OneOf(("a", None, True)), ["a", None, True], ["b", False]),
    ],
)
def test_it_holds_the_values_that_a_setting_may_have(
    values: Between | OneOf, inside: list[object], outside: list[object]
) -> None:
    assert all(values.holds(value) for value in inside)
    assert not any(values.holds(value) for value in outside)
    assert all(values.holds(value) for value in values.ends)


def test_the_ends_of_whole_numbers_are_whole() -> None:
    assert [type(end) for end in Between(1, 5, whole=True).ends] == [int, int]
    assert Between(0.5, 2.0).ends == (0.5, 2.0)
    assert OneOf(("a", "b", "c")).ends == ("a", "b", "c")
