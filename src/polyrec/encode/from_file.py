"""Wraps a debias so that it learns from a file of vectors rather than from the catalog."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from polyrec.core.errors import ConfigError
from polyrec.encode.debias import Debias
from polyrec.encode.statistics import AGAIN, Statistics

if TYPE_CHECKING:
    from polyrec.core.types import Floats, Strings


@dataclass
class FromFile(Debias):
    """Lets the debias that it holds learn from a file in place of the catalog.

    That helps where the catalog has few texts of a language, or where its languages differ in
    subject: what a language's texts are about is then not taken for the language. The file comes
    from `polyrec health --save-statistics`, and is needed only until the model is saved.

    Attributes:
        file: path of the file.
        debias: what learns from it.
    """

    file: str
    debias: Debias

    @property
    def fitted(self) -> bool:
        """Whether the held one has learned."""
        return self.debias.fitted

    def check_encoder(self, fingerprint: str) -> None:
        """Refuse another encoder than the one that made the file.

        Raises:
            ConfigError: it is another one, or has other settings.
            DataError: the file cannot be read.
        """
        Statistics.load(self.file).check_encoder(fingerprint, self.file)

    def _fit(self, vectors: Floats, languages: Strings) -> None:
        del languages
        learned = Statistics.load(self.file)
        if learned.vectors.shape[1] != vectors.shape[1]:
            raise ConfigError(
                f"{self.file} holds vectors of {learned.vectors.shape[1]} dimensions, "
                f"those of the catalog have {vectors.shape[1]}",
                hint=AGAIN,
            )
        self.debias.fit(learned.vectors, learned.languages)

    def _apply(self, vectors: Floats, languages: Strings) -> Floats:
        return self.debias.apply(vectors, languages)
