"""Where a model of Hugging Face lies: a folder, or what a name stands for on this machine."""

from __future__ import annotations

import hashlib
import importlib.util
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from polyrec.core.errors import ConfigError, EngineError, MissingExtraError
from polyrec.core.files import sha256_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def need_libraries(who: str, names: Sequence[str], extra: str) -> None:
    """Say which extra is missing, before anything is loaded.

    Raises:
        MissingExtraError: one of the libraries is not installed.
    """
    for library in names:
        if importlib.util.find_spec(library) is None:
            raise MissingExtraError(
                who, needs=library.replace("_", "-"), remedy=f"pip install 'polyrec[{extra}]'"
            )


def model_folder(
    model: str,
    who: str,
    *,
    owner: str = "",
    revision: str = "",
    allow_download: bool = False,
    leave_out: Sequence[str] = (),
    leave: str = "set allow_download = true",
) -> Path:
    """Find a model by folder or name; fetch it where that is allowed.

    Args:
        model: a folder, or a name.
        who: whose model it is, for messages: `encoder 'sentence'`.
        owner: to whom a name without an owner belongs.
        revision: branch, tag or commit of a model given by name; empty takes the newest.
        allow_download: fetch a model that is not on this machine.
        leave_out: patterns of files that are not fetched.
        leave: how whoever asks allows a download, for messages.

    Raises:
        ConfigError: there is no such folder, or no model of the name on this machine.
        EngineError: the model could not be fetched.
    """
    if (folder := _given(model, who, revision)) is not None:
        return folder
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    name = f"{owner}/{model}" if owner and "/" not in model else model
    try:
        return Path(
            snapshot_download(
                name,
                local_files_only=not allow_download,
                revision=revision or None,
                ignore_patterns=list(leave_out),
            )
        )
    except HFValidationError as error:
        raise ConfigError(
            f"{who}: {model!r} is neither a folder nor a model's name", hint="set model"
        ) from error
    except OSError as error:  # as all other faults of the library are
        if not allow_download:
            raise ConfigError(
                f"{who}: there is no folder {model!r}, and no model of this name on this machine",
                hint=f"give a model's folder, or {leave} to fetch it",
            ) from error
        raise EngineError(
            f"{who}: {name} cannot be fetched: {first_line(error)}",
            hint="check the name and the network, or give a model's folder",
            retryable=not isinstance(error, HfHubHTTPError),
        ) from error


def _given(model: str, who: str, revision: str) -> Path | None:
    """Give the folder that a model is named by; None where it is a name of Hugging Face."""
    given = Path(model).expanduser()
    if given.is_dir():
        if revision:
            raise ConfigError(
                f"{who}: {model} is a folder, which has no revision",
                hint="leave revision empty, or give the model's name",
            )
        return given
    if given.is_absolute() or model.startswith((".", "~")) or model.count("/") > 1:
        raise ConfigError(f"{who}: no folder {given}", hint="check the path")
    return None


FACTS_FILE = "polyrec.json"
"""What polyrec says of a model that it adapted, in the model's folder."""

TOLD = (".md", ".png")
"""Endings of files beside it that say something of the model, and move no vector."""


def digest_of(folder: Path) -> str:
    """Name a model's contents: the commit of what Hugging Face keeps, else a hash of its files.

    Of a model that polyrec adapted, only files that vectors depend on count.
    """
    if folder.parent.name == "snapshots":
        return folder.name[:16]
    digest, is_adapted = hashlib.sha256(), (folder / FACTS_FILE).is_file()
    for file in sorted(folder.rglob("*")):
        path = file.relative_to(folder)
        if is_adapted and (file.name == FACTS_FILE or file.suffix in TOLD):
            continue
        if file.is_file() and not any(part.startswith(".") for part in path.parts):
            digest.update(f"{path.as_posix()}\0{sha256_of(file)}\n".encode())
    return digest.hexdigest()[:16]


def refuse_pickles(folder: Path, who: str) -> None:
    """Refuse a model whose weights are only there as a pickle.

    Raises:
        ConfigError: they are.
    """
    for file in folder.rglob("pytorch_model*.bin"):
        if not any(file.parent.glob("*.safetensors")):
            raise ConfigError(
                f"{who}: {file} is a pickle, which may run code when it is read",
                hint="save the model again as safetensors",
            )


@contextmanager
def silent() -> Iterator[None]:
    """Keep the library's own progress off stderr while a model loads."""
    from transformers.utils import logging

    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()


def first_line(error: Exception) -> str:
    """Give the first line of what a library says."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
