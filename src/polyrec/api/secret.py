"""The secret that signs the page's sessions, kept beside the keys: it outlives the process."""

from __future__ import annotations

import os
import secrets
import stat
from typing import TYPE_CHECKING

from polyrec.core.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

NAME = "page-secret"
BYTES = 32


def new_secret() -> bytes:
    """Make a secret."""
    return secrets.token_bytes(BYTES)


def open_secret(keys_file: Path) -> bytes:
    """Read the secret in the folder of the keys; where there is none yet, make one.

    Raises:
        ConfigError: others than its owner may read or change the file, or it is damaged.
    """
    file = keys_file.with_name(NAME)
    file.parent.mkdir(parents=True, exist_ok=True)
    made = new_secret()
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _read(file)
    with os.fdopen(handle, "wb") as opened:
        opened.write(made)
    return made


def _read(file: Path) -> bytes:
    if stat.S_IMODE(file.stat().st_mode) & 0o077:
        raise ConfigError(f"others than its owner may use {file}", hint=f"chmod 600 {file}")
    kept = file.read_bytes()
    if len(kept) != BYTES:
        raise ConfigError(f"{file} holds no secret", hint="delete it, which ends all sessions")
    return kept
