"""A wish as it was understood: filters, what is looked for, and the words that each came from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from polyrec.core.types import LanguageMode, Suggestion

Field = Literal["languages", "language_mode", "category", "without", "k"]

RULES = "rules"
"""Who worked a wish out, where no language model did."""

GIVEN = "given"
"""The same where it came as it is, edited by whoever asks."""


@dataclass(frozen=True)
class Wish:
    """What is wished: a text to look by, and filters.

    Attributes:
        text: what is looked for; empty for whatever is popular.
        text_language: its language as a BCP 47 tag; `und` where unknown.
        languages: wished languages, in the order in which they were named; empty for any.
        language_mode: `any` ignores them, `prefer` moves them up, `only` leaves others out.
        category: leave out other categories; None for all.
        without: words to avoid: items that have them are left out.
        k: length of the list.
    """

    text: str = ""
    text_language: str = "und"
    languages: tuple[str, ...] = ()
    language_mode: LanguageMode = "any"
    category: str | None = None
    without: tuple[str, ...] = ()
    k: int = 10


@dataclass(frozen=True)
class Said:
    """Where a part of what was understood comes from.

    Attributes:
        field: the field of `Wish`.
        value: what it was set to, or what was added to it.
        words: the words that said so.
    """

    field: Field
    value: str
    words: str


@dataclass(frozen=True)
class Understood:
    """A wish, and how it was worked out.

    Attributes:
        wish: what was understood.
        said: which words each part of it came from, in their order.
        unmet: what was named and the catalog does not have; it stays in the text.
        worked_by: `rules`, the name of a language model, or `given`.
        error: why it was understood less well than it might have been; else empty.
    """

    wish: Wish
    said: tuple[Said, ...] = ()
    unmet: tuple[str, ...] = ()
    worked_by: str = RULES
    error: str = ""


@dataclass(frozen=True)
class Asked:
    """What was understood of a wish, and the answer to it.

    Attributes:
        understood: what was understood; its `wish`, changed or not, may be asked again.
        suggestion: the answer.
    """

    understood: Understood
    suggestion: Suggestion = field(repr=False)
