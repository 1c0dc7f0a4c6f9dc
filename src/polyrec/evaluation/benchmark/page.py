"""A benchmark's document as Markdown: tables in which every model has its row, failed ones too."""

from __future__ import annotations

import json
import shlex
import statistics
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from polyrec.core.counted import counted
from polyrec.evaluation.report_choice import MEASURES
from polyrec.evaluation.rows import MIN_USERS

Document = Mapping[str, Any]

BEST = ("ndcg", "recall", "map", "mrr", "hit-rate")
MAIN = (*BEST, "coverage", "gini", "novelty", "diversity", "language-gap")
SLICES = ("seen-item", "unseen-item", "cross-language")
WIDTH = 100
MOST_ACROSS = 8
"""So many models stand beside each other."""

LONGEST = 60
"""Longest text of a setting that is shown."""


def page(document: Document, *, title: str, pictures: str = "", level: int = 1) -> str:
    """Write a document as Markdown.

    Args:
        document: see `document.document_of`.
        title: the heading.
        pictures: path of the picture without `-light.png`, as the page sees it; empty for none.
        level: of the heading.
    """
    sub = "#" * (level + 1)
    parts = [f"{'#' * level} {title}", _facts(document)]
    if pictures:
        parts.append(_picture(pictures, title))
    for split in document["protocol"]["splits"]:
        name = split.capitalize()
        parts += [f"{sub} {title}: {name} split", main_table(document, split)]
        parts += [family_table(document, family, split) for family in document["families"]]
        parts.append(slice_table(document, split))
    parts += [f"{sub} {title}: settings", settings_table(document)]
    failed = failures(document)
    if failed:
        parts += [f"{sub} {title}: what did not run", failed]
    if document["notes"]:
        parts.append("\n".join(filled(f"- {safe(note)}") for note in document["notes"]))
    return "\n\n".join(part for part in parts if part) + "\n"


def _facts(document: Document) -> str:
    data, how = document["data"], document["protocol"]
    seeds = ", ".join(map(str, how["seeds"]))
    tuned = (
        "polyrec's models have the settings that `polyrec tune` found inside each training part "
        "where it did (see the settings), else their defaults"
        if how["tuned"]
        else "polyrec's models have their defaults"
    )
    trials = how["peer_trials"]
    peers = (
        f"peers have the best of up to {trials} settings, their defaults among them, on a split "
        "inside each training part"
        if trials > 1
        else "peers have their own defaults"
    )
    text = (
        f"{safe(data['name'])}, view {safe(data['view'])}: {data['users']:,} users, "
        f"{data['items']:,} items, {data['interactions']:,} interactions. Split seeds {seeds}; "
        f"every item ranked, {how['k']} places; {how['resamples']:,} paired resamples of users and "
        f"seeds. Each model in a process of its own with {counted(how['threads'], 'thread')}; "
        f"{tuned}; {peers}. Times and memory are medians over seeds; vectors are made before, and "
        "memory is the whole process's. In each table the best value of a column is bold."
    )
    made = f"Commit {document['commit']}, {document['made']}.{_older(document)}"
    return f"{filled(text)}\n\n{filled(made)}\n\n```text\n{command_of(document)}\n```"


def filled(text: str) -> str:
    """Break a paragraph into lines."""
    return textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def command_of(document: Document) -> str:
    """Write the command in lines that a shell takes; a long word goes on where the next begins."""
    lines = [""]
    for word in shlex.split(document["command"]):
        first, *rest = textwrap.wrap(word, WIDTH - 20, drop_whitespace=False) or [""]
        quoted = shlex.quote(first)
        if lines[-1] and len(lines[-1]) + len(quoted) > WIDTH - 7:
            lines[-1] += " \\"
            lines.append("   ")
        lines[-1] += f" {quoted}" if lines[-1] else quoted
        for piece in rest:
            lines[-1] += "\\"
            lines.append(shlex.quote(piece))
    return "\n".join(lines)


def _older(document: Document) -> str:
    """Name the commits of runs that were taken from earlier ones."""
    others = {run["commit"] for run in document["runs"]} - {document["commit"]}
    return f" Runs kept from commit {', '.join(sorted(others))} are among them." if others else ""


def _picture(pictures: str, title: str) -> str:
    alt = f"{title}: quality against time to fit"
    return (
        f'<picture>\n<source media="(prefers-color-scheme: dark)" srcset="{pictures}-dark.png">\n'
        f'<img alt="{alt}" src="{pictures}-light.png">\n</picture>'
    )


def main_table(document: Document, split: str) -> str:
    """Write the measures and costs of every model on one split, best nDCG first."""
    found = {m: rows for m in document["models"] if (rows := _rows(document, split, m))}
    order = sorted(found, key=lambda model: -(found[model]["ndcg"]["value"] or 0))
    columns = [m for m in MAIN if any(m in rows for rows in found.values())]
    best = {
        measure: max((found[m][measure]["value"] or 0) for m in order)
        for measure in columns
        if measure in BEST and order
    }
    k = document["protocol"]["k"]
    names = [f"{MEASURES.get(m, m)}{f'@{k}' if m == 'ndcg' else ''}" for m in columns]
    lines = []
    for model in order:
        cells = [_cell(found[model].get(m), m, best.get(m)) for m in columns]
        lines.append([safe(model), *cells, *costs(document, split, model)])
    lines += [
        [safe(model), "did not run", *[""] * (len(columns) + 2)]
        for model in document["models"]
        if model not in found
    ]
    heads = ["model", *names, "fit s", "users/s", "peak MB"]
    return table(heads, lines)


def _rows(document: Document, split: str, model: str, part: str = "all") -> dict[str, Any]:
    return {
        row["measure"]: row
        for row in document["rows"]
        if (row["split"], row["model"], row["slice"]) == (split, model, part)
    }


def _cell(row: Mapping[str, Any] | None, measure: str, best: float | None) -> str:
    if row is None or row["value"] is None:
        return "-"
    digits = 2 if measure == "novelty" else 3
    value = f"{row['value']:.{digits}f}"
    value = f"**{value}**" if row["value"] == best else value
    if measure == "ndcg" and row["low"] is not None:
        return f"{value} ({row['low']:.3f} to {row['high']:.3f})"
    return value


def costs(document: Document, split: str, model: str) -> list[str]:
    """Write seconds to fit, users per second, and peak memory: medians over seeds."""
    runs = [r for r in document["runs"] if (r["model"], r["split"]) == (model, split)]
    if not runs:
        return ["-", "-", "-"]
    speed = statistics.median(r["users"] / max(r["recommend_s"], 1e-9) for r in runs)
    fit = statistics.median(r["fit_s"] for r in runs)
    return [f"{fit:.2f}", f"{speed:,.0f}", f"{statistics.median(r['peak_mb'] for r in runs):,.0f}"]


def family_table(document: Document, family: Mapping[str, Any], split: str) -> str:
    """Write the tests of a family on one split, over all test interactions."""
    tests = [
        t
        for t in document["tests"]
        if (t["family"], t["split"], t["slice"]) == (family["name"], split, "all")
    ]
    if not tests:
        return ""
    lines = [
        [
            safe(f"{t['first']} - {t['second']}"),
            f"{t['value']:+.3f} ({t['low']:+.3f} to {t['high']:+.3f})",
            *_tested(t),
            str(t["n"]),
        ]
        for t in sorted(tests, key=lambda t: t["value"])
    ]
    n = len(document["protocol"]["splits"]) * len(family["others"])
    over = "it is the only test" if n == 1 else f"p corrected by Holm over its {n} tests"
    intro = f'Family "{safe(family["name"])}", nDCG, paired; {over} on this slice:'
    heads = ["difference", "nDCG (95 % interval)", "p", "p, Holm", "users"]
    return f"{filled(intro)}\n\n{table(heads, lines)}"


def _tested(test: Mapping[str, Any]) -> list[str]:
    if test["p"] is None:
        return [f"n < {MIN_USERS}"] * 2
    return [_p(test["p"]), _p(test["holm"])]


def _p(value: float) -> str:
    return f"{value:.4f}" if value >= 0.0005 else f"{value:.1e}"


def slice_table(document: Document, split: str) -> str:
    """Write nDCG in every slice, the best models across; `*` where a family's first one differs."""
    found = {m: r for m in document["models"] if "ndcg" in (r := _rows(document, split, m))}
    models = sorted(found, key=lambda model: -(found[model]["ndcg"]["value"] or 0))[:MOST_ACROSS]
    slices = [
        row["slice"]
        for row in document["rows"]
        if row["split"] == split and row["measure"] == "ndcg" and row["value"] is not None
    ]
    lines = []
    for part in dict.fromkeys(slices):
        rows = {m: _rows(document, split, m, part).get("ndcg") for m in models}
        values = [row["value"] for row in rows.values() if row and row["value"] is not None]
        n = max((row["n"] for row in rows.values() if row), default=0)
        users = f"{n}" if n >= MIN_USERS else f"{n} (n < {MIN_USERS})"
        cells = [
            _cell(row, "recall", max(values)) + _mark(document, split, part, m)
            for m, row in rows.items()
        ]
        lines.append([safe(part), users, *cells])
    of = f" of the {len(models)} best models" if len(models) < len(found) else ""
    intro = f"nDCG by slice{of}. {_explained(document)}"
    heads = ["slice", "users", *map(safe, models)]
    return f"{filled(intro)}\n\n{table(heads, lines)}" if lines else ""


def _explained(document: Document) -> str:
    if not document["families"]:
        return ""
    first = document["families"][0]["first"]
    return (
        f"`*`: {safe(first)} differs from it at p < 0.05, corrected by Holm over its family's "
        f"tests on that slice; slices under {MIN_USERS} users are not tested."
    )


def _mark(document: Document, split: str, part: str, model: str) -> str:
    if not document["families"]:
        return ""
    where = (document["families"][0]["first"], split, part, model)
    corrected = [
        t["holm"]
        for t in document["tests"]
        if (t["first"], t["split"], t["slice"], t["second"]) == where and t["holm"] is not None
    ]
    return " \\*" if corrected and max(corrected) < 0.05 else ""


def settings_table(document: Document) -> str:
    """Write the settings of the first split and seed, and how they were come by."""
    lines = []
    for model in document["models"]:
        runs = [run for run in document["runs"] if run["model"] == model]
        if runs:
            run = runs[0]
            trials = run.get("trials")
            how = f"best of {counted(trials, 'trial')}" if trials else "defaults"
            same = len({json.dumps(each["settings"], sort_keys=True) for each in runs}) == 1
            shown = _settings(run["settings"]) + ("" if same else " (differ by seed)")
            what = document["models"][model]
            lines.append([safe(model), safe(what), safe(run["about"]), how, shown])
    heads = ["model", "what it is", "version", "settings", f"on {_first(document)}"]
    return table(heads, lines)


def _first(document: Document) -> str:
    how = document["protocol"]
    return f"{how['splits'][0]}, seed {how['seeds'][0]}"


def _settings(settings: Mapping[str, Any]) -> str:
    said = [
        f"{name} {value:.4g}" if isinstance(value, float) else f"{name} {str(value)[:LONGEST]}"
        for name, value in settings.items()
        if name != "use"
    ]
    return safe(", ".join(said)) or "-"


def failures(document: Document) -> str:
    """Write what did not run, and why."""
    lines = [
        [
            safe(f["model"]),
            f["split"] or "all",
            "all" if f["seed"] is None else str(f["seed"]),
            safe(f["why"]),
        ]
        for f in document["failed"]
    ]
    return table(["model", "split", "seed", "why"], lines) if lines else ""


def table(heads: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """Write a Markdown table."""
    rows = [list(heads), ["---"] * len(heads), *map(list, lines)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def safe(text: object) -> str:
    """Write text into Markdown so that it neither ends a cell nor becomes a tag."""
    plain = " ".join(str(text).split())
    for mark in "\\|<>`*_[":
        plain = plain.replace(mark, f"\\{mark}" if mark not in "<>" else f"&#{ord(mark)};")
    return plain
