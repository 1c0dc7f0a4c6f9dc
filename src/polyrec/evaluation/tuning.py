"""Tuning: equal trials for every model, measured inside the training part of a split.

The split under test is made first, and its test part let go of: nothing below `tune` gets it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from polyrec.core.component import settings_of
from polyrec.core.errors import ConfigError, DataError, UnknownNameError
from polyrec.core.progress import progress
from polyrec.core.registry import build, table_of
from polyrec.data.view import DRAWN
from polyrec.evaluation.comparison import Setting, Spaces, training_for
from polyrec.evaluation.full import tagged_data
from polyrec.evaluation.own_data import contenders_for
from polyrec.evaluation.trials import Search, best_of, digest_of, kept_trials, name_of_study
from polyrec.evaluation.tuned import Tuned, TunedModel
from polyrec.evaluation.tuned_folder import TRIALS, Earlier, write_tuned
from polyrec.models.hold_out import hold_out

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from polyrec.core.search_space import SearchSpace
    from polyrec.core.types import Training
    from polyrec.data.dataset import Dataset
    from polyrec.evaluation.contenders import Contender
    from polyrec.evaluation.trials import Trial
    from polyrec.models.hold_out import HeldOut
    from polyrec.models.recommender import Recommender
    from polyrec.pipeline.plan import Plan

OBJECTIVES = {"both": (0, 1), "random": (0,), "cold-items": (1,)}
"""Which of the inner splits count."""

INNER = 2011
"""Tells the seed of the inner splits from others: models that hold out more must not draw alike."""


def tune(
    plan: Plan,
    data: Dataset,
    *,
    models: Sequence[str] | None = None,
    trials: int = 30,
    split: str = "random",
    seed: int = 0,
    text_seed: int = 1,
    objective: str = "both",
    out: Path | None = None,
) -> Tuned:
    """Find good settings of several models, with as many trials for each.

    A trial's value is the mean nDCG@20 of a random and a cold-items split inside the training part
    (`models/hold_out.py`). The first trial of each model has its own defaults, so that no model is
    worse for it there; the rest are drawn from its `search_space`. Vectors are made once.

    Args:
        plan: its encoder and debias make the space; its recommender is tuned too, if it is not the
            default hybrid.
        data: in the view under test, before the split.
        models: names of contenders, or None for all that read the view and space under test.
        trials: for each model, those of earlier runs with the same `out` included. A model without
            a search space has one.
        split: under test; its test part is not read.
        seed: draws the split, the inner splits and the trials.
        text_seed: draws the view.
        objective: `both` inner splits, or `random` or `cold-items` alone.
        out: folder in which trials are kept as they are made, and results written; None for none.
            Other models that an earlier run has tuned there are kept.

    Raises:
        ConfigError: the plan has no encoder, there is no such model or objective, or `out` holds
            what was found for another question.
        MissingExtraError: the extra `tune` is not installed.
        DataError: the data cannot be split so, or are too few to be split once more.
    """
    if plan.encoder is None:
        raise ConfigError("the plan has no encoder to tune with", hint="add [encoder] to it")
    if objective not in OBJECTIVES:
        raise UnknownNameError("objective", objective, OBJECTIVES)
    if trials < 1:
        raise ConfigError(f"trials is {trials}", hint="give at least 1")
    contenders = _contenders(data, plan, models)
    train, _ = tagged_data(data, plan).split(split, seed=seed)
    told: dict[str, Any] = {
        "data": data.fingerprint,
        "view": data.view_name,
        "text_seed": text_seed if data.view_name in DRAWN else 1,
        "split": split,
        "seed": seed,
    }
    inner = _Inner.of(train, plan, objective, text_seed=told["text_seed"], seed=seed)
    asking = Tuned(**told, models={}, objective=objective, space=digest_of(inner.space))
    earlier = None if out is None else Earlier.of(out)
    if earlier is not None:
        asking.check_same(earlier.tuned, earlier.folder)
    with kept_trials(None if out is None else out / TRIALS) as storage:
        searches = {}
        for name, contender in contenders.items():
            asked = told | {"objective": objective}
            study = name_of_study(name, asked, inner.depends_on(contender))
            space, defaults = _open_settings(contender)
            searches[name] = Search(storage, study, space, defaults=defaults, seed=seed)
        left = {name: search.left(trials) for name, search in searches.items()}
        with progress("tuning", sum(left.values()), unit="trials") as advance:
            for name in [name for name, n in left.items() if n]:
                searches[name].run(inner.quality(contenders[name]), trials, advance)
        found = {name: search.trials[:trials] for name, search in searches.items()}
    best = {name: _best(contenders[name], made) for name, made in found.items()}
    tuned = replace(asking, models={n: model for n, model in best.items() if model}, trials=found)
    if out is None:
        return tuned
    debias = {name: each.debias for name, each in contenders.items() if each.debias}
    return write_tuned(tuned, out, plan, debias=debias, earlier=earlier)


def _contenders(data: Dataset, plan: Plan, names: Sequence[str] | None) -> Mapping[str, Contender]:
    """Choose contenders by name, or all that read the view and space under test."""
    found = contenders_for(data.all_texts or data.catalog, plan, names=names)
    if names is not None:
        return found
    own = {n: c for n, c in found.items() if not (c.debias or c.view or c.translates)}
    return {name: c for name, c in own.items() if _open_settings(c)[0]}


def _recommender(contender: Contender) -> Recommender:
    made: Recommender = build("recommender", dict(contender.recommender))
    return made


def _open_settings(contender: Contender) -> tuple[SearchSpace, dict[str, Any]]:
    """Say what of a contender is tuned, and what it is by default; what its table sets stays."""
    part = _recommender(contender)
    space = {n: v for n, v in part.search_space.items() if n not in contender.recommender}
    defaults = settings_of(part)
    return space, {name: defaults[name] for name in space}


@dataclass(frozen=True, eq=False)
class _Inner:
    """What trials are measured on: splits of the training part, and vectors made once.

    Attributes:
        train: the training part of the split under test; nothing else is known here.
        spaces: makes vectors.
        parts: the inner splits that count.
        text_seed: of the view.
        seed: of all that is drawn.
    """

    train: Dataset
    spaces: Spaces
    parts: Sequence[HeldOut]
    text_seed: int
    seed: int

    @classmethod
    def of(cls, train: Dataset, plan: Plan, objective: str, *, text_seed: int, seed: int) -> _Inner:
        assert plan.encoder is not None
        setting = Setting(
            train,
            plan.encoder,
            table_of("debias", plan.debias),
            view=train.view_name,
            text_seeds=(text_seed,),
            preparation=replace(plan.preparation, translator=plan.translator),
            augmenter=plan.augmenter,
        )
        inner_seed = int(np.random.SeedSequence([seed, INNER]).generate_state(1)[0])
        works = train.catalog.works if train.catalog.names_works else None
        parts = hold_out(train.histories, works=works, new=train.catalog.new, seed=inner_seed)
        if not parts:
            raise DataError(
                "the training part is too small to hold anything out of it",
                hint="give more data, or use the defaults",
            )
        chosen = [parts[place] for place in OBJECTIVES[objective]]
        return cls(train, Spaces(setting), chosen, text_seed, seed)

    @property
    def space(self) -> dict[str, Any]:
        """List what vectors depend on."""
        setting = self.spaces.setting
        return {
            "encoder": setting.encoder.fingerprint,
            "debias": setting.debias,
            "augmenter": setting.augmenter,
            "preparation": setting.preparation,
        }

    def depends_on(self, contender: Contender) -> dict[str, Any]:
        """List what else the values of a contender depend on."""
        recommender, space = _recommender(contender), self.space
        if contender.debias:
            space["debias"] = contender.debias
        return {
            "recommender": contender.recommender,
            "search_space": recommender.search_space,
            **(space if recommender.needs_vectors else {"preparation": space["preparation"]}),
        }

    def quality(self, contender: Contender) -> Callable[[Mapping[str, Any]], float]:
        """Give the function that measures settings of a contender; makes its vectors."""
        spaces, text_seed = self.spaces, self.text_seed
        training = training_for(contender, self.train, spaces, text_seed=text_seed, seed=self.seed)

        def quality(settings: Mapping[str, Any]) -> float:
            table = {**contender.recommender, **settings}
            return float(np.mean([self._ndcg(table, training, part) for part in self.parts]))

        return quality

    def _ndcg(self, table: Mapping[str, Any], training: Training, part: HeldOut) -> float:
        model = build("recommender", dict(table))
        model.fit(part.training(training), seed=self.seed)
        # measuring writes into scores, which a model may have handed out of what it holds
        return part.ndcg(model.score(part.seen).copy())


def _best(contender: Contender, trials: list[Trial]) -> TunedModel | None:
    best = best_of(trials)
    if best is None:
        return None
    table = {**contender.recommender, **best.settings}
    given = {name: value for name, value in table.items() if value is not None}
    return TunedModel(given, best.value, len(trials))
