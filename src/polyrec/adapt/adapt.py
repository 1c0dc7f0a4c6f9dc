"""Adapts an encoder to a domain: several objectives at once, stopped when it no longer helps."""

from __future__ import annotations

import importlib.metadata
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from polyrec.adapt.checkpoint import Checkpoint, Outcome
from polyrec.adapt.examples import Examples
from polyrec.adapt.frozen import Frozen
from polyrec.adapt.learner import Learner, best_epoch
from polyrec.adapt.network import METHODS, Network
from polyrec.adapt.objectives.every import OBJECTIVES
from polyrec.adapt.validation import Validation
from polyrec.core.errors import ConfigError, UnknownNameError
from polyrec.core.model_folder import digest_of
from polyrec.encode.adapted import write_facts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from polyrec.core.types import Booleans
    from polyrec.data.dataset import Dataset

LEAST_BATCH = 4
MINIMA = {"epochs": 1, "batch_size": LEAST_BATCH, "max_tokens": 8, "patience": 1}
VERSIONS = ("polyrec", "torch", "transformers", "sentence-transformers", "peft")


@dataclass
class Adapt:
    """How an encoder is adapted; `run` does it.

    An epoch is as many texts as there are items to learn from. The epoch that is best on items kept
    apart is kept, and that may be the base as it was. The same seed gives the same weights on the
    same machine.

    Attributes:
        objectives: what is learned, by name, and how much each counts: see `OBJECTIVES`. One that
            counts less is shown fewer texts as well.
        method: `full` (weights of the upper layers), `lora` (few weights beside them), or `head` (a
            matrix on the finished vector, in seconds).
        epochs: passes, at most.
        batch_size: texts per step of the objective that counts most.
        learning_rate: of AdamW; a head gets 10 times as much.
        max_tokens: texts are cut at this many tokens.
        frozen_layers: how many of the lower layers stay as they are; they are run once per text.
        patience: so many epochs without a better quality end it; it is looked at every second.
        validation_share: share of the items that is kept apart to see when to stop.
        max_minutes: no epoch begins after so long.
        seed: draws everything.
    """

    objectives: Mapping[str, float] = field(
        default_factory=lambda: {"together": 1.0, "translations": 0.25}
    )
    method: str = "full"
    epochs: int = 10
    batch_size: int = 128
    learning_rate: float = 1e-4
    max_tokens: int = 64
    frozen_layers: int = 9
    patience: int = 10
    validation_share: float = 0.15
    max_minutes: float = 20.0
    seed: int = 0

    def __post_init__(self) -> None:
        for name, weight in self.objectives.items():
            if name not in OBJECTIVES:
                raise UnknownNameError("objective", name, OBJECTIVES)
            if not weight > 0:
                raise ConfigError(f"the weight of {name!r} is {weight}", hint="give one above 0")
        if not self.objectives:
            raise ConfigError("objectives is empty", hint=f"give one of {', '.join(OBJECTIVES)}")
        if self.method not in METHODS:
            raise ConfigError(f"method is {self.method!r}", hint=f"give one of {METHODS}")
        for name, least in MINIMA.items():
            if (value := getattr(self, name)) < least:
                raise ConfigError(f"{name} is {value}", hint=f"give at least {least}")
        for name in ("learning_rate", "max_minutes", "validation_share"):
            if not (value := getattr(self, name)) > 0:
                raise ConfigError(f"{name} is {value}", hint="give a number above 0")

    def texts_per_step(self, objective: str) -> int:
        """Give how many texts of an objective a step takes, by its weight beside the largest."""
        share = self.objectives[objective] / max(self.objectives.values())
        return max(round(self.batch_size * share), LEAST_BATCH)

    def network(self, base: Path) -> Network:
        """Load the model that learns, as it is before it has learned.

        Raises:
            ConfigError: the model does not suit the settings.
            EngineError: it cannot be loaded.
        """
        return Network(
            base,
            method=self.method,
            frozen_layers=self.frozen_layers,
            max_tokens=self.max_tokens,
            seed=self.seed,
        )

    def run(
        self,
        data: Dataset,
        base: Path,
        *,
        called: str = "",
        work: Path | None = None,
        held_out: Booleans | None = None,
        kept_in: Path | None = None,
        keep_work: bool = False,
    ) -> Adapted:
        """Learn, and give the best that was found.

        Args:
            data: training data; items that the catalog calls new give nothing.
            base: folder of the model to start from.
            called: what the facts call it; empty takes the folder.
            work: folder for checkpoints, one every second epoch: a run that is called again with
                the same settings and data goes on where it was; None for none.
            held_out: further items that nothing may be learned from, shape (items,).
            kept_in: folder that keeps what frozen layers made of texts, for other runs.
            keep_work: leave the last checkpoint, for who has more to do before the result is safe:
                the same call then gives it again without learning.

        Raises:
            DataError: the data have nothing for one of the objectives.
            ConfigError: the model does not suit the settings, the checkpoint is of another run, or
                the loss is no number any more.
        """
        examples = Examples.of(
            data, held_out=held_out, validation_share=self.validation_share, seed=self.seed
        )
        validation = Validation.of(data, examples, seed=self.seed)
        facts = self._facts(data, base, called, examples)
        checkpoint = None if work is None else Checkpoint(work, facts)
        network = self.network(base)
        if checkpoint is not None and checkpoint.is_over:
            outcome = checkpoint.outcome()
        else:
            outcome = self._learn(examples, validation, Frozen(network, kept_in), checkpoint)
        network.set_weights(outcome.weights)
        facts |= {
            "seconds": {name: round(value, 1) for name, value in outcome.seconds.items()},
            "best_epoch": best_epoch(outcome.curve),
            "curve": [[int(row[0]), *map(_number, row[1:])] for row in outcome.curve],
        }
        if checkpoint is not None and not keep_work:
            checkpoint.remove()
        return Adapted(network, np.array(outcome.curve, dtype=np.float32), facts)

    def _learn(
        self,
        examples: Examples,
        validation: Validation,
        frozen: Frozen,
        checkpoint: Checkpoint | None,
    ) -> Outcome:
        start, network = time.perf_counter(), frozen.network
        kept, watched = frozen.keep(examples.texts), frozen.keep(validation.texts)
        prepared = time.perf_counter() - start
        parts = {name: OBJECTIVES[name]() for name in self.objectives}
        with _seeded(self.seed):
            for part in parts.values():
                part.prepare(examples, network, kept)
        learner = Learner(self, network, parts, n_items=len(examples.items))
        learner.seconds["frozen_layers"] = prepared
        return learner.learn(lambda: validation.quality(network.all_vectors(watched)), checkpoint)

    def _facts(self, data: Dataset, base: Path, called: str, examples: Examples) -> dict[str, Any]:
        return {
            "base": called or str(base),
            "base_sha256": digest_of(base),
            "data": {
                "name": data.name,
                "view": data.view_name,
                "sha256": data.fingerprint,
                "users": len(data.interactions.users),
                "items": len(examples.items),
                "texts": len(examples.texts),
                "languages": sorted(set(examples.languages.tolist())),
            },
            "objectives": dict(self.objectives),
            "method": self.method,
            "settings": asdict(self),
            "seed": self.seed,
            "versions": {name: importlib.metadata.version(name) for name in VERSIONS},
        }


@dataclass(frozen=True, eq=False)
class Adapted:
    """An encoder that has learned.

    Attributes:
        network: the encoder.
        curve: epoch, mean loss and nDCG@20 on the items kept apart, of every check, shape (checks,
            3); the first is epoch 0, the base.
        facts: what it was made of and how, as `polyrec.json` holds it.
    """

    network: Network
    curve: Any
    facts: dict[str, Any]

    def save(self, folder: Path) -> None:
        """Write weights and facts into a folder that is there; the network is of no use after."""
        self.network.save(folder)
        write_facts(folder, self.facts)


def _number(x: float) -> float | None:
    return None if np.isnan(x) else float(x)


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Draw what is drawn by torch by the seed, and leave its generator as it was."""
    import torch

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield
