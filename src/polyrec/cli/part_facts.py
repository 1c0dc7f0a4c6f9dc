"""What is written once in a part's class: its name, purpose, settings and defaults."""

from __future__ import annotations

import dataclasses
import importlib.metadata
import inspect
import re
from typing import Any

from polyrec.core.errors import MissingExtraError, UnknownNameError
from polyrec.core.registry import PARTS, part_class, parts

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
    settings = [_setting(f, about.get(f.name, "")) for f in dataclasses.fields(cls) if f.init]
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


def _setting(field: dataclasses.Field[Any], about: str) -> dict[str, Any]:
    default: Any = field.default
    factory: Any = field.default_factory
    if factory is not dataclasses.MISSING:
        default = factory()
    required = default is dataclasses.MISSING
    return {
        "name": field.name,
        "type": str(field.type),
        "default": None if required else _plain(default),
        "required": required,
        "about": about,
    }


def _plain(value: Any) -> Any:
    """Give a value that JSON can hold; a nested part as its repr."""
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    return value if isinstance(value, str | int | float | bool | None) else repr(value)
