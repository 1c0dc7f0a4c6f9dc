"""Which contenders make sense on given data, and how a plan of one's own joins them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from polyrec.core.errors import ConfigError
from polyrec.core.registry import table_of
from polyrec.evaluation.contenders import Contender, chosen
from polyrec.rank.prefer_languages import PreferLanguages

if TYPE_CHECKING:
    from collections.abc import Iterable

    from polyrec.data.catalog import Catalog
    from polyrec.models.recommender import Recommender
    from polyrec.pipeline.plan import Plan

MIN_ENGLISH = 0.9
"""Share of items with an English text from which on the English view is worth the name oracle."""


def contenders_for(
    catalog: Catalog, plan: Plan, *, names: Iterable[str] | None = None
) -> dict[str, Contender]:
    """Choose contenders by name, or all that the data allow; the plan's own recommender joins them.

    Args:
        catalog: with every text that is known.
        plan: the one under test; its recommender is compared too, unless it is the default hybrid,
            with its ranker where that changes the order of those who wish nothing.
        names: as in `chosen`; None leaves out those that need what the catalog lacks.

    Raises:
        UnknownNameError: there is no contender of the name.
        ConfigError: a contender is named that translates, but the plan has no translator.
    """
    found = chosen(names)
    if names is None:
        found = {name: c for name, c in found.items() if _applies(name, c, catalog, plan)}
    for name, contender in found.items():
        if contender.translates and plan.translator is None:
            raise ConfigError(
                f"{name} needs a translator, and the plan has none",
                hint="add [translator] to the plan, or take the shipped plan translate-first",
            )
    own = table_of("recommender", plan.recommender)
    orders = not isinstance(plan.ranker, PreferLanguages)  # which without a wish changes nothing
    if orders:
        ranker = table_of("ranker", plan.ranker)
        what = "recommender and ranker of the plan under test"
        found["plan"] = Contender(what, own, ranker=ranker)
    elif own != table_of("recommender", _hybrid()):
        found["plan"] = Contender("the recommender of the plan under test", own)
    return found


def _applies(name: str, contender: Contender, catalog: Catalog, plan: Plan) -> bool:
    if contender.translates:
        return plan.translator is not None
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
