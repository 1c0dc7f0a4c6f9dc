"""The cleaner's contract: texts in, the same texts tidied out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from polyrec.core.texts import check_texts

if TYPE_CHECKING:
    from collections.abc import Sequence


class Cleaner(ABC):
    """Tidies texts; a new one writes `_clean`."""

    def clean(self, texts: Sequence[str]) -> list[str]:
        """Clean each text, in order. What was cleaned is not changed by cleaning it again.

        Raises:
            DataError: something is not a text, or a text is given in place of a list.
        """
        check_texts(texts)
        return [self._clean(text) for text in texts]

    @abstractmethod
    def _clean(self, text: str) -> str:
        """Clean one text."""
