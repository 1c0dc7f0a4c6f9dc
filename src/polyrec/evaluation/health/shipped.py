"""Parallel texts out of what ships: an item's texts in several languages say the same."""

from __future__ import annotations

from collections import Counter

from polyrec.data.datasets import load_dataset
from polyrec.data.parallel import ENGLISH, Parallel


def shipped_parallel(name: str = "debian", *, least: int = 200) -> Parallel:
    """Give the texts of a dataset that ships: an item's texts mean the same.

    Args:
        name: one of the datasets that ship.
        least: languages with fewer texts are left out.

    Returns:
        Items whose English text another item has too are left out.
    """
    data = load_dataset(name)
    catalog = data.all_texts or data.catalog
    n_texts = Counter(tag for by in catalog.texts for tag in by)
    repeats = Counter(by.get(ENGLISH, "") for by in catalog.texts)
    sentences = (
        {tag: text for tag, text in by.items() if n_texts[tag] >= least}
        for by in catalog.texts
        if repeats[by.get(ENGLISH, "")] == 1 or ENGLISH not in by
    )
    return Parallel.from_sentences(sentences, name=name)
