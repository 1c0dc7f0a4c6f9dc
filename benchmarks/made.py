"""What engines made of lines of NTREX-128, kept in a folder, for the benchmarks."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from polyrec.core.files import write_whole
from polyrec.core.registry import build
from polyrec.translate.translator import Translation, Translator, not_translated

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyrec.encode.encoder import Kind

PAIRS = (("es", "en"), ("pt", "en"), ("en", "es"), ("fr", "en"))
CODES = {"es": "spa", "pt": "por", "en": "eng", "fr": "fra"}
FIRST_TUNING_LINE = 200
AT_ONCE = 50
"""So many lines are asked for, and kept, at a time."""


@dataclass
class Made(Translator):
    """Says again what an engine made of the lines of NTREX, once the engine has been asked.

    Attributes:
        engine: its name.
        table: what it is in a plan.
        data: the folder that holds `ntrex`.
        folder: where its work is kept, one file per pair.
    """

    engine: str
    table: dict[str, Any]
    data: str
    folder: str

    @property
    def fingerprint(self) -> str:
        """Its name: nothing remembers it."""
        return self.engine

    def covers(self, source: str, target: str) -> bool:
        """Say whether it is a pair of the benchmark."""
        return (source, target) in PAIRS

    @property
    def _folder(self) -> Path:
        return Path(self.folder)

    def kept(self, source: str, target: str) -> dict[str, Any]:
        """Give what is in the file: lines and what was made of each, None for nothing; seconds."""
        file = self._folder / f"{self.engine}-{source}-{target}.json"
        if not file.exists():
            return {"seconds": 0.0, "made": {}}
        return dict(json.loads(file.read_text(encoding="utf-8")))

    def speed(self, source: str, target: str) -> float:
        """Give texts per second."""
        kept = self.kept(source, target)
        return len(kept["made"]) / kept["seconds"]

    def _ask(self, texts: list[str], source: str, target: str) -> dict[str, Any]:
        """Ask the engine for what is not in the file, and keep it."""
        kept, table = self.kept(source, target), self.table
        if "apertium" in self.engine and source in ("fr", "pt"):  # no direct way to English
            table = {"use": "pivot", "through": "es", "translator": table}
        new = [text for text in texts if text not in kept["made"]]
        translator = build("translator", table) if new else None
        for start in range(0, len(new), AT_ONCE):
            block, begin = new[start : start + AT_ONCE], time.perf_counter()
            assert translator is not None
            made = translator.translate(block, source=source, target=target)
            kept["seconds"] += time.perf_counter() - begin
            said = [each.text if each.translated else None for each in made]
            kept["made"] |= dict(zip(block, said, strict=True))
            self._folder.mkdir(parents=True, exist_ok=True)
            content = json.dumps(kept, ensure_ascii=False, indent=0).encode()
            write_whole(self._folder / f"{self.engine}-{source}-{target}.json", content)
        return dict(kept["made"])

    def _translate(
        self,
        texts: list[str],
        source: str,
        target: str,
        kind: Kind,
        advance: Callable[[int], None],
    ) -> list[Translation]:
        del kind
        known = self._ask(texts, source, target)
        advance(len(texts))
        return [
            not_translated(text, f"{self.engine} made nothing of it")
            if known[text] is None
            else Translation(known[text], self.engine)
            for text in texts
        ]


def lines(data: str, language: str, part: slice) -> list[str]:
    """Give some lines of a language."""
    file = Path(data) / "ntrex" / f"{CODES[language]}.txt"
    return file.read_text(encoding="utf-8").split("\n")[part]


def engines(data: str, folder: str, names: tuple[str, ...]) -> list[Made]:
    """List engines that run here, by name."""
    glossary = {"use": "glossary", "file": str(Path(data) / "cldr-names.tsv")}
    tables: dict[str, dict[str, Any]] = {
        "apertium": {"use": "apertium"},
        "llm": {"use": "llm", "model": {"use": "local"}},
        "glossary": glossary,
        "apertium+glossary": glossary | {"translator": {"use": "apertium"}},
    }
    return [Made(name, tables[name], data, folder) for name in names]
