"""The benchmark: models and peers on the very same splits, measured by the same code."""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from polyrec.core.errors import ConfigError, DataError, PolyrecError
from polyrec.core.progress import progress
from polyrec.core.registry import table_of
from polyrec.core.types import NO_ITEM
from polyrec.evaluation.benchmark.entrants import named_contenders, own_settings, peers
from polyrec.evaluation.benchmark.environments import PEERS
from polyrec.evaluation.benchmark.families import Family
from polyrec.evaluation.benchmark.machine import commit, cores
from polyrec.evaluation.benchmark.runs import OWN, Entrant, Place, run_entrant
from polyrec.evaluation.benchmark.split_folder import write_inner, write_split, write_training
from polyrec.evaluation.comparison import Results, Setting, Spaces, training_for
from polyrec.evaluation.full import tagged_data
from polyrec.evaluation.protocol import K, measure_lists
from polyrec.evaluation.tuned import FILE, Tuned

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from polyrec.core.types import Training
    from polyrec.data.dataset import Dataset
    from polyrec.evaluation.benchmark.environments import Peer
    from polyrec.evaluation.contenders import Contender
    from polyrec.pipeline.plan import Plan

RUNS = "runs"
INNER_SEED = 1000
"""Added to a split's seed, draws the split inside its training part on which peers choose."""


@dataclass(frozen=True)
class Options:
    """What is compared, and how.

    Attributes:
        models: names of contenders or registered recommenders.
        splits: names of splits.
        seeds: of the splits.
        text_seed: draws the view.
        peers: names of libraries, or of one of their models each.
        peer_trials: settings that a peer chooses among inside the training part, the defaults
            among them.
        tuned: folders of `polyrec tune`, one for each split and seed, or folders of such folders.
        families: what is tested; empty for the first model against all others.
        k: length of the lists.
        threads: how many each model may use; 0 for as many as there are cores.
        timeout_s: seconds that one model may take on one split.
        n_resamples: of the bootstrap.
        known_peers: the libraries that there are.
    """

    models: Sequence[str]
    splits: Sequence[str] = ("random", "cold-items")
    seeds: Sequence[int] = (0,)
    text_seed: int = 1
    peers: Sequence[str] = ()
    peer_trials: int = 1
    tuned: Sequence[Path] = ()
    families: Sequence[Family] = ()
    k: int = K
    threads: int = 0
    timeout_s: float = 3600.0
    n_resamples: int = 10_000
    known_peers: Mapping[str, Peer] = field(default_factory=lambda: PEERS)


@dataclass
class Benchmark:
    """What was measured.

    Attributes:
        options: what was asked for.
        results: values per user, by split, seed and model; see `comparison.Results`.
        what: one line about each model that took part, in order.
        families: what is tested.
        runs: facts of every run: model, split, seed, seconds, megabytes, settings.
        failed: model, split (empty for all), seed (None for all) and why.
        notes: what a reader should know.
    """

    options: Options
    results: Results
    what: dict[str, str] = field(default_factory=dict)
    families: list[Family] = field(default_factory=list)
    runs: list[dict[str, Any]] = field(default_factory=list)
    failed: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def fail(self, model: str, why: str, split: str = "", seed: int | None = None) -> None:
        """Report a model that did not run."""
        self.failed.append({"model": model, "split": split, "seed": seed, "why": why})


def run_benchmark(plan: Plan, data: Dataset, options: Options, out: Path) -> Benchmark:
    """Run every model on every split and seed, each in a process of its own.

    A model that fails is reported, and the others go on. Runs are kept in `out`; the same call
    goes on where an earlier one was broken off.

    Args:
        plan: its encoder and debias make the vectors of all of polyrec's models.
        data: in the view under test.
        options: what is compared.
        out: folder for the runs.

    Raises:
        ConfigError: a name is not known, the plan has no encoder, or settings were tuned elsewhere.
        DataError: the data cannot be split so, or settings were not tuned for a split.
    """
    if plan.encoder is None:
        raise ConfigError("the plan has no encoder to compare with", hint="add [encoder] to it")
    data = tagged_data(data, plan)
    setting = Setting(
        data,
        plan.encoder,
        table_of("debias", plan.debias),
        view=data.view_name,
        text_seeds=(options.text_seed,),
        splits=options.splits,
        seeds=options.seeds,
        k=options.k,
        preparation=replace(plan.preparation, translator=plan.translator),
        augmenter=plan.augmenter,
    )
    setting.check()
    tuned = _tuned(options, data)
    made = Benchmark(options, Results(setting, {}))
    contenders = named_contenders(options.models, data, plan, made.fail)
    others = peers(
        options.peers,
        trials=options.peer_trials,
        failed=made.fail,
        noted=made.notes.append,
        known=options.known_peers,
    )
    made.what = {n: c.what for n, c in contenders.items()} | {e.name: w for e, w in others}
    made.families = _families(options, made)
    made.results = Results(setting, contenders)
    spaces = Spaces(setting)
    spaces.fill(contenders.values())
    total = len(options.splits) * len(options.seeds) * len(made.what)
    with progress("running", total, unit="runs") as advance:
        for split in options.splits:
            for seed in options.seeds:
                settings = tuned.get((split, seed))
                with tempfile.TemporaryDirectory(prefix="polyrec-benchmark-") as folder:
                    ground = _Ground(made, spaces, (split, seed), Path(folder) / "split", out)
                    entrants = [
                        ground.own(name, contender, settings)
                        for name, contender in contenders.items()
                    ]
                    for entrant in (*entrants, *(entrant for entrant, _ in others)):
                        ground.run(entrant)
                        advance(1)
    return made


class _Ground:
    """One split: its arrays on disk, and who is run on them."""

    def __init__(
        self, made: Benchmark, spaces: Spaces, where: tuple[str, int], folder: Path, out: Path
    ) -> None:
        self.made, self.spaces, (self.split, self.seed) = made, spaces, where
        split, seed = where
        setting, options = spaces.setting, made.options
        self.data = setting.data
        self.train, self.test = self.data.split(split, seed=seed)
        users = np.flatnonzero(self.test.histories.lengths > 0)
        self.seen = self.train.histories.rows(users)
        write_split(folder, self.train.histories, users)
        if options.peer_trials > 1 and options.peers:
            inner, wanted = self.train.split(split, seed=INNER_SEED + seed)
            write_inner(folder, inner.histories, wanted.histories)
        key = (self.data.fingerprint, self.data.view_name, options.text_seed, split, seed)
        self.place = Place(
            split=folder,
            out=out / RUNS / f"{split}-{seed}",
            k=options.k,
            seed=seed,
            threads=options.threads or cores(),
            timeout_s=options.timeout_s,
            key=repr(key),
            commit=commit(),
        )

    def own(self, name: str, contender: Contender, tuned: Tuned | None) -> Entrant:
        """Write what one of polyrec's models learns from, and say how it is run."""
        more: dict[str, Any] = {}
        if tuned is not None and name in tuned.models:
            found = tuned.models[name]
            contender = replace(contender, recommender=found.recommender)
            more = {"validation": found.validation, "trials": found.trials}
        training = training_for(
            contender,
            self.train,
            self.spaces,
            text_seed=self.made.options.text_seed,
            seed=self.seed,
        )
        file = f"training-{_digest(training)}.npz"
        if not (self.place.split / file).exists():
            write_training(self.place.split / file, training)
        return Entrant(name, name, OWN, own_settings(contender, file), more=more)

    def run(self, entrant: Entrant) -> None:
        """Run an entrant, and measure its lists."""
        try:
            rankings, facts = run_entrant(entrant, self.place, self.seen)
        except PolyrecError as error:
            self.made.fail(entrant.name, str(error), self.split, self.seed)
            return
        options = self.made.options
        catalog = self.data.catalog
        vectors = self.spaces.of_plan(self.made.results.contenders.values(), options.text_seed)
        self.made.results.outcomes[options.text_seed, self.split, self.seed, entrant.name] = (
            measure_lists(
                rankings,
                self.train.histories,
                self.test.histories,
                catalog.languages,
                vectors=vectors,
                k=options.k,
            )
        )
        settings = facts["settings"]
        run = {
            "model": entrant.name,
            "split": self.split,
            "seed": self.seed,
            "users": len(rankings),
            "empty": float((rankings.items == NO_ITEM).mean()) if rankings.items.size else 0.0,
            **{k: v for k, v in facts.items() if k != "key"},
            "settings": settings.get("recommender", settings),
        }
        self.made.runs.append(run)


def _digest(training: Training) -> str:
    """Tell training data apart by what they hold beside the histories."""
    found = hashlib.sha256()
    columns = (training.vectors, training.languages, training.categories)
    for column in (*columns, training.profiles, training.new):
        found.update(b"-" if column is None else column.tobytes())
    if training.markets is not None:  # most have none, and their runs need not be made anew
        found.update(training.markets.tobytes())
    return found.hexdigest()[:16]


def _tuned(options: Options, data: Dataset) -> dict[tuple[str, int], Tuned]:
    """Read the settings that were found inside each split's training part."""
    folders = [
        file.parent
        for folder in options.tuned
        for file in (sorted(Path(folder).rglob(FILE)) or [Path(folder) / FILE])
    ]
    found = {}
    for folder in folders:
        tuned = Tuned.load(folder)
        tuned.check(data, split=tuned.split, seed=tuned.seed)  # that it is of these data
        if (tuned.view, tuned.text_seed) != (data.view_name, options.text_seed):
            raise ConfigError(
                f"{folder} was tuned in the view {tuned.view!r}, text seed {tuned.text_seed}, not "
                f"in {data.view_name!r}, text seed {options.text_seed}",
                hint="tune in the view under test",
            )
        found[tuned.split, tuned.seed] = tuned
    wanted = [(split, seed) for split in options.splits for seed in options.seeds]
    for split, seed in wanted if options.tuned else ():
        if (split, seed) not in found:
            raise DataError(
                f"nothing was tuned inside the training part of the split {split!r}, seed {seed}",
                hint=f"polyrec tune --split {split} --seed {seed} --out {split}-{seed}",
            )
    return {where: found[where] for where in wanted if where in found}


def _families(options: Options, made: Benchmark) -> list[Family]:
    """Give the families that were asked for, or the first model against all others."""
    names = list(made.what)
    known = {*names, *(each["model"] for each in made.failed)}
    for family in options.families:
        for name in (family.first, *family.others):
            if name not in known:
                raise ConfigError(
                    f"the family {family.name!r} names {name!r}, which is not compared",
                    hint=f"compared are {', '.join(sorted(known))}",
                )
    if options.families or len(names) < 2:
        return list(options.families)
    return [Family(f"{names[0]} against all", names[0], tuple(names[1:]))]
