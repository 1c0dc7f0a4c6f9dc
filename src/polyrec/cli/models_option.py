"""The option that names the folder of the models in service."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable


def models_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the option `--models`, as the argument `models_root`."""
    return click.option(
        "--models",
        "models_root",
        type=click.Path(file_okay=False, path_type=Path),
        metavar="DIR",
        help="Where models in service are kept.  [default: models in the user's data folder]",
    )(command)
