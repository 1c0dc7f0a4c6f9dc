from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp

from polyrec.core.component import (
    check_settings,
    fresh,
    is_part,
    restore,
    settings_of,
    state_of,
)
from polyrec.core.errors import ConfigError, UnknownNameError
from polyrec.testing.contracts.part import saved_and_loaded


@dataclass
class Inner:
    size: int = 2
    mean_: Any = field(default=None, init=False, repr=False, compare=False)


@dataclass
class Outer:
    inner: Inner = field(default_factory=Inner)
    rate: float = 0.5
    name: str | None = None
    table_: Any = field(default=None, init=False, repr=False, compare=False)
    _engine: Any = field(default=None, init=False, repr=False, compare=False)


def learned(value: object) -> Outer:
    part = Outer()
    part.table_ = value
    return part


def test_settings_are_the_fields_that_are_given() -> None:
    part = Outer(Inner(3), name="x")
    assert settings_of(part) == {"inner": Inner(3), "rate": 0.5, "name": "x"}


def test_a_fresh_part_has_the_settings_and_nothing_learned() -> None:
    part = Outer(Inner(3))
    part.table_ = part.inner.mean_ = np.ones(2)
    part._engine = object()
    again = fresh(part)
    assert again == part
    assert again.inner is not part.inner
    assert (again.table_, again.inner.mean_, again._engine) == (None, None, None)


def test_a_class_is_no_part() -> None:
    assert is_part(Inner())
    assert not is_part(Inner)
    assert not is_part(3)


@pytest.mark.parametrize(
    "value",
    [
        np.arange(6).reshape(2, 3),
        np.array(["de", "pt-BR"]),
        np.empty((0, 4), dtype=np.float32),
        3,
        2.5,
        True,
        "text",
        ["a", "bc"],
        (1, 2),
        np.float64(1.5),
    ],
)
def test_what_was_learned_comes_back_as_it_was(value: object) -> None:
    loaded = saved_and_loaded(learned(value), Outer())
    assert np.array_equal(loaded.table_, np.asarray(value))
    assert np.asarray(loaded.table_).dtype == np.asarray(value).dtype


def test_sparse_matrices_come_back_as_they_were() -> None:
    matrix = sp.csr_array(np.array([[0, 2, 0], [0, 0, 0]], dtype=np.float32))
    loaded = saved_and_loaded(learned(matrix), Outer()).table_
    assert isinstance(loaded, sp.csr_array)
    assert (loaded.shape, loaded.dtype) == ((2, 3), np.float32)
    assert loaded.toarray().tolist() == [[0, 2, 0], [0, 0, 0]]


def test_arrays_by_name_come_back_by_name() -> None:
    given = {"one": np.arange(3), "other": np.ones((2, 2), dtype=np.float32)}
    loaded: Any = saved_and_loaded(learned(given), Outer()).table_
    assert loaded.keys() == given.keys()
    assert all(np.array_equal(loaded[name], array) for name, array in given.items())
    assert loaded["other"].dtype == np.float32


def test_held_parts_keep_what_they_learned_under_their_own_names() -> None:
    part = learned(1)
    part.inner.mean_ = np.ones(2)
    state = state_of(part, "recommender.")
    assert state.keys() == {"recommender.table_", "recommender.inner.mean_"}
    other = Outer()
    restore(other, state | {"encoder.table_": np.zeros(1)}, "recommender.")
    assert other.table_ == 1
    assert other.inner.mean_.tolist() == [1, 1]


def test_a_part_that_has_learned_nothing_has_no_state() -> None:
    assert state_of(Outer()) == {}


@pytest.mark.parametrize("value", [{"a": 1}, object(), [object()], sp.coo_array(np.eye(2))])
def test_what_cannot_be_saved_is_a_fault_of_the_part(value: object) -> None:
    with pytest.raises(TypeError, match=r"^table_ cannot be saved: "):
        state_of(learned(value))


def test_settings_of_the_right_type_are_taken() -> None:
    check_settings("kind", "outer", Outer, {"rate": 1, "name": None, "inner": Inner()})
    check_settings("kind", "outer", Outer, {"rate": 0.1, "name": "x"})


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"rate": "fast"}, "kind 'outer': rate is 'fast'; give float"),
        ({"rate": True}, "kind 'outer': rate is True; give float"),
        ({"name": 3}, "kind 'outer': name is 3; give str | None"),
    ],
)
def test_settings_of_the_wrong_type_are_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        check_settings("kind", "outer", Outer, given)
    assert str(caught.value) == message


@pytest.mark.parametrize("name", ["table_", "_engine", "rat"])
def test_what_is_no_setting_is_refused(name: str) -> None:
    with pytest.raises(UnknownNameError, match=f"^no setting of kind 'outer' is named '{name}'; "):
        check_settings("kind", "outer", Outer, {name: 1})


@dataclass
class Plain:
    words: list[str]
    ranks: dict[str, float] = field(default_factory=dict)
    held: list[Inner] = field(default_factory=list)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"words": "ab"}, "kind 'plain': words is 'ab'; give list[str]"),
        ({"words": ["a", 1]}, "kind 'plain': words is ['a', 1]; give list[str]"),
        ({"words": [], "ranks": 3}, "kind 'plain': ranks is 3; give dict[str, float]"),
        (
            {"words": [], "ranks": {"a": "b"}},
            "kind 'plain': ranks is {'a': 'b'}; give dict[str, float]",
        ),
        ({"words": [], "held": "inner"}, "kind 'plain': held is 'inner'; give list[Inner]"),
    ],
)
def test_lists_and_tables_of_the_wrong_kind_are_refused(
    given: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        check_settings("kind", "plain", Plain, given)
    assert str(caught.value) == message


def test_lists_and_tables_of_the_right_kind_are_taken() -> None:
    given = {"words": ["a"], "ranks": {"a": 1, "b": 0.5}, "held": [Inner(), "inner"]}
    check_settings("kind", "plain", Plain, given)


def test_a_setting_that_is_missing_is_named() -> None:
    with pytest.raises(ConfigError) as caught:
        check_settings("kind", "plain", Plain, {})
    assert str(caught.value) == "kind 'plain' has no words; set words; see polyrec parts kind"
