"""An answer as the page shows it: cards, and why there is less than was asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from polyrec.api.page.piece import Piece, known_piece, piece_of
from polyrec.live.live import UNREAD
from polyrec.pipeline.service import TAKEN_FOR, UNTRANSLATED

if TYPE_CHECKING:
    from polyrec.api.page.words import Words
    from polyrec.core.types import Mode, Query, SuggestedItem, Suggestion
    from polyrec.live.model import Model


@dataclass(frozen=True)
class Card:
    """One recommended item.

    Attributes:
        key: tells it from the others on the screen.
        piece: its text.
        language: what that text's language is called.
        category: its category, or empty.
        reason: the item of the history that lies nearest, or None.
    """

    key: str
    piece: Piece
    language: str
    category: str
    reason: Piece | None


@dataclass(frozen=True)
class Notes:
    """Why an answer is less than was asked for.

    Attributes:
        text_language: what the text's language was taken for, by name, or empty.
        unread: whether there is a text that the model cannot read.
        forgetful: whether what was done lately could not be read.
        untranslated: whether the text was to be translated, and the engine has failed.
        n_blank: how many of the items only fill places.
        n_found: how many there are where there are too few, else None.
    """

    text_language: str
    unread: bool
    forgetful: bool
    untranslated: bool
    n_blank: int
    n_found: int | None

    @property
    def any(self) -> bool:
        """Whether there is anything to say."""
        return self != Notes("", False, False, False, 0, None)


@dataclass(frozen=True)
class Answer:
    """A list and what it rests on.

    Attributes:
        mode: as in `Suggestion`.
        version: the model's.
        cards: best first.
        notes: why there is less than was asked for.
    """

    mode: Mode
    version: str
    cards: tuple[Card, ...]
    notes: Notes


def answer_of(model: Model, query: Query, found: Suggestion, words: Words, text: str) -> Answer:
    """Make ready what a model has answered to a query; `text` is what who asks has written."""
    learned = model.service.learned
    cards = tuple(_card(place, item, model, query, words) for place, item in enumerate(found.items))
    n_blank = sum(item.score == 0 for item in found.items) if found.mode != "popular" else 0
    taken_for = re.search(f"{TAKEN_FOR} '([^']+)'", found.note)
    notes = Notes(
        text_language=words.language(taken_for[1]) if taken_for else "",
        unread=bool(text) and not learned.plan.recommender.needs_vectors,
        forgetful=UNREAD in found.note,
        untranslated=UNTRANSLATED in found.note,
        n_blank=n_blank,
        n_found=len(cards) if len(cards) < query.k else None,
    )
    return Answer(found.mode, model.version, cards, notes)


def _card(place: int, item: SuggestedItem, model: Model, query: Query, words: Words) -> Card:
    catalog = model.service.learned.catalog
    reason = None
    if item.reason is not None:
        reason = known_piece(catalog, item.reason, query.languages)
    return Card(
        key=f"card-{place}",
        piece=piece_of(item.item_id, item.text, item.language),
        language=words.language(item.language),
        category=catalog.category[catalog.ids.index(item.item_id)],
        reason=reason,
    )
