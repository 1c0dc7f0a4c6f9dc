"""Moves items in the wished languages up, by places rather than by scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from polyrec.core.errors import ConfigError
from polyrec.core.language import matches
from polyrec.rank.ranker import Context, Ranker

if TYPE_CHECKING:
    from polyrec.core.types import Booleans, Rankings, Strings


@dataclass
class PreferLanguages(Ranker):
    """An item in a wished language stands as though its place were divided by `strength`.

    Working on places, it needs no scale of scores, and `strength` x k candidates are enough for an
    exact answer. Only the language mode `prefer` is its concern.

    Attributes:
        strength: 1 changes nothing; at 3 the ninth place becomes the third.
    """

    strength: float = 3.0

    def __post_init__(self) -> None:
        if not self.strength >= 1:
            raise ConfigError(f"strength is {self.strength}", hint="give at least 1")

    def depth(self, context: Context) -> int:
        """Beyond `strength` x k no item can reach the first k places."""
        return int(np.ceil(self.strength * context.k)) if _prefers(context) else context.k

    def _rerank(self, rankings: Rankings, context: Context) -> Rankings:
        return super()._rerank(rankings, context) if _prefers(context) else rankings

    def _order(self, rankings: Rankings, context: Context) -> np.ndarray:
        place = np.arange(1, rankings.k + 1, dtype=np.float64)[None, :]
        wished = in_languages(context.item_languages[rankings.items], context.languages)
        return np.where(wished, place / self.strength, place)


def _prefers(context: Context) -> bool:
    return context.language_mode == "prefer" and bool(context.languages)


def in_languages(languages: Strings, wished: tuple[str, ...]) -> Booleans:
    """Say which languages are among the wished ones (BCP 47 matching), of the same shape."""
    tags, code = np.unique(languages, return_inverse=True)
    good = [any(matches(wish, str(tag)) for wish in wished) for tag in tags]
    return np.asarray(good, dtype=np.bool_)[code]
