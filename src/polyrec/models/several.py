"""What recommenders have in common that hold several others: they fit, extend and ask them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from polyrec.core.component import fresh
from polyrec.core.errors import ConfigError
from polyrec.models.recommender import Recommender

if TYPE_CHECKING:
    from polyrec.core.types import Booleans, Floats, Histories, Strings, Training
    from polyrec.models.hold_out import HeldOut


@dataclass
class Several(Recommender):
    """Holds recommenders; a new one writes `_score`, and `_fit` if it learns anything itself.

    It needs what any of them needs, and accepts new items if any of them does.

    Attributes:
        recommenders: at least two.
    """

    recommenders: list[Recommender]

    def __post_init__(self) -> None:
        if len(self.recommenders) < 2:
            raise ConfigError(
                f"recommenders are {len(self.recommenders)}", hint="name at least two"
            )

    @property
    def needs_vectors(self) -> bool:  # type: ignore[override]
        """Whether one of them needs vectors; the others are not shown a text."""
        return any(each.needs_vectors for each in self.recommenders)

    @property
    def needs_categories(self) -> bool:  # type: ignore[override]
        """Whether one of them needs categories."""
        return any(each.needs_categories for each in self.recommenders)

    @property
    def needs_times(self) -> bool:  # type: ignore[override]
        """Whether one of them needs times."""
        return any(each.needs_times for each in self.recommenders)

    @property
    def accepts_new_items(self) -> bool:  # type: ignore[override]
        """Whether one of them scores new items; the others say nothing of those."""
        return any(each.accepts_new_items for each in self.recommenders)

    def _fit(self, training: Training, seed: int) -> None:
        for each in self.recommenders:
            each.fit(training, seed=seed)

    def _said(self, histories: Histories, profiles: Floats | None) -> list[Floats]:
        """Give what each of them scores, -inf where it cannot, shape (users, items) each."""
        return [each.score(histories, profiles=profiles) for each in self.recommenders]

    def _tried(self, training: Training, part: HeldOut) -> list[Floats]:
        """Give what each of them scores on an inner split if it knows no more than that shows."""
        inner = part.training(training)
        fitted = (fresh(each).fit(inner, seed=part.seed) for each in self.recommenders)
        return [each.score(part.seen) for each in fitted]

    def _extend(self, vectors: Floats, languages: Strings, categories: Strings) -> None:
        for each in self.recommenders:
            each.extend(vectors, languages, categories)

    def _forget(self, kept: Booleans) -> None:
        for each in self.recommenders:
            each.forget(kept)

    def _work_ahead(self) -> None:
        for each in self.recommenders:
            each.work_ahead()
