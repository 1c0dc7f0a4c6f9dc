"""The entry point: finds the command, and turns every end into a message and an exit code."""

from __future__ import annotations

import io
import sys

import click

import polyrec
from polyrec.cli.group import Group

EPILOG = """\b
Examples:
  polyrec datasets
  polyrec fit --data debian --out model
  polyrec recommend model --text "画像編集ソフト" --languages de,en
  polyrec similar model gimp

Results go to stdout, everything else to stderr. Exit codes: 2 for a wrong setting, 3 for wrong
data, 4 for a failed engine, 130 after Ctrl-C."""


@click.group(cls=Group, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(polyrec.__version__, message="%(prog)s %(version)s")
def cli() -> None:
    """Recommend across languages."""


def main() -> None:
    """Run the command line of this process."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # a terminal that cannot show a character gets its number, not a traceback
        sys.stdout.reconfigure(errors="backslashreplace")
    cli(prog_name="polyrec")
