"""The options that name the data: a dataset that ships, or a catalog and interactions in files."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from polyrec.cli.lists import SEEDS
from polyrec.cli.printable import printable
from polyrec.core.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable

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
        metavar="FILE",
        help="Items: .csv, .tsv, .jsonl or .parquet with an item id, a text and perhaps language, "
        "category and more.",
    ),
    click.option(
        "--interactions",
        metavar="FILE",
        help="Who chose what: user, item and perhaps weight and time.",
    ),
    click.option(
        "--reader", default="", metavar="NAME", help="Reads the files, whatever their ending."
    ),
    click.option(
        "--default-language",
        default="und",
        show_default=True,
        metavar="TAG",
        help="Language of texts whose row names none.",
    ),
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


def data_options(*, several_draws: bool = False) -> Callable[..., Any]:
    """Give a command the options that name the data, and the `Dataset` as its argument `data`.

    Args:
        several_draws: the command takes several text seeds, as its argument `text_seeds`; the data
            are in the view that the first one draws.
    """

    def decorated(command: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(command)
        def with_data(
            *,
            shipped: str | None,
            view: str | None,
            catalog: str | None,
            interactions: str | None,
            reader: str,
            default_language: str,
            **others: Any,
        ) -> Any:
            seed = others["text_seeds"][0] if several_draws else others.pop("text_seed")
            if shipped is not None:
                if catalog or interactions:
                    raise ConfigError(
                        "both --data and files are given", hint="leave out one of the two"
                    )
                data = _shipped(shipped, view, seed)
            else:
                data = _from_files(
                    catalog, interactions, reader=reader, default_language=default_language
                )
                data = data if view is None else data.view(view, seed=seed)
            for note in data.notes:
                click.echo(f"note: {printable(note)}", err=True)
            return command(data=data, **others)

        for option in reversed((*_OPTIONS, _DRAWS if several_draws else _ONE_DRAW)):
            with_data = option(with_data)
        return with_data

    return decorated


def _shipped(name: str, view: str | None, seed: int) -> Dataset:
    from polyrec.data.datasets import load_dataset

    return load_dataset(name, view=view or "one-language", seed=seed)


def _from_files(
    catalog: str | None, interactions: str | None, *, reader: str, default_language: str
) -> Dataset:
    from polyrec.data.load import read_dataset

    if not catalog and not interactions:
        raise ConfigError(
            "no data are named", hint="give --data debian, or --catalog and --interactions"
        )
    if not catalog or not interactions:
        missing = "--interactions" if catalog else "--catalog"
        raise ConfigError(f"{missing} is missing", hint="give --catalog and --interactions")
    return read_dataset(
        catalog, interactions, reader=reader, name=catalog, default_language=default_language
    )
