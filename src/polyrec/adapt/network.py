"""The encoder while it learns: lower layers frozen and run once per text, upper ones trained.

What the frozen layers make of each text is kept, so a step costs what the upper layers cost.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from polyrec.core.errors import ConfigError, EngineError
from polyrec.core.model_folder import digest_of, first_line, silent
from polyrec.core.progress import progress

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from polyrec.core.types import Floats, Integers

METHODS = ("full", "lora", "head")
BATCH = 64
"""Texts that are run at a time where nothing is learned."""

LORA_RANK = 16


@dataclass(frozen=True, eq=False)
class Kept:
    """What frozen layers made of texts: the states of all their tokens, one text after another.

    Attributes:
        states: half precision, shape (tokens of all texts, width).
        tokens: the token ids, shape (tokens of all texts,).
        starts: where each text begins, shape (texts,).
        lengths: how many tokens each text has, shape (texts,).
    """

    states: Any
    tokens: Integers
    starts: Integers
    lengths: Integers

    def __len__(self) -> int:
        return len(self.starts)

    def rows(self, texts: Integers) -> Kept:
        """Give what was made of some texts, without a copy."""
        return Kept(self.states, self.tokens, self.starts[texts], self.lengths[texts])

    def joined(self, more: Kept) -> Kept:
        """Put further texts behind these."""
        import torch

        return Kept(
            torch.cat([self.states, more.states]),
            np.concatenate([self.tokens, more.tokens]),
            np.concatenate([self.starts, more.starts + len(self.tokens)]),
            np.concatenate([self.lengths, more.lengths]),
        )


class Network:
    """A model of sentence-transformers, its layers above `frozen_layers` open to learning."""

    def __init__(
        self, folder: Path, *, method: str, frozen_layers: int, max_tokens: int, seed: int
    ) -> None:
        """Load a model.

        Args:
            folder: of the model.
            method: `full` (weights of the upper layers), `lora` (few weights beside them), or
                `head` (a matrix on the finished vector).
            frozen_layers: how many layers stay as they are.
            max_tokens: where texts are cut.
            seed: draws the weights that are new.

        Raises:
            ConfigError: the model has other layers than BERT, or too few.
            EngineError: it cannot be loaded.
        """
        import torch

        self.model = _loaded(folder)
        limit = self.model.max_seq_length
        if limit and max_tokens > limit:
            raise ConfigError(f"max_tokens is {max_tokens}, and the model {folder} reads {limit}")
        self.model.max_seq_length = self.max_tokens = max_tokens
        self.inner = self.model[0].model
        layers = getattr(getattr(self.inner, "encoder", None), "layer", None)
        if layers is None:
            raise ConfigError(
                f"the model {folder} is no BERT", hint="give one of BERT or XLM-R, or e5-small"
            )
        self.method, self.n_layers = method, len(layers)
        self.frozen_layers = self.n_layers if method == "head" else frozen_layers
        if not 0 <= frozen_layers < self.n_layers:
            raise ConfigError(
                f"frozen_layers is {frozen_layers}, and the model has {self.n_layers} layers",
                hint=f"give 0 to {self.n_layers - 1}",
            )
        self.frozen_name = f"{digest_of(folder)}-{self.frozen_layers}-{max_tokens}-{has_half()}"
        self.dim = int(self.model.get_embedding_dimension())
        self.matrix = torch.eye(self.dim)
        self.bias = torch.zeros(self.dim)
        self.inner.requires_grad_(requires_grad=False)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.parameters = self._open()

    def _open(self) -> list[Any]:
        """Open to learning what the method says, and give it."""
        if self.method == "head":
            return [self.matrix.requires_grad_(), self.bias.requires_grad_()]
        if self.method == "lora":
            from peft import LoraConfig, inject_adapter_in_model

            config = LoraConfig(
                r=LORA_RANK,
                lora_alpha=2 * LORA_RANK,
                target_modules=["query", "key", "value", "dense"],
                layers_to_transform=list(range(self.frozen_layers, self.n_layers)),
                layers_pattern="layer",
            )
            inject_adapter_in_model(config, self.inner)
            return [p for name, p in self.inner.named_parameters() if "lora_" in name]
        found = []
        for layer in self.inner.encoder.layer[self.frozen_layers :]:
            layer.requires_grad_(requires_grad=True)
            found += list(layer.parameters())
        return found

    def keep(self, texts: Sequence[str]) -> Kept:
        """Run the frozen layers over texts, once."""
        import torch

        prefix = self.model.prompts.get("document") or self.model.prompts.get("passage") or ""
        cut = self.model.tokenizer(
            [prefix + text for text in texts], truncation=True, max_length=self.max_tokens
        )["input_ids"]
        lengths = np.array([len(ids) for ids in cut], dtype=np.int64)
        starts = np.cumsum(lengths) - lengths
        tokens = np.concatenate([np.asarray(ids, dtype=np.int64) for ids in cut])
        states = torch.empty((len(tokens), self.inner.config.hidden_size), dtype=torch.bfloat16)
        order = np.argsort(lengths, kind="stable")
        with torch.no_grad(), progress("frozen layers", len(order), unit="texts") as advance:
            for start in range(0, len(order), BATCH):
                rows = order[start : start + BATCH]
                place, mask = _places(starts[rows], lengths[rows])
                ids = torch.from_numpy(tokens[place])
                with self._half():
                    made = self.inner.embeddings(ids)
                    made = self._run(made, mask, 0, self.frozen_layers)
                states[torch.from_numpy(place[mask])] = made[torch.from_numpy(mask)].bfloat16()
                advance(len(rows))
        return Kept(states, tokens, starts, lengths)

    def vectors(self, kept: Kept, rows: Integers, *, dropped: Any = None) -> Any:
        """Give the vectors of some texts, unit rows through which gradients flow.

        Args:
            kept: what the frozen layers made.
            rows: which texts.
            dropped: share of the tokens inside each text that is left out, and what draws them.
        """
        import torch

        lengths = kept.lengths[rows]
        place, mask = _places(kept.starts[rows], lengths)
        if dropped is not None:
            share, rng = dropped
            gone = rng.random(mask.shape) < share
            gone[:, 0] = False
            mask = mask & ~gone
        states = kept.states[torch.from_numpy(place)]
        if not has_half():
            states = states.float()
        with self._half():
            made = self._run(states, mask, self.frozen_layers, self.n_layers)
        features = {
            "token_embeddings": made.float(),
            "attention_mask": torch.from_numpy(mask.astype(np.int64)),
        }
        for module in list(self.model)[1:]:
            features = module(features)
        pooled = torch.nn.functional.normalize(features["sentence_embedding"], dim=1)
        if self.method == "head":
            pooled = torch.nn.functional.normalize(pooled @ self.matrix.T + self.bias, dim=1)
        return pooled

    def all_vectors(self, kept: Kept, rows: Integers | None = None) -> Floats:
        """Give vectors without gradients, shape (texts, dim)."""
        import torch

        rows = np.arange(len(kept)) if rows is None else rows
        found = np.empty((len(rows), self.dim), dtype=np.float32)
        order = np.argsort(kept.lengths[rows], kind="stable")
        with torch.no_grad():
            for start in range(0, len(order), BATCH):
                some = order[start : start + BATCH]
                found[some] = self.vectors(kept, rows[some]).numpy()
        return found

    def weights(self) -> dict[str, Any]:
        """Copy what has been learned so far."""
        return {str(i): p.detach().clone() for i, p in enumerate(self.parameters)}

    def set_weights(self, weights: dict[str, Any]) -> None:
        """Take back what `weights` gave."""
        for i, parameter in enumerate(self.parameters):
            parameter.data.copy_(weights[str(i)])

    def save(self, folder: Path) -> None:
        """Write a model of sentence-transformers, LoRA merged; or the head alone."""
        from safetensors.torch import save_file

        if self.method == "head":
            head = {"weight": self.matrix.detach(), "bias": self.bias.detach()}
            save_file(head, folder / "head.safetensors")
            return
        if self.method == "lora":
            _merge_lora(self.inner)
        with silent():
            self.model.save(str(folder), create_model_card=False)

    def _run(self, states: Any, mask: Any, first: int, last: int) -> Any:
        import torch

        bias = None
        if not mask.all():
            seen = torch.from_numpy(mask)[:, None, None, :]
            bias = torch.where(seen, 0.0, -1e4)
        for layer in self.inner.encoder.layer[first:last]:
            made = layer(states, attention_mask=None if bias is None else bias.to(states.dtype))
            states = made[0] if isinstance(made, tuple) else made
        return states

    def _half(self) -> Any:
        """Compute products in half precision where the processor is made for it."""
        import torch

        return torch.autocast("cpu", torch.bfloat16, enabled=has_half())


def has_half() -> bool:
    """Say whether this processor multiplies matrices of half precision by itself (AMX)."""
    import torch

    return bool(torch.cpu._is_amx_tile_supported())


def _loaded(folder: Path) -> Any:
    from sentence_transformers import SentenceTransformer

    with silent():
        try:
            return SentenceTransformer(
                str(folder),
                device="cpu",
                local_files_only=True,
                trust_remote_code=False,
                model_kwargs={"use_safetensors": True, "attn_implementation": "eager"},
            ).eval()
        except (OSError, ValueError, KeyError, RuntimeError, ImportError) as error:
            raise EngineError(
                f"{folder} cannot be loaded: {first_line(error)}",
                hint="give the folder of a model, with its tokenizer and safetensors",
            ) from error


def _places(starts: Integers, lengths: Integers) -> tuple[Any, Any]:
    """Give where the tokens of some texts stand, padded with their first, and which are real."""
    steps = np.arange(lengths.max())
    mask = steps < lengths[:, None]
    return np.where(mask, starts[:, None] + steps, starts[:, None]), mask


def _merge_lora(model: Any) -> None:
    """Add what LoRA learned to the weights beside which it stood, and take it out."""
    from peft.tuners.lora import LoraLayer

    for name, module in list(model.named_modules()):
        if isinstance(module, LoraLayer):
            module.merge()
            parent = model.get_submodule(name.rpartition(".")[0])
            setattr(parent, name.rpartition(".")[2], module.get_base_layer())
    model._hf_peft_config_loaded = False
