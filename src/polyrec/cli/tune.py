"""`polyrec tune`: good settings for several models, found inside the training part."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from polyrec.cli.data_options import data_options
from polyrec.cli.free_folder import check_free
from polyrec.cli.full_ranking import full_ranking_only
from polyrec.cli.lists import NAMES
from polyrec.cli.printable import printable
from polyrec.cli.tables import add_row, show, table
from polyrec.core.counted import counted

if TYPE_CHECKING:
    from polyrec.data.dataset import Dataset
    from polyrec.evaluation.trials import Trial
    from polyrec.evaluation.tuned import Tuned

EPILOG = """\b
Examples:
  polyrec tune --data debian --models ease,item-knn,hybrid --trials 30 --out tuned
  polyrec tune --catalog items.csv --interactions events.csv --split time --objective random
  polyrec fit --data debian --plan tuned/plans/ease.toml

The split is made first, and its test part is not read: values are nDCG@20 of splits inside the
training part. The first trial of each model has its defaults. The same --out goes on where an
earlier run ended or was broken off, with more --trials tries more, and with other
--models adds theirs to those tuned before."""


def _check_out(options: Any) -> None:
    from polyrec.evaluation.tuned_folder import TRIALS

    check_free(options["out"], TRIALS)


@click.command(epilog=EPILOG)
@full_ranking_only
@data_options(with_text_seed=True, before=_check_out)
@click.option("--plan", default="default", show_default=True, help="A .toml file or a shipped one.")
@click.option("--models", type=NAMES, help="Which to tune; all that can be by default.")
@click.option(
    "--trials", type=click.IntRange(min=1), default=30, show_default=True, help="For each model."
)
@click.option("--split", default="random", show_default=True, help="Under test.")
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Of the split, and the trials.",
)
@click.option(
    "--objective",
    type=click.Choice(["both", "random", "cold-items"]),
    default="both",
    show_default=True,
    help="Which splits inside the training part count.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default="tuned",
    show_default=True,
    help="Folder for trials and results.",
)
@click.option("--json", "as_json", is_flag=True, help="Print tuned.json.")
def tune(data: Dataset, plan: str, out: Path, as_json: bool, **options: Any) -> None:
    """Find good settings, with equal trials for each model."""
    from polyrec.evaluation import tuning
    from polyrec.evaluation.tuned import FILE
    from polyrec.evaluation.tuned_folder import PLANS
    from polyrec.pipeline.plan import Plan

    tuned = tuning.tune(Plan.load(plan), data, out=out, **options)
    if as_json:
        click.echo(tuned.to_json(), nl=False)
    else:
        _show(tuned, options["trials"])
        click.echo(printable(f"settings: {out / FILE}, plans: {out / PLANS}"))


def _show(tuned: Tuned, asked: int) -> None:
    numbers = ("best", "default", "trials", "seconds")
    made = table("model", *numbers, "settings", numbers=numbers)
    notes = []
    for name, trials in tuned.trials.items():
        refused = [trial for trial in trials if trial.refused]
        seconds = sum(trial.seconds for trial in trials)
        best = tuned.models.get(name)
        value = f"{best.validation:.4f}" if best else "-"
        default = f"{trials[0].value:.4f}" if not trials[0].refused else "-"
        add_row(made, [name, value, default, len(trials), f"{seconds:.1f}", _said(tuned, name)])
        if len(trials) < asked:
            notes.append(f"{name} has nothing to tune: its defaults were measured once")
        if refused:
            said = f"{counted(len(refused), 'trial')} of {name} refused, the first: "
            notes.append(said + refused[0].refused)
    click.echo(
        f"nDCG@20 inside the training part of the split {tuned.split}, seed {tuned.seed}; "
        f"{counted(asked, 'trial')} for each model"
    )
    show(made)
    for note in notes:
        click.echo(printable(note))


def _said(tuned: Tuned, name: str) -> str:
    """Write the settings that were found."""
    if name not in tuned.models:
        return "all trials were refused"
    changed = _best(tuned.trials[name]).settings
    if not changed:
        return "the defaults"
    return ", ".join(f"{key} = {_short(value)}" for key, value in changed.items())


def _best(trials: list[Trial]) -> Trial:
    from polyrec.evaluation.trials import best_of

    best = best_of(trials)
    assert best is not None
    return best


def _short(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else json.dumps(value)
