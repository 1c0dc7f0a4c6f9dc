"""What an encoder learns from: texts of items that may be learned from, and who chose which.

Held out are items that the catalog calls new, those that the caller names, and a share that is kept
apart to tell when to stop. They give neither texts nor choices, and neither do versions of the same
work, nor another item's text that reads the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from polyrec.core.errors import DataError

if TYPE_CHECKING:
    from polyrec.core.types import Booleans, Floats, Integers, Strings
    from polyrec.data.dataset import Dataset

MAX_HISTORY = 500
"""A user of more items says little about any two of them: so many are drawn."""


@dataclass(frozen=True, eq=False)
class Examples:
    """Texts to learn from, in one list, and how items belong together.

    Attributes:
        texts: all texts in all languages of the items that may be learned from.
        languages: BCP 47 tag of each text, shape (texts,).
        item: which item each text is of, shape (texts,); those of one item stand together.
        works: which work each item is a version of, shape (items,).
        categories: of each item, shape (items,); empty where it has none.
        together: how strongly two items are chosen by the same people, shape (items, items).
        popularity: how many users chose each item, shape (items,).
        validation: the items that tell when to stop, shape (items,).
    """

    texts: tuple[str, ...]
    languages: Strings
    item: Integers
    works: Integers
    categories: Strings
    together: sp.csr_array
    popularity: Integers
    validation: Booleans

    @classmethod
    def of(
        cls,
        data: Dataset,
        *,
        held_out: Booleans | None = None,
        validation_share: float = 0.15,
        seed: int = 0,
    ) -> Examples:
        """Take examples from data, which hold no interaction of a test.

        Args:
            data: training data; an item's texts in all languages are taken, whatever the view.
            held_out: items that nothing may be learned from, shape (items,), besides those that the
                catalog calls new.
            validation_share: share of the other items that tell when to stop.
            seed: draws these, and the items of very long histories.

        Raises:
            DataError: nothing is left to learn from.
        """
        full = data.all_texts or data.catalog
        works = full.works
        out = _held_out(data, held_out)
        validation = _drawn(works, out, validation_share, seed=seed)
        usable = ~(out | validation)
        gone = {text for i in np.flatnonzero(~usable) for text in full.texts[i].values()}
        rows = [
            (text, tag, i)
            for i in np.flatnonzero(usable)
            for tag, text in full.texts[i].items()
            if text.strip() and text not in gone
        ]
        if not rows:
            raise DataError("no item has a text to learn from", hint="hold fewer items out")
        texts, languages, item = zip(*rows, strict=True)
        has_text = np.zeros(len(full), dtype=np.bool_)
        has_text[list(item)] = True
        chosen = data.where((usable & has_text)[data.interactions.item]).histories
        return cls(
            texts,
            np.array(languages),
            np.array(item, dtype=np.int64),
            works,
            full.categories,
            _together(chosen.matrix(), seed=seed),
            np.bincount(chosen.items, minlength=len(full)),
            validation,
        )

    @property
    def n_items(self) -> int:
        """How many items the catalog has, those held out included."""
        return len(self.works)

    @property
    def items(self) -> Integers:
        """The items that have texts here, in order."""
        return np.unique(self.item)

    def draw_texts(self, items: Integers, rng: np.random.Generator) -> Integers:
        """Draw one text of each item, as rows of `texts`; every language has the same chance."""
        first = np.searchsorted(self.item, items)
        counts = np.searchsorted(self.item, items, side="right") - first
        return np.asarray(first + (rng.random(len(items)) * counts).astype(np.int64))


def _held_out(data: Dataset, held_out: Booleans | None) -> Booleans:
    """Say which items give nothing: with an item all versions of its work."""
    catalog = data.catalog
    out = np.zeros(len(catalog), dtype=np.bool_)
    for named in (held_out, catalog.new):
        if named is not None:
            out |= named
    return np.isin(catalog.works, catalog.works[out])


def _drawn(works: Integers, out: Booleans, share: float, *, seed: int) -> Booleans:
    """Draw a share of the works that are not out; not as a split of the same seed draws."""
    left = np.unique(works[~out])
    some = np.random.default_rng([seed, 1]).permutation(left)[: round(len(left) * share)]
    return np.isin(works, some)


def _together(matrix: sp.csr_array, *, seed: int) -> sp.csr_array:
    """Sum over users 1 / (n - 1) for each two of a user's n items: everybody has one vote an item.

    So somebody with very many items does not drown the others.
    """
    rng = np.random.default_rng(seed)
    lists = [
        rng.choice(own, min(len(own), MAX_HISTORY), replace=False)
        for own in np.split(matrix.indices, matrix.indptr[1:-1])
    ]
    counts = np.array([len(own) for own in lists])
    user, item = np.repeat(np.arange(len(lists)), counts), np.concatenate(lists)
    ones: Floats = np.ones(len(user), dtype=np.float32)
    X = sp.csr_array((ones, (user, item)), shape=matrix.shape)
    votes: Floats = (1 / np.maximum(counts - 1, 1)).astype(np.float32)
    both: sp.csr_array = sp.csr_array(X.T @ (sp.diags_array(votes) @ X))
    both.setdiag(0)
    both.eliminate_zeros()
    both.sort_indices()
    return both
