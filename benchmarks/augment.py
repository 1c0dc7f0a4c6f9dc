"""Do made texts help the languages that have few? The hybrid with and without each augmenter.

On `debian`, each description in one of its languages (text seed 1), cold-items split: the hybrid's
weights are found once per split seed, without augmentation, and kept for all; then the space is
learned anew with each augmenter and the hybrid fitted in it. Languages with fewer than 250 test
pairs over all seeds are pooled as `small`. No setting was chosen on the seeds that are reported, 0
to 4. Needs the extra `augment`, and Apertium with eng-spa, es-pt and fr-es.

    python benchmarks/augment.py --keep /tmp/augment

`--keep` remembers what is done, so that `--seed 3` may be run by itself; `--glossary` names a table
with one column per language for language-mixing, such as names from CLDR.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click
import numpy as np

import polyrec
from polyrec.augment.back_translation import BackTranslation
from polyrec.augment.forward_translation import ForwardTranslation
from polyrec.augment.language_mixing import LanguageMixing
from polyrec.augment.synonyms import Synonyms
from polyrec.core.types import Training
from polyrec.encode.cached import Cached
from polyrec.encode.e5_small import E5Small
from polyrec.encode.language_mean import LanguageMean
from polyrec.evaluation.protocol import measure
from polyrec.measures.bootstrap import mean_interval
from polyrec.models.hybrid import Hybrid
from polyrec.pipeline.space import Space
from polyrec.translate.apertium import Apertium
from polyrec.translate.fallback import Fallback
from polyrec.translate.pivot import Pivot

if TYPE_CHECKING:
    from polyrec.augment.augmenter import Augmenter
    from polyrec.data.dataset import Dataset
    from polyrec.encode.encoder import Encoder

SEEDS = range(5)
SMALL = 250
MEASURES = ("ndcg", "recall")


def augmenters(encoder: Encoder, glossary: str) -> dict[str, Augmenter | None]:
    """Give what is compared; None is the hybrid as it is."""
    translator = Fallback([Apertium(), Pivot(Apertium(), "es")])
    named: dict[str, Augmenter | None] = {
        "none": None,
        "translation": ForwardTranslation(translator),
        "back-translation": BackTranslation(translator, "es"),
        "synonyms": Synonyms(encoder),
        "language-mixing": LanguageMixing(encoder),
    }
    if glossary:
        named["language-mixing, glossary"] = LanguageMixing(encoder, glossary=glossary)
    return named


class Bench:
    """Measures augmenters on one split after the other, and keeps what it measured."""

    def __init__(self, keep: Path, glossary: str) -> None:
        self.data = polyrec.load_dataset("debian", view="as-given").view("one-language", seed=1)
        self.encoder = Cached(E5Small())
        self.augmenters = augmenters(self.encoder, glossary)
        self.keep = keep
        languages, self.pairs = self.data.catalog.languages, Counter[str]()
        for seed in SEEDS:
            _, test = self.data.split("cold-items", seed=seed)
            self.pairs.update(languages[test.histories.items].tolist())
        self.small = sorted(t for t in set(languages.tolist()) if self.pairs[t] < SMALL)
        # an item is shown in one language only, so `small` can stand in its place in slices
        self.slices = np.where(np.isin(languages, self.small), "small", languages)

    def file(self, seed: int, name: str) -> Path:
        """Say where the values of a split and an augmenter are kept."""
        return self.keep / f"{seed} {name}.npz"

    def measure(self, seed: int) -> None:
        """Measure what is not kept yet of one split."""
        train, test = self.data.split("cold-items", seed=seed)
        weights: Hybrid | None = None
        for name, augmenter in self.augmenters.items():
            if self.file(seed, name).is_file():
                continue
            weights = weights or self.fitted(train, None, Hybrid(), seed)
            model = self.fitted(train, augmenter, weights.settled(), seed)
            found = measure(model, train.histories, test.histories, self.slices, seed=seed)
            values = {"/".join(key): row for key, row in found.per_user.items()}
            np.savez(self.file(seed, name), **values)
            click.echo(f"seed {seed}: {name} is measured", err=True)

    def fitted(
        self, train: Dataset, augmenter: Augmenter | None, model: Hybrid, seed: int
    ) -> Hybrid:
        """Fit a hybrid in the space that an augmenter helps to learn.

        What is made of a text is the same on all splits, so that it is encoded once.
        """
        space = Space(self.encoder, LanguageMean(), augmenter=augmenter)
        vectors = space.fit(train.catalog, chosen=train.histories.chosen)
        catalog = train.catalog
        return model.fit(
            Training(train.histories, vectors, catalog.languages, catalog.categories), seed=seed
        )

    def values(self, name: str, key: str, seeds: list[int]) -> np.ndarray:
        """Give one value per split and user, shape (seeds, users)."""
        rows = []
        for seed in seeds:
            with np.load(self.file(seed, name)) as kept:
                rows.append(kept[key] if key in kept else np.full(len(kept["all/ndcg"]), np.nan))
        return np.stack(rows)

    def table(self, seeds: list[int]) -> None:
        """Print what was measured, and how it differs from the hybrid as it is."""
        n = sum(self.pairs[tag] for tag in self.small)
        click.echo(f"small: {', '.join(self.small)}: {n} of {sum(self.pairs.values())} test pairs")
        others = sorted(set(self.slices.tolist()) - {"small"}, key=lambda tag: -self.pairs[tag])
        for of in ("language:small", "all", *(f"language:{tag}" for tag in others)):
            for measured in MEASURES:
                key = f"{of}/{measured}"
                plain = self.values("none", key, seeds)
                mean = mean_interval(plain)
                click.echo(f"{of:16} {measured:6} {'none':28} {mean.value:.4f}  {mean.n} users")
                for name in self.augmenters:
                    if name != "none":
                        less = mean_interval(self.values(name, key, seeds) - plain)
                        at = f"{less.value:+.4f} ({less.low:+.4f} to {less.high:+.4f})"
                        click.echo(f"{of:16} {measured:6} {name:28} {at}")


@click.command()
@click.option("--keep", type=click.Path(file_okay=False, path_type=Path), required=True)
@click.option("--seed", "seeds", type=int, multiple=True, help="One split; all by default.")
@click.option("--glossary", default="", help="A table with one column per language.")
def main(keep: Path, seeds: tuple[int, ...], glossary: str) -> None:
    """Print nDCG@20 and recall@20 by language, without augmentation and with each augmenter."""
    keep.mkdir(parents=True, exist_ok=True)
    bench = Bench(keep, glossary)
    chosen = list(seeds or SEEDS)
    for seed in chosen:
        bench.measure(seed)
    bench.table(chosen)


if __name__ == "__main__":
    main()
