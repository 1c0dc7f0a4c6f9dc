"""`polyrec ask`: a wish in plain words is answered; what was understood can be changed."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import click

from polyrec.cli.items_table import items_table
from polyrec.cli.named_language_model import language_model_option, named
from polyrec.cli.printable import printable
from polyrec.cli.recommend import MODES
from polyrec.cli.tables import show, show_json
from polyrec.core.errors import ConfigError

if TYPE_CHECKING:
    from polyrec.core.types import LanguageMode
    from polyrec.pipeline.wish.wish import Asked, Understood, Wish

EPILOG = """\b
Examples:
  polyrec ask model "three games in German or French, not chess"
  polyrec ask model "用日语的编辑器，不要游戏"
  polyrec ask model "juegos de estrategia sin ajedrez" --category games -k 5
  polyrec ask model "python library for images" --json

Options take the place of what was understood; an empty one ("") takes it out."""


@click.command(epilog=EPILOG)
@click.argument("model")
@click.argument("wish")
@click.option("--user", "user_id", metavar="USER_ID", help="Who asks, where that is known.")
@click.option("--text", help="What to look for.")
@click.option("-k", type=click.IntRange(min=1), help="Items in the list.")
@click.option("--languages", metavar="TAG,...", help="Wished languages, most wished first.")
@click.option("--language-mode", type=click.Choice(["any", "prefer", "only"]))
@click.option("--category", help="Leave out other categories.")
@click.option("--without", multiple=True, metavar="WORD", help="A word to avoid; repeatable.")
@language_model_option("Works the wish out in place of rules")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def ask(
    model: str,
    wish: str,
    user_id: str | None,
    *,
    language_model: str | None,
    as_json: bool,
    **edits: Any,
) -> None:
    """Answer a WISH in any language with a MODEL (a folder that fit has written)."""
    from polyrec.core.types import Query
    from polyrec.pipeline.fitted import load
    from polyrec.pipeline.wish.ask import answered, understand
    from polyrec.pipeline.wish.offered import Offered

    part = named(language_model)
    service = load(model).service
    understood = understand(wish, Offered.of(service.learned), part)
    understood = replace(understood, wish=_edited(understood.wish, **edits))
    asked = answered(service.learned, service.recommend, understood, Query(user_id=user_id))
    if as_json:
        show_json(asdict(asked))
    else:
        _show(asked)


def _edited(
    wish: Wish,
    *,
    languages: str | None,
    language_mode: LanguageMode | None,
    category: str | None,
    without: tuple[str, ...],
    **others: Any,
) -> Wish:
    """Put what the options say in the place of what was understood."""
    given = {name: value for name, value in others.items() if value is not None}
    if languages is not None:
        tags = tuple(tag.strip() for tag in languages.split(",")) if languages else ()
        if not all(tags):
            raise ConfigError("--languages has an empty tag", hint="give tags such as de,en")
        mode = wish.language_mode if wish.language_mode != "any" else "prefer"
        given |= {"languages": tags, "language_mode": mode if tags else "any"}
    if language_mode is not None:
        given["language_mode"] = language_mode
    if category is not None:
        given["category"] = category or None
    if without:
        given["without"] = tuple(filter(None, without))
    return replace(wish, **given)


def _show(asked: Asked) -> None:
    answer = asked.suggestion
    click.echo(printable(_told(asked.understood)))
    if asked.understood.error:
        click.echo(printable(f"note: {asked.understood.error}"))
    click.echo(printable(f"{MODES[answer.mode]} ({answer.mode})"))
    if answer.items:
        show(items_table(answer.items))
    if answer.note:
        click.echo(printable(f"note: {answer.note}"))


def _told(understood: Understood) -> str:
    """Say what was understood in one line."""
    wish = understood.wish
    parts = [f"text {wish.text!r}" if wish.text else "no text"]
    if wish.languages:
        parts.append(f"languages {', '.join(wish.languages)} ({wish.language_mode})")
    if wish.category is not None:
        parts.append(f"category {wish.category}")
    if wish.without:
        parts.append(f"without {', '.join(wish.without)}")
    parts.append(f"k {wish.k}")
    if understood.unmet:
        parts.append(f"not in the catalog: {', '.join(understood.unmet)}")
    return f"understood by {understood.worked_by}: " + "; ".join(parts)
