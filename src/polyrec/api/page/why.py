"""Why each item is in a visitor's list, in the page's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from polyrec.core.errors import DataError, EngineError
from polyrec.pipeline.wording.worded import worded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from polyrec.api.page.words import Words
    from polyrec.core.types import Query, Suggestion
    from polyrec.live.live import Live
    from polyrec.live.model import Model


def whys(
    live: Live, model: Model, query: Query, found: Suggestion, words: Words
) -> Mapping[str, str]:
    """Give sentences by item; none of what only fills a place, or where a model cannot explain.

    No words of texts are read, so that the list need not wait for them.
    """
    if found.mode == "popular":
        return {}  # which is said above the list
    items = [item.item_id for item in found.items if item.score]
    try:
        explained = live.explain(model, query, items, words=False)
    except (DataError, EngineError):
        return {}
    wished = query.languages
    return {each.item_id: worded(each, [words.html_tag], wished=wished).text for each in explained}
