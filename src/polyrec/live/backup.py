"""Backups: the database and the models that serve, in one file; and back into an empty database."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, Any

import polyrec
from polyrec.core.errors import EngineError
from polyrec.live import archive
from polyrec.store.audit import Audit
from polyrec.store.dump import refilled, snapshot
from polyrec.store.tables import HEAD

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from polyrec.live.models_folder import ModelsFolder
    from polyrec.store.database import Database
    from polyrec.store.dump import Refill

ACTOR = "command line"


@dataclass(frozen=True)
class Contents:
    """What a backup holds.

    Attributes:
        made: when it was begun; what it holds is of that moment.
        version: that of the tables.
        counts: how many rows of each table.
        models: the folders of the model that serves and of the one before, where they are there.
    """

    made: datetime
    version: str
    counts: Mapping[str, int]
    models: tuple[str, ...]

    @property
    def facts(self) -> dict[str, Any]:
        """The same for JSON."""
        return asdict(self) | {"made": self.made.isoformat()}


def back_up(database: Database, models: ModelsFolder, target: Path) -> Contents:
    """Write a database, and the models that serve and served before, to a file.

    Others may write meanwhile: all is of the moment at which it begins. The keys of a service are
    not in it. The audit says that it was made.

    Args:
        database: the database; one of an older polyrec, too.
        models: the models.
        target: the file, which is not there yet; it is there when it is whole, for its owner only.

    Raises:
        DataError: something is there, the database is empty, or a model is gone.
        EngineError: the database cannot be read, or the file cannot be written.
    """
    with ExitStack() as stack:
        with models.held(shared=True):  # until all files are open; then who deletes them may
            now = datetime.now(UTC)
            held = stack.enter_context(snapshot(database))
            served = held.served()
            files = _open(served, models.root, stack)
        with archive.written(target) as made:
            counts: Counter[str] = Counter()
            for place, (name, n_rows, lines) in enumerate(held.blocks()):
                made.add(f"tables/{name}/{place:06}.jsonl", lines)
                counts[name] += n_rows
            for name, file in files.items():
                made.add(f"models/{name}", file)
            there = {name.partition("/")[0] for name in files}
            found = Contents(
                now, held.version, dict(counts), tuple(name for name in served if name in there)
            )
            made.end({"polyrec": polyrec.__version__, **found.facts, "numbers": held.numbers()})
    if found.version == HEAD:
        Audit(database).add("backup", actor=ACTOR, counts=counts)
    return found


def restore(source: Path, database: Database, models: ModelsFolder) -> Contents:
    """Fill an empty database, and the folder of models, from a backup, as a whole or not at all.

    Who was deleted after the backup was made is there again. The audit says that it was restored.

    Args:
        source: the backup; all its hashes are compared before anything is written.
        database: the database, which holds nothing.
        models: the models; folders get new names, so that none is that of another database.

    Raises:
        ConfigError: the database or the backup are of a newer polyrec.
        DataError: the backup is damaged, or the database holds something.
        EngineError: the database or a model cannot be written.
    """
    reading = archive.Reading(source)
    facts = reading.check()
    try:
        found = Contents(
            datetime.fromisoformat(facts["made"]),
            str(facts["version"]),
            {str(name): int(n) for name, n in facts["counts"].items()},
            tuple(map(str, facts["models"])),
        )
        numbers = {str(name): int(n) for name, n in facts["numbers"].items()}
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise archive.damaged(source, "its manifest cannot be read") from error
    with (
        models.held(),
        _placed(models) as place,
        refilled(database, found.version, folder=place.new) as to,
    ):
        _fill(reading, to, place)
        if to.counts != found.counts:
            raise archive.damaged(source, "it holds other rows than its manifest says")
        to.go_on_behind(numbers)
        place.put()
    Audit(database).add("restored", actor=ACTOR, counts=found.counts)
    return replace(found, models=tuple(place.placed))


def _open(folders: list[str], root: Path, stack: ExitStack) -> dict[str, IO[bytes]]:
    """Open the files of the models that are there."""
    found: dict[str, IO[bytes]] = {}
    for folder in folders:
        if (root / folder / "manifest.json").is_file():
            for file in sorted((root / folder).iterdir()):
                found[f"{folder}/{file.name}"] = stack.enter_context(file.open("rb"))
    return found


def _fill(reading: archive.Reading, rows: Refill, place: _Place) -> None:
    with reading.files() as files:
        for name, stream in files:
            kind, _, rest = name.partition("/")
            if kind == "tables":
                rows.add(rest.partition("/")[0], stream.read())
            elif kind == "models":
                place.write(rest, stream)


class _Place:
    """Folders of models that are written aside first, under names of this database's own."""

    def __init__(self, models: ModelsFolder) -> None:
        self.models = models
        self.names: dict[str, str] = {}
        self.placed: list[str] = []
        self.aside = models.root / f".{models.new_name()}"

    def new(self, folder: str) -> str:
        """Give a version's folder its new name."""
        return self.names.setdefault(folder, self.models.new_name())

    def write(self, name: str, stream: IO[bytes]) -> None:
        path = self.aside / name
        with self._errors():
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as file:
                shutil.copyfileobj(stream, file)
                file.flush()
                os.fsync(file.fileno())

    def put(self) -> None:
        """Let the folders take their places."""
        for folder in self.aside.iterdir() if self.aside.exists() else ():
            name = self.new(folder.name)
            with self._errors():
                folder.rename(self.models.root / name)
            self.placed.append(name)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            why = error.strerror or error
            raise EngineError(f"nothing can be written in {self.models.root}: {why}") from error


@contextmanager
def _placed(models: ModelsFolder) -> Iterator[_Place]:
    """Give a place for folders, which are gone again if the block does not end well."""
    place = _Place(models)
    try:
        yield place
    except BaseException:
        for name in place.placed:
            shutil.rmtree(models.root / name)
        raise
    finally:
        shutil.rmtree(place.aside, ignore_errors=True)
