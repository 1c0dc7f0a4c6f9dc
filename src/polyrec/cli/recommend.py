"""`polyrec recommend`: the best items for known users, a history, a text, or nobody known."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from polyrec.cli.items_table import items_table
from polyrec.cli.printable import printable
from polyrec.cli.tables import show, show_json
from polyrec.core.counted import counted
from polyrec.core.errors import ConfigError

if TYPE_CHECKING:
    from polyrec.core.types import LanguageMode, Query, Suggestion

MODES = {
    "personal": "from the user's own history",
    "fold-in": "from the history that was given",
    "text": "from the text that was given",
    "popular": "what most people choose",
}

MOST_NOTES = 5
"""So many different notes on everyone's lists are told, those on most lists first."""

EPILOG = """\b
Examples:
  polyrec recommend model m0338 m0042
  polyrec recommend model m0338 --languages de,fr --language-mode only
  polyrec recommend model --history node-glob --history node-graceful-fs
  polyrec recommend model --text "画像編集ソフト" --text-language ja -k 5
  polyrec recommend model --json
  polyrec recommend model --everyone --out recommendations.parquet

Without users, history and text the answer is what is popular."""


@click.command(epilog=EPILOG)
@click.argument("model")
@click.argument("user_ids", nargs=-1, metavar="[USER_ID]...")
@click.option("--history", multiple=True, metavar="ITEM", help="An item they chose; repeatable.")
@click.option("--text", help="What they look for, in any language.")
@click.option(
    "--text-language",
    default="und",
    metavar="TAG",
    help="Language of the text, if known: makes the answer better.",
)
@click.option(
    "-k", type=click.IntRange(min=1), default=10, show_default=True, help="Items per list."
)
@click.option(
    "--languages", multiple=True, metavar="TAG,...", help="Wished languages, most wished first."
)
@click.option(
    "--language-mode",
    type=click.Choice(["any", "prefer", "only"]),
    help="any ignores the wish, prefer moves up, only leaves others out. "
    "[default: prefer with --languages, else any]",
)
@click.option("--category", help="Leave out other categories.")
@click.option("--allow", multiple=True, metavar="ITEM", help="Only these items; repeatable.")
@click.option("--deny", multiple=True, metavar="ITEM", help="Not these items; repeatable.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--everyone", is_flag=True, help="All known users, into the file --out.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Parquet: user_id, item_id, rank, score, mode.",
)
def recommend(
    model: str,
    user_ids: tuple[str, ...],
    as_json: bool,
    everyone: bool,
    out: Path | None,
    **wishes: Any,
) -> None:
    """Recommend items of a MODEL (a folder that fit has written) to each USER_ID.

    History and text are added to what is known of each user, or stand alone without users.
    """
    from polyrec.pipeline.fitted import load

    if everyone or out is not None:
        _check_everyone(everyone, out)
        assert out is not None
        notes = load(model).recommend_everyone(out, k=wishes["k"])
        click.echo(f"recommendations: {out}")
        for note, n in notes.most_common(MOST_NOTES):
            click.echo(printable(f"note, of {counted(n, 'list')}: {note}"), err=True)
        return
    query = _query(**wishes)
    queries = [replace(query, user_id=user) for user in user_ids] or [query]
    answers = load(model).service.recommend_many(queries)
    if as_json:
        show_json([_document(*each) for each in zip(queries, answers, strict=True)])
        return
    for place, (asked, answer) in enumerate(zip(queries, answers, strict=True)):
        if place:
            click.echo()
        _show(asked, answer)


def _check_everyone(everyone: bool, out: Path | None) -> None:
    """Refuse what does not go with a file of everyone's recommendations."""
    if not everyone:
        raise ConfigError("--out is given without --everyone", hint="give both")
    if out is None:
        raise ConfigError("--everyone has no --out", hint="name the Parquet file to write")
    context = click.get_current_context()
    given = [
        parameter.opts[0]
        for parameter in context.command.params
        if context.get_parameter_source(parameter.name or "") is ParameterSource.COMMANDLINE
        and parameter.name not in {"model", "everyone", "out", "k"}
        and context.params.get(parameter.name or "")
    ]
    if given:
        names = " and ".join(given)
        raise ConfigError(f"--everyone does not go with {names}", hint="only -k goes with it")


def _query(
    *,
    languages: tuple[str, ...],
    language_mode: LanguageMode | None,
    allow: tuple[str, ...],
    **others: Any,
) -> Query:
    """Build the query that all users share."""
    from polyrec.core.types import Query

    tags = tuple(tag.strip() for given in languages for tag in given.split(","))
    if not all(tags):
        raise ConfigError("--languages has an empty tag", hint="give tags such as de,en")
    mode: LanguageMode = language_mode or ("prefer" if tags else "any")
    return Query(languages=tags, language_mode=mode, allow=allow or None, **others)


def _document(query: Query, answer: Suggestion) -> dict[str, Any]:
    return {"user_id": query.user_id, **asdict(answer)}


def _show(query: Query, answer: Suggestion) -> None:
    who = "anybody" if query.user_id is None else f"user {query.user_id}"
    click.echo(printable(f"for {who}: {MODES[answer.mode]} ({answer.mode})"))
    if answer.items:
        show(items_table(answer.items))
    if answer.note:
        click.echo(printable(f"note: {answer.note}"))
