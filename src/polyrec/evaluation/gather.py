"""Gathers what a report shows beside numbers: exposure, the space in two dimensions, some users."""

from __future__ import annotations

import resource
import sys
from typing import TYPE_CHECKING

import numpy as np

from polyrec.core.types import Query, SuggestedItem
from polyrec.evaluation.content import Card, Exposure, SpaceMap
from polyrec.measures.exposure import exposure_map, main_languages

if TYPE_CHECKING:
    from polyrec.core.types import Floats, Histories, Rankings, Strings
    from polyrec.evaluation.comparison import Results
    from polyrec.pipeline.learned import Learned
    from polyrec.pipeline.service import Service

MAX_POINTS = 4000
MIN_HISTORY = 6
SHOWN = 5


def exposure(rankings: Rankings, histories: Histories, languages: Strings) -> Exposure:
    """Say which languages the lists of readers of each language show."""
    tags, shares = exposure_map(rankings, histories, languages)
    main = main_languages(histories, languages)
    return Exposure(
        tags,
        np.array([(languages == tag).mean() for tag in tags]),
        shares,
        np.array([(main == tag).sum() for tag in tags], dtype=np.int64),
    )


def learning_curves(results: Results) -> dict[str, Floats]:
    """Give the curve of each model that learned in epochs, of the fit that was last."""
    found = {model: getattr(part, "curve_", None) for model, part in results.last.items()}
    return {model: curve for model, curve in found.items() if curve is not None}


def space_map(before: Floats, after: Floats, languages: Strings, *, seed: int = 0) -> SpaceMap:
    """Lay items out on the first two principal components of each space."""
    rng = np.random.default_rng(seed)
    some = np.sort(rng.permutation(len(before))[:MAX_POINTS])
    return SpaceMap(_two(before[some]), _two(after[some]), languages[some])


def _two(vectors: Floats) -> Floats:
    centred = vectors - vectors.mean(axis=0)
    _, axes = np.linalg.eigh(centred.T @ centred)
    return np.asarray(centred @ axes[:, :-3:-1], dtype=np.float32)


def cards(learned: Learned, service: Service, *, n: int = 3, k: int = 10) -> tuple[Card, ...]:
    """Show some users, drawn by the seed, of different main languages as far as there are."""
    histories, catalog = learned.histories, learned.catalog
    main = main_languages(histories, catalog.languages)
    order = np.random.default_rng(learned.seed).permutation(len(histories))
    able = [int(user) for user in order if histories.lengths[user] >= MIN_HISTORY]
    first_of = {str(main[user]): user for user in reversed(able)}
    users = sorted(first_of.values(), key=able.index)[:n]
    users += [user for user in able if user not in users][: n - len(users)]
    return tuple(_card(learned, service, user, k=k) for user in users)


def _card(learned: Learned, service: Service, user: int, *, k: int) -> Card:
    own = learned.histories.items_of(user)
    name = learned.users.names[user]
    suggestion = service.recommend(Query(user_id=name, k=k))
    reasons = [item.reason for item in suggestion.items if item.reason is not None]
    ids = learned.catalog.ids
    # the items that reasons name come first, so that the card explains itself
    names = list(dict.fromkeys([*reasons, *(ids.names[item] for item in own)]))
    shown = tuple(
        _item(learned, ids.index(item)) for item in names[: max(SHOWN, len(set(reasons)))]
    )
    return Card(name, len(own), shown, suggestion)


def _item(learned: Learned, item: int) -> SuggestedItem:
    catalog = learned.catalog
    return SuggestedItem(catalog.ids.names[item], 1.0, catalog.language[item], catalog.text[item])


def exposures(results: Results, models: tuple[str, ...]) -> dict[str, Exposure]:
    """Say which languages each model shows to whom, on the first text seed, split and seed."""
    setting = results.setting
    text_seed, split, seed = setting.text_seeds[0], setting.splits[0], setting.seeds[0]
    shown = setting.data.view(setting.view, seed=text_seed)
    train, _ = shown.split(split, seed=seed)
    found = {}
    for model in models:
        if model in results.contenders:
            outcome = results.outcomes[text_seed, split, seed, model]
            known = train.histories.rows(np.asarray(outcome.users))
            found[model] = exposure(outcome.rankings, known, shown.catalog.languages)
    return found


def peak_memory_gb() -> float:
    """Give the most memory that this process has had, in GB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e9 if sys.platform == "darwin" else 1e6)
