"""Texts of an answer in a wished language, where they were asked for."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from polyrec.api import schemas

if TYPE_CHECKING:
    from collections.abc import Sequence

    from polyrec.api.serving import Serving
    from polyrec.core.types import SuggestedItem


def translations(
    held: Serving, items: Sequence[SuggestedItem], wishes: schemas.Reading
) -> tuple[list[schemas.Translation | None], str]:
    """Give the translation of each item, None where it needs none, and a note or nothing."""
    if not wishes.translate:
        return [None] * len(items), ""
    found = held.interpreter.translate(items, wishes.languages)
    held.metrics.translated(found.outcomes)
    shown = [None if each is None else schemas.Translation(**asdict(each)) for each in found.shown]
    return shown, found.note
