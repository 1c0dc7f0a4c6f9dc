"""Compares contenders on the same splits, over split seeds and text seeds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from polyrec.core.progress import progress
from polyrec.core.registry import build
from polyrec.core.types import Training
from polyrec.evaluation.protocol import K, Key, Outcome, measure, measure_lists
from polyrec.evaluation.ranked import ranked_lists
from polyrec.pipeline.preparation import Bridged, Preparation
from polyrec.pipeline.space import Space

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from polyrec.augment.augmenter import Augmenter
    from polyrec.core.types import Doubles, Floats
    from polyrec.data.catalog import Catalog
    from polyrec.data.dataset import Dataset
    from polyrec.encode.encoder import Encoder
    from polyrec.evaluation.contenders import Contender
    from polyrec.models.recommender import Recommender


@dataclass(frozen=True)
class Setting:
    """What is compared on what.

    Attributes:
        data: what is split and shown in views.
        encoder: makes the vectors of all contenders.
        debias: table of the debias part under test.
        view: the view under test.
        text_seeds: draws of that view.
        splits: names of splits.
        seeds: of the splits.
        k: length of the lists.
        preparation: what happens to texts before they are encoded; its translator is for contenders
            that translate.
        augmenter: makes texts for all contenders' debias to learn from, out of the texts of items
            that somebody chose in train; None for none.
    """

    data: Dataset
    encoder: Encoder
    debias: Mapping[str, Any] = field(default_factory=lambda: {"use": "language-mean"})
    view: str = "one-language"
    text_seeds: Sequence[int] = (1,)
    splits: Sequence[str] = ("random", "cold-items")
    seeds: Sequence[int] = (0,)
    k: int = K
    preparation: Preparation = field(default_factory=Preparation)
    augmenter: Augmenter | None = None

    def check(self) -> None:
        """Refuse what would fail only after long work.

        Raises:
            UnknownNameError: there is no such split or view.
            DataError: `time` without timestamps, or a split that holds nothing out.
        """
        for split in self.splits:
            self.data.split(split, seed=self.seeds[0])
        self.data.view(self.view, seed=self.text_seeds[0])


@dataclass
class Results:
    """What the contenders did.

    Attributes:
        setting: what was compared on what.
        contenders: by name.
        outcomes: by text seed, split, split seed and name of the contender.
        last: each contender as it was fitted last.
        bridged: by text seed, what became of the texts of contenders that translate.
    """

    setting: Setting
    contenders: Mapping[str, Contender]
    outcomes: dict[tuple[int, str, int, str], Outcome] = field(default_factory=dict)
    last: dict[str, Recommender] = field(default_factory=dict)
    bridged: dict[int, Bridged] = field(default_factory=dict)

    def per_user(self, model: str, split: str, key: Key, text_seeds: Sequence[int]) -> Doubles:
        """Give one value per draw and user, shape (text seeds x split seeds, users)."""
        rows = [
            self.outcomes[text_seed, split, seed, model].per_user.get(key)
            for text_seed in text_seeds
            for seed in self.setting.seeds
        ]
        n_users = len(self.setting.data.interactions.users)
        empty = np.full(n_users, np.nan)
        return np.stack([empty if row is None else row for row in rows])


class Spaces:
    """Vectors of views, each made once."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.catalogs: dict[tuple[str, int], Dataset] = {}
        self.made: dict[tuple[str, int, str, bytes], Floats] = {}
        self.bridged: dict[int, Bridged] = {}

    def shown(self, contender: Contender, text_seed: int) -> Dataset:
        """Give the data as a contender sees them."""
        view = contender.view or self.setting.view
        key = (view, 0 if contender.view else text_seed)
        if key not in self.catalogs:
            self.catalogs[key] = self.setting.data.view(view, seed=text_seed)
        return self.catalogs[key]

    def vectors(
        self, contender: Contender, text_seed: int, train: Dataset | None = None, *, seed: int = 0
    ) -> Floats:
        """Give the items' vectors as a contender sees them, shape (items, dim).

        Args:
            contender: who sees them.
            text_seed: of the view.
            train: what further texts may be made from; None for none.
            seed: draws those texts.
        """
        debias = contender.debias or self.setting.debias
        augmenter = None if train is None else self.setting.augmenter
        chosen = None if train is None or augmenter is None else train.histories.chosen
        prepared = repr((debias, contender.translates, seed if augmenter else 0))
        learned_from = b"" if chosen is None else chosen.tobytes()
        key = (contender.view, 0 if contender.view else text_seed, prepared, learned_from)
        if key not in self.made:
            preparation = self.setting.preparation
            if not contender.translates:
                preparation = preparation.without_translation()
            part = build("debias", dict(debias))
            space = Space(self.setting.encoder, part, preparation, augmenter)
            catalog = self.shown(contender, text_seed).catalog
            self.made[key] = space.fit(catalog, chosen=chosen, seed=seed)
            if contender.translates:
                self.bridged.setdefault(text_seed, space.bridged)
        return self.made[key]

    def fill(self, contenders: Iterable[Contender]) -> None:
        """Make all vectors that will be needed, which takes longest the first time."""
        for contender in contenders:
            if _needs_vectors(contender):
                for text_seed in self.setting.text_seeds:
                    self.vectors(contender, text_seed)

    def of_plan(self, contenders: Iterable[Contender], text_seed: int) -> Floats | None:
        """Give the vectors of the space under test, in which all lists are compared.

        Returns:
            None where no contender reads them: they are not made for a measure alone.
        """
        for contender in contenders:
            own_space = contender.debias or contender.view or contender.translates
            if _needs_vectors(contender) and not own_space:
                return self.vectors(contender, text_seed)
        return None


def _needs_vectors(contender: Contender) -> bool:
    return bool(build("recommender", dict(contender.recommender)).needs_vectors)


def compare(setting: Setting, contenders: Mapping[str, Contender]) -> Results:
    """Fit and measure every contender on every split, seed and text seed.

    A contender whose texts do not depend on the text seed is fitted once per split and seed, and
    measured in the slices of each text seed.
    """
    spaces = Spaces(setting)
    results = Results(setting, contenders, bridged=spaces.bridged)
    spaces.fill(contenders.values())
    parted = {
        (split, seed): setting.data.split(split, seed=seed)
        for split in setting.splits
        for seed in setting.seeds
    }
    n_fits = len(setting.text_seeds) * len(contenders) * len(parted)
    fitted: dict[tuple[str, str, int], Recommender] = {}
    with progress("comparing", n_fits, unit="fits") as advance:
        for text_seed in setting.text_seeds:
            shown = setting.data.view(setting.view, seed=text_seed).catalog
            vectors = spaces.of_plan(contenders.values(), text_seed)
            for name, contender in contenders.items():
                for (split, seed), (train, test) in parted.items():
                    model = fitted.get((name, split, seed))
                    if model is None:
                        model = fit(contender, train, spaces, text_seed=text_seed, seed=seed)
                    if contender.view:
                        fitted[name, split, seed] = model
                    results.outcomes[text_seed, split, seed, name] = _measured(
                        model,
                        contender,
                        (train, test),
                        shown,
                        vectors=vectors,
                        k=setting.k,
                        seed=seed,
                    )
                    results.last[name] = model
                    advance(1)
    return results


def _measured(
    model: Recommender,
    contender: Contender,
    parts: tuple[Dataset, Dataset],
    catalog: Catalog,
    *,
    vectors: Floats | None,
    k: int,
    seed: int,
) -> Outcome:
    """Measure a fitted contender, with its ranker where it has one."""
    train, test = (part.histories for part in parts)
    if contender.ranker is None:
        return measure(model, train, test, catalog.languages, vectors=vectors, k=k, seed=seed)
    known = train.rows(np.flatnonzero(test.lengths > 0))
    ranker = build("ranker", dict(contender.ranker))
    lists = ranked_lists(model, ranker, known, catalog, vectors=vectors, k=k, seed=seed)
    return measure_lists(lists, train, test, catalog.languages, vectors=vectors, k=k)


def fit(
    contender: Contender, train: Dataset, spaces: Spaces, *, text_seed: int, seed: int
) -> Recommender:
    """Fit a contender on the training part of the data."""
    recommender: Recommender = build("recommender", dict(contender.recommender))
    training = training_for(contender, train, spaces, text_seed=text_seed, seed=seed)
    return recommender.fit(training, seed=seed)


def training_for(
    contender: Contender, train: Dataset, spaces: Spaces, *, text_seed: int, seed: int
) -> Training:
    """Give what a contender may learn from: the training part, and the texts as it sees them."""
    catalog = spaces.shown(contender, text_seed).catalog
    vectors = None
    if _needs_vectors(contender):
        vectors = spaces.vectors(contender, text_seed, train, seed=seed)
    return Training(
        train.histories,
        vectors,
        catalog.languages,
        catalog.categories,
        new=train.catalog.new,
        markets=train.catalog.markets,
    )
