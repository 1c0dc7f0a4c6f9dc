"""A file of vectors and their languages, from which a debias learns in place of the catalog."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile

import numpy as np

from polyrec.core.errors import ConfigError, DataError
from polyrec.core.files import write_whole

if TYPE_CHECKING:
    from polyrec.core.types import Floats, Strings

HINT = "make one with polyrec health --save-statistics"
AGAIN = "make the file anew with this encoder: polyrec health --save-statistics"


@dataclass(frozen=True, eq=False)
class Statistics:
    """What a debias can learn from.

    Attributes:
        vectors: unit rows, shape (texts, dim).
        languages: BCP 47 tag of each, shape (texts,).
        encoder: fingerprint of the encoder that made them.
    """

    vectors: Floats
    languages: Strings
    encoder: str

    def save(self, file: str | Path) -> None:
        """Write them to a file, whole or not at all; vectors are kept in half precision."""
        buffer = io.BytesIO()
        np.savez(
            buffer,
            allow_pickle=False,
            vectors=self.vectors.astype(np.float16),
            languages=self.languages,
            encoder=np.array(self.encoder),
        )
        write_whole(Path(file), buffer.getvalue())

    @classmethod
    def load(cls, file: str | Path) -> Statistics:
        """Read them from a file.

        Raises:
            DataError: there is no such file, or it holds something else.
        """
        if not Path(file).is_file():
            raise DataError(f"there is no file of statistics {str(file)!r}", hint=HINT)
        try:
            with Path(file).open("rb") as opened, np.load(opened, allow_pickle=False) as arrays:
                vectors = np.asarray(arrays["vectors"], dtype=np.float32)
                languages, encoder = arrays["languages"], str(arrays["encoder"])
        except (BadZipFile, ValueError, KeyError, IndexError, EOFError, TypeError) as error:
            raise DataError(f"{file} is no file of statistics: {error}", hint=HINT) from error
        fits = vectors.ndim == 2 and languages.dtype.kind == "U"
        if not fits or languages.shape != vectors.shape[:1] or not np.isfinite(vectors).all():
            raise DataError(f"{file} is no file of statistics: its arrays are odd", hint=HINT)
        return cls(vectors, languages, encoder)

    def check_encoder(self, fingerprint: str, file: str | Path) -> None:
        """Refuse another encoder than the one that made them.

        Raises:
            ConfigError: it is another one, or has other settings.
        """
        if self.encoder != fingerprint:
            raise ConfigError(
                f"{file} holds vectors of {self.encoder}, but the encoder is {fingerprint}",
                hint=AGAIN,
            )
