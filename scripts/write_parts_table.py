"""Writes the table of parts and settings in docs/plans.md from the parts themselves.

Run it when a part or a setting has changed: .venv/bin/python scripts/write_parts_table.py
"""

from __future__ import annotations

import json
from itertools import groupby
from pathlib import Path
from typing import Any

from polyrec.cli.part_facts import part_facts
from polyrec.core.registry import PARTS

PAGE = Path(__file__).parents[1] / "docs" / "plans.md"
BEGIN = "<!-- parts: written by scripts/write_parts_table.py -->\n"
END = "<!-- /parts -->\n"


def parts_tables() -> str:
    """Give a heading and a table for each kind of part that polyrec has itself."""
    ours = [facts for facts in part_facts() if facts["name"] in PARTS[facts["kind"]]]
    return "".join(
        f"\n### {kind}\n\n{_table(list(found))}"
        for kind, found in groupby(ours, key=lambda facts: facts["kind"])
    )


def with_tables(page: str) -> str:
    """Give the page with the tables between its two marks written anew."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{parts_tables()}\n{END}{after}"


def _table(parts: list[dict[str, Any]]) -> str:
    lines = ["| part | setting | default | what it is |", "| --- | --- | --- | --- |"]
    for part in parts:
        extra = PARTS[part["kind"]][part["name"]].partition(" ")[2].strip("[]")
        summary = part["summary"] + (f" Extra `{extra}`." if extra else "")
        lines.append(f"| **{part['name']}** | | | {_cell(summary)} |")
        for setting in part["settings"]:
            default = "needed" if setting["required"] else _default(part["kind"], setting)
            lines.append(f"| | `{setting['name']}` | {default} | {_cell(setting['about'])} |")
    return "\n".join(lines) + "\n"


def _default(kind: str, setting: dict[str, Any]) -> str:
    value = setting["default"]
    if value is None:
        return "chosen in `fit`" if kind == "recommender" else "none"
    return f"`{json.dumps(value, ensure_ascii=False)}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
