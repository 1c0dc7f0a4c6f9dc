"""The texts of items by language, whether they stand in columns, in rows or in one cell."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any

import polars as pl

from polyrec.core.counted import counted
from polyrec.core.errors import DataError, LanguageError
from polyrec.data.readers.cells import languages_of, tag_of, texts_of
from polyrec.data.readers.encoding import from_json
from polyrec.data.readers.table import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from polyrec.data.readers.columns import TextColumns
    from polyrec.data.readers.table import Table

Texts = dict[str, str]
Pairs = Sequence[tuple[str, str]]

HINT = 'give texts by language, such as {"de": "...", "en": "..."}'


def texts_by_item(table: Table, ids: Sequence[str], rows: Sequence[Texts]) -> dict[str, Texts]:
    """Gather each item's texts by language, items and texts in the order in which they first stand.

    Empty texts are left out, except that an item without any text keeps an empty one in its first
    language. A text that says the same again is counted once, and remarked upon.

    Args:
        table: where the rows come from.
        ids: the item of each row.
        rows: the texts of each row, as `texts_by_row` gives them.

    Raises:
        DataError: two rows give an item different texts in one language, or every text is empty.
    """
    found: dict[str, Texts] = {}
    said_again = 0
    for index, (item, texts) in enumerate(zip(ids, rows, strict=True)):
        if table.aside[index]:
            continue
        known = found.setdefault(item, {})
        again = {tag for tag in texts if tag in known}
        if any(known[tag] != texts[tag] for tag in again):
            _refuse_again(table, index, ids, rows)
            continue
        said_again += bool(again)
        known.update(texts)
    if said_again:
        table.intake.n_repeated += said_again
        table.intake.remark(
            f"{table.name}: {counted(said_again, 'row')} gave an item a text that it had already"
        )
    filled = {item: {tag: text for tag, text in by.items() if text} for item, by in found.items()}
    if not any(filled.values()):
        raise DataError(f"{table.name}: every text is empty", hint="give at least one item a text")
    return {item: filled[item] or {next(iter(by)): ""} for item, by in found.items()}


def _refuse_again(table: Table, index: int, ids: Sequence[str], rows: Sequence[Texts]) -> None:
    """Refuse a row that gives an item another text in a language that it has already."""
    item, texts = ids[index], rows[index]
    first, language = next(
        (i, tag)
        for i, known in enumerate(rows)
        for tag in texts
        if ids[i] == item and not table.aside[i] and known.get(tag, texts[tag]) != texts[tag]
    )
    place = f"row {table.row(first)}"
    if table.file(first) != table.file(index):
        place += f" of {table.file(first)}"
    table.refuse_row(
        index,
        f"item {item!r} stands in {place} already, in {language!r} too",
        hint="keep one row per item and language",
        kind="an item stands twice in one language",
    )


def texts_by_row(table: Table, columns: TextColumns, default: str) -> list[Texts]:
    """Give the texts of each row by language, without empty ones unless it has no other.

    The plain text comes first, then `texts`, then columns such as `text_de`.

    Args:
        table: the catalog's table.
        columns: where the texts stand.
        default: tag of a plain text whose row names no language.

    Raises:
        DataError: a row has two texts in one language, or a cell cannot be used.
    """
    languages = languages_of(table, columns.language, default).to_list()
    sources: list[Iterable[Pairs]] = []
    if columns.plain:
        sources.append(_pairs(languages, _paragraphs(table, columns.plain)))
    if columns.texts:
        sources.append(_cells(table, columns.texts))
    for tag, names in columns.by_language.items():
        sources.append(_pairs(repeat(tag), _paragraphs(table, names)))
    return [
        _row(table, index, given) or {languages[index]: ""}
        for index, given in enumerate(zip(*sources, strict=True))
    ]


def _pairs(tags: Iterable[str], texts: Iterable[str]) -> Iterator[Pairs]:
    return (((tag, text),) for tag, text in zip(tags, texts, strict=False))


def _row(table: Table, index: int, given: Iterable[Pairs]) -> Texts:
    """Gather one row's texts, refusing two that differ in the same language."""
    row: Texts = {}
    for language, text in chain.from_iterable(given):
        if text and row.setdefault(language, text) != text:
            table.refuse_row(
                index,
                f"two texts in {language!r}, {shown(row[language])} and {shown(text)}",
                hint="keep one text per item and language",
                kind="two texts in one language",
            )
    return row


def _paragraphs(table: Table, columns: Sequence[str]) -> list[str]:
    """Put the texts of several columns under one another."""
    parts = pl.DataFrame([texts_of(table, name).alias(name) for name in columns])
    joined = parts.select(pl.concat_str(pl.all(), separator="\n").str.strip_chars().alias("text"))
    return joined["text"].to_list()


def _cells(table: Table, column: str) -> Iterator[Pairs]:
    """Give each row's texts of a column that holds JSON objects or structs."""
    for index, cell in enumerate(table.frame[column]):
        value = cell
        if isinstance(cell, str):
            try:
                value = from_json(cell) if cell.strip() else None
            except ValueError:
                value = cell
        if not isinstance(value, dict | None):
            got = cell.to_list() if isinstance(cell, pl.Series) else cell
            table.refuse_row(
                index,
                f"{column} is {shown(got)}, not texts by language",
                column=column,
                hint=HINT,
                kind=f"{column} is ..., not texts by language",
            )
            value = None
        given = ((tag, text) for tag, text in (value or {}).items() if text is not None)
        pairs = (_pair(table, index, column, pair) for pair in given)
        yield [pair for pair in pairs if pair]


def _pair(table: Table, index: int, column: str, pair: tuple[str, Any]) -> tuple[str, str] | None:
    """Give a language tag and a text, or None where they have been refused."""
    tag, text = pair
    problem, hint, kind = f"{column} holds {shown(text)}, not a text", HINT, "not a text"
    if isinstance(text, str):
        try:
            return tag_of(tag), text.strip()
        except LanguageError as error:
            problem = f"{column} names {shown(tag)}, not a language tag"
            hint, kind = error.hint, "not a language tag"
    table.refuse_row(index, problem, column=column, hint=hint, kind=f"{column} holds {kind}")
    return None
