"""`polyrec evaluate`: models compared on the same splits, over seeds, with intervals."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from polyrec.cli.data_options import data_options
from polyrec.cli.full_ranking import full_ranking_only
from polyrec.cli.lists import NAMES, SEEDS

if TYPE_CHECKING:
    from polyrec.data.dataset import Dataset

EPILOG = """\b
Examples:
  polyrec evaluate --data debian --seeds 0-4
  polyrec evaluate --data debian --text-seeds 1-3 --splits random,language-out --out report
  polyrec evaluate --catalog items.csv --interactions events.csv --splits time --models hybrid,ease

Every item that a person does not have is ranked. Recall's denominator is min(k, relevant items).
Intervals are 95 % bootstraps over users and, where there are several, over seeds. Text seeds
other than 1 are part of the view's name in the rows."""


@click.command(epilog=EPILOG)
@full_ranking_only
@data_options(several_draws=True)
@click.option("--plan", default="default", show_default=True, help="A .toml file or a shipped one.")
@click.option(
    "--splits",
    type=NAMES,
    default="random,cold-items",
    show_default=True,
    help="Of random, cold-items, time, language-out.",
)
@click.option("--seeds", type=SEEDS, default="0", show_default=True, help="Of the splits: 0-4.")
@click.option("--models", type=NAMES, help="Which to compare; all that the data allow by default.")
@click.option("-k", type=click.IntRange(min=1), default=20, show_default=True, help="List length.")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="Folder for a report."
)
@click.option("--json", "as_json", is_flag=True, help="Print the rows of metrics.json.")
def evaluate(
    data: Dataset, plan: str, out: Path | None, as_json: bool, **options: list[str] | int
) -> None:
    """Compare models on the same splits, over seeds, with intervals."""
    from polyrec.cli.comparison_table import show_comparison
    from polyrec.evaluation.full import evaluate_plan
    from polyrec.evaluation.report import write_report
    from polyrec.evaluation.rows import to_json
    from polyrec.pipeline.plan import Plan

    content = evaluate_plan(Plan.load(plan), data, **options)  # type: ignore[arg-type]
    if as_json:
        click.echo(to_json(content.rows))
    else:
        show_comparison(content.rows, content.models)
    if out is not None:
        click.echo(f"\nreport: {write_report(content, out)}", err=as_json)
