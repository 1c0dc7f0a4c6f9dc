"""What recommenders that learn by gradient descent share: settings, early stopping, the curve."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from polyrec.core.errors import ConfigError
from polyrec.core.model_folder import need_libraries
from polyrec.models.hold_out import hold_out
from polyrec.models.neural.training import Schedule, best_epoch, learn
from polyrec.models.recommender import Recommender

if TYPE_CHECKING:
    from collections.abc import Iterator

    from polyrec.core.types import Floats, Histories, Strings, Training
    from polyrec.models.hold_out import HeldOut
    from polyrec.models.neural.training import Weights


@dataclass
class Neural(Recommender):
    """A network that is trained twice: to find out for how long, and then on everything.

    The first time a fifth of each user's items is held out; it ends when nDCG@20 on them has not
    grown for `patience` epochs. The second takes as many epochs as were best. Scores are computed
    without torch, so a model that was saved answers where there is none.

    A new one writes `_start`, `_batches`, `_loss` and `_scores_of`.

    Attributes:
        dim: length of the embeddings.
        epochs: passes over the examples, at most.
        patience: so many epochs without a better nDCG end the first training.
        batch_size: examples in a step.
        learning_rate: of Adam.
        l2: decay of the weights.
        dropout: share of numbers inside the network that are left out while it learns.
    """

    name: ClassVar[str]

    dim: int = 64
    epochs: int = 60
    patience: int = 6
    batch_size: int = 256
    learning_rate: float = 0.003
    l2: float = 0.01
    dropout: float = 0.2
    weights_: Weights | None = field(default=None, init=False, repr=False, compare=False)
    vectors_: Floats | None = field(default=None, init=False, repr=False, compare=False)
    curve_: Floats | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for setting in ("dim", "epochs", "patience", "batch_size"):
            if getattr(self, setting) < 1:
                raise ConfigError(f"{setting} is {getattr(self, setting)}", hint="give at least 1")
        if not 0 < self.learning_rate < np.inf:
            raise ConfigError(
                f"learning_rate is {self.learning_rate}", hint="give a number above 0"
            )
        if not 0 <= self.l2 < np.inf:
            raise ConfigError(f"l2 is {self.l2}", hint="give 0 or a number above it")
        self._check_share("dropout")

    def _check_share(self, setting: str) -> None:
        value = getattr(self, setting)
        if not 0 <= value < 1:
            raise ConfigError(f"{setting} is {value}", hint="give a share from 0 up to below 1")

    def _fit(self, training: Training, seed: int) -> None:
        need_libraries(f"recommender {self.name!r}", ("torch",), "torch")
        self.vectors_ = training.vectors if self.needs_vectors else None
        held = self._held_out(training, seed)
        epochs, curve = self.epochs, None
        if held:
            known = held[0]

            def quality(weights: Weights) -> float:
                self.weights_ = weights
                # what runs away here makes the next epoch's loss infinite, which is refused
                with np.errstate(over="ignore", invalid="ignore"):
                    return known.ndcg(self._score(known.seen, None))

            _, curve = self._learned(known.training(training), seed, epochs, quality)
            epochs = best_epoch(curve)
        self.weights_, last = self._learned(training, seed, epochs)
        self.curve_ = last if curve is None else curve

    def _held_out(self, training: Training, seed: int) -> list[HeldOut]:
        """Give the inner split that says when to stop; none where too little is there."""
        return hold_out(training.histories, kinds=("random",), new=training.new, seed=seed)

    def _learned(
        self, training: Training, seed: int, epochs: int, quality: Any = None
    ) -> tuple[Weights, Floats]:
        schedule = Schedule(epochs, self.patience, self.learning_rate, self.l2, self.dropout)
        return learn(
            self._start(training, np.random.default_rng(seed)),
            lambda rng: self._batches(training, rng),
            self._loss,
            schedule=schedule,
            seed=seed,
            quality=quality,
        )

    def _score(self, histories: Histories, profiles: Floats | None) -> Floats:
        scores = self._scores_of(histories, profiles if self.needs_vectors else None)
        nothing = histories.lengths == 0
        if self.needs_vectors and profiles is not None:
            nothing &= ~profiles.any(axis=1)
        scores[nothing] = 0
        return scores

    def _extend(self, vectors: Floats, languages: Strings, categories: Strings) -> None:
        del languages, categories
        assert self.vectors_ is not None
        self.vectors_ = np.concatenate([self.vectors_, vectors])

    @abstractmethod
    def _start(self, training: Training, rng: np.random.Generator) -> Weights:
        """Give the weights before anything is learned."""

    @abstractmethod
    def _batches(
        self, training: Training, rng: np.random.Generator
    ) -> Iterator[tuple[np.ndarray, ...]]:
        """Give the examples of an epoch, each batch as arrays."""

    @abstractmethod
    def _loss(self, weights: dict[str, Any], batch: tuple[Any, ...], drop: Any) -> Any:
        """Give the mean loss of a batch; all are tensors."""

    @abstractmethod
    def _scores_of(self, histories: Histories, profiles: Floats | None) -> Floats:
        """Score all items by `weights_`, for histories that may be empty."""


def principal_axes(vectors: Floats, n: int, rng: np.random.Generator) -> Floats:
    """Give the axes along which vectors spread most, drawn ones where there are fewer, (dim, n).

    Products of vectors that are turned so are nearly those of the vectors themselves.
    """
    dim = vectors.shape[1]
    _, axes = np.linalg.eigh(vectors.T.astype(np.float64) @ vectors)
    more = rng.standard_normal((dim, max(n - dim, 0))) / dim**0.5
    return np.concatenate([axes[:, ::-1][:, :n], more], axis=1).astype(np.float32)
