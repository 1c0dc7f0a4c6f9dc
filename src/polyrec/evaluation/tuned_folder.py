"""The folder of `polyrec tune`: what an earlier run has left there, and what is written there."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from polyrec.core.errors import DataError
from polyrec.core.files import whole_folder, write_whole
from polyrec.core.registry import build, table_of
from polyrec.evaluation.tuned import FILE, Tuned

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from polyrec.pipeline.plan import Plan

TRIALS, TRIED, PLANS = "trials.sqlite", "trials.json", "plans"


@dataclass(frozen=True)
class Earlier:
    """What an earlier run has left in a folder.

    Attributes:
        folder: where it lies.
        tuned: its settings.
        trials: its trials by model, as they stand in the file.
    """

    folder: Path
    tuned: Tuned
    trials: Mapping[str, Any]

    @classmethod
    def of(cls, folder: Path) -> Earlier | None:
        """Read it; None where there is nothing, or a run that was broken off.

        Raises:
            DataError: its files say something else.
        """
        if not (folder / FILE).is_file():
            return None
        tuned, file = Tuned.load(folder), folder / TRIED
        try:
            trials = dict(json.loads(file.read_text(encoding="utf-8"))["trials"])
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise DataError(
                f"{file} is not what polyrec tune writes: {error}",
                hint="name another folder with --out",
            ) from error
        return cls(folder, tuned, trials)


def write_tuned(
    tuned: Tuned,
    out: Path,
    plan: Plan,
    *,
    debias: Mapping[str, Mapping[str, Any]],
    earlier: Earlier | None,
) -> Tuned:
    """Write results: the file that benchmarks read, all trials, and a plan for each model.

    Args:
        tuned: of this run.
        out: the folder.
        plan: what was tuned.
        debias: tables of the models that have a debias of their own, by name.
        earlier: what was found there before, for the same question; its other models stay.

    Returns:
        What is in the folder now, with the trials of this run.
    """
    trials = {
        name: [asdict(t) | {"value": None if t.refused else t.value} for t in made]
        for name, made in tuned.trials.items()
    }
    document = {
        "objective": tuned.objective,
        "trials": {**(earlier.trials if earlier else {}), **trials},
    }
    write_whole(out / TRIED, json.dumps(document, indent=1, allow_nan=False) + "\n")
    whole = tuned.joined(earlier.tuned) if earlier else tuned
    with whole_folder(out / PLANS) as folder:
        for name, model in tuned.models.items():
            part = build("recommender", dict(model.recommender))
            table = debias.get(name) or table_of("debias", plan.debias)
            own = replace(plan, recommender=part, debias=build("debias", dict(table)))
            (folder / f"{name}.toml").write_text(own.to_toml(), encoding="utf-8")
        for name in whole.models.keys() - tuned.models.keys():
            if (kept := out / PLANS / f"{name}.toml").is_file():
                shutil.copyfile(kept, folder / kept.name)
    write_whole(out / FILE, whole.to_json())
    return whole
