"""`polyrec adapt`: from data to an encoder that knows them, in a folder that plans can name."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from polyrec.cli.data_options import data_options
from polyrec.cli.free_folder import check_free
from polyrec.cli.printable import printable
from polyrec.cli.tables import show_json
from polyrec.core.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from polyrec.data.dataset import Dataset
    from polyrec.evaluation.health.verdict import Verdict

EPILOG = """\b
Examples:
  polyrec adapt --data debian --out adapted
  polyrec adapt --data debian --method head --out head
  polyrec adapt --data debian --minutes 10 --objective together=1 --objective translations=0.5
  polyrec adapt --folder shop --base xlm-roberta-base --health-on names.tsv --out adapted

Objectives: together (items that the same people choose), translations (an item's texts in several
languages), denoising (a text from its vector), categories. Items that the catalog calls new, and a
share that tells when to stop, are not learned from. The folder appears whole or not at all."""

WORK = ".learning"
"""What stands behind the name of --out in that of the folder for checkpoints."""

GIVEN = {
    "method": "method",
    "epochs": "epochs",
    "minutes": "max_minutes",
    "seed": "seed",
    "max_tokens": "max_tokens",
    "batch_size": "batch_size",
    "learning_rate": "learning_rate",
    "frozen_layers": "frozen_layers",
    "patience": "patience",
}
"""Options, and the settings of `Adapt` that they are."""


class Weight(click.ParamType[tuple[str, float]]):
    """Takes `together=0.5`, or `together` alone for a weight of 1."""

    name = "weight"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, float]:
        """Give the name and the number."""
        name, _, weight = str(value).partition("=")
        try:
            return name.strip(), float(weight or 1)
        except ValueError:
            self.fail(f"{weight!r} is no number; give such as together=0.5", param, ctx)


def _check_out(options: Mapping[str, Any]) -> None:
    from polyrec.core.model_folder import FACTS_FILE

    check_free(options["out"], FACTS_FILE)


@click.command(epilog=EPILOG)
@data_options(before=_check_out)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default="adapted",
    show_default=True,
    help="Folder for the adapted model.",
)
@click.option(
    "--base",
    default="e5-small",
    show_default=True,
    metavar="MODEL",
    help="Where to start: e5-small, a folder, or a name of Hugging Face.",
)
@click.option("--allow-download", is_flag=True, help="Fetch a base that is not on this machine.")
@click.option(
    "--objective",
    "objectives",
    type=Weight(),
    multiple=True,
    metavar="NAME=WEIGHT",
    help="What to learn, and how much it counts. Repeatable. "
    "[default: together=1 translations=0.25]",
)
@click.option("--method", type=click.Choice(["full", "lora", "head"]), help="[default: full]")
@click.option("--epochs", type=click.IntRange(min=1), help="At most so many. [default: 10]")
@click.option(
    "--minutes",
    type=click.FloatRange(min=0, min_open=True),
    help="No epoch begins after so many. [default: 20]",
)
@click.option("--seed", type=click.IntRange(min=0), help="Draws all that is drawn. [default: 0]")
@click.option(
    "--max-tokens", type=click.IntRange(8, 512), help="Where texts are cut. [default: 64]"
)
@click.option("--batch-size", type=click.IntRange(min=4), help="Texts per step. [default: 128]")
@click.option(
    "--learning-rate",
    type=click.FloatRange(min=0, min_open=True),
    help="Of AdamW; a head gets 10 times as much. [default: 0.0001]",
)
@click.option(
    "--frozen-layers", type=click.IntRange(min=0), help="Lower layers that stay. [default: 9]"
)
@click.option(
    "--patience", type=click.IntRange(min=1), help="Epochs without gain that end it. [default: 10]"
)
@click.option(
    "--resume/--anew",
    default=True,
    show_default=True,
    help="Go on with the same run if it was broken off, or begin again.",
)
@click.option(
    "--health-on",
    multiple=True,
    metavar="PATH",
    help="Parallel texts for the check of its health; what ships by default. Repeatable.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def adapt(
    data: Dataset,
    *,
    out: Path,
    resume: bool,
    health_on: tuple[str, ...],
    as_json: bool,
    base: str,
    allow_download: bool,
    objectives: tuple[tuple[str, float], ...],
    **given: Any,
) -> None:
    """Adapt an encoder to data: to what people choose, and to the texts."""
    from polyrec.adapt.adapt import Adapt
    from polyrec.adapt.export import write_adapted
    from polyrec.adapt.work import CHECKPOINT, work_folder

    settings = {GIVEN[name]: value for name, value in given.items() if value is not None}
    if objectives:
        settings["objectives"] = _weights(objectives)
    how = Adapt(**settings)
    with work_folder(out.with_name(out.name + WORK), anew=not resume) as work:
        if (work / CHECKPOINT).exists():
            click.echo(printable(f"going on with the run that was broken off: {work}"), err=True)
        facts, verdict = write_adapted(
            how,
            data,
            out,
            base=base,
            allow_download=allow_download,
            work=work,
            command=shlex.join(["polyrec", *sys.argv[1:]]),
            health={"on": list(health_on)},
        )
    if as_json:
        show_json(facts)
    else:
        _report(out, facts, verdict)


def _weights(objectives: tuple[tuple[str, float], ...]) -> dict[str, float]:
    weights = dict(objectives)
    if len(weights) < len(objectives):
        names = [name for name, _ in objectives]
        twice = next(name for name in names if names.count(name) > 1)
        raise ConfigError(f"the objective {twice!r} is given twice", hint="give one weight for it")
    return weights


def _report(out: Path, facts: dict[str, Any], verdict: Verdict) -> None:
    from polyrec.adapt.card import best_row, plan_lines
    from polyrec.cli.verdict_table import show_verdict

    curve, how = facts["curve"], facts["settings"]
    (epoch, _, quality), last = best_row(facts), curve[-1][0]
    click.echo(
        f"nDCG@20 of content on items kept apart: {curve[0][2]:.3f} before, "
        f"{quality:.3f} after epoch {epoch} of {last}, {sum(facts['seconds'].values()):.0f} s"
    )
    if last < how["epochs"] and last - epoch < how["patience"]:
        click.echo(
            f"{how['max_minutes']:g} minutes were over before {how['epochs']} epochs were: "
            "--minutes gives more"
        )
    click.echo("")
    show_verdict(verdict)
    click.echo(printable(f"\nadapted: {out}"))
    if verdict.passed:
        click.echo(f"A plan uses it so:\n\n{plan_lines(out, out)}", nl=False)
