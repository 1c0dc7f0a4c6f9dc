"""`polyrec fit`: from data and a plan to a model in a folder."""

from __future__ import annotations

import shlex
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from polyrec.cli.data_options import data_options
from polyrec.cli.free_folder import check_free
from polyrec.cli.printable import printable
from polyrec.cli.tables import show_json
from polyrec.core.counted import counted

if TYPE_CHECKING:
    from polyrec.data.dataset import Dataset
    from polyrec.pipeline.fitted import Fitted

EPILOG = """\b
Examples:
  polyrec fit --data debian --out model
  polyrec fit --data debian --view en --plan plan.toml --seed 3
  polyrec fit --catalog items.csv --interactions events.csv --default-language de

A plan is a TOML file that names the parts: see polyrec parts. The model's folder appears whole or
not at all; a model that is there already is replaced."""


@click.command(epilog=EPILOG)
@data_options()
@click.option(
    "--plan", default="default", show_default=True, help="A .toml file, or a shipped one."
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default="model",
    show_default=True,
    help="Folder for the model.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Draws all that is drawn.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def fit(data: Dataset, plan: str, out: Path, seed: int, as_json: bool) -> None:
    """Fit a plan on data and save the model."""
    from polyrec.pipeline import fitted

    check_free(out, "manifest.json")
    start = time.perf_counter()
    model = fitted.fit(data, plan, seed=seed)
    model.save(out)
    facts = _facts(model, data, seed) | {
        "model": str(out),
        "seconds": round(time.perf_counter() - start, 2),
    }
    if as_json:
        show_json(facts)
    else:
        _report(facts, _example_user(model))


def _facts(model: Fitted, data: Dataset, seed: int) -> dict[str, Any]:
    plan = model.learned.plan
    return {
        "dataset": data.name,
        "view": data.view_name,
        "users": len(model.learned.users),
        "items": len(model.learned.catalog),
        "interactions": len(data.interactions),
        "languages": len(set(data.catalog.language)),
        "plan": plan.to_table(),
        "seed": seed,
        "notes": list(model.notes),
    }


def _example_user(model: Fitted) -> str | None:
    """Give somebody who has a history."""
    lengths = model.learned.histories.lengths
    return model.learned.users.names[int(lengths.argmax())] if len(lengths) else None


def _report(facts: dict[str, Any], user: str | None) -> None:
    from polyrec.pipeline.plan import KINDS

    tables = {kind: facts["plan"][kind] for kind in KINDS if kind in facts["plan"]}
    parts = ", ".join(f"{kind} {table['use']}" for kind, table in tables.items())
    click.echo(
        printable(
            f"fitted on {facts['dataset']} ({facts['view']}): {counted(facts['users'], 'user')}, "
            f"{counted(facts['items'], 'item')}, {counted(facts['interactions'], 'interaction')}, "
            f"languages: {facts['languages']}"
        )
    )
    click.echo(f"parts: {parts}")
    for note in facts["notes"]:
        click.echo(printable(note))
    click.echo(printable(f"saved in {facts['model']} after {facts['seconds']:.1f} s"))
    words = ["polyrec", "recommend", facts["model"], *([] if user is None else [user])]
    click.echo(f"next: {printable(shlex.join(words))}")
