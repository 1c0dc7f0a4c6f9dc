"""The documents agree with each other and with what is installed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

ROOT = Path(__file__).parents[2]
BEGIN, END = "<!-- parts: written by tests/docs/parts_table.py -->\n", "<!-- /parts -->"
MOST_LINES = {"ARCHITECTURE.md": 250}


def test_relative_links_lead_somewhere(document: Any, read: Any) -> None:
    for link in document.links:
        if re.match(r"[a-z]+:", link):
            continue
        file, _, anchor = unquote(link).partition("#")
        target = (document.path.parent / file) if file else document.path
        assert target.exists(), f"{document.name}: {link}"
        if anchor:
            name = str(target.resolve().relative_to(ROOT))
            assert anchor in read(name).anchors, f"{document.name}: {link}"
