"""`polyrec health`: whether an encoder's space is sound across languages, on parallel texts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from polyrec.cli.free_folder import check_writable
from polyrec.cli.printable import printable
from polyrec.cli.tables import add_row, show, show_json, table

EPILOG = """\b
Examples:
  polyrec health e5-small
  polyrec health e5-small --on ntrex --statistics tatoeba --sentences 500 --out health
  polyrec health plan.toml --on names.tsv --json
  polyrec health ADAPTED
  polyrec health e5-small --on tatoeba --save-statistics statistics.npz

Parallel texts are a folder of <language>.txt files whose line n says the same in all, a folder of
pairs such as x.deu-eng.deu and x.deu-eng.eng, or a .tsv with a column per language. Intervals are
95 % bootstraps over sentences."""


@click.command(epilog=EPILOG)
@click.argument("encoder")
@click.option(
    "--on",
    multiple=True,
    metavar="PATH",
    help="Parallel texts: a folder or files; what ships by default.",
)
@click.option(
    "--statistics",
    default="",
    metavar="PATH",
    help="Where each debias learns from: other parallel texts, or a file saved before. By default "
    "half of the sentences are kept apart for it.",
)
@click.option(
    "--sentences",
    type=click.IntRange(min=2),
    default=500,
    show_default=True,
    help="Test on about so many sentences per language.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Draws all that is drawn.")
@click.option(
    "--save-statistics",
    "save",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Keep what each debias learned from, for the debias from-file.",
)
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="Folder for tables, picture."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def health(
    encoder: str, *, save: Path | None, out: Path | None, as_json: bool, **options: Any
) -> None:
    """Measure whether ENCODER, a name or a plan, finds what means the same in any language.

    A folder that polyrec adapt wrote is held against what it was adapted from, too, and the verdict
    is kept in it: plans may name it once it has passed.
    """
    from polyrec.cli.verdict_table import show_verdict
    from polyrec.encode.adapted import is_adapted
    from polyrec.evaluation.health.check import check_health
    from polyrec.evaluation.health.setting import prepare
    from polyrec.evaluation.health.tables import (
        difference_table,
        language_table,
        lead,
        space_table,
    )
    from polyrec.evaluation.health.verdict import judge_adapted
    from polyrec.evaluation.health.write import write_health

    for option, path in (("--save-statistics", save), ("--out", out)):
        if path is not None:
            check_writable(path, option)
    setting = prepare(encoder, **options)
    if save is not None:
        setting.statistics.save(save)
        click.echo(printable(f"statistics: {save}"), err=True)
    found = check_health(setting)
    verdict = (
        judge_adapted(Path(encoder), after=setting, **options) if is_adapted(encoder) else None
    )
    if as_json:
        show_json(found.to_table() | ({"verdict": verdict.to_table()} if verdict else {}))
    else:
        click.echo(printable(lead(found)))
        for each in (space_table(found), difference_table(found), language_table(found)):
            click.echo(f"\n{each.title}")
            made = table(*each.columns, numbers=each.columns[1:])
            for row in each.rows:
                add_row(made, row)
            show(made)
        if verdict is not None:
            click.echo("")
            show_verdict(verdict)
    if out is not None:
        click.echo(printable(f"\nhealth: {write_health(found, out)}"), err=as_json)
