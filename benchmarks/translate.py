"""Is the consensus of several engines worth it? Engines, consensus and repairs on NTREX-128.

Spanish and Portuguese to English, English to Spanish, and French to English; apertium goes from
Portuguese and French through Spanish. Weight and priors are chosen on lines 201-400; the tables are
about lines 1-200. What engines make is kept in a folder, so that a second run is quick: about half
a minute. Prints Markdown.

    python benchmarks/translate.py --data ../shared/data --made made
    python benchmarks/translate.py --data ../shared/data --made made --pair es-en --lines 100
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import click
import numpy as np
from made import FIRST_TUNING_LINE, PAIRS, engines, lines
from scipy.stats import spearmanr

from polyrec.measures.bootstrap import Interval, function_interval
from polyrec.measures.translation import bleu_counts, bleu_of, chrf_counts, chrf_of, sentence_chrf
from polyrec.translate.consensus import Consensus, agreement
from polyrec.translate.features import Features
from polyrec.translate.repair import repair
from polyrec.translate.repaired import Repaired

if TYPE_CHECKING:
    from collections.abc import Sequence

    from polyrec.core.types import Booleans, Doubles
    from polyrec.translate.translator import Translation, Translator

    Pair = tuple[str, str]

WEIGHTS = np.linspace(0, 1, 6)
PRIORS = np.linspace(-0.4, 0.4, 17)
MEASURES = {"chrF": (chrf_counts, chrf_of), "BLEU": (bleu_counts, bleu_of)}
NAMES = ("apertium", "llm", "glossary")


class Bench:
    """The engines and their judge on the lines of NTREX."""

    def __init__(self, data: str, folder: str, names: tuple[str, ...], n_lines: int) -> None:
        self.data = data
        self.engines = engines(data, folder, names)
        self.n_lines = n_lines
        self.test = slice(0, n_lines)
        self.tune = slice(FIRST_TUNING_LINE, FIRST_TUNING_LINE + n_lines)
        self.quality = Features()

    def lines(self, language: str, part: slice) -> list[str]:
        """Give the lines of a part."""
        return lines(self.data, language, part)

    def made(self, translator: Translator, pair: Pair, part: slice) -> list[Translation]:
        """Translate the lines of a part."""
        given = self.lines(pair[0], part)
        return translator.translate(given, source=pair[0], target=pair[1])

    def counts(self, texts: list[str], pair: Pair, part: slice) -> dict[str, Doubles]:
        """Count what each measure needs of each line."""
        right = self.lines(pair[1], part)
        return {name: count(texts, right) for name, (count, _) in MEASURES.items()}

    def estimates(self, texts: list[str], pair: Pair, part: slice) -> Doubles:
        """Estimate the quality of each line."""
        given = self.lines(pair[0], part)
        return self.quality.estimate(given, texts, source=pair[0], target=pair[1])

    def rank_correlation(self, made: list[Translation], pair: Pair) -> float:
        """Give Spearman's correlation of estimates with chrF over the test lines."""
        rows = [row for row, each in enumerate(made) if each.translated]
        right, texts = self.lines(pair[1], self.test), [each.text for each in made]
        if len(rows) < 3:
            return float("nan")
        estimates = self.estimates(texts, pair, self.test)
        if all(made[row].quality is not None for row in rows):  # a consensus has its own
            estimates = np.array([each.quality or 0.0 for each in made])
        chrf = sentence_chrf(texts, right)
        return float(spearmanr(estimates[rows], chrf[rows]).statistic)

    def tuned(self, pairs: Sequence[Pair]) -> tuple[float, dict[str, float]]:
        """Choose the weight for all pairs and priors per pair on tuning lines: see `worth`."""
        best: tuple[float, float, dict[str, float]] = (-np.inf, 0.0, {})
        tables = {pair: self.candidates(pair) for pair in pairs}
        for weight in WEIGHTS:
            total, priors = 0.0, {}
            for pair, (there, estimates, agreements, counts) in tables.items():
                single = best_single(counts)
                scores = np.where(there, weight * agreements + (1 - weight) * estimates, -np.inf)
                grid = itertools.product(PRIORS, repeat=len(self.engines) - 1)
                # of equal values the smallest priors
                value, _, chosen = max(
                    (worth(scores + np.array([0, *p]), counts, single), -sum(map(abs, p)), p)
                    for p in grid
                )
                total += value
                names = [f"{engine.engine} {'-'.join(pair)}" for engine in self.engines[1:]]
                priors |= dict(zip(names, np.round(chosen, 3).tolist(), strict=True))
            best = max(best, (total, float(weight), priors), key=lambda each: each[0])
        return best[1], best[2]

    def candidates(self, pair: Pair) -> tuple[Booleans, Doubles, Doubles, dict[str, Doubles]]:
        """Give which candidates there are, estimates and agreements (lines x engines), counts."""
        made = [self.made(engine, pair, self.tune) for engine in self.engines]
        texts = [[each.text for each in column] for column in made]
        there = np.array([[each.translated for each in column] for column in made]).T
        estimates = np.column_stack([self.estimates(column, pair, self.tune) for column in texts])
        places = np.argwhere(there)
        agreements = np.zeros(there.shape)
        agreements[there] = agreement(places[:, 0].tolist(), [texts[j][i] for i, j in places])
        counts = [self.counts(column, pair, self.tune) for column in texts]
        stacked = {name: np.stack([each[name] for each in counts], axis=1) for name in MEASURES}
        return there, estimates, agreements, stacked


def worth(scores: Doubles, counts: dict[str, Doubles], single: dict[str, float]) -> float:
    """Say how far the candidates with the highest scores are above the best engine of a measure.

    Of chrF and BLEU the worse counts, so that neither is won at the other's cost.
    """
    found = score(picked(scores, counts))
    return min(found[name] - single[name] for name in MEASURES)


def best_single(counts: dict[str, Doubles]) -> dict[str, float]:
    """Give the score of the best engine in each measure; counts are lines x engines x ..."""
    n_engines = next(iter(counts.values())).shape[1]
    each = [score({m: values[:, j] for m, values in counts.items()}) for j in range(n_engines)]
    return {name: max(found[name] for found in each) for name in MEASURES}


def picked(scores: Doubles, counts: dict[str, Doubles]) -> dict[str, Doubles]:
    """Give the counts of the candidate with the highest score of each line."""
    rows, best = np.arange(len(scores)), scores.argmax(axis=1)
    return {name: values[rows, best] for name, values in counts.items()}


def score(counts: dict[str, Doubles]) -> dict[str, float]:
    """Measure the corpus."""
    return {name: float(of(counts[name].mean(axis=0))) for name, (_, of) in MEASURES.items()}


def difference(one: Doubles, other: Doubles, measure: str) -> Interval:
    """Give how much better one is than the other, by the paired bootstrap over lines."""
    of, width = MEASURES[measure][1], one.shape[1]
    return function_interval(
        np.concatenate([one, other], axis=1),
        lambda means: of(means[..., :width]) - of(means[..., width:]),
    )


def shown(interval: Interval) -> str:
    """Write a difference with its interval."""
    return f"{interval.value:+.2f} [{interval.low:+.2f}, {interval.high:+.2f}]"


def report(bench: Bench, pairs: Sequence[Pair], *, weight: float, priors: dict[str, float]) -> None:
    """Print the tables."""
    settings = {"quality": bench.quality, "mbr_weight": weight, "priors": priors}
    wholes: dict[str, Translator] = {
        "consensus": Consensus(list(bench.engines), **settings),
        "consensus + repairs": Consensus([Repaired(e) for e in bench.engines], **settings),
    }
    rows, correlations = [], []
    for pair in pairs:
        made = {engine.engine: bench.made(engine, pair, bench.test) for engine in bench.engines}
        counts = {n: bench.counts([e.text for e in m], pair, bench.test) for n, m in made.items()}
        scores = {name: score(each) for name, each in counts.items()}
        on_tune = {
            e.engine: score(
                bench.counts([t.text for t in bench.made(e, pair, bench.tune)], pair, bench.tune)
            )
            for e in bench.engines
        }
        for engine in bench.engines:
            name = engine.engine
            found = bench.rank_correlation(made[name], pair)
            correlations.append(found)
            speed = f"{engine.speed(*pair):.1f}"
            done = sum(each.translated for each in made[name])
            rows.append([name, *numbers(scores[name]), f"{found:.2f}", str(done), speed, "", ""])
        for name, translator in wholes.items():
            whole = bench.made(translator, pair, bench.test)
            theirs = bench.counts([each.text for each in whole], pair, bench.test)
            against = []
            for of in (scores, on_tune):
                best = {m: max(scores, key=lambda n, m=m, of=of: of[n][m]) for m in MEASURES}
                against.append(
                    "; ".join(
                        f"{m} {shown(difference(theirs[m], counts[b][m], m))} ({b})"
                        for m, b in best.items()
                    )
                )
            found = bench.rank_correlation(whole, pair)
            done = sum(each.translated for each in whole)
            rows.append([name, *numbers(score(theirs)), f"{found:.2f}", str(done), "", *against])
        for row in rows[-len(bench.engines) - 2 :]:
            row.insert(0, "-".join(pair))
    head = [
        "pair",
        "engine",
        "chrF",
        "BLEU",
        "Spearman",
        f"translated of {bench.n_lines}",
        "texts/s",
    ]
    head += ["less the best engine on these lines", "less the best on the tuning lines"]
    for row in [head, ["---"] * len(head), *rows]:
        click.echo(f"| {' | '.join(row)} |")
    known = [each for each in correlations if not np.isnan(each)]
    click.echo(f"\nSpearman within an engine and pair, mean: {np.mean(known):.3f} of {len(known)}")


def numbers(scores: dict[str, float]) -> list[str]:
    """Write scores."""
    return [f"{value:.1f}" for value in scores.values()]


def changed_references(bench: Bench, pairs: Sequence[Pair]) -> str:
    """Say how many translations by people the repairs change."""
    n = 0
    for source, target in pairs:
        both = zip(bench.lines(source, bench.test), bench.lines(target, bench.test), strict=True)
        n += sum(repair(a, b, source=source, target=target) != b for a, b in both)
    return f"Repairs change {n} of {len(pairs) * bench.n_lines} translations by people."


@click.command()
@click.option("--data", default="../shared/data", show_default=True, help="Holds ntrex/.")
@click.option("--made", default="made", show_default=True, help="Where engines' work is kept.")
@click.option("--pair", multiple=True, default=["-".join(pair) for pair in PAIRS])
@click.option("--lines", "n_lines", default=200, type=click.IntRange(3, 200), show_default=True)
@click.option("--engine", multiple=True, default=NAMES, show_default=True)
def main(
    data: str, made: str, pair: tuple[str, ...], n_lines: int, engine: tuple[str, ...]
) -> None:
    """Tune, then print the tables."""
    bench = Bench(data, made, engine, n_lines)
    pairs = [(one, other) for one, _, other in (each.partition("-") for each in pair)]
    weight, priors = bench.tuned(pairs)
    click.echo(f"mbr_weight {weight:.1f}, priors {priors}\n")
    report(bench, pairs, weight=weight, priors=priors)
    click.echo(f"\n{changed_references(bench, pairs)}")


if __name__ == "__main__":
    main()
