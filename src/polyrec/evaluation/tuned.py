"""What tuning found: settings per model, and in which part of which data they were found."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from polyrec.core.errors import ConfigError, DataError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from polyrec.data.dataset import Dataset
    from polyrec.evaluation.trials import Trial

FILE = "tuned.json"


@dataclass(frozen=True)
class TunedModel:
    """The best settings of one model.

    Attributes:
        recommender: its table, as in a plan.
        validation: what the settings were worth inside the training part.
        trials: how many were made to find them.
    """

    recommender: Mapping[str, Any]
    validation: float
    trials: int


@dataclass(frozen=True)
class Tuned:
    """Settings by model, and the split inside whose training part they were found.

    Attributes:
        data: fingerprint of the whole data.
        view: that the items were shown in.
        text_seed: drew that view.
        split: whose training part was used.
        seed: drew that split.
        models: by name; a model whose trials were all refused is not there.
        trials: of the models of this run, the defaults first; empty where read from a file.
        objective: which splits of that training part counted; empty where an older file is silent.
        space: a hash of how texts became vectors there; empty likewise.
    """

    data: str
    view: str
    text_seed: int
    split: str
    seed: int
    models: Mapping[str, TunedModel]
    trials: Mapping[str, list[Trial]] = field(default_factory=dict)
    objective: str = ""
    space: str = ""

    def to_json(self) -> str:
        """Write all but the trials as JSON."""
        document = {
            "data": self.data,
            "view": self.view,
            "text_seed": self.text_seed,
            "split": self.split,
            "seed": self.seed,
            "objective": self.objective,
            "space": self.space,
            "models": {
                name: {
                    "recommender": dict(model.recommender),
                    "validation": model.validation,
                    "trials": model.trials,
                }
                for name, model in self.models.items()
            },
        }
        return json.dumps(document, indent=1, allow_nan=False) + "\n"

    @classmethod
    def load(cls, folder: str | Path) -> Tuned:
        """Read what `polyrec tune` wrote into a folder.

        Raises:
            DataError: there is no such file, or it says something else.
        """
        file = Path(folder) / FILE
        if not file.is_file():
            raise DataError(f"{folder} has no {FILE}", hint="make it with polyrec tune --out")
        try:
            document = json.loads(file.read_text(encoding="utf-8"))
            models = {name: TunedModel(**model) for name, model in document.pop("models").items()}
            return cls(**document, models=models)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise DataError(
                f"{file} is not what polyrec tune writes: {error}",
                hint="make it anew in another folder",
            ) from error

    def check_same(self, earlier: Tuned, folder: Path) -> None:
        """Refuse to write over what an earlier run found for another question.

        Raises:
            ConfigError: the two have nothing to do with each other.
        """
        names = [f.name for f in fields(self) if f.name not in {"models", "trials"}]
        others = [n for n in names if getattr(earlier, n) not in ("", getattr(self, n))]
        if others:
            said = ", ".join(others).replace("_", " ")
            raise ConfigError(
                f"{folder} holds what was tuned with other {said}",
                hint="name another folder with --out",
            )

    def joined(self, earlier: Tuned) -> Tuned:
        """Keep the models of an earlier run that this one has not tried."""
        kept = {name: model for name, model in earlier.models.items() if name not in self.trials}
        return replace(self, models=kept | dict(self.models))

    def check(self, data: Dataset, *, split: str, seed: int) -> None:
        """Refuse to be used where tuning may have seen the test.

        Args:
            data: the whole data that are parted.
            split: name of the split under test.
            seed: of that split.

        Raises:
            ConfigError: the settings were found in other data, or another split of them.
        """
        if self.data != data.fingerprint:
            raise ConfigError(
                f"the settings were tuned on other data than {data.name}",
                hint="tune on these: polyrec tune",
            )
        if (self.split, self.seed) != (split, seed):
            raise ConfigError(
                f"the settings were tuned in the training part of the split {self.split!r}, seed "
                f"{self.seed}, which holds test interactions of the split {split!r}, seed {seed}",
                hint=f"polyrec tune --split {split} --seed {seed}",
            )
