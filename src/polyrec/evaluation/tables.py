"""The report's tables: models against measures and slices, languages against models."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from polyrec.evaluation.report_choice import by_catalog, is_oracle, measure_name, split_name, tag_of
from polyrec.evaluation.report_numbers import interval, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from polyrec.evaluation.content import Content
    from polyrec.evaluation.report_choice import Choice
    from polyrec.evaluation.rows import Row

NOTHING = "–"
SLICE_NAMES = {
    "all": "",
    "seen-item": "seen items",
    "unseen-item": "unseen items",
    "cross-language": "across languages",
}


@dataclass(frozen=True)
class Cell:
    """One value as written, with its interval (or empty)."""

    value: str
    interval: str = ""
    best: bool = False


@dataclass(frozen=True)
class Line:
    """One row of a table; `note` explains its head, an oracle does not compete."""

    head: str
    note: str
    cells: tuple[Cell, ...]
    oracle: bool = False


@dataclass(frozen=True)
class Table:
    """A table as a page writes it.

    Attributes:
        caption: what it shows.
        corner: what its lines are.
        groups: headings over the columns, each with the number of its columns; may be empty.
        columns: heading and small note of each column.
        lines: the rows.
        kind: `models` where each line is a model, else `plain`.
    """

    caption: str
    corner: str
    groups: tuple[tuple[str, int], ...]
    columns: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]
    kind: str = "models"


@dataclass(frozen=True)
class Column:
    """Where a column of a table of models comes from."""

    split: str
    measure: str
    part: str = "all"


def main_table(choice: Choice) -> Table | None:
    """Make the table that matters: nDCG, recall and recall of unseen items for each split."""
    columns = [
        Column(split, measure, part)
        for split in choice.splits
        for measure, part in (("ndcg", "all"), ("recall", "all"), ("recall", "unseen-item"))
        if part == "all" or not _only_unseen(choice, split)
    ]
    return _of_models(choice, columns, "Accuracy of every model")


def further_tables(choice: Choice) -> list[Table]:
    """Make a table of the other measures over all test interactions for each split."""
    elsewhere = ("ndcg", "recall", "language-cost-recovered")
    found = []
    for split in choice.splits:
        columns = dict.fromkeys(
            Column(split, measure)
            for (of, model, part, measure) in choice.rows
            if of == split and part == "all" and measure not in elsewhere and model in choice.models
        )
        table = _of_models(choice, list(columns), f"{split_name(split)}: further measures")
        if table:
            # no best here: more of the same language is not better
            found.append(_without_notes(table, best=False))
    return found


def slice_tables(choice: Choice) -> list[Table]:
    """Make a table of slices (not of languages) for each split and measure."""
    found = []
    for split in choice.splits:
        parts = [p for p in choice.slices(split=split) if not p.startswith("language:")]
        for measure in ("recall", "ndcg"):
            columns = [
                Column(split, measure, part)
                for part in parts
                if part != "all" and _users(choice, split, measure, part)
            ]
            table = _of_models(choice, columns, "")
            if table:
                name = table.columns[0][0]
                caption = f"{split_name(split)}: {name} by slice"
                heads = tuple(
                    (_slice_name(c.part), _users(choice, split, measure, c.part)) for c in columns
                )
                table = replace(table, caption=caption, columns=heads, groups=())
                found.append(_without_notes(table))
    return found


def language_table(content: Content, choice: Choice) -> Table | None:
    """Make the table of languages against models, of the first split that has any."""
    for split in choice.splits:
        parts = choice.slices("language:", split=split)
        for measure in ("recall", "ndcg"):
            models = [m for m in choice.models if _any(choice, split, m, measure, parts)]
            if models:
                tags = by_catalog([tag_of(p) for p in parts], content)
                return _of_languages(choice, Column(split, measure), tags, models)
    return None


def _of_languages(choice: Choice, of: Column, tags: Sequence[str], models: Sequence[str]) -> Table:
    lines, name = [], ""
    for tag in tags:
        rows = [choice.get(of.split, m, of.measure, f"language:{tag}") for m in models]
        name = name or _name(rows)
        note = f"n={max((r.n for r in rows if r), default=0)}"
        cells = _mark(
            [cell(r) for r in rows], [r if r and not is_oracle(r.model) else None for r in rows]
        )
        lines.append(Line(tag, note, tuple(cells)))
    return Table(
        caption=f"{split_name(of.split)}: {name} by language of the item",
        corner="Language",
        groups=(),
        columns=tuple((m, "") for m in models),
        lines=tuple(lines),
        kind="plain",
    )


def cell(row: Row | None) -> Cell:
    """Write a value and its interval with three decimals."""
    if row is None or math.isnan(row.value):
        return Cell(NOTHING)
    return Cell(plain(row.value), interval(row, plain))


def _of_models(choice: Choice, columns: Iterable[Column], caption: str) -> Table | None:
    """Set models against columns; columns without any value are left out, then empty models."""
    taken: list[tuple[Column, list[Row | None]]] = []
    for column in columns:
        rows = [choice.get(column.split, m, column.measure, column.part) for m in choice.models]
        if any(rows):
            taken.append((column, rows))
    if not taken:
        return None
    written = []
    for _, rows in taken:
        competing = [None if r is None or is_oracle(r.model) else r for r in rows]
        written.append(_mark([cell(r) for r in rows], competing))
    by_model = zip(*written, strict=True)
    lines = [
        Line(model, note, tuple(cells), oracle=is_oracle(model))
        for (model, note), cells in zip(choice.models.items(), by_model, strict=True)
        if any(c.value != NOTHING for c in cells)
    ]
    splits = [column.split for column, _ in taken]
    groups = tuple((split_name(s), splits.count(s)) for s in dict.fromkeys(splits))
    heads = tuple((_name(rows), _slice_name(column.part)) for column, rows in taken)
    return Table(caption, "Model", groups, heads, tuple(lines))


def _mark(cells: list[Cell], competing: Sequence[Row | None]) -> list[Cell]:
    """Mark the best of those that compete; what is written alike is equally good."""
    values = [row.value for row in competing if row is not None]
    if len(values) < 2 or max(values) <= 0:
        return cells
    best = plain(max(values))
    return [
        replace(c, best=row is not None and c.value == best)
        for c, row in zip(cells, competing, strict=True)
    ]


def _without_notes(table: Table, *, best: bool = True) -> Table:
    """Leave out what each model is, which the first table says, and perhaps the marks."""
    lines = [
        replace(line, note="", cells=tuple(replace(c, best=c.best and best) for c in line.cells))
        for line in table.lines
    ]
    return replace(table, lines=tuple(lines))


def _name(rows: Iterable[Row | None]) -> str:
    return next((measure_name(row) for row in rows if row), "")


def _slice_name(part: str) -> str:
    if part.startswith("history:"):
        return f"history of {part.removeprefix('history:')}"
    return SLICE_NAMES.get(part, part)


def _only_unseen(choice: Choice, split: str) -> bool:
    """Say whether all tested items are unseen, so that a column for them would stand twice."""
    pairs = [
        (row.value, unseen.value)
        for model in choice.models
        if (row := choice.get(split, model, "recall"))
        and (unseen := choice.get(split, model, "recall", "unseen-item"))
    ]
    return bool(pairs) and all(abs(a - b) < 1e-9 for a, b in pairs)


def _users(choice: Choice, split: str, measure: str, part: str) -> str:
    rows = [choice.get(split, model, measure, part) for model in choice.models]
    return f"n={max(r.n for r in rows if r)}" if any(rows) else ""


def _any(choice: Choice, split: str, model: str, measure: str, parts: Sequence[str]) -> bool:
    return any(choice.get(split, model, measure, part) for part in parts)
