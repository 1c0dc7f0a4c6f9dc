"""What every recommender promises."""

from __future__ import annotations

from polyrec.testing.contracts.of_recommender.answers import Answers
from polyrec.testing.contracts.of_recommender.fits import Fits
from polyrec.testing.contracts.of_recommender.new_items import NewItems
from polyrec.testing.contracts.of_recommender.scores import Scores


class RecommenderContract(Fits, Scores, NewItems, Answers):
    """Write `class TestMine(RecommenderContract)` with `part = Mine()`.

    Attributes:
        is_personal: whether its answers depend on the history at all.
        tolerance: how far a score may be off where users are scored in other company.
    """
