"""A text can be said again from the vector of what is left of it.

Most tokens are left out before the upper layers see a text; a small decoder has to say all of its
tokens from the vector alone (TSDAE, Wang et al. 2021). It is one causal layer that learns along and
is thrown away, and it chooses among the tokens that occur in the catalog. For a domain in which
nobody has chosen anything yet.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from polyrec.adapt.objectives.objective import Objective
from polyrec.core.errors import ConfigError

if TYPE_CHECKING:
    from polyrec.adapt.examples import Examples
    from polyrec.adapt.network import Kept, Network

WIDTH = 128
N_HEADS = 4
N_TOKENS = 32
"""So many tokens of a text are said again, from its first one on."""


@dataclass
class Denoising(Objective):
    """Learns from texts alone.

    Attributes:
        left_out: share of a text's tokens that is left out; TSDAE's 0.6 is best in its paper.
        most_tokens: so many different tokens the decoder knows, the most frequent ones.
    """

    left_out: float = 0.6
    most_tokens: int = 8000
    _decoder: Any = field(default=None, init=False, repr=False, compare=False)
    _known: tuple[Any, ...] = field(default=(), init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not 0 <= self.left_out < 1:
            raise ConfigError(f"left_out is {self.left_out}", hint="give a share below 1")

    def prepare(self, examples: Examples, network: Network, kept: Kept) -> None:
        """Number the tokens that occur, the most frequent first; the others are one more."""
        import torch

        del examples
        tokens, counts = np.unique(kept.tokens, return_counts=True)
        known = np.sort(tokens[np.argsort(-counts, kind="stable")][: self.most_tokens])
        n = len(known) + 1
        self._known = (kept, known)
        self._decoder = torch.nn.ModuleDict(
            {
                "from_vector": torch.nn.Linear(network.dim, WIDTH),
                "words": torch.nn.Embedding(n, WIDTH),
                "places": torch.nn.Embedding(N_TOKENS, WIDTH),
                "layer": torch.nn.TransformerEncoderLayer(
                    WIDTH, N_HEADS, 2 * WIDTH, dropout=0.0, batch_first=True
                ),
                "bias": torch.nn.Linear(1, n, bias=False),
            }
        )

    @property
    def parameters(self) -> list[Any]:
        """The decoder."""
        return list(self._decoder.parameters())

    def loss(self, network: Network, rng: np.random.Generator, size: int) -> Any:
        """Give the mean cross-entropy of the tokens of some texts, each told those before it."""
        import torch

        kept, known = self._known
        rows = rng.choice(len(kept), min(size, len(kept)), replace=False)
        vectors = network.vectors(kept, rows, dropped=(self.left_out, rng))
        said = self._numbers(kept, known, rows)
        parts = self._decoder
        start = parts["from_vector"](vectors)[:, None]
        steps = torch.cat([start, start + parts["words"](said.clamp(min=0))[:, :-1]], dim=1)
        steps = steps + parts["places"].weight[: said.shape[1]]
        causal = torch.nn.Transformer.generate_square_subsequent_mask(said.shape[1])
        made = parts["layer"](steps, src_mask=causal, is_causal=True)
        logits = made @ parts["words"].weight.T + parts["bias"].weight[:, 0]
        return torch.nn.functional.cross_entropy(
            logits.flatten(0, 1), said.flatten(), ignore_index=-1
        )

    @staticmethod
    def _numbers(kept: Kept, known: Any, rows: Any) -> Any:
        """Give the numbers of the first tokens behind the opening one, -1 where a text ends."""
        import torch

        places = 1 + np.arange(N_TOKENS)
        inside = places < kept.lengths[rows][:, None]
        tokens = kept.tokens[np.where(inside, kept.starts[rows][:, None] + places, 0)]
        number = np.searchsorted(known, tokens)
        number[known[np.minimum(number, len(known) - 1)] != tokens] = len(known)
        return torch.from_numpy(np.where(inside, number, -1))
