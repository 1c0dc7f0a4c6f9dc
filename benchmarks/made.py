"""What engines made of the first 400 lines of NTREX-128, kept in a folder, for the benchmarks."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from polyrec.core.registry import build
from polyrec.translate.translator import Translation, Translator, not_translated

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyrec.encode.encoder import Kind

PAIRS = (("es", "en"), ("pt", "en"), ("en", "es"), ("fr", "en"))
CODES = {"es": "spa", "pt": "por", "en": "eng", "fr": "fra"}
TEST, TUNE = slice(0, 200), slice(200, 400)


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

    def kept(self, source: str, target: str) -> dict[str, Any]:
        """Give seconds, and what was made of each line, None for nothing; ask it if need be."""
        file = Path(self.folder) / f"{self.engine}-{source}-{target}.json"
        if not file.exists():
            texts, table = lines(self.data, source), self.table
            if "apertium" in self.engine and source in ("fr", "pt"):  # no direct way to English
                table = {"use": "pivot", "through": "es", "translator": table}
            translator = build("translator", table)
            start = time.perf_counter()
            made = translator.translate(texts, source=source, target=target)
            seconds = time.perf_counter() - start
            said = [each.text if each.translated else None for each in made]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps({"seconds": seconds, "made": said}, ensure_ascii=False))
        return dict(json.loads(file.read_text()))

    def _translate(
        self,
        texts: list[str],
        source: str,
        target: str,
        kind: Kind,
        advance: Callable[[int], None],
    ) -> list[Translation]:
        said = self.kept(source, target)["made"]
        del kind
        known = dict(zip(lines(self.data, source), said, strict=True))
        advance(len(texts))
        return [
            not_translated(text, f"{self.engine} made nothing of it")
            if known[text] is None
            else Translation(known[text], self.engine)
            for text in texts
        ]


def lines(data: str, language: str) -> list[str]:
    """Give the first 400 lines of a language."""
    file = Path(data) / "ntrex" / f"{CODES[language]}.txt"
    return file.read_text(encoding="utf-8").split("\n")[: TUNE.stop]


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
