"""What factors are held to: linear maps of texts, regressed anew on the factors as these change."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from polyrec.core.vectors import unit_rows
from polyrec.models.compiled import kernels

if TYPE_CHECKING:
    from collections.abc import Iterator

    from polyrec.core.types import Doubles, Floats, Training

BLOCK = 16_384
"""So many users' texts are held at a time."""


@dataclass(eq=False)
class TextPrior:
    """Maps of items' and users' texts to their factors, while these are learned.

    Attributes:
        training: has vectors.
        strength: how many times stronger than users items are held to their texts.
        ridge: how strongly the maps are held to zero, in parts of the texts' mean variance.
        item_map: W, shape (dim, factors), once there are factors.
        user_map: P, shape (dim, factors), once somebody asked for it.
    """

    training: Training
    strength: float
    ridge: float
    item_map: Floats | None = field(default=None, init=False)
    user_map: Floats | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        vectors = self.training.vectors
        assert vectors is not None
        self.vectors = np.ascontiguousarray(vectors, dtype=np.float32)
        self.known = self.training.histories.chosen
        self.texts = self.vectors[self.known]
        self.inverse = self._inverse(kernels().product(self.texts, self.texts))

    @property
    def items(self) -> Floats | None:
        """What items are held to; zero where nobody has chosen them, as if not yet there."""
        if self.item_map is None:
            return None
        said = self.vectors @ self.item_map
        said[~self.known] = 0
        return said

    @property
    def users(self) -> Floats | None:
        """What users are held to; zero for those without a profile."""
        if self.user_map is None or self.training.profiles is None:
            return None
        return np.asarray(self.training.profiles @ self.user_map, dtype=np.float32)

    def learn(self, users: Floats, items: Floats, *, last: bool) -> None:
        """Regress factors on texts; those of users only where they have profiles, or at last."""
        sums = kernels().product(self.texts, items[self.known])
        self.item_map = (self.inverse @ sums).astype(np.float32)
        if last or self.training.profiles is not None:
            self.user_map = self._of_users(users)

    def _of_users(self, users: Floats) -> Floats:
        gram: Doubles = np.zeros(self.inverse.shape)
        sums: Doubles = np.zeros((len(gram), users.shape[1]))
        for rows, texts in self._texts():
            gram += kernels().product(texts, texts)
            sums += kernels().product(texts, users[rows])
        return (self._inverse(gram) @ sums).astype(np.float32)

    def _texts(self) -> Iterator[tuple[slice, Floats]]:
        """Give users' texts in blocks: their profile, else their history's mean vector."""
        profiles = self.training.profiles
        for start, block in self.training.histories.batches(BLOCK):
            rows = slice(start, start + len(block))
            texts = unit_rows(block.matrix() @ self.vectors)
            if profiles is not None:
                given = profiles[rows].any(axis=1)
                texts[given] = profiles[rows][given]
            yield rows, texts

    def _inverse(self, gram: Floats | Doubles) -> Doubles:
        held: Doubles = gram.astype(np.float64)
        held[np.diag_indices_from(held)] += self.ridge * max(np.trace(held) / len(held), 1e-9)
        return np.asarray(np.linalg.inv(held))
