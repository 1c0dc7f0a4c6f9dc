"""`polyrec explain`: which items, words and people spoke for a recommendation."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from polyrec.cli.named_language_model import language_model_option, named
from polyrec.cli.printable import first_line, printable
from polyrec.cli.recommend import MODES
from polyrec.cli.tables import add_row, show, show_json, table
from polyrec.core.counted import counted
from polyrec.core.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from polyrec.llm.language_model import LanguageModel
    from polyrec.pipeline.explanation import Explanation, Person, SimilarUser, Word
    from polyrec.pipeline.service import Service
    from polyrec.pipeline.wording.worded import Worded

SHOWN = 5
"""So many items, words and people of each kind; JSON has all."""

EPILOG = """\b
Examples:
  polyrec explain model --user m0042
  polyrec explain model --user m0042 --item gimp --people
  polyrec explain model --history node-glob --history node-graceful-fs -k 1
  polyrec explain model --text "画像編集ソフト" --text-language ja --json
  polyrec explain model --user m0042 --words --language es
  polyrec explain model --user m0042 --words --language-model local

Without an item the first that would be recommended are explained."""


@click.command(epilog=EPILOG)
@click.argument("model")
@click.option("--user", "user_id", metavar="USER_ID", help="Who asks.")
@click.option("--history", multiple=True, metavar="ITEM", help="An item they chose; repeatable.")
@click.option("--text", help="What they look for, in any language.")
@click.option(
    "--text-language", default="und", metavar="TAG", help="Language of the text, if known."
)
@click.option("--item", "item_ids", multiple=True, metavar="ITEM", help="Explain it; repeatable.")
@click.option(
    "-k",
    type=click.IntRange(min=1),
    default=3,
    show_default=True,
    help="Without --item: so many are explained.",
)
@click.option(
    "--people",
    is_flag=True,
    help="Name users who are alike: for the operator, not for whoever asks.",
)
@click.option("--words", "in_words", is_flag=True, help="Say it in sentences to who asks.")
@click.option(
    "--language",
    "languages",
    multiple=True,
    metavar="TAG",
    help="A language that they read, of texts and sentences; repeatable, most wished first.",
)
@language_model_option("Writes the sentences, from the facts alone")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def explain(
    *,
    model: str,
    item_ids: tuple[str, ...],
    k: int,
    people: bool,
    in_words: bool,
    language_model: str | None,
    as_json: bool,
    **asked: Any,
) -> None:
    """Show why items of a MODEL (a folder that fit has written) are recommended, or not."""
    from polyrec.core.types import Query
    from polyrec.pipeline.fitted import load

    query = Query(k=k, **asked)
    if people and query.user_id is None:
        raise ConfigError("--people is given without a user", hint="name one with --user")
    if language_model and not in_words:
        raise ConfigError("--language-model is given without --words", hint="give --words")
    part = named(language_model)
    service = load(model).service
    items = item_ids or [item.item_id for item in service.recommend(query).items]
    found = service.explain_many(query, items, people=people)
    alike = service.similar_users(query.user_id, k=SHOWN) if people and query.user_id else ()
    said = _said(service, found, query.languages, part) if in_words else []
    if as_json:
        users = {"similar_users": [asdict(each) for each in alike]} if people else {}
        documents = [asdict(each) for each in found]
        for document, words in zip(documents, said, strict=False):
            document["in_words"] = asdict(words)
        show_json({"user_id": query.user_id, "explanations": documents} | users)
        return
    for place, each in enumerate(found):
        if place:
            click.echo()
        if said:
            _show_said(each, said[place])
        else:
            _show(each)
    if alike:
        click.echo(f"\nusers like {printable(str(query.user_id))}:")
        _show_users(alike)


def _said(
    service: Service,
    found: Sequence[Explanation],
    languages: tuple[str, ...],
    part: LanguageModel | None,
) -> list[Worded]:
    from polyrec.pipeline.wording.by_model import ByModel
    from polyrec.pipeline.wording.worded import worded

    if part is None:
        return [worded(each, languages, wished=languages) for each in found]
    learned = service.learned
    by_model = ByModel(part, learned.catalog, learned.plan.detector)
    return by_model.worded(found, languages, wished=languages)


def _show_said(found: Explanation, said: Worded) -> None:
    _show_item(found)
    click.echo(said.text)  # what it quotes is made harmless, what isolates it must stay
    if said.error:
        click.echo(printable(f"note: {said.error}"))


def _show_item(found: Explanation) -> None:
    click.echo(printable(f"{found.item_id} ({found.language}): {first_line(found.text)}"))


def _show(found: Explanation) -> None:
    _show_item(found)
    click.echo(f"score {found.score:.3f}{_sum(found)}; {MODES[found.mode]} ({found.mode})")
    if found.events:
        _show_events(found)
    if found.neighbour:
        near = f"nearest of the history: {found.neighbour.item_id}"
        click.echo(printable(f"{near} (cosine {found.neighbour.cosine:.2f})"))
    for name, words in (("its words", found.words), ("words asked for", found.asked)):
        if words:
            click.echo(printable(f"{name}: {_listed(words)}"))
    if found.people:
        click.echo(printable(f"users who chose it: {_people(found.people)}"))
    if found.note:
        click.echo(printable(f"note: {found.note}"))


def _sum(found: Explanation) -> str:
    if not found.events:
        return ""
    if not found.exact:
        return f" ({found.base:.3f} without a history)"
    return f" = {found.base:.3f} + {found.score - found.base:.3f} for the history"


def _show_events(found: Explanation) -> None:
    made = table(
        "because of",
        "language",
        "text",
        "part",
        "share",
        numbers=["part", "share"],
        ids=["because of"],
        one_line=["text"],
    )
    for event in found.events[:SHOWN]:
        text, share = first_line(event.text), f"{100 * event.share:.0f} %"
        add_row(made, [event.item_id, event.language, text, f"{event.part:.4f}", share])
    if rest := found.events[SHOWN:]:
        part, share = (sum(getattr(e, name) for e in rest) for name in ("part", "share"))
        left = counted(len(rest), "further item")
        add_row(made, ["", "", left, f"{part:.4f}", f"{100 * share:.0f} %"])
    show(made)


def _listed(words: Sequence[Word]) -> str:
    return ", ".join(f"{each.word} ({each.weight:.2f})" for each in words[:SHOWN])


def _people(people: Sequence[Person]) -> str:
    shown = ", ".join(f"{each.user_id} ({each.part:.3f})" for each in people[:SHOWN])
    more = len(people) - SHOWN
    return f"{shown} and {more} more" if more > 0 else shown


def _show_users(users: Sequence[SimilarUser]) -> None:
    made = table("user", "cosine", "in common", numbers=["cosine"], ids=["user"])
    for each in users:
        more = len(each.shared) - SHOWN
        shared = ", ".join(each.shared[:SHOWN]) + (f" and {more} more" if more > 0 else "")
        add_row(made, [each.user_id, f"{each.cosine:.3f}", shared])
    show(made)
