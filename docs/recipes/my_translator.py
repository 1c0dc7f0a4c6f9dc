"""A translator between two alphabets: Serbian in Cyrillic letters, written in Latin ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from polyrec.core.language import with_script
from polyrec.translate.translator import Translation, Translator

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyrec.encode.encoder import Kind

CYRILLIC = "абвгдђежзијклмнопрстћуфхцчшљњџ"
LATIN = [*"abvgdđežzijklmnoprstćufhcčš", "lj", "nj", "dž"]
BARE = {"đ": "dj", "ž": "z", "ć": "c", "č": "c", "dž": "dz", "š": "s"}


@dataclass
class SerbianLatin(Translator):
    """Writes Serbian in Latin letters, letter by letter; others stay as they are.

    Attributes:
        marks: whether letters keep their marks, as in `š`; without them they are plain ones.
    """

    marks: bool = True

    @property
    def fingerprint(self) -> str:
        """Names the version and every setting: the memory finds translations by it."""
        return f"serbian-latin-1/{self.marks}"

    def covers(self, source: str, target: str) -> bool:
        """Say whether it is Serbian in Cyrillic that is wished in Latin."""
        return (with_script(source), with_script(target)) == ("sr-Cyrl", "sr-Latn")

    def _translate(
        self,
        texts: list[str],
        source: str,
        target: str,
        kind: Kind,
        advance: Callable[[int], None],
    ) -> list[Translation]:
        del source, target, kind  # letters are letters
        latin = LATIN if self.marks else [BARE.get(letter, letter) for letter in LATIN]
        letters = dict(zip(CYRILLIC, latin, strict=True))
        letters |= {one.upper(): other.capitalize() for one, other in letters.items()}
        table = str.maketrans(letters)
        advance(len(texts))
        return [Translation(text.translate(table), "serbian-latin") for text in texts]
