"""Which of the languages that an engine knows serves a tag best."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from langcodes import Language

from polyrec.core.language import matches, with_script

if TYPE_CHECKING:
    from collections.abc import Iterable


def best_tag(known: Iterable[str], tag: str, *, wished: bool) -> str | None:
    """Find the known tag that serves a language best; None if none does.

    The very tag comes before one of the likely script, and that of the likely region before others:
    who wishes for `zh` gets `zh-Hans`, for `pt` gets `pt-BR`.

    Args:
        known: tags that an engine knows.
        tag: the language of texts, or the one that is wished for.
        wished: which of the two.
    """
    fitting = [each for each in known if (matches(tag, each) if wished else matches(each, tag))]
    return min(
        fitting,
        key=lambda each: (
            each != tag,
            with_script(each) != with_script(tag),
            _region(each) != _region(tag),
            each,
        ),
        default=None,
    )


@lru_cache(maxsize=4096)
def _region(tag: str) -> str | None:
    return Language.get(tag).maximize().territory
