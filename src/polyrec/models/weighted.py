"""Weighted: a sum of what several recommenders score, each on the same scale."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from polyrec.core.errors import ConfigError
from polyrec.core.search_space import OneOf
from polyrec.models.hold_out import hold_out
from polyrec.models.scales import deviations, ranks, summed, to_deviations
from polyrec.models.several import Several
from polyrec.models.weight_search import climb

if TYPE_CHECKING:
    from polyrec.core.search_space import SearchSpace
    from polyrec.core.types import Doubles, Floats, Histories, Training
    from polyrec.models.scales import Scale
    from polyrec.models.weight_search import Weights

SCALES: dict[str, Scale] = {"deviation": deviations, "rank": ranks}
OBJECTIVES = {
    "random": ("random",),
    "cold-items": ("cold-items",),
    "both": ("random", "cold-items"),
}
"""On which kinds of inner splits weights are measured."""

GRID = (0.0, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0)


@dataclass
class Weighted(Several):
    """Brings each recommender's scores to one scale per user, and adds them up with weights.

    On the scale `deviation`, scores are divided by their standard deviation over the items that may
    be recommended: z-scores but for the mean, so that a score of 0 stays one. On the scale `rank`
    an item gets the share of items between it and a score of 0. A recommender that cannot score an
    item says nothing of it. On `deviation` the sum is as linear as what is added up.

    Weights that are not given are chosen in `fit`, inside the training data: each recommender is
    fitted on an inner split, and a climb over a grid from equal weights takes what has the best
    nDCG@20 there. That costs a further fit of each, or two for `both`. Source: Fox and Shaw 1994,
    "Combination of multiple searches" (CombSUM).

    Attributes:
        recommenders: at least two.
        weights: one for each, 0 or more.
        scale: `deviation` or `rank`.
        objective: what weights are chosen to be good at: a user's other items (`random`), new
            items (`cold-items`), or the mean of the two (`both`).
    """

    search_space: ClassVar[SearchSpace] = {"scale": OneOf(tuple(SCALES))}

    weights: list[float] | None = None
    scale: str = "deviation"
    objective: str = "random"
    chosen_: Doubles | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.scale not in SCALES:
            raise ConfigError(f"scale is {self.scale!r}", hint=f"give one of {tuple(SCALES)}")
        if self.objective not in OBJECTIVES:
            options = tuple(OBJECTIVES)
            raise ConfigError(f"objective is {self.objective!r}", hint=f"give one of {options}")
        if self.weights is None:
            return
        n = len(self.recommenders)
        if len(self.weights) != n or not all(0 <= each < np.inf for each in self.weights):
            raise ConfigError(f"weights is {self.weights}", hint=f"give {n} of 0 or more")
        if not any(self.weights):
            raise ConfigError("all weights are 0", hint="give one above 0")

    @property
    def is_linear(self) -> bool:  # type: ignore[override]
        """Whether all of them are, and scores are only divided by a number."""
        return self.scale == "deviation" and all(each.is_linear for each in self.recommenders)

    def _fit(self, training: Training, seed: int) -> None:
        self.chosen_ = self._chosen(training, seed)
        super()._fit(training, seed)

    def _chosen(self, training: Training, seed: int) -> Doubles:
        if self.weights is not None:
            return np.array(self.weights, dtype=np.float64)
        start, scale = {str(i): 1.0 for i in range(len(self.recommenders))}, SCALES[self.scale]
        kinds = OBJECTIVES[self.objective]
        trials = [
            (part, [scale(scores, part.seen) for scores in self._tried(training, part)])
            for part in hold_out(training.histories, kinds=kinds, new=training.new, seed=seed)
        ]
        if trials:

            def quality(weights: Weights) -> float:
                by = list(weights.values())
                return float(np.mean([part.ndcg(_blended(s, by)) for part, s in trials]))

            start = climb(quality, start, dict.fromkeys(start, GRID))
        return np.array(list(start.values()))

    def _score(self, histories: Histories, profiles: Floats | None) -> Floats:
        assert self.chosen_ is not None
        said = self._said(histories, profiles)
        return summed(said, self.chosen_.tolist(), histories, SCALES[self.scale])

    def _score_parts(self, parts: Histories, whole: Histories, profiles: Floats | None) -> Floats:
        assert self.chosen_ is not None
        total: Floats = np.zeros((len(parts), whole.n_items), dtype=np.float32)
        scored = np.zeros(whole.n_items, dtype=np.bool_)
        said = self._said(whole, None if profiles is None else profiles[:1])
        for each, weight, scores in zip(self.recommenders, self.chosen_, said, strict=True):
            scored |= scores[0] > -np.inf
            open_, factor = to_deviations(scores, whole)
            part = each.score_parts(parts, whole, profiles=profiles)
            total += np.where(open_, part, 0) * (np.float32(weight) * factor)
        return np.where(scored, total, np.float32(-np.inf))


def _blended(scaled: list[Floats], weights: list[float]) -> Floats:
    total = np.zeros_like(scaled[0])
    for scores, weight in zip(scaled, weights, strict=True):
        total += np.float32(weight) * scores
    return total
