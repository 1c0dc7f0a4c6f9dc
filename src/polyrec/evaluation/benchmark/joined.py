"""The page of all benchmarks: every bar with its figure, then every result with its command."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from polyrec.core.errors import ConfigError
from polyrec.core.files import write_whole
from polyrec.evaluation.benchmark.bars import bars_table, judge, read_bars
from polyrec.evaluation.benchmark.machine import commit, machine
from polyrec.evaluation.benchmark.page import filled, page, safe, table
from polyrec.evaluation.benchmark.write import draw

if TYPE_CHECKING:
    from collections.abc import Mapping

LEAD = """\
You get every figure that polyrec is held to, met or not, and the tables that they are taken from.
This page is written by `python scripts/write_benchmarks.py`, from what the commands below printed;
nothing in it is typed by hand but the words of the bars. How values are measured:
[evaluation.md](evaluation.md)."""

MOST_ROWS = 60
"""Longest table of a result of unknown shape."""


def write_joined(results: Path, bars: Path, out: Path, pictures: Path) -> int:
    """Write the page of all results in a folder, and the pictures of those that have some.

    Sections of the table of bars (`[[section]]` with `title`, `file`, and perhaps `command` and
    `note`) say which results are shown, in which order. A result that is not there is named as
    missing.

    Args:
        results: folder of results: of `polyrec benchmark --out`, JSON and text of other commands.
        bars: the table of bars and sections.
        out: the page.
        pictures: folder for pictures, below that of the page.

    Returns:
        How many bars are not met or not measured.

    Raises:
        ConfigError: the table of bars cannot be used.
    """
    judged = [judge(bar, results) for bar in read_bars(bars)]
    sections = tomllib.loads(bars.read_text(encoding="utf-8")).get("section", [])
    met = sum(each.verdict == "met" for each in judged)
    facts = [["commit", commit()], *([name, safe(value)] for name, value in machine().items())]
    parts = [
        "# Benchmarks: what was promised, and what was measured",
        LEAD,
        f"## Bars\n\n{met} of {len(judged)} are met.\n\n{bars_table(judged)}",
        f"## Machine\n\n{table(['what', 'value'], facts)}",
    ]
    parts += [_section(section, results, out, pictures) for section in sections]
    write_whole(out, "\n\n".join(part.strip() for part in parts) + "\n")
    return len(judged) - met


def _section(section: Mapping[str, Any], results: Path, out: Path, pictures: Path) -> str:
    try:
        title, name = section["title"], section["file"]
    except KeyError as error:
        raise ConfigError(f"a section has no {error}", hint="give title and file") from error
    file = results / name
    if not file.is_file():
        body = f"`{name}` is missing: this was not run."
    elif file.suffix == ".json":
        document = json.loads(file.read_text(encoding="utf-8"))
        if isinstance(document, dict) and "protocol" in document:
            return _with_note(section, _benchmark(document, title, Path(name), out, pictures))
        body = _anything(document)
    else:
        body = f"```text\n{file.read_text(encoding='utf-8').strip()}\n```"
    told = f"```text\n{section['command']}\n```\n\n" if "command" in section else ""
    return _with_note(section, f"## {title}\n\n{told}{body}")


def _with_note(section: Mapping[str, Any], body: str) -> str:
    return f"{body.strip()}\n\n{filled(section['note'])}" if "note" in section else body


def _benchmark(
    document: Mapping[str, Any], title: str, name: Path, out: Path, pictures: Path
) -> str:
    picture = pictures / f"benchmark-{name.parent.name or name.stem}"
    pictures.mkdir(parents=True, exist_ok=True)
    drawn = draw(document, picture)
    shown = picture.relative_to(out.parent).as_posix() if drawn else ""
    return page(document, title=title, pictures=shown, level=2)


def _anything(document: Any) -> str:
    """Write a list of flat rows, or an object of values, as a table; else the JSON."""
    if isinstance(document, dict) and all(
        not isinstance(v, dict | list) for v in document.values()
    ):
        return table(["what", "value"], [[safe(k), _cell(v)] for k, v in document.items()])
    if isinstance(document, list) and document and all(isinstance(row, dict) for row in document):
        heads = list(dict.fromkeys(key for row in document for key in row))
        lines = [[_cell(row.get(head, "")) for head in heads] for row in document[:MOST_ROWS]]
        rest = len(document) - len(lines)
        more = f"\n\n{rest:,} further rows are left out." if rest else ""
        return table([safe(head) for head in heads], lines) + more
    return f"```json\n{json.dumps(document, indent=1)}\n```"


def _cell(value: Any) -> str:
    return safe(f"{value:.4g}" if isinstance(value, float) else "" if value is None else value)
