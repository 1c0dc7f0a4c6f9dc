"""The datasets that ship: each a folder of Parquet tables with its provenance and COPYRIGHT."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from polyrec.core.errors import UnknownNameError
from polyrec.data.load import read_dataset

if TYPE_CHECKING:
    from collections.abc import Mapping

    from polyrec.data.dataset import Dataset


@dataclass(frozen=True)
class Shipped:
    """What is known of a dataset without reading it.

    Attributes:
        name: what `load_dataset` takes.
        title: what it is about.
        source: where it is from.
        release_date: when the source was released.
        counts: users, items, interactions, texts and languages.
        folder: where its tables, README and COPYRIGHT lie.
    """

    name: str
    title: str
    source: str
    release_date: str
    counts: Mapping[str, int]
    folder: Path


def load_dataset(name: str = "debian", *, view: str = "one-language", seed: int = 1) -> Dataset:
    """Load a dataset that ships.

    Args:
        name: one of `shipped_datasets()`.
        view: in which language each item is shown: see `Dataset.view`.
        seed: draws the languages.

    Raises:
        UnknownNameError: no such dataset or view.
    """
    folder = _folder(name)
    items = pl.read_parquet(folder / "items.parquet")
    texts = pl.read_parquet(folder / "texts.parquet")
    catalog = texts.join(items, on="item_id", how="left", maintain_order="left")
    data = read_dataset(catalog, folder / "interactions.parquet", name=name)
    return data.view(view, seed=seed)


def shipped_datasets() -> list[Shipped]:
    """List the datasets that ship, by name."""
    return [_described(name) for name in _names()]


def _described(name: str) -> Shipped:
    folder = _folder(name)
    facts = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))
    counts = {key: facts["counts"][key] for key in ("users", "items", "interactions", "texts")}
    counts["languages"] = facts["counts"]["languages"]
    return Shipped(name, facts["title"], facts["source"], facts["release_date"], counts, folder)


def _folder(name: str) -> Path:
    if name not in _names():
        raise UnknownNameError("dataset", name, _names())
    return Path(str(resources.files("polyrec.data.datasets") / name))


def _names() -> list[str]:
    found = resources.files("polyrec.data.datasets").iterdir()
    return sorted(f.name for f in found if (f / "provenance.json").is_file())
