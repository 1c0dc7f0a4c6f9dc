"""The translator that a command line names, by a plan or by itself, and the plan's detector."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from polyrec.core.component import held_parts
from polyrec.core.errors import ConfigError
from polyrec.core.registry import build

if TYPE_CHECKING:
    from collections.abc import Sequence

    from polyrec.text.detect.detector import Detector
    from polyrec.translate.cached import Cached


DEFAULT = "translate-first"
"""The shipped plan whose translator is taken if none is named."""


def remembering(
    plan: str | None, name: str | None, given: Sequence[str], review_below: float | None
) -> Cached:
    """Build a translator that remembers; one that does not by itself is held by one that does.

    Args:
        plan: a TOML file with a table [translator], or a plan that ships; None for `DEFAULT`.
        name: the name of a translator, instead of a plan.
        given: its settings, such as `key=value`, values as in TOML; text needs no quotes.
        review_below: sets that of the memory, unless None.

    Raises:
        ConfigError: both are named, or the translator cannot be built.
    """
    from polyrec.translate.cached import Cached

    found = build("translator", _table(plan, name, given))
    part = found if isinstance(found, Cached) else Cached(found)
    return part if review_below is None else replace(part, review_below=review_below)


def named(name_or_file: str) -> Cached:
    """Build the translator of that name, or of a plan's file, as `remembering` does."""
    if name_or_file.endswith(".toml"):
        return remembering(name_or_file, None, (), None)
    return remembering(None, name_or_file, (), None)


def detector_of(plan: str | None) -> Detector:
    """Build the detector of a plan, or of `DEFAULT` where it has none."""
    from polyrec.pipeline.plan import read_table

    own = read_table(plan or DEFAULT).get("detector") or read_table(DEFAULT)["detector"]
    found: Detector = build("detector", own)
    return found


def _table(plan: str | None, name: str | None, given: Sequence[str]) -> dict[str, Any]:
    if plan is not None:
        if name is not None or given:
            raise ConfigError(
                "both --plan and --translator or --set are given", hint="leave out one of the two"
            )
        return _of_plan(plan)
    if name is None and given:
        raise ConfigError("--set is given without --translator", hint="name the translator")
    return _of_plan(DEFAULT) if name is None else {"use": name} | _settings(given)


def _of_plan(plan: str) -> dict[str, Any]:
    from polyrec.pipeline.plan import read_table

    table = read_table(plan)
    if "translator" not in table:
        raise ConfigError(f"{plan} has no [translator]", hint="add one, such as use = 'apertium'")
    found: dict[str, Any] = table["translator"]
    return found


def _settings(given: Sequence[str]) -> dict[str, Any]:
    """Read settings; dots lead into parts that the translator holds: `translator.use=glossary`."""
    found: dict[str, Any] = {}
    for each in given:
        path, equals, value = each.partition("=")
        keys = [key.strip() for key in path.split(".")]
        if not equals or not all(keys):
            raise ConfigError(f"--set is {each!r}", hint="give KEY=VALUE")
        table = found
        for key in keys[:-1]:
            table = table.setdefault(key, {})
            if not isinstance(table, dict):
                raise ConfigError(f"--set is {each!r}, but {key} has a value already")
        table[keys[-1]] = _value(value)
    return found


def _value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def cost_of(part: Any) -> float:
    """Sum up what a part and those that it holds have spent: their `cost`, where they have one."""
    return float(getattr(part, "cost", 0.0)) + sum(cost_of(held) for held in held_parts(part))
