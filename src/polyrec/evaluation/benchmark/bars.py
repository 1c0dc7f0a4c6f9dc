"""Bars: what was promised, held against the figures that commands left in a folder of results.

A table of bars in TOML says for each what it is, in which file its figure lies, and what the figure
must reach. A figure that is not there is "not measured", never met.
"""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from polyrec.core.errors import ConfigError, UnknownNameError
from polyrec.evaluation.benchmark.page import safe, table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

Verdict = Literal["met", "not met", "not measured"]

FIELDS = (
    *("text", "file", "table", "where", "figure", "find", "given"),
    *("over", "at_least", "at_most"),
)


@dataclass(frozen=True)
class Judged:
    """A bar and its figure.

    Attributes:
        text: what was promised.
        figure: what was found, in words.
        verdict: `met`, `not met` or `not measured`.
        source: the file that holds the figure.
    """

    text: str
    figure: str
    verdict: Verdict
    source: str


def read_bars(file: Path) -> list[dict[str, Any]]:
    """Read a table of bars, `[[bar]]`.

    Each has

    - `text`, and `file` in the folder of results;
    - either `find`, a regular expression whose first group is the figure in a text, or `table`, the
      place of a list of rows in JSON (`tests`, `a.b`, empty for the whole), `where`, which rows
      (a list of values means that each must be there), and `figure`, the field;
    - perhaps `given`, what must hold elsewhere in the JSON for the figure to count;
    - one of `over`, `at_least`, `at_most`. Where several rows or lines are found, the worst counts.

    Raises:
        ConfigError: the file cannot be read, or a bar lacks something.
    """
    try:
        bars: list[dict[str, Any]] = tomllib.loads(file.read_text(encoding="utf-8"))["bar"]
    except (OSError, ValueError, KeyError) as error:
        raise ConfigError(f"{file} holds no bars: {error}", hint="write [[bar]] tables") from error
    for bar in bars:
        for name in bar:
            if name not in FIELDS:
                raise UnknownNameError(f"setting of the bar {bar.get('text')!r}", name, FIELDS)
        how = sum(name in bar for name in ("over", "at_least", "at_most"))
        if "text" not in bar or "file" not in bar or how != 1 or not {"find", "figure"} & set(bar):
            raise ConfigError(
                f"the bar {bar.get('text')!r} is not whole",
                hint="give text, file, find or figure, and one of over, at_least, at_most",
            )
    return bars


def judge(bar: Mapping[str, Any], results: Path) -> Judged:
    """Hold a bar against the results in a folder."""
    file = results / bar["file"]
    found: list[tuple[float, str]] | str
    if not file.is_file():
        found = f"no {bar['file']}"
    elif "find" in bar:
        found = _in_text(bar["find"], file.read_text(encoding="utf-8"))
    else:
        found = _in_json(bar, json.loads(file.read_text(encoding="utf-8")))
    if isinstance(found, str):
        return Judged(bar["text"], found, "not measured", bar["file"])
    most = "at_most" in bar
    figure, said = (max if most else min)(found, key=lambda each: each[0])
    reached = (
        figure <= bar["at_most"]
        if most
        else figure > bar["over"]
        if "over" in bar
        else figure >= bar["at_least"]
    )
    return Judged(bar["text"], said, "met" if reached else "not met", bar["file"])


def _in_text(pattern: str, text: str) -> list[tuple[float, str]] | str:
    found = [
        (float(each[1].replace(",", "")), each[0].strip()) for each in re.finditer(pattern, text)
    ]
    return found or "not in the text"


def _in_json(bar: Mapping[str, Any], document: Any) -> list[tuple[float, str]] | str:
    for place, needed in bar.get("given", {}).items():
        if (value := _at(document, place)) != needed:
            return f"{place} is {value}, not {needed}"
    document = _at(document, bar.get("table", ""))
    if document is None:
        return f"no table {bar['table']}"
    rows = document if isinstance(document, list) else [document]
    where = bar.get("where", {})
    found, missing = [], []
    for wanted in _each(where):
        fitting = [
            row
            for row in rows
            if all(row.get(k) == v for k, v in wanted.items())
            and isinstance(row.get(bar["figure"]), int | float)
        ]
        found += [(float(row[bar["figure"]]), _said(bar, row)) for row in fitting]
        if not fitting:
            named = [str(v) for k, v in wanted.items() if isinstance(where[k], list)]
            missing.append(", ".join(named) or "the row")
    if missing:
        return f"not there: {'; '.join(missing)}"
    return found


def _at(document: Any, place: str) -> Any:
    """Give what lies at a place such as `protocol.tuned`; None where there is nothing."""
    for step in filter(None, place.split(".")):
        document = document.get(step) if isinstance(document, dict) else None
    return document


def _each(where: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give one condition for each combination of the values that are lists."""
    every: list[dict[str, Any]] = [{}]
    for name, value in where.items():
        values = value if isinstance(value, list) else [value]
        every = [{**each, name: one} for each in every for one in values]
    return every


def _said(bar: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    """Write a row's figure, with its interval and who it is of, if there are any."""
    lists = [name for name, value in bar.get("where", {}).items() if isinstance(value, list)]
    of = ", ".join(str(row[name]) for name in lists)
    low, high = row.get("low"), row.get("high")
    value = row.get("value", row[bar["figure"]])
    said = _number(value)
    if isinstance(low, float) and isinstance(high, float):
        said += f" ({_number(low)} to {_number(high)})"
    return f"{said}, {of}" if of else said


def _number(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.3f}" if abs(value) < 100 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def bars_table(judged: Sequence[Judged]) -> str:
    """Write bars as Markdown."""
    lines = [
        [safe(each.text), safe(each.figure), f"**{each.verdict}**", f"`{each.source}`"]
        for each in judged
    ]
    return table(["bar", "figure (of several, the worst)", "verdict", "from"], lines)
