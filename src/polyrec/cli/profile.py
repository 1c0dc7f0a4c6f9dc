"""`polyrec profile`: what somebody likes, by what they chose, for them to read."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from polyrec.cli.named_language_model import language_model_option, named
from polyrec.cli.printable import first_line, printable
from polyrec.cli.recommend import MODES
from polyrec.cli.tables import add_row, show, show_json, table
from polyrec.core.counted import counted
from polyrec.core.errors import ConfigError, UnknownIdError

if TYPE_CHECKING:
    from polyrec.pipeline.profile import Interest, Profile

SHOWN = 3
"""So many items and languages of each interest; JSON has all."""

EPILOG = """\b
Examples:
  polyrec profile model --user m0042
  polyrec profile model --user m0042 --language es --language-model local
  polyrec profile model --history gimp --history inkscape --json

For the person alone that it is about, and kept nowhere."""


@click.command(epilog=EPILOG)
@click.argument("model")
@click.option("--user", "user_id", metavar="USER_ID", help="Whose profile.")
@click.option("--history", multiple=True, metavar="ITEM", help="An item they chose; repeatable.")
@click.option("--language", metavar="TAG", help="The person's: for texts, keywords and sentences.")
@language_model_option("Writes two sentences, from the keywords alone")
@click.option(
    "-k", type=click.IntRange(min=1), default=5, show_default=True, help="Interests at most."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def profile(
    *,
    model: str,
    k: int,
    language: str | None,
    language_model: str | None,
    as_json: bool,
    **of: Any,
) -> None:
    """Show what somebody likes, as a MODEL (a folder that fit has written) knows it."""
    from polyrec.core.types import Query
    from polyrec.pipeline.fitted import load
    from polyrec.pipeline.profile import profile_of
    from polyrec.pipeline.profile_words import in_words

    if of["user_id"] is None and not of["history"]:
        raise ConfigError("no user and no history is named", hint="give --user or --history")
    if language_model and language is None:
        raise ConfigError("--language-model is given without a language", hint="give --language")
    part = named(language_model)
    service = load(model).service
    if of["user_id"] not in service.learned.users and not of["history"]:
        hint = "give somebody whose interactions were learned from, or what they chose: --history"
        raise UnknownIdError("user", of["user_id"], hint=hint)
    found = profile_of(service, Query(languages=(language,) if language else (), **of), most=k)
    worded = None
    if language is not None:
        worded = in_words(service.learned, found, language, part)
    if as_json:
        words = {} if worded is None else {"words": asdict(worded)}
        show_json({"user_id": of["user_id"]} | asdict(found) | words)
        return
    _show(found)
    if worded is not None and worded.text:
        click.echo(printable(f"in words ({worded.worded_by}): {worded.text}"))
        if worded.error:
            click.echo(printable(f"note: {worded.error}"))


def _show(found: Profile) -> None:
    click.echo(f"{MODES[found.mode]} ({found.mode}); {counted(found.n_items, 'item')}")
    if found.languages:
        shares = [f"{tag} {share:.0%}" for tag, share in found.languages.items()]
        click.echo(printable(f"languages: {', '.join(shares)}"))
    if found.note:
        click.echo(printable(f"note: {found.note}"))
    if not found.interests:
        return
    made = table("share", "items", "keywords", "such as", "latest", numbers=["share", "items"])
    for each in found.interests:
        texts = "; ".join(first_line(liked.text) for liked in each.items[:SHOWN])
        row = [f"{each.share:.0%}", str(len(each.items)), _keywords(each), texts, _day(each)]
        add_row(made, row)
    show(made)


def _keywords(interest: Interest) -> str:
    tongues = list(interest.keywords.items())[:SHOWN]
    return "; ".join(f"{tag}: {', '.join(words)}" for tag, words in tongues)


def _day(interest: Interest) -> str:
    if interest.newest is None:
        return ""
    return datetime.fromtimestamp(interest.newest, UTC).date().isoformat()
