"""What a pipeline knows once it is fitted: all that answers need, and all that is saved."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from polyrec.core.errors import ConfigError
from polyrec.pipeline.space import Space

if TYPE_CHECKING:
    from polyrec.core.types import Floats, Histories, IdMap
    from polyrec.data.catalog import Catalog
    from polyrec.pipeline.plan import Plan


@dataclass(frozen=True, eq=False)
class Learned:
    """Parts that have learned, with the catalogue and the histories that they know.

    Attributes:
        plan: the parts.
        catalog: the items, those added since included.
        users: ids of the known users.
        histories: what each of them chose, in the order of `users`.
        vectors: the items' vectors in the multilingual space, or None without an encoder.
        seed: draws everything that is drawn.
        trained_on: name of the dataset and its view.
    """

    plan: Plan
    catalog: Catalog
    users: IdMap
    histories: Histories
    vectors: Floats | None
    seed: int = 0
    trained_on: tuple[str, str] = ("data", "as-given")

    @property
    def space(self) -> Space:
        """The space in which the items lie.

        Raises:
            ConfigError: the plan has no encoder.
        """
        if self.plan.encoder is None:
            raise ConfigError("this plan has no encoder", hint="add [encoder] to the plan")
        return Space(self.plan.encoder, self.plan.debias)

    def with_items(self, catalog: Catalog) -> Learned:
        """Take in new items: the recommender scores them from now on.

        Raises:
            DataError: an item is known already.
            ConfigError: the plan has no encoder to read their texts with.
        """
        joined = self.catalog.joined(catalog)
        vectors = self.space.items(catalog)
        self.plan.recommender.extend(vectors, catalog.languages, catalog.categories)
        return replace(
            self,
            catalog=joined,
            histories=replace(self.histories, n_items=len(joined)),
            vectors=vectors if self.vectors is None else np.concatenate([self.vectors, vectors]),
        )
