"""Writes the table of languages in docs/tokens.md from the tools themselves.

Run it when a language or its tools have changed: .venv/bin/python scripts/write_languages_table.py
"""

from __future__ import annotations

from pathlib import Path

from polyrec.text.tools import TOOLS

PAGE = Path(__file__).parents[1] / "docs" / "tokens.md"
BEGIN = "<!-- languages: written by scripts/write_languages_table.py -->\n"
END = "<!-- /languages -->\n"


def languages_table() -> str:
    """Give a row for each language that has tools of its own."""
    lines = [
        "| language | words by | stems by | stop words | extra |",
        "| --- | --- | --- | --- | --- |",
    ]
    for tag, tools in TOOLS.items():
        extra = f"`{tools.extra}`" if tools.extra else ""
        listed = "yes" if tools.stop_words else "none"
        lines.append(f"| `{tag}` | {tools.words} | {tools.stems or 'none'} | {listed} | {extra} |")
    return "\n".join(lines) + "\n"


def with_table(page: str) -> str:
    """Give the page with the table between its two marks written anew."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{languages_table()}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
