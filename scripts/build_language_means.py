"""Writes what `quality` knows of languages, learned on the texts that ship with polyrec.

    .venv/bin/python scripts/build_language_means.py

Two things: the mean vector of each language (e5-small), so that translations can be judged without
a catalog; and how long a text of the language is beside the English one, printed for
`translate/surface.py`. Languages are compared on the items that stand in most of them, so that
what the texts are about differs little. Takes about two minutes.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

import polyrec
from polyrec.encode.e5_small import E5Small
from polyrec.encode.statistics import Statistics
from polyrec.translate.meaning import MAX_TOKENS, MEANS

MOST_TEXTS, FEWEST_TEXTS = 300, 10


def chosen_texts() -> pl.DataFrame:
    """Choose up to `MOST_TEXTS` texts of each language: item_id, language, text."""
    folder = Path(polyrec.__file__).parent / "data" / "datasets" / "debian"
    texts = pl.read_parquet(folder / "texts.parquet")
    texts = texts.with_columns(n=pl.len().over("item_id"))
    texts = texts.sort("n", "item_id", descending=[True, False])
    kept = texts.group_by("language", maintain_order=True).head(MOST_TEXTS)
    return kept.filter(pl.len().over("language") >= FEWEST_TEXTS).sort("language", "item_id")


def main() -> None:
    """Write the means, print the lengths."""
    texts = chosen_texts()
    encoder = E5Small(max_tokens=MAX_TOKENS)
    vectors = encoder.encode(texts["text"].to_list())
    languages = texts["language"].to_numpy()
    tags = np.unique(languages)
    means = np.stack([vectors[languages == tag].mean(axis=0) for tag in tags])
    Statistics(means, tags.astype(str), encoder.fingerprint).save(MEANS)
    english = texts.filter(language="en").select("item_id", english="text")
    both = texts.join(english, on="item_id").with_columns(
        ratio=(pl.col("text").str.len_chars() / pl.col("english").str.len_chars()).log()
    )
    for tag, ratio in both.group_by("language").agg(pl.median("ratio")).sort("language").rows():
        print(f'    "{tag}": {ratio:.2f},')


if __name__ == "__main__":
    main()
