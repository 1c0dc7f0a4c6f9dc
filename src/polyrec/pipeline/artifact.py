"""Saves a fitted pipeline as a folder: plan, manifest with hashes, arrays and tables; no pickle.

Large arrays are files of their own, which stay on disk: what is read of them is kept in memory by
the system, once for all processes.
"""

from __future__ import annotations

import json
import platform
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import numpy as np
import polars as pl

import polyrec
from polyrec.core.component import State, restore, state_of
from polyrec.core.errors import DataError
from polyrec.core.files import sha256_of, whole_folder
from polyrec.core.types import Histories, IdMap
from polyrec.data.catalog import Catalog
from polyrec.pipeline.learned import Learned
from polyrec.pipeline.plan import KINDS, Plan

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FORMAT = 2
"""Grows when an older polyrec could not read the folder."""

LARGE_BYTES = 2**25
"""Arrays from this size on are files of their own."""

FILES = ("plan.toml", "arrays.npz", "catalog.parquet", "users.parquet")
ATTRIBUTE = "attribute:"


def save(learned: Learned, folder: Path) -> None:
    """Write a fitted pipeline to a folder, which appears whole or stays as it was.

    Raises:
        DataError: the folder is a file, or holds something else.
    """
    if folder.exists() and not folder.is_dir():
        raise DataError(f"{folder} is a file", hint="name a new or empty folder")
    if folder.exists() and any(folder.iterdir()) and not (folder / "manifest.json").is_file():
        raise DataError(f"{folder} holds something else", hint="name a new or empty folder")
    with whole_folder(folder) as aside:
        (aside / "plan.toml").write_text(learned.plan.to_toml(), encoding="utf-8")
        large = _save_arrays(aside, _arrays(learned))
        _catalog_frame(learned.catalog).write_parquet(aside / "catalog.parquet")
        pl.DataFrame({"user_id": learned.users.names}, schema={"user_id": pl.String}).write_parquet(
            aside / "users.parquet"
        )
        hashes = {name: sha256_of(aside / name) for name in (*FILES, *large.values())}
        manifest = _manifest(learned, hashes, large)
        (aside / "manifest.json").write_text(json.dumps(manifest, indent=2), encoding="utf-8")


def load(folder: Path) -> Learned:
    """Read a fitted pipeline from a folder, each file checked by its hash first.

    Raises:
        DataError: the folder is not a model, is damaged, or was written by a newer polyrec.
    """
    manifest = _checked_manifest(folder)
    try:
        arrays = _load_arrays(folder, manifest["large"])
        catalog = _catalog(pl.read_parquet(folder / "catalog.parquet"), manifest["pooled"])
        users = IdMap(tuple(pl.read_parquet(folder / "users.parquet")["user_id"]))
    except (BadZipFile, ValueError, KeyError, pl.exceptions.PolarsError) as error:
        raise _damaged(folder, str(error)) from error
    plan = Plan.load(folder / "plan.toml")
    for kind in KINDS:
        part = getattr(plan, kind)
        if part is not None:
            restore(part, arrays, f"{kind}.")
    histories = Histories(
        arrays["indptr"], arrays["items"], arrays["weights"], len(catalog), arrays.get("times")
    )
    trained_on = (str(manifest["dataset"]), str(manifest["view"]))
    return Learned(
        plan, catalog, users, histories, arrays.get("vectors"), int(manifest["seed"]), trained_on
    )


def version_of(folder: Path) -> str:
    """Give the SHA-256 of a model: that of its manifest, which holds the hashes of all files."""
    return sha256_of(folder / "manifest.json")


def made(folder: Path) -> float:
    """Say when a model was written, in seconds since 1970."""
    return (folder / "manifest.json").stat().st_mtime


def _arrays(learned: Learned) -> State:
    histories = learned.histories
    arrays: State = {
        "indptr": histories.indptr,
        "items": histories.items,
        "weights": histories.weights,
    }
    if histories.times is not None:
        arrays["times"] = histories.times
    if learned.vectors is not None:
        arrays["vectors"] = learned.vectors
    for kind in KINDS:
        part = getattr(learned.plan, kind)
        if part is not None:
            arrays |= state_of(part, f"{kind}.")
    return arrays


def _save_arrays(folder: Path, arrays: State) -> dict[str, str]:
    """Write arrays, and give the files of those that have one of their own."""
    large: dict[str, str] = {}
    for name, array in arrays.items():
        if array.nbytes >= LARGE_BYTES:
            large[name] = f"large-{len(large)}.npy"
            np.save(folder / large[name], array, allow_pickle=False)
    small = {name: array for name, array in arrays.items() if name not in large}
    np.savez(folder / "arrays.npz", allow_pickle=False, **small)
    return large


def _load_arrays(folder: Path, large: Mapping[str, str]) -> State:
    with np.load(folder / "arrays.npz", allow_pickle=False) as file:
        arrays = dict(file)
    for name, file_name in large.items():
        arrays[name] = np.asarray(np.load(folder / file_name, mmap_mode="r", allow_pickle=False))
    return arrays


def _manifest(
    learned: Learned, hashes: Mapping[str, str], large: Mapping[str, str]
) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "polyrec": polyrec.__version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "dataset": learned.trained_on[0],
        "view": learned.trained_on[1],
        "items": len(learned.catalog),
        "users": len(learned.users),
        "seed": learned.seed,
        "pooled": learned.catalog.pooled,
        "encoder": None if learned.plan.encoder is None else learned.plan.encoder.fingerprint,
        "large": dict(large),
        "sha256": dict(hashes),
    }


def _checked_manifest(folder: Path) -> dict[str, Any]:
    file = folder / "manifest.json"
    if not file.is_file():
        raise DataError(f"{folder} is not a model: it has no manifest.json", hint="see polyrec fit")
    try:
        manifest = json.loads(file.read_text(encoding="utf-8"))
        version, hashes = int(manifest["format"]), dict(manifest["sha256"])
        large = dict(manifest.setdefault("large", {}))  # format 1 has none
    except (ValueError, KeyError, TypeError) as error:
        raise _damaged(folder, "its manifest cannot be read") from error
    if version > FORMAT:
        raise DataError(
            f"{folder} was written by polyrec {manifest.get('polyrec')} in format {version}, "
            f"this polyrec reads up to {FORMAT}",
            hint="upgrade polyrec, or fit again",
        )
    for name in (*FILES, *large.values()):
        if (
            "/" in name
            or not (folder / name).is_file()
            or sha256_of(folder / name) != hashes.get(name)
        ):
            raise _damaged(folder, f"{name} is not the file that was saved")
    for name in ("dataset", "view", "seed", "pooled"):
        if name not in manifest:
            raise _damaged(folder, f"its manifest has no {name}")
    return dict(manifest)


def _damaged(folder: Path, why: str) -> DataError:
    return DataError(f"{folder} is damaged: {why}", hint="fit again, or restore a copy")


def _catalog_frame(catalog: Catalog) -> pl.DataFrame:
    entry = pl.Struct({"language": pl.String, "text": pl.String})
    texts = [
        [{"language": language, "text": text} for language, text in by.items()]
        for by in catalog.texts
    ]
    columns = {
        "item_id": pl.Series(catalog.ids.names, dtype=pl.String),
        "text": pl.Series(catalog.text, dtype=pl.String),
        "language": pl.Series(catalog.language, dtype=pl.String),
        "texts": pl.Series(texts, dtype=pl.List(entry)),
        "category": pl.Series(catalog.category, dtype=pl.String),
    }
    extra = {ATTRIBUTE + name: pl.Series(column) for name, column in catalog.attributes.items()}
    return pl.DataFrame(columns | extra)


def _catalog(frame: pl.DataFrame, pooled: bool) -> Catalog:
    texts = tuple(
        {entry["language"]: entry["text"] for entry in entries} for entries in frame["texts"]
    )
    attributes = {
        name.removeprefix(ATTRIBUTE): tuple(frame[name])
        for name in frame.columns
        if name.startswith(ATTRIBUTE)
    }
    columns = (tuple(frame["text"]), tuple(frame["language"]), texts, tuple(frame["category"]))
    return replace(
        Catalog(IdMap(tuple(frame["item_id"])), *columns, attributes), pooled=bool(pooled)
    )
