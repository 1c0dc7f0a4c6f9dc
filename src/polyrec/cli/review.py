"""`polyrec review`: the queue of doubtful translations, and what people decide about them."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from polyrec.cli.lists import NAMES
from polyrec.cli.printable import printable
from polyrec.cli.tables import show_json
from polyrec.core.counted import counted
from polyrec.core.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyrec.store.review import Filter, Review
    from polyrec.store.reviews import Reviews

STATES = click.Choice(["open", "taken", "approved", "edited", "rejected", "all"])

MOST = 2**31 - 1
"""The largest number that an option takes: databases count no further than its square."""

MOST_MINUTES = 7 * 24 * 60

EPILOG = """\b
Examples:
  polyrec review list --languages ar,ja --to en
  polyrec review show --take
  polyrec review approve 17
  polyrec review edit 18 --text "hand saw"
  polyrec review reject 19
  polyrec review export --out approved.csv

The queue is in the database that POLYREC_DATABASE names, else in a file in your data folder."""


@click.group(epilog=EPILOG)
def review() -> None:
    """Look at doubtful translations, and decide which texts are used."""


_REVIEWER = click.option(
    "--reviewer",
    default=lambda: os.environ.get("USER", ""),
    metavar="NAME",
    help="Who decides. [default: USER of the environment]",
)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def _which(default: tuple[str, ...]) -> Callable[[Any], Any]:
    """Give a command the options that say which reviews are meant."""

    def decorated(command: Any) -> Any:
        for option in (
            click.option("--to", type=NAMES, metavar="TAGS", help="Languages of translations."),
            click.option("--languages", type=NAMES, metavar="TAGS", help="Languages of texts."),
            click.option(
                "--state",
                "states",
                type=STATES,
                multiple=True,
                default=default,
                show_default=True,
                help="What became of them. Repeatable.",
            ),
        ):
            command = option(command)
        return command

    return decorated


@review.command("list")
@_which(("open",))
@click.option(
    "--limit", type=click.IntRange(1, MOST), default=20, show_default=True, help="At most so many."
)
@click.option(
    "--page", type=click.IntRange(1, MOST), default=1, show_default=True, help="Which page of them."
)
@_JSON
def list_reviews(limit: int, page: int, as_json: bool, **which: Any) -> None:
    """List reviews, the worst first.

    Where there is no translation comes first, then the lowest quality.
    """
    wanted, reviews = _filter(**which), _reviews()
    found = reviews.page(wanted, limit=limit, offset=(page - 1) * limit)
    n_all = reviews.count(wanted)
    if as_json:
        show_json({"reviews": [_facts(each) for each in found], "page": page, "all": n_all})
        return
    from polyrec.cli.review_lines import heading, on_one_line

    for each in found:
        click.echo(heading(each))
        click.echo(on_one_line(each.source_text))
        click.echo(on_one_line(each.result or each.text or "-"))
        click.echo()
    n_pages = -(-n_all // limit)
    more = f", page {page} of {n_pages}" if n_pages > 1 else ""
    click.echo(f"{counted(n_all, 'review')}{more}")


@review.command("show")
@click.argument("number", type=int, required=False)
@click.option("--take", is_flag=True, help="Take it, so that nobody else can; without a NUMBER the "
              "worst that is free.")  # fmt: skip
@click.option(
    "--minutes",
    type=click.IntRange(1, MOST_MINUTES),
    default=30,
    show_default=True,
    help="Of --take.",
)
@click.option("--languages", type=NAMES, metavar="TAGS", help="Languages of texts, for --take.")
@click.option("--to", type=NAMES, metavar="TAGS", help="Languages of translations, for --take.")
@_REVIEWER
@_JSON
def show_review(
    number: int | None, take: bool, minutes: int, reviewer: str, as_json: bool, **languages: Any
) -> None:
    """Show a review and its history, or take the next.

    With --take and no NUMBER, the worst one that is free.
    """
    reviews = _reviews()
    if take:
        which = _filter(states=(), **languages)
        found = reviews.take(reviewer, number=number, which=which, for_s=60.0 * minutes)
        if found is None:
            click.echo("nothing is open", err=True)
            return
    elif number is None:
        raise ConfigError("no review is named", hint="give its number, or --take for the next one")
    else:
        found = reviews.get(number)
    history = reviews.history(found.id)
    if as_json:
        lines = [vars(each) | {"at": each.at.isoformat()} for each in history]
        show_json(_facts(found) | {"history": lines})
        return
    from polyrec.cli.review_lines import in_full

    in_full(found, history)


@review.command()
@click.argument("numbers", type=int, nargs=-1, required=True, metavar="NUMBER...")
@_REVIEWER
def approve(numbers: tuple[int, ...], reviewer: str) -> None:
    """Approve translations as they are.

    They win everywhere from now on.
    """
    for number in numbers:
        _say(_reviews().approve(number, reviewer))


@review.command()
@click.argument("number", type=int)
@click.option("--text", required=True, help="The better text; - reads it from standard input.")
@_REVIEWER
def edit(number: int, text: str, reviewer: str) -> None:
    """Put a better text in place of a translation.

    It wins everywhere from now on.
    """
    given = sys.stdin.read().removesuffix("\n") if text == "-" else text
    _say(_reviews().edit(number, reviewer, given))


@review.command()
@click.argument("numbers", type=int, nargs=-1, required=True, metavar="NUMBER...")
@_REVIEWER
def reject(numbers: tuple[int, ...], reviewer: str) -> None:
    """Take translations out of use.

    In their place comes that of the next translator in a list, or else the source text.
    """
    for number in numbers:
        _say(_reviews().reject(number, reviewer))


@review.command()
@_which(("approved", "edited"))
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A file ending in .csv or .jsonl. [default: JSON Lines to standard output]",
)
@click.option(
    "--after",
    type=click.IntRange(0, MOST),
    default=0,
    metavar="NUMBER",
    help="Begin behind this review. [default: 0]",
)
@click.option("--limit", type=click.IntRange(1, MOST), help="At most so many.")
def export(out: Path | None, after: int, limit: int | None, **which: Any) -> None:
    """Write reviews for other tools.

    By default those that people approved or edited, in the order of their numbers.
    """
    from polyrec.cli.review_export import write_reviews

    found = _reviews().each(_filter(**which), after=after, limit=limit)
    rows = (_facts(each) for each in found)
    n_rows, last = write_reviews(rows, out)
    click.echo(
        printable(
            counted(n_rows, "review")
            + (f" written: {out}" if out else "")
            + (f"; go on with --after {last}" if n_rows == limit else "")
        ),
        err=True,
    )


def _reviews() -> Reviews:
    from polyrec.store.database import Database
    from polyrec.store.reviews import Reviews

    return Reviews(Database())


def _filter(
    states: tuple[str, ...], languages: list[str] | None = None, to: list[str] | None = None
) -> Filter:
    from polyrec.core.language import standard_tag
    from polyrec.store.review import Filter

    tags = [[standard_tag(tag) for tag in named or ()] for named in (languages, to)]
    return Filter(() if "all" in states else states, *tags)


def _facts(found: Review) -> dict[str, Any]:
    times = ("taken_until", "created", "changed")
    facts = dict(vars(found))
    return facts | {name: facts[name] and facts[name].isoformat() for name in times}


def _say(done: Review) -> None:
    from polyrec.cli.review_lines import heading, on_one_line

    click.echo(heading(done))
    click.echo(on_one_line(done.source_text))
    if done.result:
        click.echo(on_one_line(done.result))
