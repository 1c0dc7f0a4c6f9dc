"""The options that name the data: a dataset that ships, or a catalog and interactions in files."""

from __future__ import annotations

from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from polyrec.cli.lists import SEEDS
from polyrec.cli.printable import printable
from polyrec.core.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from polyrec.data.dataset import Dataset

_OPTIONS = (
    click.option("--data", "shipped", metavar="NAME", help="A dataset that ships: see datasets."),
    click.option(
        "--view",
        metavar="VIEW",
        help="Which text each item is shown in: one-language (default for --data), en, balanced, "
        "all, or as-given (default for files).",
    ),
    click.option(
        "--catalog",
        multiple=True,
        metavar="FILE",
        help="Items: .csv, .tsv, .jsonl or .parquet, packed with gzip or zstd or not, with an item "
        "id, a text and perhaps language, category and more; or a folder or pattern of such "
        "files, or - for standard input. Repeatable.",
    ),
    click.option(
        "--interactions",
        multiple=True,
        metavar="FILE",
        help="Who chose what: user, item and perhaps weight and time; likewise.",
    ),
    click.option(
        "--reader",
        default="",
        metavar="NAME",
        help="Reads the files, or the folder, whatever their names.",
    ),
    click.option(
        "--encoding", metavar="NAME", help="Of the files, such as cp1252. [default: utf-8]"
    ),
    click.option("--separator", metavar="CHAR", help="Between the columns of .csv. [default: ,]"),
    click.option(
        "--default-language",
        default="und",
        show_default=True,
        metavar="TAG",
        help="Language of texts whose row names none.",
    ),
    click.option(
        "--quarantine",
        type=click.Path(file_okay=False, path_type=Path),
        help="Folder for bad rows. [default: --out with .quarantine behind it, else quarantine]",
    ),
)
FILES = (
    *("folder", "catalog", "interactions", "reader", "encoding", "separator"),
    *("default_language", "on_bad_rows", "quarantine"),
)


_ONE_DRAW = click.option(
    "--text-seed", type=int, default=1, show_default=True, help="Draws the languages of --view."
)
_DRAWS = click.option(
    "--text-seeds",
    type=SEEDS,
    default="1-3",
    show_default=True,
    help="Draws the languages of --view, once for each; the first one's table is shown alone too.",
)


_FOLDER = click.option(
    "--folder", metavar="DIR", help="A dataset as others publish it: see polyrec parts folder."
)


def data_options(
    *,
    several_draws: bool = False,
    with_text_seed: bool = False,
    folder_argument: bool = False,
    shipped_argument: bool = False,
    on_bad_rows: str = "fail",
    before: Callable[[Mapping[str, Any]], None] | None = None,
) -> Callable[..., Any]:
    """Give a command the options that name the data, and the `Dataset` as its argument `data`.

    Args:
        several_draws: the command takes several text seeds, as its argument `text_seeds`; the data
            are in the view that the first one draws.
        with_text_seed: the command takes the text seed itself, as its argument `text_seed`.
        folder_argument: the command takes the folder of a known dataset as its argument.
        shipped_argument: that argument may be the name of a dataset that ships, too.
        on_bad_rows: what is done about bad rows by default.
        before: is called with the command's other options before the data are read.
    """
    argument = click.argument(
        "folder", required=False, metavar=("[FOLDER]", "[DATA]")[shipped_argument]
    )
    folder = argument if folder_argument else _FOLDER
    bad_rows = click.option(
        "--on-bad-rows",
        type=click.Choice(["fail", "quarantine"]),
        default=on_bad_rows,
        show_default=True,
        help="Stop at the first row that cannot be used, or write such rows down with their "
        "reasons and go on without them.",
    )

    def decorated(command: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(command)
        def with_data(
            *,
            shipped: str | None,
            view: str | None,
            **others: Any,
        ) -> Any:
            seed = others["text_seeds"][0] if several_draws else others["text_seed"]
            if not (several_draws or with_text_seed):
                del others["text_seed"]
            named = {name: others.pop(name) for name in FILES}
            shipped = shipped or _shipped_of(named, look=shipped_argument)
            if named["quarantine"] is None:
                out = others.get("out")
                named["quarantine"] = Path(f"{out}.quarantine" if out else "quarantine")
            if before is not None:
                before(others)
            data = _read(shipped, named, view, seed)
            for note in data.notes:
                click.echo(f"note: {printable(note)}", err=True)
            return command(data=data, **others)

        draws = _DRAWS if several_draws else _ONE_DRAW
        for option in reversed((folder, *_OPTIONS, bad_rows, draws)):
            with_data = option(with_data)
        return with_data

    return decorated


def _read(shipped: str | None, named: dict[str, Any], view: str | None, seed: int) -> Dataset:
    """Read what is named, in the view that is wished."""
    if shipped is None:
        data = _from_files(**named)
        return data if view is None else data.view(view, seed=seed)
    if named["catalog"] or named["interactions"] or named["folder"]:
        raise ConfigError("both --data and files are given", hint="leave out one of the two")
    from polyrec.data.datasets import load_dataset

    return load_dataset(shipped, view=view or "one-language", seed=seed)


def _shipped_of(named: dict[str, Any], *, look: bool) -> str | None:
    """Take the name of a dataset that ships from where a folder's is; `./debian` is a folder."""
    from polyrec.data.datasets import shipped_datasets

    folder = named["folder"]
    if not look or folder not in [each.name for each in shipped_datasets()]:
        return None
    named["folder"] = None
    return str(folder)


def _from_files(
    *,
    folder: str | None,
    catalog: tuple[str, ...],
    interactions: tuple[str, ...],
    reader: str,
    encoding: str | None,
    separator: str | None,
    **others: Any,
) -> Dataset:
    from polyrec.data.load import read_dataset

    settings = {"encoding": encoding, "separator": separator}
    settings = {name: value for name, value in settings.items() if value is not None}
    chosen: Any = {**({"use": reader} if reader else {}), **settings} if settings else reader
    if folder:
        if catalog or interactions:
            raise ConfigError("both --folder and files are given", hint="leave out one of the two")
        return read_dataset(folder, reader=chosen, name=folder, **others)
    if not catalog and not interactions:
        raise ConfigError(
            "no data are named",
            hint="give --data debian, --folder, or --catalog and --interactions",
        )
    if not catalog or not interactions:
        missing = "--interactions" if catalog else "--catalog"
        raise ConfigError(f"{missing} is missing", hint="give --catalog and --interactions")
    return read_dataset(
        list(catalog), list(interactions), reader=chosen, name=", ".join(catalog), **others
    )
