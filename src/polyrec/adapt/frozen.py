"""What frozen layers made of texts, kept in a folder for other runs with the same base."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from polyrec.adapt.network import Kept
from polyrec.core.files import whole_file

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from polyrec.adapt.network import Network


class Frozen:
    """Runs frozen layers, each text once per folder; the file has no texts, only their hashes."""

    def __init__(self, network: Network, folder: Path | None) -> None:
        self.network = network
        self.file = None if folder is None else folder / f"{network.frozen_name}.safetensors"

    def keep(self, texts: Sequence[str]) -> Kept:
        """Give what the frozen layers make of texts; new ones are run, and kept as well."""
        if self.file is None:
            return self.network.keep(texts)
        import torch
        from safetensors.torch import load_file, save_file

        hashes = np.array([_number(text) for text in texts], dtype=np.int64)
        if self.file.is_file():
            found = load_file(self.file)
            known, *rest = (
                found[name].numpy() for name in ("hashes", "tokens", "starts", "lengths")
            )
            kept: Kept | None = Kept(found["states"], *rest)
        else:
            known, kept = np.empty(0, dtype=np.int64), None
        missing, first = np.unique(hashes, return_index=True)
        new = np.sort(first[~np.isin(missing, known)])
        if len(new):
            made = self.network.keep([texts[row] for row in new])
            kept = made if kept is None else kept.joined(made)
            known = np.concatenate([known, hashes[new]])
            self.file.parent.mkdir(parents=True, exist_ok=True)
            with whole_file(self.file) as aside:
                arrays = {
                    "hashes": known,
                    "tokens": kept.tokens,
                    "starts": kept.starts,
                    "lengths": kept.lengths,
                }
                tensors = {name: torch.from_numpy(array) for name, array in arrays.items()}
                save_file({"states": kept.states, **tensors}, aside)
        assert kept is not None
        order = np.argsort(known)
        return kept.rows(order[np.searchsorted(known, hashes, sorter=order)])


def _number(text: str) -> int:
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "little", signed=True)
