"""Section only: a control that knows each item's category and neither text nor neighbours."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from polyrec.models.recommender import Recommender

if TYPE_CHECKING:
    from polyrec.core.types import Floats, Histories, Strings, Training


@dataclass
class SectionOnly(Recommender):
    """Scores an item by the share of the history that lies in the item's category.

    What a content model gains over this is gained from text.
    """

    needs_categories = True
    accepts_new_items = True
    is_linear = True

    categories_: Strings | None = field(default=None, init=False, repr=False, compare=False)

    def _fit(self, training: Training, seed: int) -> None:
        del seed
        self.categories_ = training.categories

    def _score(self, histories: Histories, profiles: Floats | None) -> Floats:
        return self._score_parts(histories, histories, profiles)

    def _score_parts(self, parts: Histories, whole: Histories, profiles: Floats | None) -> Floats:
        del profiles
        assert self.categories_ is not None
        names, code = np.unique(self.categories_, return_inverse=True)
        ones = (self.categories_ != "").astype(np.float32)
        member = sp.csr_array((ones, (np.arange(len(code)), code)), shape=(len(code), len(names)))
        total = (whole.matrix() @ member).sum(axis=1)
        taste = (parts.matrix() @ member).toarray() / np.maximum(total, 1e-12)[:, None]
        known = self.categories_ != ""
        return np.where(known[None, :], taste[:, code], 0.0)

    def _extend(self, vectors: Floats, languages: Strings, categories: Strings) -> None:
        del vectors, languages
        assert self.categories_ is not None
        self.categories_ = np.concatenate([self.categories_, categories])
