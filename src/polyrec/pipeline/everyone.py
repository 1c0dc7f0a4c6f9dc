"""Recommends to all known users at once, block by block, into a Parquet file."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, get_args

import numpy as np
import polars as pl
from polars.io.plugins import register_io_source

from polyrec.core.files import whole_file
from polyrec.core.progress import progress
from polyrec.core.types import NO_ITEM, Mode, Query, Rankings
from polyrec.pipeline.contexts import Contexts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from polyrec.core.types import Booleans, Histories, IdMap, Strings, Suggestion
    from polyrec.pipeline.learned import Learned
    from polyrec.pipeline.service import Service
    from polyrec.rank.ranker import Context

BLOCK = 8192
"""So many users are answered at a time; a model may rank fewer."""

SCHEMA = {
    "user_id": pl.String(),
    "item_id": pl.String(),
    "rank": pl.UInt32(),
    "score": pl.Float32(),
    "mode": pl.Enum(get_args(Mode)),
}


def write_everyone(service: Service, file: Path, *, k: int = 10) -> Counter[str]:
    """Write what is recommended to each known user, as `service.recommend` answers.

    Columns are user_id, item_id, rank, score and mode, users in the order of the data. Memory is
    that of a block of users. The file appears whole or stays as it was.

    Returns:
        What the ranker had to say of its lists, and of how many it said so.

    Raises:
        ConfigError: k cannot be used.
    """
    notes: Counter[str] = Counter()
    blocks = everyone(service, k=k, notes=notes)  # refuses before anything is written
    source = register_io_source(lambda *_: blocks, schema=SCHEMA)
    with whole_file(file) as aside:
        source.sink_parquet(aside)
    return notes


def everyone(
    service: Service, *, k: int = 10, notes: Counter[str] | None = None
) -> Iterator[pl.DataFrame]:
    """Give the same in frames, each of a block of users; `notes` counts what the ranker says.

    Raises:
        ConfigError: k cannot be used.
    """
    said = Counter() if notes is None else notes
    return _frames(service, k, service.recommend(Query(k=k)), said)


def _frames(
    service: Service, k: int, nobody: Suggestion, notes: Counter[str]
) -> Iterator[pl.DataFrame]:
    learned = service.learned
    items, users = (pl.Series(ids.names) for ids in (learned.catalog.ids, learned.users))
    allowed = np.ones(len(learned.catalog), dtype=np.bool_)
    context = Contexts(learned).of(Query(k=k), None, allowed)
    with progress("recommendations", len(users), unit="users") as advance:
        for first, block in learned.histories.batches(BLOCK):
            rankings, plain, said = _ranked(learned, block, context)
            notes.update(said)
            modes = np.where(plain, "personal", "popular")
            for user in np.flatnonzero(~plain):
                # rare: who asked for nothing yet, and lists that are not full of what is known
                is_new = not block.lengths[user]
                query = Query(user_id=users[first + int(user)], k=k)
                answer, said = (nobody, []) if is_new else service.answered(query)
                notes.update(said)
                _put(rankings, int(user), answer, learned.catalog.ids)
                modes[user] = answer.mode
            yield _frame(users[first : first + len(block)], items, rankings, modes)
            advance(len(block))


def _ranked(
    learned: Learned, histories: Histories, context: Context
) -> tuple[Rankings, Booleans, list[str]]:
    """Rank for a block of users, and say for whom nothing is missing, and what the ranker says."""
    recommender, ranker = learned.plan.recommender, learned.plan.ranker
    depth = min(ranker.depth(replace(context, histories=histories)), len(learned.catalog))
    found = recommender.top(histories, depth, seed=learned.seed)
    plain = (np.isfinite(found.scores) & (found.scores != 0)).all(axis=1) & (histories.lengths > 0)
    rows = np.flatnonzero(plain)
    given = replace(context, histories=histories.rows(rows), notes=[])
    best = ranker.rerank(Rankings(found.items[rows], found.scores[rows]), given)
    items = np.full((len(histories), best.k), NO_ITEM, dtype=np.int64)
    scores = np.full((len(histories), best.k), -np.inf, dtype=np.float32)
    items[rows], scores[rows] = best.items, best.scores
    return Rankings(items, scores), plain, given.notes


def _put(rankings: Rankings, user: int, answer: Suggestion, ids: IdMap) -> None:
    n = len(answer.items)
    rankings.items[user, :n] = ids.indices(item.item_id for item in answer.items)
    rankings.scores[user, :n] = [item.score for item in answer.items]


def _frame(users: pl.Series, items: pl.Series, rankings: Rankings, modes: Strings) -> pl.DataFrame:
    row, place = np.nonzero(rankings.items != NO_ITEM)
    columns = {
        "user_id": users.gather(row),
        "item_id": items.gather(rankings.items[row, place]),
        "rank": place + 1,
        "score": rankings.scores[row, place],
        "mode": pl.Series(modes, dtype=SCHEMA["mode"]).gather(row),
    }
    return pl.DataFrame(columns, schema=SCHEMA)
