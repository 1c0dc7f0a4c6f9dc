"""iALS with a text prior: an item is what its text says, as far as choices do not say otherwise."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from polyrec.core.errors import ConfigError
from polyrec.core.search_space import Between
from polyrec.models.als import Als
from polyrec.models.text_prior import TextPrior

if TYPE_CHECKING:
    from polyrec.core.search_space import SearchSpace
    from polyrec.core.types import Floats, Strings, Training


@dataclass
class TextAls(Als):
    """iALS whose factors shrink towards a learned linear map of texts, not towards zero.

    An item with vector v has y ~ N(W v, 1 / (l2 prior)), and W is a ridge regression of the items'
    factors on their vectors, done anew each sweep: what many chose is learned from choices, what
    few chose leans on its text. An item that nobody chose is W v times `unseen_boost`, or
    `new_item_boost` if the training data call it new or it was added later: W is learned from items
    that most users have passed over, and nobody has passed over these. A user who gave a text t has
    x ~ N(P t, 1 / l2), with P a ridge regression of users' factors on their texts; users without a
    profile count there with the mean vector of their history. A text instead of a history is P t.
    Cost is that of iALS, and items x dim x `factors` a sweep. Use it where choices are many and
    items keep coming. Sources: those of `als`; Gantner et al. 2010, "Learning attribute-to-feature
    mappings for cold-start recommendations"; Adams, Dahl and Murray 2010 for side information as
    the prior of a factorisation.

    Attributes:
        factors: how many numbers stand for a user or an item.
        l2: how strongly users are held to their text, or to zero.
        alpha: how much more a choice counts than that something was not chosen, per weight.
        scaling: how much stronger what was chosen often is held; see `als`.
        sweeps: how often users and items are solved.
        prior: how many times stronger than users items are held to their texts.
        ridge: how strongly the maps are held to zero, in parts of the texts' mean variance.
        unseen_boost: how many times W v an item is that nobody chose.
        new_item_boost: the same for items that are new.
    """

    needs_vectors = True
    accepts_new_items = True
    search_space: ClassVar[SearchSpace] = {
        **Als.search_space,
        "prior": Between(0.1, 100.0, log=True),
        "ridge": Between(0.003, 3.0, log=True),
        "unseen_boost": Between(0.5, 8.0, log=True),
        "new_item_boost": Between(0.5, 8.0, log=True),
    }

    l2: float = 3.0
    scaling: float = 0.5
    prior: float = 50.0
    ridge: float = 0.01
    unseen_boost: float = 2.0
    new_item_boost: float = 2.5
    item_map_: Floats | None = field(default=None, init=False, repr=False, compare=False)
    user_map_: Floats | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("prior", "ridge", "unseen_boost", "new_item_boost"):
            if not 0 < getattr(self, name) < np.inf:
                raise ConfigError(f"{name} is {getattr(self, name)}", hint="give a number above 0")

    def _fit(self, training: Training, seed: int) -> None:
        assert training.vectors is not None
        texts = TextPrior(training, self.prior, self.ridge)
        self._learn(training, seed, texts)
        assert self.items_ is not None
        assert texts.item_map is not None
        self.item_map_, self.user_map_ = texts.item_map, texts.user_map
        unseen = ~training.histories.chosen
        boost = np.full(training.n_items, self.unseen_boost, dtype=np.float32)
        if training.new is not None:
            boost[training.new] = self.new_item_boost
        said = training.vectors[unseen] @ texts.item_map
        self.items_[unseen] = boost[unseen, None] * said

    def _user_prior(self, profiles: Floats | None) -> Floats | None:
        if profiles is None:
            return None
        assert self.user_map_ is not None
        return np.asarray(profiles @ self.user_map_, dtype=np.float32)

    def _extend(self, vectors: Floats, languages: Strings, categories: Strings) -> None:
        del languages, categories
        assert self.items_ is not None
        assert self.item_map_ is not None
        said = self.new_item_boost * (vectors @ self.item_map_)
        self.items_ = np.concatenate([self.items_, said.astype(np.float32)])
