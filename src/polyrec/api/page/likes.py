"""What a person seems to like, as the page shows it to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from polyrec.api.page.piece import Piece, known_piece
from polyrec.core.language import UNDETERMINED

if TYPE_CHECKING:
    from polyrec.api.page.words import Words
    from polyrec.data.catalog import Catalog
    from polyrec.pipeline.profile import Profile

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


def likes_of(
    profile: Profile, catalog: Catalog, languages: tuple[str, ...], words: Words
) -> tuple[Like, ...]:
    """Make a profile ready."""
    return tuple(
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
