"""Trees that learn to rank: LightGBM's LambdaMART, the same on every run, kept as plain text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from polyrec.core.errors import MissingExtraError

if TYPE_CHECKING:
    from types import ModuleType

    from polyrec.core.types import Booleans, Doubles, Floats, Integers

Letters = NDArray[np.uint8]


@dataclass(eq=False)
class BoostedTrees:
    """Regression trees, each grown to put right what those before it rank wrongly.

    Source: Burges 2010, "From RankNet to LambdaRank to LambdaMART: an overview".

    Attributes:
        trees_: as LightGBM writes them, in UTF-8; None before they have learned.
    """

    trees_: Letters | None = None
    _read: tuple[Letters, Any] | None = field(default=None, init=False, repr=False)

    def fit(
        self,
        features: Floats,
        relevant: Booleans,
        groups: Integers,
        *,
        settings: dict[str, Any],
        seed: int,
    ) -> None:
        """Learn which rows of a group to put first.

        Args:
            features: shape (rows, features).
            relevant: shape (rows,).
            groups: how many rows each group has, in order, shape (groups,).
            settings: of LightGBM, by its names.
            seed: draws what LightGBM draws.

        Raises:
            MissingExtraError: LightGBM is not installed.
        """
        lightgbm = _lightgbm()
        given = {
            "objective": "lambdarank",
            "seed": seed,
            "deterministic": True,
            "force_row_wise": True,
            "num_threads": 1,  # so that no machine adds in another order
            "verbosity": -1,
        }
        data = lightgbm.Dataset(features, relevant.astype(np.int32), group=groups)
        grown = lightgbm.train(given | settings, data)
        self.trees_ = np.frombuffer(grown.model_to_string().encode(), dtype=np.uint8)

    def score(self, features: Floats) -> Doubles:
        """Score rows; comparable within a group only.

        Raises:
            MissingExtraError: LightGBM is not installed.
        """
        assert self.trees_ is not None
        if not len(features):
            return np.empty(0)
        if self._read is None or self._read[0] is not self.trees_:
            text = self.trees_.tobytes().decode()
            self._read = self.trees_, _lightgbm().Booster(model_str=text)
        return np.asarray(self._read[1].predict(features, num_threads=1))


def _lightgbm() -> ModuleType:
    try:
        import lightgbm
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            "recommender 'learned-ranking'", needs="lightgbm", remedy="pip install 'polyrec[boost]'"
        ) from error
    found: ModuleType = lightgbm
    return found
