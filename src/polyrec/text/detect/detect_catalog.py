"""A catalog's missing languages filled in: by the texts themselves, then by their company."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from polyrec.core.errors import DataError
from polyrec.core.language import UNDETERMINED, wide_tag
from polyrec.core.progress import progress
from polyrec.text.detect.detector import Detection
from polyrec.text.detect.evidence import settled
from polyrec.text.detect.script import script_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from polyrec.data.catalog import Catalog
    from polyrec.text.detect.detector import Detector

AT_ONCE = 1000


@dataclass(frozen=True)
class Filled:
    """A catalog whose languages were filled in, and how that went.

    Attributes:
        catalog: the catalog, with tags wherever one was found.
        asked: how many texts had no language.
        detected: how many of them have the language that the detector named.
        settled: how many have the one that the rest of the catalog spoke for.
        left: how many are still `und`: unsure, or the item has another text in that language.
    """

    catalog: Catalog
    asked: int
    detected: int
    settled: int
    left: int


def detect_catalog(catalog: Catalog, detector: Detector, *, by: str | None = None) -> Filled:
    """Find the language of every text that has none; tags that were given stay.

    Args:
        catalog: the items.
        detector: what looks at the texts.
        by: the attribute whose values make groups that tend to share a language, such as the
            seller; `category`, or None for the categories if there are any.

    Raises:
        DataError: the catalog has no attribute of that name.
    """
    groups = _groups(catalog, by)
    missing = [
        item for item, each in enumerate(catalog.texts) if each.get(UNDETERMINED, "").strip()
    ]
    found = detect_all(detector, [catalog.texts[item][UNDETERMINED] for item in missing])
    known = [
        (item, Detection(wide_tag(tag).partition("-")[0], 1.0, script_of(text)))
        for item, each in enumerate(catalog.texts)
        for tag, text in each.items()
        if tag != UNDETERMINED
    ]
    every = [*found, *(each for _, each in known)]
    company = [groups[item] for item in [*missing, *(item for item, _ in known)]]
    final = settled(every, company)[: len(missing)]
    tags = {
        item: each.language
        for item, each in zip(missing, final, strict=True)
        if each.language != UNDETERMINED and each.language not in catalog.texts[item]
    }
    detected = sum(
        tags.get(item) == each.language for item, each in zip(missing, found, strict=True)
    )
    return Filled(
        _tagged(catalog, tags),
        asked=len(missing),
        detected=detected,
        settled=len(tags) - detected,
        left=len(missing) - len(tags),
    )


def _groups(catalog: Catalog, by: str | None) -> list[str]:
    if by in (None, "category"):
        return list(catalog.category)
    if by not in catalog.attributes:
        known = ", ".join(["category", *catalog.attributes])
        raise DataError(f"the catalog has no column {by!r}", hint=f"known: {known}")
    return ["" if value is None else str(value) for value in catalog.attributes[by]]


def detect_all(detector: Detector, texts: Sequence[str]) -> list[Detection]:
    """Detect many texts piece by piece, and show how far it is."""
    found: list[Detection] = []
    with progress("detecting languages", len(texts), unit="texts") as advance:
        for begin in range(0, len(texts), AT_ONCE):
            found += detector.detect(texts[begin : begin + AT_ONCE])
            advance(min(AT_ONCE, len(texts) - begin))
    return found


def _tagged(catalog: Catalog, tags: dict[int, str]) -> Catalog:
    """Write the new tags in, in place of `und`."""
    if not tags:
        return catalog
    language, every = list(catalog.language), list(catalog.texts)
    for item, tag in tags.items():
        every[item] = {tag if old == UNDETERMINED else old: t for old, t in every[item].items()}
        if language[item] == UNDETERMINED:
            language[item] = tag
    return replace(catalog, language=tuple(language), texts=tuple(every))
