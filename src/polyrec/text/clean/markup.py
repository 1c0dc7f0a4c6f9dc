"""HTML taken out of a text: tags, comments, scripts, entities; what only looks like it stays."""

from __future__ import annotations

import re
from html import unescape
from html.entities import html5

_BLOCKS = (
    "address article aside blockquote br center dd details div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section table tbody td tfoot th "
    "thead title tr ul"
)
BLOCKS = frozenset(_BLOCKS.split())
_INLINE = (
    "a abbr b bdi bdo big body button caption cite code col colgroup dfn em embed font head html "
    "i iframe img input ins kbd label legend link mark meta noscript object option picture q s "
    "samp script select small source span strike strong style sub summary sup svg textarea tt u "
    "var video wbr"
)
INLINE = frozenset(_INLINE.split())
HIDDEN = frozenset({"script", "style"})
_BARE = (
    "async autofocus autoplay checked controls defer disabled hidden loop multiple muted noshade "
    "nowrap open readonly required reversed selected"
)
BARE = frozenset(_BARE.split())
"""Attributes that HTML has without a value."""

PAIRS = frozenset("abiqsu")
"""Tags of one letter count only where they are closed: `List<A>` is no link."""

AMPERSANDS = re.compile(r"&(?:(?:amp|#0*38|#x0*26);)+", re.IGNORECASE)
ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
ATTRIBUTE = r"([a-z_:@][-\w:.@]*+)(\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s\"'<>=`]++))?+"
TAG = re.compile(
    rf"<!--|<!doctype\b[^<>]*+>|<(/?)([a-z][a-z0-9]*+)((?:\s++{ATTRIBUTE})*+)\s*+/?>", re.IGNORECASE
)
ONE_ATTRIBUTE = re.compile(rf"\s++{ATTRIBUTE}", re.IGNORECASE)
CLOSING = re.compile(r"</([a-z][a-z0-9]*+)\s*+>", re.IGNORECASE)


def without_markup(text: str) -> str:
    """Take tags, comments and the inside of scripts out, and put characters for entities.

    A tag is what HTML knows as one, with attributes as HTML writes them: `vector<int>`, `a < b`,
    `<url>` and `<3`, which a browser would swallow or mend, stay. Entities must end in `;`, so that
    `?a=1&copy=2` stays. Takes time linear in the text's length, whatever stands in it.
    """
    if "&" in text:
        text = ENTITY.sub(_character, AMPERSANDS.sub("&", text))
    return _without_tags(text) if "<" in text else text


def _character(found: re.Match[str]) -> str:
    entity = found[0]
    return unescape(entity) if entity[1] == "#" or entity[1:] in html5 else entity


def _without_tags(text: str) -> str:
    last = {found[1].lower(): found.start() for found in CLOSING.finditer(text)}
    last_comment = text.rfind("-->")
    kept: list[str] = []
    place = 0  # up to here all is kept or left out
    found = TAG.search(text)
    while found:
        end, gap = found.end(), " "
        name = (found[2] or "").lower()
        if found[0] == "<!--":
            end = text.index("-->", end) + 3 if last_comment >= end else found.start()
        elif name and not _is_tag(name, found, last):
            end = found.start()
        elif name in HIDDEN and not found[1] and last.get(name, -1) >= end:
            end = _end_of_hidden(text, name, end)
        elif name in INLINE:
            gap = ""
        if end > found.start():
            kept += [text[place : found.start()], gap]
            place = end
        found = TAG.search(text, max(end, found.start() + 1))
    kept.append(text[place:])
    return "".join(kept)


def _is_tag(name: str, found: re.Match[str], last: dict[str, int]) -> bool:
    if name not in BLOCKS and name not in INLINE:
        return False
    if name in PAIRS and not found[1] and last.get(name, -1) < found.end():
        return False
    attributes = ONE_ATTRIBUTE.finditer(found[3])
    return all(each[2] or each[1].lower() in BARE for each in attributes)


def _end_of_hidden(text: str, name: str, place: int) -> int:
    closing = next(each for each in CLOSING.finditer(text, place) if each[1].lower() == name)
    return closing.end()
