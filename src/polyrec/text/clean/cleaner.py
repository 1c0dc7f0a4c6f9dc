"""The cleaner's contract: texts in, the same texts tidied out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from polyrec.core.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Sequence


class Cleaner(ABC):
    """Tidies texts; a new one writes `_clean`."""

    def clean(self, texts: Sequence[str]) -> list[str]:
        """Clean each text, in order. What was cleaned is not changed by cleaning it again.

        Raises:
            DataError: something is not a text, or a text is given in place of a list.
        """
        if isinstance(texts, str):
            raise DataError(f"texts is the text {texts!r}", hint="give a list of texts")
        for i, text in enumerate(texts):
            if not isinstance(text, str):
                raise DataError(f"text {i} is {text!r}, not a text")
        return [self._clean(text) for text in texts]

    @abstractmethod
    def _clean(self, text: str) -> str:
        """Clean one text."""
