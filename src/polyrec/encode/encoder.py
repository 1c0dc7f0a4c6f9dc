"""The encoder's contract: texts of any language in, unit vectors out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from polyrec.core.errors import DataError
from polyrec.core.progress import progress
from polyrec.core.vectors import unit_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from polyrec.core.types import Floats

Kind = Literal["passage", "query"]


class Encoder(ABC):
    """Turns texts into vectors; a new one writes `dim`, `fingerprint` and `_encode`."""

    text_title: ClassVar[str] = "encoding"

    @property
    @abstractmethod
    def dim(self) -> int:
        """The length of a vector."""

    @property
    @abstractmethod
    def fingerprint(self) -> str:
        """Names model, version and every setting that a vector depends on, for caches."""

    def encode(self, texts: Sequence[str], *, kind: Kind = "passage") -> Floats:
        """Encode texts, in order.

        Args:
            texts: any number of texts; an empty text is allowed.
            kind: `passage` for items, `query` for what somebody looks for.

        Returns:
            Unit rows of float32, shape (texts, dim); no texts give shape (0, dim). What no file
            can hold is replaced first: NUL by a space, half of a surrogate pair by `?`.

        Raises:
            DataError: something is not a text, or a text is given in place of a list.
        """
        if isinstance(texts, str):
            raise DataError(f"texts is the text {texts!r}", hint="give a list of texts")
        for i, text in enumerate(texts):
            if not isinstance(text, str):
                raise DataError(f"text {i} is {text!r}, not a text")
        if not len(texts):
            return np.empty((0, self.dim), dtype=np.float32)
        with progress(self.text_title, len(texts), unit="texts") as advance:
            vectors = self._encode([_clean(text) for text in texts], kind, advance)
        return unit_rows(vectors)

    @abstractmethod
    def _encode(self, texts: list[str], kind: Kind, advance: Callable[[int], None]) -> Floats:
        """Encode at least one text; rows need not be of unit length; report texts done."""


def _clean(text: str) -> str:
    return text.replace("\0", " ").encode("utf-8", "replace").decode()
