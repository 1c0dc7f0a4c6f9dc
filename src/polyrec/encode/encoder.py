"""The encoder's contract: texts of any language in, unit vectors out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar, Literal, Self

import numpy as np

from polyrec.core.errors import DataError
from polyrec.core.language import UNDETERMINED
from polyrec.core.progress import progress
from polyrec.core.texts import check_texts, storable
from polyrec.core.vectors import unit_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from polyrec.core.types import Floats, Strings

Kind = Literal["passage", "query"]


class Encoder(ABC):
    """Turns texts into vectors; a new one writes `dim`, `fingerprint` and `_encode`.

    One that learns from the catalog first, or reads texts by their language, sets `learns` and
    writes `_fit` and `_encode_by_language` as well: see `ByTerms`.
    """

    text_title: ClassVar[str] = "encoding"

    @property
    def learns(self) -> bool:
        """Whether vectors depend on what `fit` saw, and on the languages of the texts."""
        return False

    @property
    def sends_out(self) -> bool:
        """Whether texts leave this machine."""
        return False

    @property
    def takes_user_text(self) -> bool:
        """Whether it may be given a user's own text: it stays here, or the plan lets it go."""
        return not self.sends_out or bool(getattr(self, "allow_user_text", False))

    @property
    @abstractmethod
    def dim(self) -> int:
        """The length of a vector."""

    @property
    @abstractmethod
    def fingerprint(self) -> str:
        """Names model, version and every setting that a vector depends on, for caches."""

    def fit(self, texts: Sequence[str], languages: Sequence[str] | Strings) -> Self:
        """Learn from the catalog's texts and the language of each; most encoders learn nothing.

        Raises:
            DataError: something is not a text, or the two differ in length.
        """
        if self.learns:
            _check(texts, languages)
            self._fit([storable(text) for text in texts], [str(tag) for tag in languages])
        return self

    def encode(
        self,
        texts: Sequence[str],
        *,
        kind: Kind = "passage",
        languages: Sequence[str] | Strings | None = None,
    ) -> Floats:
        """Encode texts, in order.

        Args:
            texts: any number of texts; an empty text is allowed.
            kind: `passage` for items, `query` for what somebody looks for.
            languages: a BCP 47 tag for each text, for encoders that read texts by their language;
                None where they are not known.

        Returns:
            Unit rows of float32, shape (texts, dim); no texts give shape (0, dim). What no file
            can hold is replaced first: NUL by a space, half of a surrogate pair by `?`.

        Raises:
            DataError: something is not a text, a text is given in place of a list, or texts and
                languages differ in length.
            NotFittedError: it learns, and has not been fitted.
        """
        tags = [UNDETERMINED] * len(texts) if languages is None else [str(tag) for tag in languages]
        _check(texts, tags)
        if not len(texts):
            return np.empty((0, self.dim), dtype=np.float32)
        with progress(self.text_title, len(texts), unit="texts") as advance:
            cleaned = [storable(text) for text in texts]
            vectors = self._encode_by_language(cleaned, tags, kind, advance)
        return unit_rows(vectors)

    def forget_queries(self) -> None:  # noqa: B027 (nothing to do for most)
        """Drop what is remembered of what people asked with; most encoders remember nothing."""

    def check(self) -> None:  # noqa: B027 (nothing to refuse for most)
        """Refuse a model that may not be used, before the work is done that needs it.

        Raises:
            ConfigError: it may not.
        """

    def open(self) -> None:  # noqa: B027 (nothing to do for most)
        """Load what encoding takes, so that the first text does not wait for it."""

    def _fit(self, texts: list[str], languages: list[str]) -> None:
        """Learn from texts; called only where `learns`."""
        raise NotImplementedError

    def _encode_by_language(
        self, texts: list[str], languages: list[str], kind: Kind, advance: Callable[[int], None]
    ) -> Floats:
        """Encode at least one text as `_encode` does; languages are BCP 47 tags."""
        del languages
        return self._encode(texts, kind, advance)

    @abstractmethod
    def _encode(self, texts: list[str], kind: Kind, advance: Callable[[int], None]) -> Floats:
        """Encode at least one text; rows need not be of unit length; report texts done."""


def _check(texts: Sequence[str], languages: Sequence[str] | Strings) -> None:
    check_texts(texts)
    if len(texts) != len(languages):
        raise DataError(f"{len(texts)} texts but {len(languages)} languages")
