"""No debiasing: the raw space, as a control."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from polyrec.encode.debias import Debias

if TYPE_CHECKING:
    from polyrec.core.types import Floats, Strings


@dataclass
class NoDebias(Debias):
    """Leaves vectors as they are."""

    @property
    def fitted(self) -> bool:
        """There is nothing to learn."""
        return True

    def _fit(self, vectors: Floats, languages: Strings) -> None:
        pass

    def _apply(self, vectors: Floats, languages: Strings) -> Floats:
        del languages
        return vectors
