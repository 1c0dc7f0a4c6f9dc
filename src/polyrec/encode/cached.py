"""An encoder that remembers: vectors on disk, found by content (text, kind, model, version)."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import platformdirs
from tenacity import retry, retry_if_exception, stop_after_delay, wait_random

from polyrec.core.errors import EngineError
from polyrec.core.language import UNDETERMINED
from polyrec.encode.encoder import Encoder, Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyrec.core.types import Floats

BLOCK = 512
LOCK_TIMEOUT_S = 60.0


def default_folder() -> Path:
    """Where vectors are kept unless a plan says otherwise: `POLYREC_CACHE` or the user's cache."""
    return Path(os.environ.get("POLYREC_CACHE") or platformdirs.user_cache_dir("polyrec"))


@dataclass
class Cached(Encoder):
    """Asks the encoder that it holds only for what it has not seen.

    The key is a SHA-256 of the held encoder's fingerprint, the kind and the text (and its language,
    where the encoder reads by it), so the file holds no text. Several processes may share it. What
    is done is kept if the work is broken off.

    Attributes:
        encoder: the encoder that makes the vectors.
        folder: where `vectors.sqlite` lies; empty for `default_folder()`.
    """

    encoder: Encoder
    folder: str = ""
    hits: int = field(default=0, init=False, repr=False, compare=False)
    misses: int = field(default=0, init=False, repr=False, compare=False)

    @property
    def dim(self) -> int:
        """The length of a vector."""
        return self.encoder.dim

    @property
    def learns(self) -> bool:
        """Whether the held encoder learns."""
        return self.encoder.learns

    @property
    def fingerprint(self) -> str:
        """That of the held encoder: remembering changes no vector."""
        return self.encoder.fingerprint

    @property
    def file(self) -> Path:
        """The file that holds the vectors."""
        return Path(self.folder or default_folder()) / "vectors.sqlite"

    def _fit(self, texts: list[str], languages: list[str]) -> None:
        self.encoder.fit(texts, languages)

    def _encode(self, texts: list[str], kind: Kind, advance: Callable[[int], None]) -> Floats:
        return self._encode_by_language(texts, [UNDETERMINED] * len(texts), kind, advance)

    def _encode_by_language(
        self, texts: list[str], languages: list[str], kind: Kind, advance: Callable[[int], None]
    ) -> Floats:
        prefix = f"{self.fingerprint}\0{kind}\0"
        said = [
            f"{tag}\0{t}" if self.learns else t for tag, t in zip(languages, texts, strict=True)
        ]
        keys = [hashlib.sha256((prefix + s).encode("utf-8", "replace")).digest() for s in said]
        vectors = np.empty((len(texts), self.dim), dtype=np.float32)
        try:
            with closing(self._open()) as db:
                known = _read(db, keys)
                new = sorted({key: i for i, key in enumerate(keys) if key not in known}.values())
                self.hits, self.misses = self.hits + len(keys) - len(new), self.misses + len(new)
                new.sort(key=lambda i: len(texts[i]))
                advance(len(keys) - len(new))
                for start in range(0, len(new), BLOCK):
                    rows = new[start : start + BLOCK]
                    some, tags = [texts[i] for i in rows], [languages[i] for i in rows]
                    made = self.encoder._encode_by_language(some, tags, kind, advance)
                    made = np.asarray(made, dtype=np.float32)  # `encode` scales what is kept
                    fresh = {keys[i]: v.tobytes() for i, v in zip(rows, made, strict=True)}
                    _write(db, fresh)
                    known |= fresh
        except sqlite3.Error as error:
            raise self._unusable(str(error)) from error
        for row, key in enumerate(keys):
            if len(known[key]) != vectors[row].nbytes:
                raise self._unusable("it holds a vector of another length")
            vectors[row] = np.frombuffer(known[key], dtype=np.float32)
        return vectors

    def _unusable(self, why: str) -> EngineError:
        return EngineError(
            f"the vector cache {self.file} cannot be used: {why}",
            hint="delete it, or set POLYREC_CACHE to another folder",
        )

    def _open(self) -> sqlite3.Connection:
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise sqlite3.OperationalError(error.strerror) from error
        db = sqlite3.connect(self.file, timeout=LOCK_TIMEOUT_S)
        try:
            _prepare(db)
        except BaseException:
            db.close()
            raise
        return db


def _is_locked(error: BaseException) -> bool:
    return isinstance(error, sqlite3.OperationalError) and "locked" in str(error)


# SQLite does not wait by itself while another process changes the journal of a new file
@retry(
    retry=retry_if_exception(_is_locked),
    stop=stop_after_delay(LOCK_TIMEOUT_S),
    wait=wait_random(0.01, 0.1),
    reraise=True,
)
def _prepare(db: sqlite3.Connection) -> None:
    """Make the file one that several processes may write to, with its table."""
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB)")


def _read(db: sqlite3.Connection, keys: list[bytes]) -> dict[bytes, bytes]:
    """Find the vectors of known keys, asking for `BLOCK` keys at a time."""
    known: dict[bytes, bytes] = {}
    for start in range(0, len(keys), BLOCK):
        block = keys[start : start + BLOCK]
        places = ",".join("?" * len(block))
        query = f"SELECT key, vector FROM vectors WHERE key IN ({places})"  # noqa: S608 (only "?")
        known.update(db.execute(query, block).fetchall())
    return known


def _write(db: sqlite3.Connection, fresh: dict[bytes, bytes]) -> None:
    with db:
        db.executemany("INSERT OR IGNORE INTO vectors VALUES (?, ?)", fresh.items())
