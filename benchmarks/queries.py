"""What a question's language is worth: named, unknown, or detected.

Every item of the dataset `debian` is shown in one of its languages; its title in another one is
asked for. How high does the item stand among all items? Run from the project's root:

    python benchmarks/queries.py --questions 3000
"""

from __future__ import annotations

import click
import numpy as np

import polyrec
from polyrec.core.registry import build
from polyrec.measures.bootstrap import mean_interval
from polyrec.pipeline.plan import Plan


@click.command()
@click.option("--questions", type=int, default=3000, show_default=True, help="How many titles.")
@click.option("--detector", "detectors", multiple=True, default=["py3langid", "second-opinion"])
def main(questions: int, detectors: tuple[str, ...]) -> None:
    """Print the mean reciprocal rank for each way to give the language, and what it costs."""
    data = polyrec.load_dataset("debian")
    full = data.all_texts or data.catalog
    space = Plan.load("default").space
    vectors = space.fit(data.catalog)
    pairs = [
        (item, language, text.partition("\n")[0])
        for item, by in enumerate(full.texts)
        for language, text in by.items()
        if language != data.catalog.language[item]
    ]
    some = np.random.default_rng(0).permutation(len(pairs))[:questions]
    items, named, texts = zip(*(pairs[i] for i in some), strict=True)
    ways = {"named": list(named), "unknown": ["und"] * len(texts)}
    for name in detectors:
        ways[name] = [found.language for found in build("detector", name).detect(texts)]
    words = np.mean([len(text.split()) for text in texts])
    click.echo(f"{len(texts):,} titles of {words:.1f} words, {len(set(named))} languages")
    click.echo(
        "| language of the question | right | `und` | mean reciprocal rank | less than named |"
    )
    click.echo("| --- | --- | --- | --- | --- |")
    ranks: dict[str, np.ndarray] = {}
    for way, languages in ways.items():
        right = np.mean(
            [
                a.partition("-")[0] == b.partition("-")[0]
                for a, b in zip(languages, named, strict=True)
            ]
        )
        unknown = np.mean([language == "und" for language in languages])
        scores = space.queries(list(texts), languages) @ vectors.T
        own = scores[np.arange(len(items)), items]
        ranks[way] = 1.0 / (1 + (scores > own[:, None]).sum(axis=1))
        mean, less = mean_interval(ranks[way]), mean_interval(ranks["named"] - ranks[way])
        click.echo(
            f"| {way} | {right:.1%} | {unknown:.1%} | {mean.value:.3f} "
            f"({mean.low:.3f} to {mean.high:.3f}) | {less.value:.3f} "
            f"({less.low:.3f} to {less.high:.3f}) |"
        )


if __name__ == "__main__":
    main()
