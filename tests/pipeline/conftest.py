from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from polyrec.data.catalog import Catalog
from polyrec.pipeline.fitted import Fitted, fit
from polyrec.pipeline.plan import Plan
from polyrec.testing.worlds import TwoCamps, TwoLanguages, two_camps, two_languages

if TYPE_CHECKING:
    from collections.abc import Callable

CONTENT: dict[str, Any] = {
    "encoder": {"use": "hashing"},
    "debias": {"use": "language-mean"},
    "recommender": {"use": "content"},
    "ranker": {"use": "prefer-languages"},
}
EASE: dict[str, Any] = {"recommender": {"use": "ease"}}


@pytest.fixture(scope="session")
def camps() -> TwoCamps:
    return two_camps()


@pytest.fixture(scope="session")
def twins() -> TwoLanguages:
    return two_languages()


@pytest.fixture
def plan() -> Callable[..., Plan]:
    """Make a plan by recommender: `content` reads texts, `ease` knows nothing of them."""

    def make(name: str = "content") -> Plan:
        return Plan.from_table(CONTENT if name == "content" else EASE)

    return make


@pytest.fixture
def content(camps: TwoCamps) -> Fitted:
    return fit(camps.dataset, Plan.from_table(CONTENT))


@pytest.fixture
def ease(camps: TwoCamps) -> Fitted:
    return fit(camps.dataset, Plan.from_table(EASE))


@pytest.fixture
def new_items() -> Catalog:
    """One new item of each camp, the even one in two languages."""
    return Catalog.from_texts(
        ["new-even", "new-odd"],
        [{"de": "wood saw plane oak", "pt-BR": "glue bench"}, {"fr": "star orbit comet moon"}],
        category=["even", "odd"],
    )
