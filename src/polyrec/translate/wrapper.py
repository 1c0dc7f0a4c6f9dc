"""What translators have in common that hold one other, and do something with what it makes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from polyrec.translate.translator import Translator

if TYPE_CHECKING:
    from polyrec.core.errors import ConfigError


@dataclass
class Wrapper(Translator):
    """Holds a translator; a new one writes `fingerprint` and `_translate`.

    Attributes:
        translator: makes the translations.
    """

    translator: Translator

    @property
    def sends_out(self) -> bool:
        """Whether the held translator sends texts out."""
        return self.translator.sends_out

    @property
    def takes_user_text(self) -> bool:
        """Whether the held translator does."""
        return self.translator.takes_user_text

    def covers(self, source: str, target: str) -> bool:
        """Say whether the held translator does."""
        return self.translator.covers(source, target)

    def uncovered(self, source: str, target: str) -> ConfigError:
        """Hand on what the held translator says."""
        return self.translator.uncovered(source, target)
