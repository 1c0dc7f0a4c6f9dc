from __future__ import annotations

import importlib
import shlex
from typing import TYPE_CHECKING

import pytest

import polyrec
from polyrec.cli.commands import COMMANDS
from polyrec.cli.main import EPILOG

if TYPE_CHECKING:
    import click


def _command(name: str) -> click.Command:
    module, _, attribute = COMMANDS[name].where.partition(":")
    command: click.Command = getattr(importlib.import_module(module), attribute)
    return command


def _examples() -> list[str]:
    texts = [EPILOG, *(_command(name).epilog or "" for name in COMMANDS)]
    lines = (line.strip() for text in texts for line in text.splitlines())
    return sorted({line for line in lines if line.startswith("polyrec ")})


@pytest.mark.parametrize("example", _examples())
def test_the_examples_in_the_help_can_be_typed(example: str) -> None:
    _, name, *args = shlex.split(example)
    with _command(name).make_context(name, args) as context:
        given = context.params
    if name in ("recommend", "similar"):
        data = polyrec.load_dataset("debian", view="as-given")
        for item in (*given.get("history", ()), *given.get("item_ids", ())):
            assert item in data.catalog.ids
        for user in given.get("user_ids", ()):
            assert user in data.interactions.users
