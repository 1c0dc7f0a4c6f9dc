"""The folder that `polyrec convert` and `polyrec ingest` write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from polyrec.core.errors import ConfigError
from polyrec.data.folders.folder import Folder, Found, file_in
from polyrec.data.readers.sources import reader_class

if TYPE_CHECKING:
    from pathlib import Path

    from polyrec.data.readers.intake import Intake
    from polyrec.data.readers.reader import Reader

ENDINGS = (".parquet", ".jsonl", ".csv")


@dataclass(frozen=True)
class Own(Folder):
    """Reads what polyrec convert writes: items and interactions, in .parquet, .jsonl or .csv."""

    @classmethod
    def takes(cls, folder: Path) -> bool:
        """Say whether both tables are there."""
        return all(_table(folder, name) for name in ("items", "interactions"))

    def _read(self, folder: Path, catalog: Intake, interactions: Intake) -> Found:
        items, events = _table(folder, "items"), _table(folder, "interactions")
        assert items is not None
        assert events is not None
        return Found(
            _reader(items).read(items, intake=catalog),
            _reader(events).batches(events, intake=interactions),
        )


def _table(folder: Path, name: str) -> Path | None:
    found = (file_in(folder, f"{name}{ending}") for ending in ENDINGS)
    return next((path for path in found if path), None)


def _reader(path: Path) -> Reader:
    kind = reader_class(path)
    if kind is None:
        raise ConfigError(f"no reader takes {path.name}", hint="see polyrec parts reader")
    return kind()
