"""What tuning found: settings per model, and in which part of which data they were found."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from polyrec.core.errors import ConfigError, DataError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from polyrec.data.dataset import Dataset

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
        trials: of all models, the defaults first; empty where read from a file.
    """

    data: str
    view: str
    text_seed: int
    split: str
    seed: int
    models: Mapping[str, TunedModel]
    trials: Mapping[str, list[Any]] = field(default_factory=dict)

    def to_json(self) -> str:
        """Write all but the trials as JSON."""
        document = {
            "data": self.data,
            "view": self.view,
            "text_seed": self.text_seed,
            "split": self.split,
            "seed": self.seed,
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
                f"{file} is not what polyrec tune writes: {error}", hint="make it anew"
            ) from error

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
