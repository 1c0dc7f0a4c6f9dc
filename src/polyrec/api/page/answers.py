"""An answer as the page shows it: cards, and why there is less than was asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from polyrec.api.page.piece import Piece, known_piece, piece_of
from polyrec.live.live import UNREAD
from polyrec.pipeline.notes import TAKEN_FOR, UNTRANSLATED
from polyrec.rank.llm_rerank import JUDGED, UNJUDGED
from polyrec.store.memory import BY_A_PERSON

if TYPE_CHECKING:
    from collections.abc import Mapping

    from polyrec.api.page.words import Words
    from polyrec.core.types import Mode, Query, SuggestedItem, Suggestion
    from polyrec.live.model import Model
    from polyrec.live.translated import Shown, Translated


@dataclass(frozen=True)
class Rendering:
    """A text in another language.

    Attributes:
        piece: the translation.
        language: what its language is called.
        engine: what made it; empty for a person.
        quality: how good it is by whoever judged it, as a percentage, or empty.
    """

    piece: Piece
    language: str
    engine: str
    quality: str


@dataclass(frozen=True)
class Card:
    """One recommended item.

    Attributes:
        key: tells it from the others on the screen.
        piece: its text.
        language: what that text's language is called.
        category: its category, or empty.
        reason: the item of the history that lies nearest, or None.
        rendering: its text in a wished language, where that was asked for and made.
        why: sentences that say why it is in the list, or empty.
    """

    key: str
    piece: Piece
    language: str
    category: str
    reason: Piece | None
    rendering: Rendering | None
    why: str = ""


@dataclass(frozen=True)
class Notes:
    """Why an answer is less than was asked for.

    Attributes:
        text_language: what the text's language was taken for, by name, or empty.
        unread: whether there is a text that the model cannot read.
        forgetful: whether what was done lately could not be read.
        untranslated: whether the text was to be translated, and the engine has failed.
        unjudged: whether a language model was to judge the items, and has judged none.
        half_judged: whether it has judged only some of those that it was to.
        n_late: how many of the items' texts were not translated in time.
        n_failed: how many could not be.
        n_uncovered: how many are in a language that nothing translates from.
        n_blank: how many of the items only fill places.
        n_found: how many there are where there are too few, else None.
    """

    text_language: str
    unread: bool
    forgetful: bool
    untranslated: bool
    unjudged: bool
    half_judged: bool
    n_late: int
    n_failed: int
    n_uncovered: int
    n_blank: int
    n_found: int | None

    @property
    def any(self) -> bool:
        """Whether there is anything to say."""
        return any(vars(self).values()) or self.n_found == 0


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


def answer_of(
    model: Model,
    query: Query,
    found: Suggestion,
    translated: Translated,
    *,
    words: Words,
    whys: Mapping[str, str],
) -> Answer:
    """Make ready what a model has answered to a query, and what its texts were translated to.

    `whys` says of items, by their ids, why they are in the list.
    """
    learned = model.service.learned
    cards = tuple(
        replace(
            _card(place, item, shown, model=model, query=query, words=words),
            why=whys.get(item.item_id, ""),
        )
        for place, (item, shown) in enumerate(zip(found.items, translated.shown, strict=True))
    )
    ends = translated.outcomes
    n_blank = sum(item.score == 0 for item in found.items) if found.mode != "popular" else 0
    taken_for = re.search(f"{TAKEN_FOR} '([^']+)'", found.note)
    notes = Notes(
        text_language=words.language(taken_for[1]) if taken_for else "",
        unread=bool(query.text) and not learned.plan.recommender.needs_vectors,
        forgetful=UNREAD in found.note,
        untranslated=UNTRANSLATED in found.note,
        unjudged=UNJUDGED in found.note,
        half_judged=JUDGED in found.note,
        n_late=ends.get("late", 0),
        n_failed=ends.get("failed", 0) + ends.get("refused", 0),
        n_uncovered=ends.get("uncovered", 0),
        n_blank=n_blank,
        n_found=len(cards) if len(cards) < query.k else None,
    )
    return Answer(found.mode, model.version, cards, notes)


def _card(
    place: int,
    item: SuggestedItem,
    shown: Shown | None,
    *,
    model: Model,
    query: Query,
    words: Words,
) -> Card:
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
        rendering=_rendering(item.item_id, shown, words),
    )


def _rendering(item_id: str, shown: Shown | None, words: Words) -> Rendering | None:
    if shown is None or shown.text is None:
        return None
    return Rendering(
        piece=piece_of(item_id, shown.text, shown.language),
        language=words.language(shown.language),
        engine="" if shown.engine == BY_A_PERSON else shown.engine,
        quality="" if shown.quality is None else words.percent(shown.quality),
    )
