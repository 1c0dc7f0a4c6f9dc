"""Versions of one work in a catalog, found in a plan's space and written into the catalog."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from polyrec.core.component import fresh
from polyrec.core.errors import DataError
from polyrec.pipeline.plan import Plan
from polyrec.pipeline.preparation import tagged
from polyrec.works.find import MIN_CONFIDENCE, Works, find_works

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from polyrec.data.catalog import Catalog

WORK, CONFIDENCE = "work", "work_confidence"


@dataclass(frozen=True, eq=False)
class Duplicates:
    """A catalog that says which work each item is a version of.

    Attributes:
        catalog: with the columns `work`, the id of the work's first item or None for an item that
            is alone, and `work_confidence`.
        found: the works.
        notes: what became of the texts before.
    """

    catalog: Catalog
    found: Works
    notes: tuple[str, ...] = ()


def duplicates(
    catalog: Catalog,
    plan: Plan | str | Path = "default",
    *,
    by: Sequence[str] = (),
    min_confidence: float = MIN_CONFIDENCE,
    across: bool = True,
    seed: int = 0,
) -> Duplicates:
    """Find the items that are versions of one work.

    Args:
        catalog: the items, each compared by its `text`.
        plan: a plan, the path of a TOML file, or the name of one that ships; its encoder and debias
            make the space.
        by: columns of the catalog with identifiers, such as ISBNs: equal values are one work,
            different ones are not.
        min_confidence: pairs below it are not joined.
        across: a work has at most one version per language.
        seed: draws everything that is drawn.

    Raises:
        ConfigError: the plan has no encoder, or `min_confidence` is no share.
        DataError: the catalog has no such column.
    """
    for name in by:
        if name not in catalog.attributes:
            known = ", ".join(catalog.attributes) or "none"
            raise DataError(f"the catalog has no column {name!r}", hint=f"further columns: {known}")
    plan = plan if isinstance(plan, Plan) else Plan.load(plan)
    catalog, notes = tagged(catalog, plan.detector)
    plan = replace(plan, debias=fresh(plan.debias)).for_catalog(catalog)
    vectors = plan.space.fit(catalog, seed=seed)
    found = find_works(
        catalog.text,
        catalog.languages,
        vectors,
        identifiers=[catalog.attributes[name] for name in by],
        min_confidence=min_confidence,
        across=across,
    )
    return Duplicates(_named(catalog, found), found, tuple(notes))


def _named(catalog: Catalog, found: Works) -> Catalog:
    """Write works and confidence into the catalog's columns."""
    ids = catalog.ids.names
    works: list[str | None] = [None] * len(catalog)
    confidence: list[float | None] = [None] * len(catalog)
    for group in found.groups:
        for item in group.tolist():
            works[item] = ids[int(found.works[item])]
            confidence[item] = round(float(found.confidence[item]), 4)
    columns = {WORK: tuple(works), CONFIDENCE: tuple(confidence)}
    return replace(catalog, attributes={**catalog.attributes, **columns})
