"""Where a text changes its language: cut into pieces, and pieces of one language joined again."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from polyrec.text.detect.detector import Span
from polyrec.text.detect.script import letter_script

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from polyrec.text.detect.detector import Candidate

FEWEST_LETTERS = 15
EAST_ASIAN = {"Hani", "Jpan", "Kore"}
DENSE = dict.fromkeys(EAST_ASIAN, 3)
"""Scripts whose letters say more each, and how many letters of others one of theirs stands for."""

SURE = 0.7
"""How likely a piece's own language must be."""

NOT_LIKELY = 0.05
"""How likely the text's language may be at most for a piece that is in another."""

END = re.compile(
    r"(?<=[.!?;:…])\s+"  # a sentence
    r"|(?<=[。！？；：])"
    r"|(?<!\s)\s++[-–—|/•·]++\s+"  # what stands between a title and its translation
    r"|[()\[\]{}«»“”„「」『』（）【】\n\r]+"
)


def pieces_of(text: str) -> list[tuple[int, int]]:
    """Cut a text where a sentence, a bracket or a script ends; none if that gives one piece only.

    What has too few letters to tell its language stays with what is before it, or behind it.
    """
    ends = sorted({found.end() for found in END.finditer(text)} | set(_script_changes(text)))
    pieces: list[tuple[int, int]] = []
    start, open_weight = 0, 0
    for end in [*ends, len(text)]:
        weight = _weight(text[start:end])
        if pieces and (weight < FEWEST_LETTERS or open_weight < FEWEST_LETTERS):
            start, weight = pieces[-1][0], open_weight + weight
            pieces.pop()
        pieces.append((start, end))
        start, open_weight = end, weight
    return pieces if len(pieces) > 1 else []


def spans_of(pieces: Sequence[tuple[int, int, Sequence[Candidate]]]) -> tuple[Span, ...]:
    """Join neighbouring pieces of one language; nothing if all are in the same language.

    A piece is in another language than most of the text only if that is sure, and the text's own
    language is unlikely: related languages are not told from each other by a few words.
    """
    weights: Counter[str] = Counter()
    for start, end, candidates in pieces:
        if candidates and candidates[0].probability >= SURE:
            weights[candidates[0].language] += end - start
    if len(weights) < 2:
        return ()
    main = weights.most_common(1)[0][0]
    spans: list[Span] = []
    for start, end, candidates in pieces:
        language = _language(candidates, main)
        same = bool(spans) and spans[-1].language == language
        spans.append(Span(spans.pop().start if same else start, end, language))
    return tuple(spans) if len(spans) > 1 else ()


def _language(candidates: Sequence[Candidate], main: str) -> str:
    if not candidates or candidates[0].probability < SURE:
        return main
    possible = dict(candidates).get(main, 0.0) > NOT_LIKELY
    return main if possible else candidates[0].language


def _script_changes(text: str) -> Iterator[int]:
    """Say where letters of one script follow those of another; Han goes with kana and Hangul."""
    last = ""
    for place, script in enumerate(map(letter_script, text)):
        if not script:
            continue
        family = "Hani" if script in EAST_ASIAN else script
        if last and family != last:
            yield place
        last = family


def _weight(text: str) -> int:
    return sum(DENSE.get(script, 1) for script in map(letter_script, text) if script)
