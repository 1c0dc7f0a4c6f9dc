"""Follows the languages of each user's history, in their shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from polyrec.core.errors import ConfigError
from polyrec.core.types import NO_ITEM
from polyrec.rank.ranker import Context, Ranker, worth

if TYPE_CHECKING:
    from polyrec.core.types import Doubles, Integers, Rankings

SMOOTHING = 0.01
"""What a list lacks of a language counts as so little of the history's share of it, not as none."""


@dataclass
class LanguageMix(Ranker):
    """Fills a list so that its languages have the shares that they have in the user's history.

    Place by place it takes the item with the highest (1 - strength) worth - strength KL, where
    worth is the discount of the item's own place and KL the divergence of the history's shares from
    those of the list so far. A wish for languages has precedence: only the language mode `any` is
    its concern. Without a history nothing changes. Source: Steck 2018, "Calibrated
    recommendations".

    Attributes:
        strength: 0 changes nothing, 1 looks at nothing but the shares.
        candidates: so many times k candidates are looked at.
    """

    strength: float = 0.2
    candidates: int = 5

    def __post_init__(self) -> None:
        check_greedy(self.strength, self.candidates)

    def depth(self, context: Context) -> int:
        """Give `candidates` times k, where there is a history to follow."""
        return context.k * self.candidates if _concerns(context) else context.k

    def _order(self, rankings: Rankings, context: Context) -> np.ndarray:
        order = np.tile(np.arange(rankings.k, dtype=np.float64), (len(rankings), 1))
        if not _concerns(context):
            return order
        assert context.histories is not None
        tags, code = np.unique(context.item_languages, return_inverse=True)
        weights = context.histories.weights
        for user in range(len(rankings)):
            own = context.histories.items_of(user)
            filled = rankings.items[user] != NO_ITEM
            if not len(own) or not filled.any():
                continue
            place = slice(context.histories.indptr[user], context.histories.indptr[user + 1])
            wanted = np.bincount(code[own], weights=weights[place], minlength=len(tags))
            above = np.bincount(code[context.above_of(user)], minlength=len(tags))
            taken = self._filled(
                code[rankings.items[user][filled]], wanted / wanted.sum(), above, context.k
            )
            rest = np.setdiff1d(np.arange(int(filled.sum())), taken)
            order[user, np.flatnonzero(filled)[np.concatenate([taken, rest])]] = np.arange(
                int(filled.sum())
            )
        return order

    def _filled(self, languages: Integers, wanted: Doubles, above: Integers, k: int) -> Integers:
        """Choose places one after the other; of each language only the next one is a choice.

        Args:
            languages: number of each candidate's language, best candidate first.
            wanted: shares of the history, by language.
            above: how many items of each language stand above.
            k: how many to choose.
        """
        queues = {int(each): np.flatnonzero(languages == each) for each in np.unique(languages)}
        used = dict.fromkeys(queues, 0)
        value = (1 - self.strength) * worth(len(languages))
        counts = above.astype(np.float64)
        taken = []
        for _ in range(min(k, len(languages))):
            best, chosen = -np.inf, -1
            for each, queue in queues.items():
                if used[each] == len(queue):
                    continue
                counts[each] += 1
                gain = value[queue[used[each]]] - self.strength * divergence(wanted, counts)
                counts[each] -= 1
                if gain > best:
                    best, chosen = gain, each
            taken.append(queues[chosen][used[chosen]])
            used[chosen] += 1
            counts[chosen] += 1
        return np.array(taken, dtype=np.int64)


def divergence(wanted: Doubles, counts: Doubles) -> float:
    """Give KL(wanted, shares of the counts), smoothed so that it is finite, in nats; 0 is alike."""
    there = wanted > 0
    share = counts[there] / max(float(counts.sum()), 1.0)
    smooth = (1 - SMOOTHING) * share + SMOOTHING * wanted[there]
    return float((wanted[there] * np.log(wanted[there] / smooth)).sum())


def check_greedy(strength: float, candidates: int) -> None:
    """Refuse settings of a ranker that fills a list place by place.

    Raises:
        ConfigError: a setting is out of range.
    """
    if not 0 <= strength <= 1:
        raise ConfigError(f"strength is {strength}", hint="give 0 to 1")
    if candidates < 1:
        raise ConfigError(f"candidates is {candidates}", hint="give at least 1")


def _concerns(context: Context) -> bool:
    return context.language_mode == "any" and context.histories is not None
