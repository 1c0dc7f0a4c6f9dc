"""What a pipeline knows once it is fitted: all that answers need, and all that is saved."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, cast

import numpy as np

from polyrec.core.component import twin
from polyrec.core.types import IdMap
from polyrec.pipeline.preparation import tagged
from polyrec.text.keywords import Keywords

if TYPE_CHECKING:
    from collections.abc import Iterable

    from polyrec.core.types import Floats, Histories
    from polyrec.data.catalog import Catalog
    from polyrec.pipeline.plan import Plan
    from polyrec.pipeline.space import Space

HALF_FROM = 100_000
"""From this many items on, vectors are kept in float16, which moves a cosine by less than .001."""

BLOCK = 16_384

MOST_TEXTS = 300
"""Of each language so many texts say how rare words are, as somebody may wait for that."""


@dataclass(frozen=True, eq=False)
class Learned:
    """Parts that have learned, with the catalog and the histories that they know.

    Attributes:
        plan: the parts.
        catalog: the items, those added since included.
        users: ids of the known users.
        histories: what each of them chose, in the order of `users`.
        vectors: the items' vectors in the multilingual space, or None without an encoder; from
            `HALF_FROM` items on in float16.
        seed: draws everything that is drawn.
        trained_on: name of the dataset and its view.
        counted: in how many texts words stand, by a part of the catalog; a language is counted when
            it is first asked for, and not again where items change.
    """

    plan: Plan
    catalog: Catalog
    users: IdMap
    histories: Histories
    vectors: Floats | None
    seed: int = 0
    trained_on: tuple[str, str] = ("data", "as-given")
    counted: Keywords = field(default_factory=lambda: Keywords(strict=False, most_texts=MOST_TEXTS))

    @property
    def space(self) -> Space:
        """The space in which the items lie.

        Raises:
            ConfigError: the plan has no encoder.
        """
        return self.plan.space

    @property
    def keywords(self) -> Keywords:
        """Which words say much."""
        return self.counted.over(self.catalog)

    def with_items(self, catalog: Catalog) -> Learned:
        """Take in new items: the recommender of what is given scores them too.

        Raises:
            DataError: an item is known already.
            ConfigError: the plan has no encoder to read their texts with.
        """
        catalog, _ = tagged(catalog, self.plan.detector)
        joined = self.catalog.joined(catalog)
        vectors = self.space.items(catalog)
        recommender = twin(self.plan.recommender)  # others may be scoring with this one
        recommender.extend(vectors, catalog.languages, catalog.categories)
        return replace(
            self,
            plan=replace(self.plan, recommender=recommender),
            catalog=joined,
            histories=replace(self.histories, n_items=len(joined)),
            vectors=vectors if self.vectors is None else _joined(self.vectors, vectors),
        )

    def without_users(self, user_ids: Iterable[str]) -> Learned:
        """Forget users: their ids, their histories, and what the recommender keeps of them alone.

        What was learned from all users together stays as it is until the next fit.

        Args:
            user_ids: who is forgotten; those who are not known are no fault.
        """
        gone = [user for user in user_ids if user in self.users]
        if not gone:
            return self
        kept = np.ones(len(self.users), dtype=np.bool_)
        kept[self.users.indices(gone, kind="user")] = False
        recommender = twin(self.plan.recommender)  # others may be scoring with this one
        recommender.forget(kept[self.histories.lengths > 0])
        left = np.flatnonzero(kept)
        return replace(
            self,
            plan=replace(self.plan, recommender=recommender),
            users=IdMap(tuple(self.users.names[user] for user in left)),
            histories=self.histories.rows(left),
        )

    def cosines(self, item: int) -> Floats:
        """Give the cosine of every item with one; works in blocks, as float16 multiplies slowly."""
        assert self.vectors is not None
        wanted = self.vectors[item].astype(np.float32)
        found = np.empty(len(self.vectors), dtype=np.float32)
        for start in range(0, len(found), BLOCK):
            block = self.vectors[start : start + BLOCK].astype(np.float32, copy=False)
            found[start : start + BLOCK] = block @ wanted
        return found


def kept(vectors: Floats) -> Floats:
    """Give vectors as they are kept: half as large where there are many."""
    if len(vectors) < HALF_FROM:
        return vectors
    return cast("Floats", vectors.astype(np.float16))


def _joined(known: Floats, new: Floats) -> Floats:
    return np.concatenate([known, new.astype(known.dtype)])
