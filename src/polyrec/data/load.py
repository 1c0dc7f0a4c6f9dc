"""From a catalog and interactions in any known format to a dataset."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from polyrec.core.errors import ConfigError
from polyrec.core.registry import build, part_class, parts
from polyrec.data.dataset import Arrival, Dataset, SetAside
from polyrec.data.folders.find import folder_reader
from polyrec.data.readers.cells import tag_of
from polyrec.data.readers.intake import Intake, OnBadRows, check_on_bad_rows
from polyrec.data.readers.joined import joined
from polyrec.data.readers.opened import STDIN
from polyrec.data.readers.reader import Reader, is_path
from polyrec.data.readers.sources import reader_class, sources_of
from polyrec.data.readers.table import Table, shown
from polyrec.data.readers.to_catalog import to_catalog
from polyrec.data.readers.to_interactions import to_interactions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from polyrec.data.catalog import Catalog
    from polyrec.data.readers.repeats import Repeats


TABLES = ("catalog", "interactions")


def read_dataset(
    catalog: Any,
    interactions: Any = None,
    *,
    reader: Any = "",
    name: str = "data",
    default_language: str = "und",
    on_bad_rows: OnBadRows = "fail",
    quarantine: str | Path = "quarantine",
) -> Dataset:
    """Read a catalog and the interactions with it, and check them against each other.

    The catalog needs an item id and a text, and may have language, category and more; the
    interactions need user and item, and may have weight and time. Columns are known by their usual
    names: see `polyrec.data.readers.columns`. The two need not have the same format. The catalog is
    held whole; interactions are read in batches, so that memory is needed for their numbers only.

    Args:
        catalog: the path of a file (.csv, .tsv, .jsonl, .ndjson, .parquet, packed with gzip or zstd
            or not), of a folder of such files, a pattern such as `items-*.csv`, `-` for standard
            input, a polars or pandas frame, a `Table` that some reader has read, or a list of
            these. If it is alone, the folder of a known dataset: see `polyrec parts folder`.
        interactions: likewise; None if the folder has them.
        reader: what reads the files, whatever their ending: a reader, its name, or its table in a
            plan such as `{"use": "csv", "separator": ";"}`; without `use`, settings of the reader
            that the ending decides on, as by default. For a folder alone, what reads the folder.
        name: what reports call the dataset.
        default_language: tag of texts whose row names no language.
        on_bad_rows: `fail` raises at the first row that cannot be used; `quarantine` writes such
            rows down with their reasons and goes on without them.
        quarantine: the folder for these, made when it is needed: `catalog.jsonl` and
            `interactions.jsonl`.

    Returns:
        The dataset; `notes` says what was changed or left out in reading, such as pairs that were
        summed and rows that were set aside.

    Raises:
        ConfigError: no reader takes a source, or the reader cannot be made.
        DataError: a file or a cell cannot be used; the message names file, row and column.
    """
    language = tag_of(default_language)
    check_on_bad_rows(on_bad_rows)
    with ExitStack() as stack:
        folder = Path(quarantine) if on_bad_rows == "quarantine" else None
        intakes = [
            stack.enter_context(Intake(folder and folder / f"{kind}.jsonl")) for kind in TABLES
        ]
        given = _given(catalog, interactions, reader, intakes)
        found = to_catalog(given.catalog, default_language=language)
        chosen, notes = to_interactions(
            given.interactions,
            found.ids,
            catalog_name=given.catalog.name,
            repeats=given.repeats,
        )
        said = [note for intake in intakes for note in intake.notes()]
    arrival = _arrival(dict(zip(TABLES, intakes, strict=True)))
    return Dataset(found, chosen, name=name, notes=(*said, *notes), arrival=arrival)


def read_catalog(source: Any, *, reader: Any = "", default_language: str = "und") -> Catalog:
    """Read a catalog alone; arguments and errors are those of `read_dataset`."""
    intake = Intake()
    tables = read_tables(
        sources_of(source, intake), reader=reader, name="catalog", intake=intake, whole=True
    )
    return to_catalog(joined(list(tables)), default_language=tag_of(default_language))


def _arrival(intakes: dict[str, Intake]) -> Arrival:
    return Arrival(
        {table: intake.n_rows for table, intake in intakes.items()},
        {table: intake.n_repeated for table, intake in intakes.items()},
        tuple(
            SetAside(table, kind.file, kind.kind, kind.count, kind.first.row)
            for table, intake in intakes.items()
            for kind in intake.kinds.values()
        ),
        tuple(str(intake.path) for intake in intakes.values() if intake.n_aside),
    )


@dataclass(frozen=True)
class _Given:
    """What the sources gave."""

    catalog: Table
    interactions: Iterable[Table]
    repeats: Repeats = "sum"


def _given(catalog: Any, interactions: Any, reader: Any, intakes: list[Intake]) -> _Given:
    if interactions is None:
        if not is_path(catalog):
            raise ConfigError(
                "there are no interactions", hint="give them, or the folder of a known dataset"
            )
        found = folder_reader(Path(catalog), reader).read(Path(catalog), *intakes)
        return _Given(found.catalog, found.interactions, found.repeats)
    sources = [
        sources_of(each, intake)
        for each, intake in zip((catalog, interactions), intakes, strict=True)
    ]
    if sum(each is STDIN for some in sources for each in some) > 1:
        raise ConfigError(
            "standard input is named twice", hint="give '-' for the catalog or the interactions"
        )
    tables = read_tables(sources[0], reader=reader, name="catalog", intake=intakes[0], whole=True)
    return _Given(
        joined(list(tables)),
        read_tables(sources[1], reader=reader, name="interactions", intake=intakes[1]),
    )


def read_tables(
    sources: list[Any],
    *,
    reader: Any = "",
    name: str = "table",
    intake: Intake,
    whole: bool = False,
) -> Iterator[Table]:
    """Read sources one after another, in batches of rows, or each whole.

    Raises as `read_table` does.
    """
    for source in sources:
        if isinstance(source, Table):
            yield replace(source, intake=intake)
        elif whole:
            yield _chosen(source, reader).read(source, name=name, intake=intake)
        else:
            yield from _chosen(source, reader).batches(source, name=name, intake=intake)


def read_table(source: Any, *, reader: Any = "", name: str = "table") -> Table:
    """Read one table; a `Table` is given back as it is.

    Args:
        source: a file's path, a frame or a table, as in `read_dataset`.
        reader: what reads a file, as in `read_dataset`.
        name: what faults call a source that has no file name.

    Raises:
        ConfigError: no reader takes the source, or the reader cannot be made.
        DataError: the source is missing, empty or malformed.
    """
    if isinstance(source, Table):
        return source
    return _chosen(source, reader).read(source, name=name)


def _chosen(source: Any, reader: Any) -> Reader:
    """Give what reads a source."""
    if not reader or not is_path(source):
        return reader_of(source)
    if isinstance(reader, dict) and "use" not in reader:
        found = reader_of(source)
        known = {field.name for field in fields(found)}  # type: ignore[arg-type]
        for setting in reader:
            if setting not in known:
                raise ConfigError(
                    f"{type(found).__name__} reads {shown(str(source))}, and has no {setting}",
                    hint="leave it out, or name a reader that has it",
                )
        return replace(found, **reader)  # type: ignore[type-var]
    chosen: Reader = reader if isinstance(reader, Reader) else build("reader", reader)
    return chosen


def reader_of(source: object) -> Reader:
    """Give the reader for a source, with its default settings; CSV for standard input.

    Raises:
        ConfigError: there is none.
    """
    if is_path(source) and Path(source) == STDIN:
        reader: Reader = build("reader", "csv")
        return reader
    found = reader_class(source)
    if found is not None:
        return found()
    kinds = (part_class("reader", name) for name in parts()["reader"])
    endings = [ending for kind in kinds for ending in kind.endings]
    what = shown(str(source)) if is_path(source) else type(source).__name__
    raise ConfigError(
        f"no reader takes {what}",
        hint=f"give a file ending in {', '.join(endings)}, a polars or pandas frame, or a reader",
    )
