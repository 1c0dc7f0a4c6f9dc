"""A translator whose work is mended where a rule can tell what is wrong."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from polyrec.core.errors import UnknownNameError
from polyrec.translate.repair import REPAIRS, repair
from polyrec.translate.translator import AS_IS, Translation
from polyrec.translate.wrapper import Wrapper

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyrec.encode.encoder import Kind


@dataclass
class Repaired(Wrapper):
    """Mends numbers, placeholders, brackets, capitals, spaces, punctuation, loops and leftovers.

    A translation that was changed has `repaired/` before its engine's name. What a person approved
    stays as it is. Judge translations after this one, not before: an estimate made before stays.

    Attributes:
        repairs: names of the repairs, in the order in which they are made; all unless named.
    """

    repairs: list[str] = field(default_factory=lambda: list(REPAIRS))

    def __post_init__(self) -> None:
        for name in self.repairs:
            if name not in REPAIRS:
                raise UnknownNameError("repair", name, REPAIRS)

    @property
    def fingerprint(self) -> str:
        """Names the repairs and the held translator."""
        return f"repaired-1/{','.join(self.repairs)}/[{self.translator.fingerprint}]"

    def _translate(
        self,
        texts: list[str],
        source: str,
        target: str,
        kind: Kind,
        advance: Callable[[int], None],
    ) -> list[Translation]:
        made = self.translator.translate(texts, source=source, target=target, kind=kind)
        advance(len(texts))
        return [
            self._mended(text, each, (source, target))
            for text, each in zip(texts, made, strict=True)
        ]

    def _mended(self, text: str, made: Translation, pair: tuple[str, str]) -> Translation:
        if not made.translated or made.approved or made.engine == AS_IS:
            return made
        mended = repair(text, made.text, source=pair[0], target=pair[1], names=self.repairs)
        if mended == made.text:
            return made
        return replace(made, text=mended, engine=f"repaired/{made.engine}")
