"""Shows one version of each work, in the language that its reader reads best."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from polyrec.core.language import matches
from polyrec.core.types import NO_ITEM, Rankings
from polyrec.rank.ranker import Context, Ranker

if TYPE_CHECKING:
    from collections.abc import Mapping

    from polyrec.core.types import Integers


@dataclass
class OnePerWork(Ranker):
    """Keeps one place for each work, that of its best version, and none for works that one has.

    What stands there is the version in a wished language, the most wished first; else in the
    language of which the history has most; else the best one. Only items that may be shown take a
    place. The catalog's column `work` says what is one work.
    """

    @property
    def may_replace(self) -> bool:
        """It leaves versions out and shows others in their place."""
        return True

    def depth(self, context: Context) -> int:
        """As many as hold k works, whichever stand first, and all versions of what one has."""
        if context.works is None or not len(context.works):
            return context.k
        sizes = np.bincount(context.works)
        most = min(max(context.k - 1, 0), len(sizes) - 1)
        largest = np.partition(sizes, -most - 1)[len(sizes) - most :].sum() + 1
        return max(context.k, int(largest) + _most_owned(sizes, context))

    def _rerank(self, rankings: Rankings, context: Context) -> Rankings:
        if context.works is None:
            return rankings
        items = np.full(rankings.items.shape, NO_ITEM, dtype=np.int64)
        scores = np.full(rankings.scores.shape, -np.inf, dtype=np.float32)
        versions = _versions(rankings, context)
        for user in range(len(rankings)):
            own = _history(context, user)
            gone = set(context.works[own].tolist())
            gone.update(context.works[context.above_of(user)].tolist())
            taste = _languages_of(own, context)
            ranked = {item: i for i, item in enumerate(rankings.items[user].tolist())}
            place = 0
            for item, score in zip(rankings.items[user], rankings.scores[user], strict=True):
                work = int(context.works[item]) if item != NO_ITEM else NO_ITEM
                if item == NO_ITEM or work in gone:
                    continue
                gone.add(work)
                items[user, place] = _best([int(item), *versions[work]], context, taste, ranked)
                scores[user, place] = score
                place += 1
        return Rankings(items, scores)


def _history(context: Context, user: int) -> Integers:
    if context.histories is None:
        return np.empty(0, dtype=np.int64)
    return context.histories.items_of(user)


def _most_owned(sizes: Integers, context: Context) -> int:
    """Give the most versions that there are of the works in anybody's history, or above."""
    assert context.works is not None
    n_users = max(
        (len(column) for column in (context.histories, context.above) if column is not None),
        default=0,
    )
    owned = [
        np.unique(context.works[np.concatenate([_history(context, u), context.above_of(u)])])
        for u in range(n_users)
    ]
    return max((int(sizes[works].sum()) for works in owned), default=0)


def _versions(rankings: Rankings, context: Context) -> dict[int, list[int]]:
    """List, by work, the items that may be shown, of the works that are ranked."""
    assert context.works is not None
    ranked = np.unique(context.works[np.unique(rankings.items[rankings.items != NO_ITEM])])
    members = np.flatnonzero(np.isin(context.works, ranked))
    if context.allowed is not None:
        members = members[context.allowed[members]]
    found: dict[int, list[int]] = {int(work): [] for work in ranked}
    for item, work in zip(members.tolist(), context.works[members].tolist(), strict=True):
        found[work].append(item)
    return found


def _languages_of(history: Integers, context: Context) -> Mapping[str, int]:
    tags, counts = np.unique(context.item_languages[history], return_counts=True)
    return dict(zip(tags.tolist(), counts.tolist(), strict=True))


def _best(
    versions: list[int], context: Context, taste: Mapping[str, int], ranked: Mapping[int, int]
) -> int:
    """Choose the version that is read best; of equally good candidates, that ranked best."""

    def key(version: int) -> tuple[int, int, int]:
        tag = str(context.item_languages[version])
        wishes = context.languages
        wished = next((i for i, wish in enumerate(wishes) if matches(wish, tag)), len(wishes))
        return wished, -taste.get(tag, 0), ranked.get(version, len(ranked))

    return min(versions, key=key)
