"""The beginning of a text, as cards and tables show it, and how items are named in forms."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING
from unicodedata import east_asian_width
from urllib.parse import quote

from polyrec.core.language import UNDETERMINED

if TYPE_CHECKING:
    from polyrec.data.catalog import Catalog

LONGEST_HEAD, LONGEST_BODY = 140, 280
"""In narrow characters; those of Chinese, Japanese and Korean count twice."""


@dataclass(frozen=True)
class Piece:
    """A text's beginning.

    Attributes:
        sent: the item's id as forms send it.
        head: its first line.
        body: the rest, as much as a card shows.
        rest: the whole text where that is not all, else empty.
        lang: for the attribute `lang`; empty where unknown.
    """

    sent: str
    head: str
    body: str
    rest: str
    lang: str


def piece_of(item_id: str, text: str, language: str) -> Piece:
    """Cut an item's text; one without text is called by its id."""
    first, _, more = (text.strip() or item_id).partition("\n")
    head, body = _cut(first, LONGEST_HEAD), _cut(more, LONGEST_BODY)
    is_whole = head == _one_line(first) and body == _one_line(more)
    lang = "" if language == UNDETERMINED else language
    return Piece(sent(item_id), head, body, "" if is_whole else text.strip(), lang)


def known_piece(catalog: Catalog | None, item_id: str, languages: tuple[str, ...]) -> Piece:
    """Cut the text of an item of a catalog; one that is not known is called by its id."""
    if catalog is None or item_id not in catalog.ids:
        return piece_of(item_id, "", UNDETERMINED)
    language, text = catalog.text_for(catalog.ids.index(item_id), languages)
    return piece_of(item_id, text, language)


def sent(name: str) -> str:
    """Write an id so that forms send it unchanged: browsers make two characters of a line break."""
    return quote(name, safe="", errors="surrogatepass")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _cut(text: str, longest: int) -> str:
    """Shorten a text, at a space where one is near; scripts without spaces are cut anywhere."""
    text = _one_line(text)
    widths = accumulate(2 if east_asian_width(c) in "WF" else 1 for c in text)
    fitting = sum(width <= longest for width in widths)
    if fitting == len(text):
        return text
    start = text[: fitting - 1]
    word_end = start.rfind(" ")
    return f"{start[:word_end] if word_end > 0.7 * len(start) else start}…"
