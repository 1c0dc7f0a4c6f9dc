"""What every part promises, whatever its kind: settings, repr, equality, a plan's round trip."""

from __future__ import annotations

import io
import tomllib
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import tomli_w

from polyrec.core.component import fresh, restore, settings_of, state_of
from polyrec.core.errors import UnknownNameError
from polyrec.core.registry import build, table_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyrec.core.component import State


class PartContract:
    """What holds for parts of every kind; the contracts of the kinds build on it.

    Attributes:
        kind: the kind of part, as the registry calls it.
        part: the part to be tested, with the settings to be tested; it is never fitted itself.
    """

    kind: ClassVar[str]
    part: Any

    def make(self) -> Any:
        """Make a part with the settings of `part`, which has learned nothing."""
        return fresh(self.part)

    def test_its_settings_survive_a_plan(self) -> None:
        table = table_of(self.kind, self.part)
        written = tomllib.loads(tomli_w.dumps(table))
        again = build(self.kind, written)
        assert type(again) is type(self.part)
        assert again == self.part
        assert table_of(self.kind, again) == table

    def test_a_setting_that_it_does_not_have_is_refused(self) -> None:
        table = table_of(self.kind, self.part) | {"no_such_setting": 1}
        message = refusal(UnknownNameError, lambda: build(self.kind, table))
        assert "no_such_setting" in message

    def test_parts_with_equal_settings_are_equal(self) -> None:
        one, other = self.make(), self.make()
        assert one is not other
        assert one == other == self.part

    def test_its_repr_shows_its_settings(self) -> None:
        shown = repr(self.part)
        assert type(self.part).__name__ in shown
        for name in settings_of(self.part):
            assert f"{name}=" in shown

    def test_what_it_learns_is_no_setting(self) -> None:
        assert not [name for name in settings_of(self.part) if name.endswith("_")]

    def test_it_says_in_one_sentence_what_it_is(self) -> None:
        said = (type(self.part).__doc__ or "").strip()
        by_itself = f"{type(self.part).__name__}("  # what a dataclass without a docstring gets
        assert said, "give the class a docstring"
        assert not said.startswith(by_itself), "give the class a docstring"


def refusal(error: type[Exception], call: Callable[[], object]) -> str:
    """Call what must raise the error, and give its message.

    Raises:
        AssertionError: it did not raise.
    """
    try:
        call()
    except error as raised:
        return str(raised)
    raise AssertionError(f"{error.__name__} was not raised")


def saved_and_loaded(part: Any, into: Any) -> Any:
    """Carry what a part learned into another one the way a saved model does, without pickle."""
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **state_of(part))
    file.seek(0)
    with np.load(file, allow_pickle=False) as arrays:
        restore(into, dict(arrays))
    return into


def same_state(one: State, other: State) -> bool:
    """Say whether two states hold the same arrays."""
    return one.keys() == other.keys() and all(
        np.array_equal(one[name], other[name]) for name in one
    )
