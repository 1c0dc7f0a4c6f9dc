"""Learned ranking: boosted trees order what several recommenders propose, by features alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from polyrec.core.errors import ConfigError
from polyrec.core.search_space import Between
from polyrec.models.boosted_trees import BoostedTrees
from polyrec.models.candidates import candidates
from polyrec.models.hold_out import hold_out
from polyrec.models.ranking_features import CONSTANT, Facts, Pairs, features
from polyrec.models.scales import Standing, reciprocal
from polyrec.models.several import Several

if TYPE_CHECKING:
    from polyrec.core.search_space import SearchSpace
    from polyrec.core.types import Booleans, Floats, Histories, Integers, Strings, Training
    from polyrec.models.hold_out import HeldOut


@dataclass
class LearnedRanking(Several):
    """Orders the first `depth` items of each recommender by boosted trees (LambdaMART).

    The trees see of a user and an item: what each recommender scores (in standard deviations) and
    at which place (its reciprocal), cosines with the history, popularity among all items and beside
    those of its language, recency and whether the item is new, the shares of the history in its
    language and category, and the history's length. They see no id, no name of a language or
    category, and no vector: so they hold for users, items and languages that were not there when
    they learned.

    They learn on two inner splits (random and cold items), from recommenders that were fitted
    without what was held out; then the recommenders are fitted again on everything. That costs two
    more fits of each. Items that no recommender proposes stand behind, in the order of reciprocal
    rank fusion, and all do where there is too little to learn from. Fits are repeatable. Source:
    Burges 2010, "From RankNet to LambdaRank to LambdaMART: an overview".

    Attributes:
        recommenders: at least two.
        depth: how many items of each are candidates.
        n_trees: how many trees are grown.
        learning_rate: how far each tree counts.
        leaves: of each tree, at most.
        min_rows: a leaf rests on so many candidates at least.
    """

    search_space: ClassVar[SearchSpace] = {
        "depth": Between(20, 500, log=True, whole=True),
        "n_trees": Between(50, 500, log=True, whole=True),
        "learning_rate": Between(0.01, 0.2, log=True),
        "leaves": Between(4, 63, log=True, whole=True),
        "min_rows": Between(5, 500, log=True, whole=True),
    }

    depth: int = 100
    n_trees: int = 200
    learning_rate: float = 0.05
    leaves: int = 7
    min_rows: int = 50
    boosted_: BoostedTrees = field(
        default_factory=BoostedTrees, init=False, repr=False, compare=False
    )
    facts_: Facts = field(default_factory=Facts, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        for name, least in (("depth", 1), ("n_trees", 1), ("leaves", 2), ("min_rows", 1)):
            if getattr(self, name) < least:
                raise ConfigError(f"{name} is {getattr(self, name)}", hint=f"give {least} or more")
        if not 0 < self.learning_rate < np.inf:
            hint = "give a number above 0"
            raise ConfigError(f"learning_rate is {self.learning_rate}", hint=hint)

    def _fit(self, training: Training, seed: int) -> None:
        self.boosted_ = BoostedTrees()
        examples = [
            self._examples(training, part)
            for part in hold_out(training.histories, new=training.new, seed=seed)
        ]
        if sum(len(groups) for _, _, groups in examples):
            rows, relevant, groups = (np.concatenate(each) for each in zip(*examples, strict=True))
            self.boosted_.fit(rows, relevant, groups, settings=self._settings, seed=seed)
        self.facts_ = Facts.of(training, with_vectors=self.needs_vectors)
        super()._fit(training, seed)

    @property
    def _settings(self) -> dict[str, int | float]:
        return {
            "num_iterations": self.n_trees,
            "learning_rate": self.learning_rate,
            "num_leaves": self.leaves,
            "min_data_in_leaf": self.min_rows,
        }

    def _examples(self, training: Training, part: HeldOut) -> tuple[Floats, Booleans, Integers]:
        """Give features of candidates, which were held out, and how many each user has.

        Users none of whose held-out items are proposed teach nothing and are left out.
        """
        said = [scores.copy() for scores in self._tried(training, part)]
        for scores in said:
            scores[:, part.barred] = -np.inf
        standings = [Standing.of(scores, part.seen) for scores in said]
        among = candidates(standings, self.depth)
        held_out = part.relevant.matrix().toarray() > 0
        among[~(among & held_out).any(axis=1)] = False
        pairs = Pairs(*np.nonzero(among))
        facts = Facts.of(part.training(training), with_vectors=self.needs_vectors)
        rows = _table(features(pairs, facts, part.seen, said=said, standings=standings))
        groups = among.sum(axis=1)
        return rows, held_out[among], groups[groups > 0]

    def _score(self, histories: Histories, profiles: Floats | None) -> Floats:
        said = self._said(histories, profiles)
        standings = [Standing.of(scores, histories) for scores in said]
        # no more than recommenders / 61, so below 1
        by_places = [reciprocal(each, constant=CONSTANT) for each in standings]
        fused: Floats = np.sum(by_places, axis=0)
        fused[np.all(np.isneginf(said), axis=0)] = -np.inf
        if self.boosted_.trees_ is None:
            return fused
        among = candidates(standings, self.depth)
        pairs = Pairs(*np.nonzero(among))
        found = features(
            pairs, self.facts_, histories, said=said, standings=standings, profiles=profiles
        )
        ranked = np.zeros(among.shape)
        ranked[among] = self.boosted_.score(_table(found))
        least = ranked.min(axis=1, keepdims=True, initial=np.inf, where=among)
        return np.where(among, 1 + ranked - least, fused).astype(np.float32)

    def _extend(self, vectors: Floats, languages: Strings, categories: Strings) -> None:
        super()._extend(vectors, languages, categories)
        self.facts_.extend(vectors, languages, categories)


def _table(columns: dict[str, np.ndarray]) -> Floats:
    """Put columns side by side, without digits that are noise: a tree splits wherever it may."""
    table = np.column_stack(list(columns.values())).astype(np.float32)
    return np.asarray(np.round(table, 5))
