"""Tries the hybrid's weights on one inner split."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from polyrec.models.blend import blend, known_share, lack_of, lift, neighbours, told_new

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from polyrec.core.types import Floats, Histories
    from polyrec.models.ease import Ease
    from polyrec.models.features import Space
    from polyrec.models.hold_out import HeldOut
    from polyrec.models.weight_search import Weights

KEPT = 3
"""Versions of a piece that the search keeps: a step up, a step down and where it stands."""


class Trial:
    """Measures weights on one inner split, keeping the latest of each piece that it works out.

    Args:
        space: the items' features.
        part: the split.
        ease: fits EASE on histories, with a penalty.
        sharpness: the hybrid's.
        evidence: the hybrid's.
    """

    def __init__(
        self,
        space: Space,
        part: HeldOut,
        ease: Callable[[Histories, float], Ease],
        sharpness: float,
        evidence: float,
    ) -> None:
        self.space, self.part, self.ease, self.sharpness = space, part, ease, sharpness
        self.lack = lack_of(part.train, evidence)
        self.known = known_share(part.seen, self.lack)
        self.new = told_new(part.train.n_items, part.new)
        self.kept: dict[str, dict[Hashable, Any]] = {}

    def ndcg(self, w: Weights) -> float:
        """Give the mean nDCG@20 of a hybrid with these weights."""
        X = self.part.seen.matrix()
        items = self.space.at(w["category"])
        did = (w["l2"], w["item_knn"])
        S = self._keep("own", did, lambda: self._own(*did))
        M = self._keep("near", w["category"], lambda: items.near.weights(self.sharpness))
        F = items.features
        pieces = {
            "spread": self._keep("spread", (*did, w["category"]), lambda: S @ M.T),
            "nearness": self._keep("nearness", w["category"], (X @ M.T).toarray),
            "linear": self._keep("linear", w["category"], lambda: (X @ F @ items.solve) @ F.T),
        }
        text = np.zeros_like(S)
        for name, piece in pieces.items():
            if w[name]:
                text += np.float32(w[name]) * piece
        return self.part.ndcg(blend(S, text, self.known, lift(w, self.lack, self.new)))

    def _own(self, l2: float, item_knn: float) -> Floats:
        train, seen = self.part.train, self.part.seen
        ease = self._keep("ease", l2, lambda: self.ease(train, l2).score(seen))
        knn = self._keep("knn", None, lambda: neighbours(train).score(seen))
        return np.asarray(ease + np.float32(item_knn) * knn)

    def _keep(self, name: str, key: Hashable, make: Callable[[], Any]) -> Any:
        kept = self.kept.setdefault(name, {})
        kept[key] = kept.pop(key) if key in kept else make()
        if len(kept) > KEPT:
            del kept[next(iter(kept))]
        return kept[key]
