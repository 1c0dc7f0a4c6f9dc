"""Are wishes in plain words understood? Rules, with the space and without, and a language model.

Sixty wishes in eleven languages, written by us with the filters that a person would set
(`wishes.jsonl`): a third of them afterwards, and no rule was changed by those. A field counts as
right if it is exactly that, letters' case aside; `all` needs the five fields of a wish right.

    python benchmarks/ask.py
    python benchmarks/ask.py --language-model local
"""

from __future__ import annotations

import json
import statistics
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import polyrec
from polyrec.core.language import matches
from polyrec.core.registry import build
from polyrec.pipeline.plan import Plan
from polyrec.pipeline.wish.by_model import by_model
from polyrec.pipeline.wish.by_rules import by_rules
from polyrec.pipeline.wish.offered import Offered, nearest_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyrec.pipeline.wish.wish import Understood, Wish

WISHES = Path(__file__).parent / "wishes.jsonl"
LANGUAGES = ("en", "de", "es", "fr", "pt", "it", "ru", "pl", "zh-CN", "ja", "ar", "ko", "ca")
CATEGORIES = (
    *("cooking", "carpentry", "music", "programming", "gardening", "photography", "fitness"),
    *("health", "travel", "drawing"),
)
FIELDS = ("languages", "language_mode", "category", "without", "k")
LEARNED_ON = 2000
"""Texts of `debian` from which the space learns what is its languages' own."""


def right(field: str, wish: Wish, wanted: dict[str, Any]) -> bool:
    """Whether a field is what a person would set."""
    found, want = getattr(wish, field), wanted[field]
    if field == "languages":
        return len(found) == len(want) and all(map(matches, want, found))
    if field == "without":
        return [each.casefold() for each in found] == [each.casefold() for each in want]
    return bool(found == want)


def offered(*, near: bool) -> Offered:
    """Give what the made catalog has; `near` lets the space find categories too."""
    plan = Plan.load("default")
    language_of = plan.preparation.language_of
    if not near:
        return Offered(LANGUAGES, CATEGORIES, language_of)
    catalog = polyrec.load_dataset("debian").catalog
    some = polyrec.Catalog.from_texts(
        catalog.ids.names[:LEARNED_ON],
        [{lang: text} for lang, text in zip(catalog.language, catalog.text, strict=True)][
            :LEARNED_ON
        ],
    )
    plan.space.fit(some)
    return Offered(LANGUAGES, CATEGORIES, language_of, nearest_of(plan.space, CATEGORIES))


def row(name: str, work: Callable[[str], Understood], wishes: list[dict[str, Any]]) -> None:
    """Print one row of the table for the wishes at hand, and one for those held out."""
    seconds, made = [], []
    for each in wishes:
        begun = time.perf_counter()
        made.append(work(each["wish"]))
        seconds.append(time.perf_counter() - begun)
    for held_out in (False, True):
        some = [
            [right(field, found.wish, each) for field in FIELDS]
            for found, each in zip(made, wishes, strict=True)
            if each["held_out"] is held_out
        ]
        shares = [sum(column) / len(some) for column in zip(*some, strict=True)]
        whole = sum(all(each) for each in some) / len(some)
        cells = " | ".join(f"{share:.2f}" for share in [*shares, whole])
        which = "held out" if held_out else "at hand"
        took = f"{statistics.median(seconds):.3f} s"
        click.echo(f"| {name} | {which}, {len(some)} | {cells} | {took} |")
    if failed := sum(bool(each.error) for each in made):
        click.echo(f"{name}: of {len(made)}, {failed} worked out by rules in its place", err=True)


@click.command()
@click.option("--language-model", metavar="NAME", help="Measure one too.")
@click.option("--show", is_flag=True, help="Show what went wrong, of the wishes at hand.")
def main(language_model: str | None, show: bool) -> None:
    """Measure how many filters are right."""
    wishes = [json.loads(line) for line in WISHES.read_text("utf-8").splitlines()]
    by_name, by_space = offered(near=False), offered(near=True)
    click.echo(f"| worked by | wishes | {' | '.join(FIELDS)} | all | median |")
    click.echo("| --- | --- |" + " --- |" * (len(FIELDS) + 2))
    rules = partial(by_rules, offered=by_space)
    rules("warm up, in German")
    row("rules, categories by name", partial(by_rules, offered=by_name), wishes)
    row("rules", rules, wishes)
    if language_model is not None:
        part = build("language-model", {"use": language_model})
        row(language_model, partial(by_model, offered=by_space, model=part), wishes)
    for each in wishes if show else []:
        found = rules(each["wish"]).wish
        wrong = [field for field in FIELDS if not right(field, found, each)]
        if wrong and not each["held_out"]:
            click.echo(f"{each['wish']}: " + ", ".join(f"{f}={getattr(found, f)}" for f in wrong))


if __name__ == "__main__":
    main()
