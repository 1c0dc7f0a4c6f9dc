"""Where a run stands, in a folder: weights, the optimiser's, draws, the curve."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from polyrec.core.errors import ConfigError
from polyrec.core.files import whole_folder

if TYPE_CHECKING:
    from pathlib import Path

TENSORS = "state.safetensors"
REST = "state.json"


@dataclass(frozen=True, eq=False)
class Outcome:
    """What learning gave.

    Attributes:
        curve: epoch, mean loss and quality, of each check; epoch 0 is the base.
        weights: of the epoch that was best, as `Network.weights` gives them.
        seconds: how long the frozen layers and learning took, by name.
    """

    curve: list[Any]
    weights: dict[str, Any]
    seconds: dict[str, float]


class Checkpoint:
    """One folder, replaced as a whole after every check; no pickle."""

    def __init__(self, folder: Path, facts: dict[str, Any]) -> None:
        """Name the folder, and what run it is of.

        Raises:
            ConfigError: the folder holds the checkpoint of another run.
        """
        self.folder = folder
        self.run = json.loads(json.dumps(facts))
        if self.is_there and self._rest()["run"] != self.run:
            raise ConfigError(
                f"{folder} is of a run with other settings or data",
                hint="delete it (polyrec adapt: give --anew), or name another folder",
            )

    @property
    def is_there(self) -> bool:
        """Whether there is something to go on from."""
        return (self.folder / REST).is_file()

    @property
    def is_over(self) -> bool:
        """Whether the run that wrote it had learned all that it wanted."""
        return self.is_there and self._rest()["over"]

    def save(self, learner: Any, curve: list[Any], best: dict[str, Any], *, over: bool) -> None:
        """Write where a learner stands, and whether it has no more to learn."""
        from safetensors.torch import save_file

        tensors = _named("best", best) | _named("now", learner.network.weights())
        for name, state in learner.adam.state_dict()["state"].items():
            tensors |= _named(f"adam.{name}", state)
        for name, part in learner.parts.items():
            tensors |= _named(f"part.{name}", part.state())
        rest = {
            "run": self.run,
            "over": over,
            "curve": [[None if np.isnan(x) else x for x in row] for row in curve],
            "seconds": learner.seconds,
            "draws": learner.rng.bit_generator.state,
        }
        with whole_folder(self.folder) as aside:
            save_file(
                {name: tensor.contiguous() for name, tensor in tensors.items()}, aside / TENSORS
            )
            (aside / REST).write_text(json.dumps(rest), encoding="utf-8")

    def load(self, learner: Any) -> tuple[list[Any], dict[str, Any]]:
        """Put a learner where it was; give the curve and the best weights so far."""
        from safetensors.torch import load_file

        rest, found = self._rest(), load_file(self.folder / TENSORS)
        learner.network.set_weights(_under("now", found))
        state = learner.adam.state_dict()
        n_weights = sum(len(group["params"]) for group in state["param_groups"])
        state["state"] = {i: _under(f"adam.{i}", found) for i in range(n_weights)}
        learner.adam.load_state_dict(state)
        for name, part in learner.parts.items():
            part.set_state(_under(f"part.{name}", found))
        learner.rng.bit_generator.state = rest["draws"]
        learner.seconds = {name: rest["seconds"][name] + s for name, s in learner.seconds.items()}
        return _curve(rest), _under("best", found)

    def outcome(self) -> Outcome:
        """Give what learning gave, where it is over."""
        from safetensors.torch import load_file

        rest, found = self._rest(), load_file(self.folder / TENSORS)
        return Outcome(_curve(rest), _under("best", found), rest["seconds"])

    def remove(self) -> None:
        """Throw it away: the run is over."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _rest(self) -> Any:
        return json.loads((self.folder / REST).read_text(encoding="utf-8"))


def _curve(rest: dict[str, Any]) -> list[Any]:
    return [tuple(np.nan if x is None else x for x in row) for row in rest["curve"]]


def _named(prefix: str, tensors: dict[str, Any]) -> dict[str, Any]:
    return {f"{prefix}/{name}": tensor for name, tensor in tensors.items()}


def _under(prefix: str, tensors: dict[str, Any]) -> dict[str, Any]:
    start = f"{prefix}/"
    return {
        name.removeprefix(start): tensor
        for name, tensor in tensors.items()
        if name.startswith(start)
    }
