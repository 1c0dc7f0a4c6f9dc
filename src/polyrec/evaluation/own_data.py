"""Which contenders make sense on given data, and how a plan of one's own joins them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from polyrec.core.registry import table_of
from polyrec.evaluation.contenders import Contender, chosen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from polyrec.data.catalog import Catalog
    from polyrec.models.recommender import Recommender

MIN_ENGLISH = 0.9
"""Share of items with an English text from which on the English view is worth the name oracle."""


def contenders_for(
    catalog: Catalog, recommender: Recommender, *, names: Iterable[str] | None = None
) -> dict[str, Contender]:
    """Choose contenders by name, or all that the data allow; the plan's own recommender joins them.

    Args:
        catalog: with every text that is known.
        recommender: that of the plan under test; the default hybrid is there anyway.
        names: as in `chosen`; None leaves out those that need what the catalog lacks.

    Raises:
        UnknownNameError: there is no contender of the name.
    """
    found = chosen(names)
    if names is None:
        found = {name: c for name, c in found.items() if _applies(name, c, catalog)}
    own = table_of("recommender", recommender)
    if own != table_of("recommender", _hybrid()):
        found["plan"] = Contender("the recommender of the plan under test", own)
    return found


def _applies(name: str, contender: Contender, catalog: Catalog) -> bool:
    if name == "section-only":
        return any(catalog.category)
    if contender.view == "en":
        english = sum("en" in by for by in catalog.texts)
        others = sum(len(by) > 1 for by in catalog.texts)
        return english >= MIN_ENGLISH * len(catalog) and others > 0
    return True


def _hybrid() -> Recommender:
    from polyrec.models.hybrid import Hybrid

    return Hybrid()
