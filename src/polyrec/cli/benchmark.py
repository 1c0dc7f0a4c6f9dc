"""`polyrec benchmark`: models and peers on the same splits: quality, time and memory."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from polyrec.cli.data_options import data_options
from polyrec.cli.free_folder import check_free
from polyrec.cli.full_ranking import full_ranking_only
from polyrec.cli.lists import NAMES, SEEDS
from polyrec.cli.printable import printable
from polyrec.cli.tables import add_row, show, show_json, table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from polyrec.data.dataset import Dataset

EPILOG = """\b
Examples:
  polyrec benchmark debian --models hybrid,ease,item-knn --seeds 0-4 --out debian
  polyrec benchmark debian --models hybrid,ease --peers implicit,rectools,lenskit,cornac,lightfm
  polyrec benchmark debian --models hybrid,ease,rp3beta --family "default: hybrid vs ease,rp3beta"

Every item is ranked. Each model is fitted in a process of its own, which never sees what it is
tested on. Peers are installed into environments of their own, in the cache folder; one that does
not install is reported, and the others go on. --out keeps every run: the same command goes on where
it was broken off."""

MARK = "runs.txt"


def _check_out(options: Mapping[str, Any]) -> None:
    check_free(options["out"], MARK)


@click.command(epilog=EPILOG)
@full_ranking_only
@data_options(folder_argument=True, shipped_argument=True, with_text_seed=True, before=_check_out)
@click.option("--plan", default="default", show_default=True, help="A .toml file or a shipped one.")
@click.option(
    "--models",
    type=NAMES,
    default="hybrid,ease,item-knn,rp3beta,user-knn,content,popularity",
    show_default=True,
    help="Contenders of polyrec evaluate, or any of polyrec parts recommender.",
)
@click.option(
    "--splits",
    type=NAMES,
    default="random,cold-items",
    show_default=True,
    help="Of random, cold-items, time.",
)
@click.option("--seeds", type=SEEDS, default="0", show_default=True, help="Of the splits: 0-4.")
@click.option(
    "--tuned",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of polyrec tune, or of one such folder for each split and seed. Repeatable.",
)
@click.option(
    "--peers",
    type=NAMES,
    default=None,
    help="Libraries to compare with: implicit, rectools, lenskit, cornac, lightfm; or one model: "
    "implicit:als.",
)
@click.option(
    "--peer-trials",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Settings that each peer chooses among, inside the training part.",
)
@click.option(
    "--family",
    "families",
    multiple=True,
    metavar="TEXT",
    help="Comparisons to correct together: 'NAME: hybrid vs ease,als'. Repeatable. [default: the "
    "first model against all others]",
)
@click.option("-k", type=click.IntRange(min=1), default=20, show_default=True, help="List length.")
@click.option(
    "--threads",
    type=click.IntRange(min=0),
    default=0,
    help="That each model may use. [default: as many as there are cores]",
)
@click.option(
    "--timeout-s",
    type=click.FloatRange(min=0, min_open=True),
    default=3600,
    show_default=True,
    help="Seconds that one model may take on one split.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default="benchmark",
    show_default=True,
    help="Folder for runs and results.",
)
@click.option("--json", "as_json", is_flag=True, help="Print benchmark.json.")
def benchmark(
    data: Dataset, plan: str, families: tuple[str, ...], out: Path, as_json: bool, **options: Any
) -> None:
    """Compare models and peers on the same splits."""
    from polyrec.core.files import write_whole
    from polyrec.evaluation.benchmark.benchmark import Options, run_benchmark
    from polyrec.evaluation.benchmark.document import document_of
    from polyrec.evaluation.benchmark.families import Family
    from polyrec.evaluation.benchmark.write import write_benchmark
    from polyrec.pipeline.plan import Plan

    options["peers"] = options["peers"] or ()
    asked = Options(families=[Family.parse(text) for text in families], **options)
    command = shlex.join(["polyrec", *sys.argv[1:]])
    write_whole(out / MARK, f"{command}\n")
    made = run_benchmark(Plan.load(plan), data, asked, out)
    document = document_of(made, command=command)
    path = write_benchmark(document, out)
    if as_json:
        show_json(document)
    else:
        _show(document)
    click.echo(printable(f"\nresults: {path}"), err=as_json)


def _show(document: Mapping[str, Any]) -> None:
    from polyrec.evaluation.benchmark.page import costs

    k = document["protocol"]["k"]
    for split in document["protocol"]["splits"]:
        click.echo(f"{split} split: nDCG@{k}, full ranking")
        numbers = ("nDCG", "95 % interval", "fit s", "users/s", "peak MB")
        made = table("model", *numbers, numbers=numbers)
        rows = [
            row
            for row in document["rows"]
            if (row["split"], row["slice"], row["measure"]) == (split, "all", "ndcg")
        ]
        for row in sorted(rows, key=lambda row: -row["value"]):
            interval = f"{row['low']:.3f}-{row['high']:.3f}"
            cost = costs(document, split, row["model"])
            add_row(made, [row["model"], f"{row['value']:.3f}", interval, *cost])
        show(made)
        for test in document["tests"]:
            if (test["split"], test["slice"]) == (split, "all"):
                click.echo(printable(_said(test)))
        click.echo()
    for each in document["failed"]:
        where = f" ({each['split']}, seed {each['seed']})" if each["split"] else ""
        click.echo(printable(f"did not run: {each['model']}{where}: {each['why']}"))
    for note in document["notes"]:
        click.echo(printable(f"note: {note}"))


def _said(test: Mapping[str, Any]) -> str:
    from polyrec.evaluation.rows import MIN_USERS

    p = f"n < {MIN_USERS}" if test["holm"] is None else f"p {test['holm']:.4f}, Holm"
    interval = f"{test['low']:+.3f} to {test['high']:+.3f}"
    return f"{test['first']} - {test['second']}: {test['value']:+.3f} ({interval}), {p}"
