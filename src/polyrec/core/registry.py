"""The list of parts: a part is one file and one line here, or an entry point of another package.

A line names the class, and in brackets the extra that it needs. Other packages add parts by entry
points in the group `polyrec.<kind>`, such as `polyrec.encoder`.
"""

from __future__ import annotations

import importlib
import importlib.metadata
from dataclasses import fields
from functools import lru_cache
from typing import Any

from polyrec.core.component import check_settings, is_part, settings_of
from polyrec.core.errors import ConfigError, MissingExtraError, UnknownNameError

PARTS: dict[str, dict[str, str]] = {
    "reader": {
        "csv": "polyrec.data.readers.csv:Csv",
        "tsv": "polyrec.data.readers.tsv:Tsv",
        "jsonl": "polyrec.data.readers.json_lines:JsonLines",
        "parquet": "polyrec.data.readers.parquet:Parquet",
        "frame": "polyrec.data.readers.frame:Frame",
    },
    "folder": {
        "polyrec": "polyrec.data.folders.own:Own",
        "recbole": "polyrec.data.folders.recbole:RecBole",
        "movielens": "polyrec.data.folders.movielens:MovieLens",
        "xmind": "polyrec.data.folders.xmind:XMind",
        "mind": "polyrec.data.folders.mind:Mind",
        "amazon-m2": "polyrec.data.folders.amazon_m2:AmazonM2",
        "amazon-reviews": "polyrec.data.folders.amazon_reviews:AmazonReviews",
        "book-crossing": "polyrec.data.folders.book_crossing:BookCrossing",
        "xmarket": "polyrec.data.folders.xmarket:XMarket",
    },
    "encoder": {
        "e5-small": "polyrec.encode.e5_small:E5Small",
        "sentence": "polyrec.encode.sentence:Sentence [torch]",
        "http": "polyrec.encode.http:Http",
        "hashing": "polyrec.encode.hashing:Hashing",
        "cached": "polyrec.encode.cached:Cached",
    },
    "debias": {
        "language-mean": "polyrec.encode.language_mean:LanguageMean",
        "lir": "polyrec.encode.lir:Lir",
        "lsar": "polyrec.encode.lsar:Lsar",
        "from-file": "polyrec.encode.from_file:FromFile",
        "none": "polyrec.encode.no_debias:NoDebias",
    },
    "recommender": {
        "popularity": "polyrec.models.popularity:Popularity",
        "section-only": "polyrec.models.section_only:SectionOnly",
        "content": "polyrec.models.content:Content",
        "ease": "polyrec.models.ease:Ease",
        "hybrid": "polyrec.models.hybrid:Hybrid",
    },
    "ranker": {
        "prefer-languages": "polyrec.rank.prefer_languages:PreferLanguages",
    },
}


@lru_cache(maxsize=1)
def parts() -> dict[str, dict[str, str]]:
    """List every part by kind and name, those of other installed packages included."""
    found = {kind: dict(lines) for kind, lines in PARTS.items()}
    for kind, lines in found.items():
        for point in importlib.metadata.entry_points(group=f"polyrec.{kind}"):
            lines.setdefault(point.name, point.value)
    return found


def part_class(kind: str, name: str) -> type[Any]:
    """Give the class of a part.

    Raises:
        UnknownNameError: no part of the kind has the name.
        MissingExtraError: the part's extra is not installed.
    """
    known = parts()
    if kind not in known:
        raise UnknownNameError("kind of part", kind, known)
    if name not in known[kind]:
        raise UnknownNameError(kind, name, known[kind])
    path, _, extra = known[kind][name].partition(" ")
    module, _, attribute = path.partition(":")
    try:
        found: type[Any] = getattr(importlib.import_module(module), attribute)
    except ModuleNotFoundError as error:
        if not extra or (error.name or "").startswith("polyrec"):
            raise
        raise MissingExtraError(
            f"{kind} {name!r}", needs=str(error.name), remedy=f"pip install 'polyrec{extra}'"
        ) from error
    return found


def build(kind: str, table: Any) -> Any:
    """Make a part from its table in a plan: `use` names it, the other keys are its settings.

    A table inside the table is a part of the same kind that this one holds. A text alone is short
    for a table with nothing but `use`.

    Raises:
        ConfigError: the table has no `use`, or a setting cannot be used.
    """
    if isinstance(table, str):
        table = {"use": table}
    if not isinstance(table, dict) or not isinstance(table.get("use"), str):
        raise ConfigError(f"{kind} is {table!r}", hint=f"give a table with use = the {kind}'s name")
    name = table["use"]
    cls = part_class(kind, name)
    given = {key: value for key, value in table.items() if key != "use"}
    check_settings(kind, name, cls, given)
    held = {f.name for f in fields(cls) if f.type == kind.capitalize()}
    for key, value in given.items():
        if isinstance(value, dict) or (key in held and not is_part(value)):
            given[key] = build(kind, value)
    try:
        return cls(**given)
    except TypeError as error:
        raise ConfigError(f"{kind} {name!r}: {error}", hint="see polyrec parts") from error


def table_of(kind: str, part: Any) -> dict[str, Any]:
    """Write a part as the table that `build` makes it from."""
    table: dict[str, Any] = {"use": name_of(kind, part)}
    for key, value in settings_of(part).items():
        if value is None:
            continue
        table[key] = table_of(kind, value) if is_part(value) else value
    return table


def name_of(kind: str, part: Any) -> str:
    """Give the name under which a part's class is registered.

    Raises:
        ConfigError: it is not registered.
    """
    cls = type(part)
    for name, line in parts()[kind].items():
        attribute = line.partition(" ")[0].partition(":")[2]
        if attribute == cls.__qualname__ and part_class(kind, name) is cls:
            return name
    path = f"{cls.__module__}:{cls.__qualname__}"
    raise ConfigError(f"{path} is not a registered {kind}", hint="add its line to the registry")
