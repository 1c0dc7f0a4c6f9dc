"""Texts in the stream format of Apertium and back: what is special there is kept from its tools."""

from __future__ import annotations

import re

SPECIAL = re.compile(r"[\\^$/\[\]<>@{}]")
"""What the stream format gives a meaning, and wants behind a backslash."""

KEPT = re.compile(
    r"[a-z][a-z0-9+.-]{0,20}://[^\s\[\]]+|(?<![^\s@])[^\s@]++@[^\s@]+\.\w+|[*#@]|[^\S ]+| {2,}",
    re.I,
)
"""What is no text to translate: addresses, signs that mark words in the output, odd white space."""

PARAGRAPHS = re.compile(r"(\s*\n\s*\n\s*)")
ENDED = re.compile(r"[.!?:;…。！？][\"'”’»)\]]*\s*\Z")
PIECE = re.compile(r"\\(.)|\[((?:\\.|[^\]\\])*)\]|([*@#])|([^\\\[*@#]+)|(.)", re.S)
"""In the output: a sign behind a backslash, a block that was kept, a mark, text, a loose sign."""


def to_stream(text: str, end: str) -> str:
    """Write a paragraph so that no sign of it means anything, closed by a block with `end` in it.

    The tools read sentences: where none ends, a full stop is put, which `from_stream` takes away.
    """
    parts, at = [], 0
    for kept in KEPT.finditer(text):
        parts += [_escaped(text[at : kept.start()]), f"[{_escaped(kept[0])}]"]
        at = kept.end()
    stop = "" if ENDED.search(text) else "."
    return f"{''.join(parts)}{_escaped(text[at:])}{stop}[{end}]"


def from_stream(stream: str, given: str, end: str) -> tuple[str, int] | None:
    """Read a translated paragraph.

    Args:
        stream: what the tools gave.
        given: the paragraph before translation.
        end: what stood in its last block.

    Returns:
        The text, and how many words the tools did not know; None if the last block is not there,
        so that it cannot be the translation of this paragraph.
    """
    body, found, rest = stream.rpartition(f"[{end}]")
    if not found or rest.strip():
        return None
    parts, unknown = [], 0
    for sign, kept, mark, plain, loose in PIECE.findall(body):
        unknown += bool(mark)
        parts.append(sign or re.sub(r"\\(.)", r"\1", kept, flags=re.S) or plain or loose)
    text = "".join(parts)
    if not ENDED.search(given):
        text = text.rstrip().removesuffix(".")
    return _edged(text, given), unknown


def _escaped(text: str) -> str:
    return SPECIAL.sub(r"\\\g<0>", text)


def _edged(text: str, given: str) -> str:
    """Give a translation the white space that its text begins and ends with."""
    start = len(given) - len(given.lstrip())
    return given[:start] + text.strip() + given[len(given.rstrip()) :]
