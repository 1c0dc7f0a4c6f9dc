"""Which of a table's columns is which: the names that are standard, and what else they are called.

A column is looked for by its standard name, then by that name spelt otherwise (`userId`,
`User ID`), then by its aliases; letter case, spaces and punctuation never matter. Two columns that
fit equally well are a fault, as nobody but the person who made the table knows which is meant.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from polyrec.core.errors import DataError, LanguageError
from polyrec.core.language import standard_tag

if TYPE_CHECKING:
    from collections.abc import Mapping

    from polyrec.data.readers.table import Table

ALIASES: Mapping[str, str] = {
    "user_id": "user uid customer customer_id reviewer reviewer_id member member_id account_id"
    " visitor_id reader_id",
    "item_id": "item product product_id asin parent_asin sku isbn movie_id film_id book_id"
    " article_id news_id track_id song_id artist_id video_id course_id business_id",
    "weight": "rating ratings score stars count value strength preference plays play_count"
    " listen_count clicks quantity",
    "datetime": "timestamp time date ts unix_time unix_review_time review_time event_time"
    " created_at",
    "language": "lang locale language_code lang_code",
    "category": "categories section genre genres product_category",
    "text": "",
    "texts": "",
    "title": "name item_name item_title product_name product_title headline",
    "description": "abstract summary overview plot content body",
}


def _folded(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()


TEXT_PARTS = {
    _folded(alias): part
    for part in ("text", "title", "description")
    for alias in (part, *ALIASES[part].split())
}
TAGGED = re.compile(r"(.+?)[ _@:.-]([A-Za-z]{2}(?:[_-][A-Za-z0-9]{2,8})*)")
ALSO_WORDS = {"id", "no"}
"""Languages whose codes end many a column that names none, such as `title_id`."""


@dataclass(frozen=True)
class TextColumns:
    """Where a catalog's texts stand; several columns for one text are its paragraphs.

    Attributes:
        plain: the columns of the text whose language is that of the row; may be none.
        by_language: the columns of further texts by language tag.
        texts: the column that holds texts by language, or None.
        language: the column of the plain text's language, or None.
    """

    plain: tuple[str, ...] = ()
    by_language: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    texts: str | None = None
    language: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that hold text."""
        tagged = (name for names in self.by_language.values() for name in names)
        return (*self.plain, *tagged, *([self.texts] if self.texts else []))


def find_column(table: Table, name: str, *, otherwise: str = "") -> str | None:
    """Give the table's own name of a standard column, or None where it has none.

    Args:
        table: the table.
        name: the standard name.
        otherwise: a name that is taken only if there is neither the standard name nor an alias.

    Raises:
        DataError: two columns could be the one.
    """
    if name in table.frame.columns:
        return name
    for accepted in ([name], ALIASES[name].split(), [otherwise]):
        wanted = {_folded(alias) for alias in accepted if alias}
        found = [own for own in table.frame.columns if _folded(own) in wanted]
        if len(found) > 1:
            raise _either(table, found[0], found[1], name)
        if found:
            return found[0]
    return None


def need_column(table: Table, name: str, *, otherwise: str = "") -> str:
    """Give the table's own name of a standard column; otherwise as `find_column`.

    Raises:
        DataError: no column, or two, could be the one.
    """
    found = find_column(table, name, otherwise=otherwise)
    if found is None:
        raise _missing(table, name, f"{ALIASES[name]} {otherwise}".split())
    return found


def find_texts(table: Table) -> TextColumns:
    """Find the columns that hold texts.

    The plain text is `text`, or else `title` and `description`, either of which may be missing.
    Texts by language stand in columns such as `text_de`, `title_pt-BR` and `description_en`, with
    languages of two letters, or all in `texts`.

    Raises:
        DataError: there is no text, or two columns could be the one.
    """
    plain = [find_column(table, "text")]
    if plain == [None]:
        plain = [find_column(table, name) for name in ("title", "description")]
    found = TextColumns(
        tuple(column for column in plain if column),
        _by_language(table),
        find_column(table, "texts"),
        find_column(table, "language"),
    )
    if not found.names:
        accepted = [f"{name} {ALIASES[name]}" for name in ("title", "description")]
        raise _missing(table, "text", [*" ".join(accepted).split(), "text_de (by language)"])
    return found


def _by_language(table: Table) -> dict[str, tuple[str, ...]]:
    """Find the columns whose names end in a language."""
    found: dict[str, dict[str, str]] = {}
    for own in table.frame.columns:
        part, tag = _part_and_tag(own)
        if not part:
            continue
        parts = found.setdefault(tag, {})
        if part in parts:
            raise _either(table, parts[part], own, f"{part}_{tag}")
        parts[part] = own
    if found.keys() <= ALSO_WORDS:  # or no column at all
        return {}
    wholes = {tag: [parts["text"]] for tag, parts in found.items() if "text" in parts}
    return {
        tag: tuple(wholes.get(tag) or (parts[p] for p in ("title", "description") if p in parts))
        for tag, parts in found.items()
    }


def _part_and_tag(column: str) -> tuple[str, str]:
    """Part `Title_pt-BR` into `title` and `pt-BR`; both are empty for other columns."""
    match = TAGGED.fullmatch(column)
    part = TEXT_PARTS.get(_folded(match[1])) if match else None
    if match is None or part is None:
        return "", ""
    try:
        return part, standard_tag(match[2])
    except LanguageError:
        return "", ""


def _either(table: Table, first: str, second: str, name: str) -> DataError:
    return DataError(
        f"{table.name}: both {first!r} and {second!r} could be the column {name}",
        hint=f"rename the one that is meant to {name}",
    )


def _missing(table: Table, name: str, accepted: list[str]) -> DataError:
    columns = ", ".join(map(repr, table.frame.columns)) or "none"
    return DataError(
        f"{table.name} has no column {name}; its columns are {columns}",
        hint=f"name it {', '.join([name, *accepted[:-1]])} or {accepted[-1]}",
    )
