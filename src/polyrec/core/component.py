"""What makes a class a part: fields are its settings, attributes ending in `_` what it learned."""

from __future__ import annotations

import copy
import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp

from polyrec.core.errors import ConfigError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Iterator

State = dict[str, np.ndarray]

PLAIN: dict[str, Any] = {"int": int, "float": (int, float), "str": str, "bool": bool}
"""Types of settings by the names under which fields declare them."""


def settings_of(part: Any) -> dict[str, Any]:
    """List a part's settings by name, nested parts as they are."""
    return {f.name: getattr(part, f.name) for f in dataclasses.fields(part) if f.init}


def fresh(part: Any) -> Any:
    """Make a part with the same settings that has learned nothing; held parts are made anew too."""
    return type(part)(**{name: _fresh(value) for name, value in settings_of(part).items()})


def _fresh(value: Any) -> Any:
    if isinstance(value, list):
        return [_fresh(each) for each in value]
    return fresh(value) if is_part(value) else value


def twin(part: Any) -> Any:
    """Copy a part so that either may learn more without the other; their arrays are shared.

    Parts replace what they learned and never write into it, so that a copy costs next to nothing.
    """
    other = copy.copy(part)
    for name, value in vars(part).items():
        if isinstance(value, list):
            setattr(other, name, [twin(each) if is_part(each) else each for each in value])
        elif is_part(value) and not value.__dataclass_params__.frozen:
            setattr(other, name, twin(value))
    return other


def _held(name: str, value: Any) -> dict[str, Any]:
    """List the parts in a setting by the names under which their state is kept."""
    if isinstance(value, list):
        return {f"{name}.{i}": each for i, each in enumerate(value) if is_part(each)}
    return {name: value} if is_part(value) else {}


def is_part(value: object) -> bool:
    """Say whether a value is a part, or at least a dataclass like one."""
    return dataclasses.is_dataclass(value) and not isinstance(value, type)


def held_parts(part: Any) -> Iterator[Any]:
    """Give the parts among a part's settings, those in lists too."""
    for value in settings_of(part).values():
        values = value if isinstance(value, list) else [value]
        yield from (each for each in values if is_part(each))


def check_settings(kind: str, name: str, cls: type, given: dict[str, Any]) -> None:
    """Refuse settings that a part does not have, and a part that lacks one it needs.

    Raises:
        UnknownNameError: a setting is not a field of the part.
        ConfigError: a setting has the wrong type, or is missing.
    """
    fields = {f.name: f for f in dataclasses.fields(cls) if f.init}
    for key, value in given.items():
        if key not in fields:
            raise UnknownNameError(f"setting of {kind} {name!r}", key, fields)
        _check_type(f"{kind} {name!r}", key, str(fields[key].type), value)
    missing = [key for key, field in fields.items() if key not in given and _is_needed(field)]
    if missing:
        what = f"{kind} {name!r} has no {' and no '.join(missing)}"
        raise ConfigError(what, hint=f"set {', '.join(missing)}; see polyrec parts {kind}")


def _is_needed(field: dataclasses.Field[Any]) -> bool:
    return field.default is field.default_factory is dataclasses.MISSING


def _check_type(part: str, key: str, declared: str, value: Any) -> None:
    """Refuse a setting whose type is not the declared one; parts of plans check themselves."""
    options = declared.split(" | ")
    if value is not None and not any(_is_of(option, value) for option in options):
        raise ConfigError(f"{part}: {key} is {value!r}", hint=f"give {declared}")


def _is_of(declared: str, value: Any) -> bool:
    """Say whether a value may be of a type, by the type's name; yes where that is not a plain one.

    Lists and tables of plain values are looked into.
    """
    outer, _, inner = declared.removesuffix("]").partition("[")
    if outer == "list":
        return isinstance(value, list) and all(_is_of(inner, each) for each in value)
    if outer == "dict":
        of_values = inner.partition(", ")[2]
        return isinstance(value, dict) and all(_is_of(of_values, v) for v in value.values())
    wanted = PLAIN.get(outer)
    if wanted is None:
        return outer != "None"
    return isinstance(value, wanted) and (wanted is bool or not isinstance(value, bool))


def state_of(part: Any, prefix: str = "") -> State:
    """Collect what a part learned as named arrays.

    Attributes that end in `_` may be arrays, sparse CSR matrices, arrays by name, numbers, texts,
    lists of texts, None, or parts of their own (which give dotted names).

    Raises:
        TypeError: a learned attribute is of another kind, which is a fault of the part.
    """
    state: State = {}
    for name, value in vars(part).items():
        if name.endswith("_") and not name.startswith("_"):
            state |= _arrays(prefix + name, value)
            continue
        for held, part_held in _held(name, value).items():
            state |= state_of(part_held, f"{prefix}{held}.")
    return state


def _arrays(name: str, value: Any) -> State:
    if value is None:
        return {}
    if isinstance(value, sp.csr_array):
        matrix: Any = value
        return {
            f"{name}/data": matrix.data,
            f"{name}/indices": matrix.indices,
            f"{name}/indptr": matrix.indptr,
            f"{name}/shape": np.asarray(matrix.shape),
        }
    if isinstance(value, dict) and all(isinstance(each, np.ndarray) for each in value.values()):
        return {f"{name}/{key}": array for key, array in value.items()}
    if isinstance(value, np.ndarray | int | float | str | bool | np.generic | list | tuple):
        array = np.asarray(value)
        if array.dtype != object:
            return {name: array}
    if dataclasses.is_dataclass(value):
        return state_of(value, f"{name}.")
    raise TypeError(f"{name} cannot be saved: {type(value).__name__}")


def restore(part: Any, state: State, prefix: str = "") -> None:
    """Give a part back what `state_of` collected from its like."""
    groups: dict[str, State] = {}
    for key, array in state.items():
        if not key.startswith(prefix):
            continue
        rest = key[len(prefix) :]
        if "." in rest:
            continue
        name, _, piece = rest.partition("/")
        groups.setdefault(name, {})[piece] = array
    for name, pieces in groups.items():
        setattr(part, name, _value(pieces))
    for name, value in list(vars(part).items()):
        for held, part_held in _held(name, value).items():
            restore(part_held, state, f"{prefix}{held}.")


def _value(pieces: State) -> Any:
    if "indptr" in pieces:
        n_rows, n_columns = pieces["shape"].tolist()
        table = (pieces["data"], pieces["indices"], pieces["indptr"])
        return sp.csr_array(table, shape=(n_rows, n_columns))
    if "" not in pieces:
        return pieces
    array = pieces[""]
    return array.item() if array.ndim == 0 else array
