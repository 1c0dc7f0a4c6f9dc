"""Health in tables of texts: for the terminal and for Markdown alike."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from polyrec.core.counted import counted
from polyrec.evaluation.health.check import CHANCE, RANDOM, REFERENCE
from polyrec.evaluation.health.rows import ALL, find

if TYPE_CHECKING:
    from collections.abc import Sequence

    from polyrec.evaluation.health.check import Health
    from polyrec.evaluation.health.rows import HealthRow

MOST_LANGUAGES = 40


@dataclass(frozen=True)
class TextTable:
    """A table whose cells are texts; the first column names the row, the others hold figures."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


def lead(health: Health) -> str:
    """Say in a sentence or two what was measured."""
    facts = health.facts
    text = (
        f"{facts['encoder']} on {facts['test']}: {counted(facts['sentences'], 'sentence')} in "
        f"{counted(facts['languages'], 'language')}, {counted(facts['texts'], 'text')}; "
        f"statistics from {facts['statistics']} ({counted(facts['statistics_texts'], 'text')}). "
        f"{facts['texts_per_second']:,.0f} texts/s on {counted(facts['cores'], 'core')}."
    )
    if facts["languages_without_statistics"]:
        tags = ", ".join(facts["languages_without_statistics"])
        text += f" The statistics have no texts in {tags}."
    if not health.is_pool:
        text += " Sentences come in pairs, so there is no pool of all languages to ask."
    return text


def space_table(health: Health) -> TextTable:
    """Give a row per space, and the controls below."""
    pivot = health.facts["pivot"]
    shown = {"to-pivot": f"to {pivot}", "from-pivot": f"from {pivot}"}
    if health.is_pool:
        shown = {"map": "mAP", **shown, "same-language": "same language"}
        shown |= {"hub-skewness": "skewness", "anti-hubs": "anti-hubs", "map-shuffled": "shuffled"}
    else:
        shown["to-pivot-shuffled"] = "shuffled"
    first, *others = shown
    rows = []
    for space in (*health.spaces, RANDOM, CHANCE):
        found = find(health.rows, space=space, language=ALL)
        cells = {measure: _value(found, measure) for measure in shown}
        if space == CHANCE and health.is_pool:
            cells["same-language"] = _value(found, "same-language-pool")
        rows.append([space, cells[first], _ends(found, first), *(cells[m] for m in others)])
    headings = ["space", shown[first], "95 % interval", *(shown[m] for m in others)]
    return TextTable("Spaces side by side", headings, rows)


def difference_table(health: Health) -> TextTable:
    """Give the paired differences of each space to `language-mean`."""
    pivot = health.facts["pivot"]
    shown = {"map": "mAP", "to-pivot": f"to {pivot}", "from-pivot": f"from {pivot}"}
    if not health.is_pool:
        shown.pop("map")
    rows = []
    for space in health.spaces:
        found = find(health.rows, space=f"{space} - {REFERENCE}")
        if found:
            cells = [space]
            for measure in shown:
                cells += [_value(found, measure, signed=True), _ends(found, measure, signed=True)]
            rows.append(cells)
    headings = ["space", *(h for name in shown.values() for h in (name, "95 %"))]
    return TextTable(f"Less {REFERENCE}, paired by sentence", headings, rows)


def language_table(health: Health) -> TextTable:
    """Give a row per language: how well its texts find their translations in each space."""
    measure, pivot, best = main_measure(health), health.facts["pivot"], best_space(health)
    name = "mAP" if health.is_pool else f"accuracy to {pivot}"
    arrows = {"from-pivot": f"from {pivot}"}
    if health.is_pool:
        arrows = {"to-pivot": f"to {pivot}", **arrows, "same-language": "same language"}
    rows = []
    for tag in health.languages[:MOST_LANGUAGES]:
        own = {s: find(health.rows, space=s, language=tag) for s in (*health.spaces, CHANCE)}
        counts = find(own["raw"], measure=measure)
        if counts:
            cells = [tag, f"{counts[0].n:,}", *(_value(own[s], measure) for s in health.spaces)]
            cells += [f"{_short(own['raw'], m)}→{_short(own[best], m)}" for m in arrows]
            if health.is_pool:
                cells.append(_value(own[CHANCE], "same-language-pool"))
            rows.append(cells)
    headings = ["language", "n", *health.spaces, *arrows.values()]
    title = f"By language of the text that asks: {name}, then raw → {best}"
    return TextTable(title, headings + ["in pool"] * health.is_pool, rows)


def main_measure(health: Health) -> str:
    """Give the measure that decides: mAP where there is a pool."""
    return "map" if health.is_pool else "to-pivot"


def best_space(health: Health) -> str:
    """Give the space with the highest value of the measure that decides."""
    found = find(health.rows, language=ALL, measure=main_measure(health))
    values = {row.space: row.value for row in found if row.space in health.spaces}
    return max(values, key=lambda space: values[space])


def to_markdown(health: Health) -> str:
    """Write all tables as Markdown."""
    parts = [lead(health)]
    for table in (space_table(health), difference_table(health), language_table(health)):
        ruler = ["---", *("---:" for _ in table.columns[1:])]
        lines = [table.columns, ruler, *table.rows]
        body = "\n".join(f"| {' | '.join(_escaped(cell) for cell in line)} |" for line in lines)
        parts.append(f"## {table.title}\n\n{body}")
    return "\n\n".join(parts) + "\n"


def _escaped(cell: str) -> str:
    return cell.replace("|", "\\|")


def _value(rows: Sequence[HealthRow], measure: str, *, signed: bool = False) -> str:
    found = find(rows, measure=measure)
    if not found or math.isnan(found[0].value):
        return "-"
    return f"{found[0].value:{'+' if signed else ''}.3f}"


def _short(rows: Sequence[HealthRow], measure: str) -> str:
    found = find(rows, measure=measure)
    return f"{found[0].value:.2f}" if found else "-"


def _ends(rows: Sequence[HealthRow], measure: str, *, signed: bool = False) -> str:
    found = find(rows, measure=measure)
    if not found or math.isnan(found[0].low):
        return "-"
    form = "+.3f" if signed else ".3f"
    return f"{found[0].low:{form}} to {found[0].high:{form}}"
