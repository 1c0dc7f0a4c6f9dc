"""Fits the model anew on all that has happened, and lets the new one serve if it answers."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from polyrec.core.errors import ConfigError, DataError, PolyrecError
from polyrec.core.types import Query
from polyrec.live.faults import words_for
from polyrec.live.gather import gathered
from polyrec.models.rater import Rater
from polyrec.pipeline import artifact
from polyrec.pipeline.fitted import fit
from polyrec.pipeline.plan import Plan
from polyrec.pipeline.service import Service
from polyrec.store.events import Events

if TYPE_CHECKING:
    from pathlib import Path

    from polyrec.live.models_folder import ModelsFolder
    from polyrec.pipeline.fitted import Fitted
    from polyrec.pipeline.learned import Learned
    from polyrec.store.database import Database
    from polyrec.store.versions import Version

N_ASKED, K = 10, 10
"""So many users are asked for lists of this length before a new model may serve."""


@dataclass(frozen=True)
class Retrained:
    """A new version, and what it was made of.

    Attributes:
        version: the version.
        users: how many there are.
        items: the same.
        interactions: the same.
        seconds: how long it took.
        notes: what became of the texts.
    """

    version: Version
    users: int
    items: int
    interactions: int
    seconds: float
    notes: tuple[str, ...]


def retrain(
    models: ModelsFolder,
    database: Database,
    *,
    plan: str | Path | None = None,
    seed: int | None = None,
    min_events: int = 0,
) -> Retrained | None:
    """Fit a new version of the model, and let it serve.

    It learns from what the version that serves learned from, with the database's items and events
    put over it. Whatever fails, the old one goes on, and a version that failed says what it was.

    Args:
        models: the models in service.
        database: items and events.
        plan: a plan by file or name; None for the one that serves, with the same settings.
        seed: draws everything that is drawn; None for that of the version that serves.
        min_events: how many events there must be since the version that serves was made.

    Returns:
        The new version; None where there are fewer events. Where another version began to serve
        meanwhile, that one goes on, and the new one is `made`.

    Raises:
        ConfigError: nothing serves yet, or the plan cannot be used.
        DataError: there is nothing to learn from, or the new model does not answer.
        EngineError: another one is being made, or an engine or the database failed.
    """
    start = time.perf_counter()
    with models.making() as making:
        base = models.versions.active()
        if base is None:
            raise ConfigError("no model serves yet", hint="start one: polyrec serve MODEL")
        if Events(database).count(after=base.last_event) < min_events:
            return None
        name = models.new_name()
        try:
            loaded = models.load(base.number)
            wanted = loaded.learned.plan if plan is None else Plan.load(plan)
            seed = loaded.learned.seed if seed is None else seed
            fitted, last_event = _fitted(loaded.learned, database, wanted, seed, making)
            version = models.register(
                making,
                origin=base.origin,
                last_event=max(last_event, base.last_event),
                last_forgotten=loaded.last_forgotten,
            )
            serving = models.versions.active()
            if serving is not None and serving.number == base.number:
                version = models.versions.activate(version.number)
        except BaseException as error:
            with suppress(PolyrecError):  # the database itself may be what failed
                models.versions.fail_new(name, words_for(error))
            raise
    models.prune()
    learned = fitted.learned
    return Retrained(
        version,
        len(learned.users),
        len(learned.catalog),
        len(learned.histories.items),
        round(time.perf_counter() - start, 2),
        fitted.notes,
    )


def _fitted(
    base: Learned, database: Database, plan: Plan, seed: int, folder: Path
) -> tuple[Fitted, int]:
    """Fit and save what is there now, if it answers; give it and the last event that it knows."""
    rates = isinstance(plan.recommender, Rater)
    data, last_event = gathered(base, database, rates=rates)
    fitted = fit(data, plan, seed=seed)
    fitted.save(folder)
    check_answers(artifact.load(folder)[0])
    return fitted, last_event


def check_answers(learned: Learned) -> None:
    """Refuse a model that gives some users no list, or scores that are no numbers.

    Raises:
        DataError: it does.
    """
    service, histories = Service(learned), learned.histories
    able = np.flatnonzero((histories.lengths > 0) & (histories.lengths < len(learned.catalog)))
    asked = able[np.unique(np.linspace(0, len(able) - 1, min(N_ASKED, len(able))).astype(int))]
    scores = learned.plan.recommender.score(histories.rows(asked))
    bad = 0
    for user, own in zip(asked, scores, strict=True):
        query = Query(user_id=learned.users.names[user], k=K)
        is_good = not np.isnan(own).any() and np.isfinite(own).any()
        bad += not (is_good and service.recommend(query).items)
    if bad:
        raise DataError(f"the new model has no list for {bad} of {len(asked)} who were asked")
