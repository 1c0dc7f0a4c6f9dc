"""The tables of leave-language-out: how well a language is served that training never saw."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from polyrec.evaluation.language_out import LANGUAGES
from polyrec.evaluation.report_choice import LANGUAGE_OUT, by_catalog, measure_name, tag_of
from polyrec.evaluation.report_numbers import interval, percent
from polyrec.evaluation.tables import Cell, Line, Table, cell

if TYPE_CHECKING:
    from polyrec.evaluation.content import Content
    from polyrec.evaluation.report_choice import Choice
    from polyrec.evaluation.rows import Row

RATIO = "-ratio"
COLUMNS = (
    (f"{LANGUAGE_OUT}:A", "ndcg", "A, never seen"),
    (f"{LANGUAGE_OUT}:B", "ndcg", "B, in folds"),
    (LANGUAGE_OUT, f"ndcg{RATIO}", "A / B"),
    (f"{LANGUAGE_OUT}:A", "recall", "A, never seen"),
    (f"{LANGUAGE_OUT}:B", "recall", "B, in folds"),
    (LANGUAGE_OUT, f"recall{RATIO}", "A / B"),
)


def left_out_tables(content: Content, choice: Choice) -> list[Table]:
    """Make a table of languages for each model that was tested without them."""
    tested = {model for split, model, *_ in choice.rows if split.startswith(LANGUAGE_OUT)}
    tables = [_table(content, choice, model) for model in choice.models if model in tested]
    return [table for table in tables if table]


def _table(content: Content, choice: Choice, model: str) -> Table | None:
    slices = {
        part for split, of, part, _ in choice.rows if split.startswith(LANGUAGE_OUT) and of == model
    }
    tags = by_catalog([tag_of(p) for p in sorted(slices) if p not in {"all", LANGUAGES}], content)
    lines = {tag: _values(choice, model, f"language:{tag}") for tag in tags}
    if LANGUAGES in slices:
        lines["mean"] = _values(choice, model, LANGUAGES)
    if "all" in slices:
        lines["all"] = _values(choice, model, "all")
    kept = [i for i in range(len(COLUMNS)) if any(rows[i] for rows in lines.values())]
    if not kept:
        return None
    names = [next(_measure(r) for rows in lines.values() if (r := rows[i])) for i in kept]
    return Table(
        caption=f"{model}: a language that training never saw",
        corner="Language",
        groups=tuple((name, names.count(name)) for name in dict.fromkeys(names)),
        columns=tuple((COLUMNS[i][2], "") for i in kept),
        lines=tuple(
            Line(tag, _users(rows), tuple(_cell(rows[i]) for i in kept))
            for tag, rows in lines.items()
        ),
        kind="plain",
    )


def _values(choice: Choice, model: str, part: str) -> list[Row | None]:
    return [choice.get(split, model, measure, part) for split, measure, _ in COLUMNS]


def _measure(row: Row) -> str:
    return measure_name(replace(row, measure=row.measure.removesuffix(RATIO)))


def _users(rows: list[Row | None]) -> str:
    return f"n={max((row.n for row in rows if row), default=0)}"


def _cell(row: Row | None) -> Cell:
    """Write a ratio in percent, anything else as other tables do."""
    if row is None or not row.measure.endswith(RATIO):
        return cell(row)
    return Cell(percent(row.value), interval(row, percent))
