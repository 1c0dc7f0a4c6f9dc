"""What a person seems to like, as the page shows it to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from polyrec.api.page.piece import Piece, known_piece
from polyrec.core.language import UNDETERMINED
from polyrec.pipeline.profile_words import KEYWORDS

if TYPE_CHECKING:
    from polyrec.api.page.words import Words
    from polyrec.data.catalog import Catalog
    from polyrec.pipeline.profile import Profile
    from polyrec.pipeline.wording.worded import Worded

MOST_TONGUES, MOST_PIECES = 2, 3


@dataclass(frozen=True)
class Like:
    """One interest.

    Attributes:
        share: how much of what they chose it is.
        keywords: language, for the attribute `lang`, and the words in it.
        pieces: the most typical of what they chose.
    """

    share: str
    keywords: tuple[tuple[str, str], ...]
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Likes:
    """All of them.

    Attributes:
        interests: the largest first.
        text: sentences of a language model on them, or empty.
        lang: the sentences' language, for the attribute `lang`.
        writer: the language model.
        unhelped: whether a language model was to write sentences, and did not.
    """

    interests: tuple[Like, ...] = ()
    text: str = ""
    lang: str = ""
    writer: str = ""
    unhelped: bool = False


def likes_of(
    profile: Profile,
    catalog: Catalog,
    languages: tuple[str, ...],
    words: Words,
    said: Worded | None = None,
) -> Likes:
    """Make a profile ready, and what a language model has said of it, or was to say."""
    interests = tuple(
        Like(
            words.percent(each.share),
            tuple(
                ("" if tag == UNDETERMINED else tag, ", ".join(found))
                for tag, found in list(each.keywords.items())[:MOST_TONGUES]
            ),
            tuple(
                known_piece(catalog, liked.item_id, languages) for liked in each.items[:MOST_PIECES]
            ),
        )
        for each in profile.interests
    )
    if said is None or not interests:
        return Likes(interests)
    if said.worded_by == KEYWORDS:
        return Likes(interests, unhelped=True)
    return Likes(interests, said.text, said.language, said.worded_by)
