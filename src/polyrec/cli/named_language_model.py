"""The language model that a command line names, by itself or by a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from polyrec.core.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyrec.llm.language_model import LanguageModel


def language_model_option(what: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command the option `--language-model`; `what` says what the model does."""
    return click.option(
        "--language-model",
        metavar="NAME",
        help=f"{what}: a language model's name, or a .toml file with a table [language-model]. "
        "[default: none]",
    )


def named(name_or_file: str | None) -> LanguageModel | None:
    """Build the language model of that name, or of a file's table; None for None.

    Raises:
        ConfigError: there is no such model or table, or it cannot be built.
    """
    from polyrec.core.registry import build
    from polyrec.pipeline.plan import read_table

    if name_or_file is None:
        return None
    table: Any = {"use": name_or_file}
    if name_or_file.endswith(".toml"):
        table = read_table(name_or_file).get("language-model")
        if table is None:
            raise ConfigError(
                f"{name_or_file} has no [language-model]", hint="add one, such as use = 'local'"
            )
    found: LanguageModel = build("language-model", table)
    return found
