"""What is written once in a part's class: its name, purpose, settings and defaults."""

from __future__ import annotations

import dataclasses
import importlib.metadata
import inspect
import re
from typing import Any

from polyrec.core.component import is_part
from polyrec.core.errors import MissingExtraError, UnknownNameError
from polyrec.core.registry import PARTS, held_kinds, name_of, part_class, parts

ATTRIBUTES = re.compile(r"^Attributes:\n((?:[ \n].*\n?)+)", re.MULTILINE)
LIBRARY = re.compile(r"[\w.-]+")
ATTRIBUTE = re.compile(r"^ {4}(\w+): ((?:.|\n {6,})*)", re.MULTILINE)


def part_facts(kind: str | None = None) -> list[dict[str, Any]]:
    """Describe every part, or those of one kind, in the order of the registry.

    Returns:
        One table per part: kind, name, summary, settings (name, type, default, required, about),
        and `missing`: what to do if its library is not installed, else empty.

    Raises:
        UnknownNameError: there is no such kind.
    """
    known = parts()
    if kind is not None and kind not in known:
        raise UnknownNameError("kind of part", kind, known)
    return [_facts(each, name) for each in known if kind in (None, each) for name in known[each]]


def _facts(kind: str, name: str) -> dict[str, Any]:
    facts: dict[str, Any] = {"kind": kind, "name": name, "summary": "", "settings": []}
    try:
        cls = part_class(kind, name)
    except MissingExtraError as error:
        return facts | {"missing": str(error)}
    text = inspect.cleandoc(cls.__doc__ or "")
    about: dict[str, str] = {}
    for each in reversed(cls.__mro__):  # a class says itself what it says better
        about |= _about(inspect.cleandoc(vars(each).get("__doc__") or ""))
    held = held_kinds(cls)
    fields = [field for field in dataclasses.fields(cls) if field.init]
    settings = [_setting(field, about.get(field.name, ""), held) for field in fields]
    missing = _missing(kind, name)
    return facts | {"summary": text.partition("\n")[0], "settings": settings, "missing": missing}


def _missing(kind: str, name: str) -> str:
    """Say what is missing for a part of polyrec's own that loads its library when first used."""
    extra = parts()[kind][name].partition(" ")[2].strip("[]")
    if not extra or name not in PARTS[kind]:
        return ""
    for line in importlib.metadata.requires("polyrec") or ():
        library = LIBRARY.match(line)
        if library is None or f'extra == "{extra}"' not in line.replace("'", '"'):
            continue
        try:
            importlib.metadata.version(library[0])
        except importlib.metadata.PackageNotFoundError:
            remedy = f"pip install 'polyrec[{extra}]'"
            return str(MissingExtraError(f"{kind} {name!r}", needs=library[0], remedy=remedy))
    return ""


def _about(text: str) -> dict[str, str]:
    """Read what a class says about its attributes."""
    section = ATTRIBUTES.search(text)
    found = ATTRIBUTE.findall(section[1]) if section else []
    return {name: " ".join(said.split()) for name, said in found}


def _setting(field: dataclasses.Field[Any], about: str, held: dict[str, str]) -> dict[str, Any]:
    default = _default_of(field)
    required = default is dataclasses.MISSING
    return {
        "name": field.name,
        "type": str(field.type),
        "default": None if required else _plain(default, held.get(field.name, "")),
        "required": required,
        "about": about,
    }


def _default_of(field: dataclasses.Field[Any]) -> Any:
    factory: Any = field.default_factory
    return field.default if factory is dataclasses.MISSING else factory()


def _plain(value: Any, kind: str) -> Any:
    """Give a value that JSON can hold; a part of a kind as a plan would name it."""
    if isinstance(value, tuple | list):
        return [_plain(each, kind) for each in value]
    if isinstance(value, dict):
        return {name: _plain(each, "") for name, each in value.items()}
    if is_part(value) and kind:
        return _as_in_a_plan(value, kind)
    return value if isinstance(value, str | int | float | bool | None) else repr(value)


def _as_in_a_plan(part: Any, kind: str) -> Any:
    """Write a part as its table in a plan, without what it has by default; or its name alone."""
    held = held_kinds(type(part))
    given = {
        field.name: _plain(getattr(part, field.name), held.get(field.name, ""))
        for field in dataclasses.fields(part)
        if field.init and getattr(part, field.name) != _default_of(field)
    }
    name = name_of(kind, part)
    return {"use": name} | given if given else name
