"""Saves a fitted pipeline as a folder: plan, manifest with hashes, arrays and tables; no pickle.

Large arrays are files of their own, which stay on disk: what is read of them is kept in memory by
the system, once for all processes.
"""

from __future__ import annotations

import platform
import tomllib
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, BinaryIO, Literal
from zipfile import BadZipFile

import numpy as np
import polars as pl

import polyrec
from polyrec.core.component import State, restore, state_of
from polyrec.core.errors import DataError
from polyrec.core.files import link, whole_folder
from polyrec.core.types import Histories, IdMap
from polyrec.data.catalog import Catalog
from polyrec.pipeline import manifest
from polyrec.pipeline.learned import Learned
from polyrec.pipeline.manifest import Manifest
from polyrec.pipeline.plan import KINDS, Plan

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

LARGE_BYTES = 2**25
"""Arrays from this size on are files of their own."""

ATTRIBUTE = "attribute:"


def save(learned: Learned, folder: Path) -> None:
    """Write a fitted pipeline to a folder, which appears whole or stays as it was.

    Raises:
        DataError: the folder is a file, or holds something else.
    """
    if folder.exists() and not folder.is_dir():
        raise DataError(f"{folder} is a file", hint="name a new or empty folder")
    if folder.exists() and any(folder.iterdir()) and not (folder / manifest.NAME).is_file():
        raise DataError(f"{folder} holds something else", hint="name a new or empty folder")
    with whole_folder(folder) as aside:
        (aside / "plan.toml").write_text(learned.plan.to_toml(), encoding="utf-8")
        _catalog_frame(learned.catalog).write_parquet(aside / "catalog.parquet")
        _write_learned(aside, learned, {})


def load(folder: Path) -> tuple[Learned, str]:
    """Read a fitted pipeline from a folder, each file checked by its hash first.

    Returns:
        What was learned, and the version of exactly that, as `version_of` gives it.

    Raises:
        DataError: the folder is not a model, is damaged, or was written by a newer polyrec.
    """
    found = Manifest.read(folder)
    return _read(found), found.version


def version_of(folder: Path) -> str:
    """Give the version of a model: the SHA-256 of its manifest, which has those of all files.

    Raises:
        DataError: the folder is not a model, or was written by a newer polyrec.
    """
    return Manifest.read(folder).version


def made(folder: Path) -> float:
    """Say when a model was written, in seconds since 1970."""
    return (folder / "manifest.json").stat().st_mtime


def copy(folder: Path, into: Path) -> str:
    """Give a model a second folder, whole or not at all; files are shared where that can be.

    Returns:
        Its version.

    Raises:
        DataError: the folder is not a model, or is damaged.
    """
    found = Manifest.read(folder)
    with whole_folder(into) as aside:
        for name in (*found.files, manifest.NAME):
            with suppress(FileNotFoundError):  # which is told below
                link(folder / name, aside / name)
        copied = Manifest.read(aside)
        copied.check()
    return copied.version


def without_users(folder: Path, user_ids: Iterable[str], into: Path) -> str:
    """Write a model without some of its users to a new folder, whole or not at all.

    Large arrays that hold nothing of single users stay the same files, under two names.

    Args:
        folder: the model, which stays as it is.
        user_ids: who is left out; those whom it does not know are no fault.
        into: the new folder.

    Returns:
        The version of what was written.

    Raises:
        DataError: as `load` does.
    """
    found = Manifest.read(folder)
    before = _read(found)
    after = before.without_users(user_ids)
    old, new = _arrays(before), _arrays(after)
    same = {name: folder / file for name, file in found.large.items() if _is(old[name], new[name])}
    with whole_folder(into) as aside:
        for name in ("plan.toml", "catalog.parquet"):
            link(folder / name, aside / name)
        _write_learned(aside, after, same)
    return version_of(into)


def users_of(folder: Path) -> list[str]:
    """List the users that a model knows, without reading the rest of it.

    Raises:
        DataError: the folder is not a model, or is damaged.
    """
    with Manifest.read(folder).opened("users.parquet") as file:
        return pl.read_parquet(file)["user_id"].to_list()


def _read(found: Manifest) -> Learned:
    try:
        with found.opened("plan.toml") as file:
            table = tomllib.load(file)
        arrays = _load_arrays(found)
        with found.opened("catalog.parquet") as file:
            catalog = _catalog(pl.read_parquet(file), found.facts["pooled"])
        with found.opened("users.parquet") as file:
            users = IdMap(tuple(pl.read_parquet(file)["user_id"].to_list()))
    except (BadZipFile, ValueError, KeyError, pl.exceptions.PolarsError) as error:
        raise manifest.damaged(found.folder, str(error)) from error
    plan = Plan.from_table(table)
    for kind in KINDS:
        part = getattr(plan, kind)
        if part is not None:
            restore(part, arrays, f"{kind}.")
    histories = Histories(
        arrays["indptr"], arrays["items"], arrays["weights"], len(catalog), arrays.get("times")
    )
    seed, trained_on = (
        int(found.facts["seed"]),
        (str(found.facts["dataset"]), str(found.facts["view"])),
    )
    return Learned(plan, catalog, users, histories, arrays.get("vectors"), seed, trained_on)


def _load_arrays(found: Manifest) -> State:
    with found.opened("arrays.npz") as file, np.load(file, allow_pickle=False) as small:
        arrays = dict(small)
    for name, file_name in found.large.items():
        with found.opened(file_name) as file:
            arrays[name] = _mapped(file)
    return arrays


def _mapped(file: BinaryIO) -> np.ndarray:
    """Give the array of an open .npy file, which stays on disk.

    Raises:
        ValueError: there is none that can be mapped.
    """
    if np.lib.format.read_magic(file) != (1, 0):
        raise ValueError("an array is of another format")
    shape, by_column, dtype = np.lib.format.read_array_header_1_0(file)
    if dtype.hasobject:
        raise ValueError("an array holds objects")
    order: Literal["F", "C"] = "F" if by_column else "C"
    return np.asarray(np.memmap(file, dtype, "r", file.tell(), shape, order))


def _write_learned(folder: Path, learned: Learned, same: Mapping[str, Path]) -> None:
    """Write what a model has beside plan and catalog, and the manifest.

    Args:
        folder: where plan and catalog are already.
        learned: what to write.
        same: by name, files of another model that hold the same large arrays.
    """
    large = _save_arrays(folder, _arrays(learned), same)
    pl.DataFrame({"user_id": learned.users.names}, schema={"user_id": pl.String}).write_parquet(
        folder / "users.parquet"
    )
    manifest.write(folder, _facts(learned), large)


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


def _save_arrays(folder: Path, arrays: State, same: Mapping[str, Path]) -> dict[str, str]:
    """Write arrays, and give the files of those that have one of their own."""
    large: dict[str, str] = {}
    for name, array in arrays.items():
        if array.nbytes < LARGE_BYTES:
            continue
        large[name] = f"large-{len(large)}.npy"
        if name in same:
            link(same[name], folder / large[name])
        else:
            np.save(folder / large[name], array, allow_pickle=False)
    small = {name: array for name, array in arrays.items() if name not in large}
    np.savez(folder / "arrays.npz", allow_pickle=False, **small)
    return large


def _is(one: np.ndarray, other: np.ndarray) -> bool:
    """Say whether two arrays are the same memory, so that what is in it need not be looked at."""
    return one.__array_interface__ == other.__array_interface__


def _facts(learned: Learned) -> dict[str, Any]:
    return {
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
    }


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
    column = {name: tuple(frame[name].to_list()) for name in frame.columns}
    texts = tuple(
        {entry["language"]: entry["text"] for entry in entries} for entries in column["texts"]
    )
    attributes = {
        name.removeprefix(ATTRIBUTE): values
        for name, values in column.items()
        if name.startswith(ATTRIBUTE)
    }
    columns = (column["text"], column["language"], texts, column["category"])
    return replace(Catalog(IdMap(column["item_id"]), *columns, attributes), pooled=bool(pooled))
