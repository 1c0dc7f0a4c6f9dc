"""The weights of the quality `features`, learned on lines 201-400 of NTREX-128 alone.

A logistic curve is fitted to chrF / 100 of what engines made of these lines, and of a fifth of the
same spoiled on purpose: the source copied, another line's translation, the first half, the end
looped. Weights may not change sign, and lean on a start (ridge). What chrF hardly sees and people
do (numbers, marks, units, repetition, language) keeps a weight of -1, by judgement.

    python benchmarks/quality_weights.py --data ../shared/data --made made
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import numpy as np
from made import FIRST_TUNING_LINE, PAIRS, engines, lines
from scipy.optimize import minimize

from polyrec.measures.translation import sentence_chrf
from polyrec.translate.features import WEIGHTS, Features

if TYPE_CHECKING:
    from polyrec.core.types import Doubles

LEARNED = ("similarity", "length", "copied", "unknown")
START = {"similarity": 5.0}
JUDGED = -1.0
TUNE = slice(FIRST_TUNING_LINE, FIRST_TUNING_LINE + 200)
EVERY = 5
"""One of so many lines is spoiled in each way."""


def spoiled(sources: list[str], made: list[str]) -> list[list[str]]:
    """Spoil translations in several ways."""
    ends = [" ".join(text.split()[-4:]) for text in made]
    return [
        sources,
        made[1:] + made[:1],
        [text[: len(text) // 2] for text in made],
        [f"{text} {end} {end} {end}" for text, end in zip(made, ends, strict=True)],
    ]


def examples(data: str, folder: str, names: tuple[str, ...]) -> tuple[Doubles, Doubles]:
    """Give features and chrF / 100 of translations, good ones and spoiled ones."""
    quality, tables, chrf = Features(), [], []

    def add(sources: list[str], made: list[str], right: list[str], pair: tuple[str, str]) -> None:
        tables.append(quality.table(sources, made, languages=pair))
        chrf.append(sentence_chrf(made, right) / 100)

    for engine in engines(data, folder, names):
        for source, target in PAIRS:
            given, right = lines(data, source, TUNE), lines(data, target, TUNE)
            translations = engine.translate(given, source=source, target=target)
            rows = [row for row, each in enumerate(translations) if each.translated]
            sources, made = [given[i] for i in rows], [translations[i].text for i in rows]
            right = [right[i] for i in rows]
            add(sources, made, right, (source, target))
            for worse in spoiled(sources, made):
                add(sources[::EVERY], worse[::EVERY], right[::EVERY], (source, target))
    return np.concatenate(tables), np.concatenate(chrf)


def learned(table: Doubles, chrf: Doubles) -> Doubles:
    """Fit constant and weights."""
    start = np.array([0.0, *(START.get(name, JUDGED) for name in WEIGHTS)])
    bounds = [(None, None)] + [
        (JUDGED, JUDGED) if name not in LEARNED else (0, None) if start[i] > 0 else (None, 0)
        for i, name in enumerate(WEIGHTS, 1)
    ]

    def loss(weights: Doubles) -> float:
        logits = weights[0] + table @ weights[1:]
        likelihood = np.logaddexp(0, logits) - chrf * logits
        return float(likelihood.sum() + ((weights - start) ** 2).sum() / 2)

    return np.asarray(minimize(loss, start, bounds=bounds).x)


@click.command()
@click.option("--data", default="../shared/data", show_default=True, help="Holds ntrex/.")
@click.option("--made", default="made", show_default=True, help="Where engines' work is kept.")
@click.option("--engine", multiple=True, default=("apertium", "llm"), show_default=True)
def main(data: str, made: str, engine: tuple[str, ...]) -> None:
    """Print the weights."""
    table, chrf = examples(data, made, engine)
    found = learned(table, chrf)
    click.echo(f"learned on {len(chrf)} translations")
    for name, value in zip(("constant", *WEIGHTS), found, strict=True):
        click.echo(f"{name:12} {value:.2f}")


if __name__ == "__main__":
    main()
