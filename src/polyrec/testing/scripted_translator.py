"""A translator that knows what it is told, and fails when it is told to, for tests of others."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from polyrec.translate.translator import Translation, Translator, not_translated

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyrec.core.errors import PolyrecError
    from polyrec.encode.encoder import Kind


@dataclass
class ScriptedTranslator(Translator):
    """Knows pairs of texts; a text that it does not know stays untranslated, with an error.

    Attributes:
        known: what it makes of which text.
        pairs: the pairs of languages that it covers; empty for all.
        engine: its name in translations.
        quality: what it says of its translations.
        rest: what it makes of a text that it does not know; `{}` stands for the text; empty leaves
            it untranslated.
        faults: what its next calls raise; None where one works.
        outside: whether texts leave the machine.
        allow_user_text: whether a user's own text may.
        calls: what it was asked: texts, source, target, kind.
    """

    known: dict[str, str] = field(default_factory=dict)
    pairs: list[tuple[str, str]] = field(default_factory=list)
    engine: str = "scripted"
    quality: float | None = None
    rest: str = ""
    faults: list[PolyrecError | None] = field(default_factory=list)
    outside: bool = False
    allow_user_text: bool = False
    calls: list[tuple[list[str], str, str, Kind]] = field(
        default_factory=list, init=False, repr=False, compare=False
    )

    @property
    def sends_out(self) -> bool:
        """What `outside` says."""
        return self.outside

    @property
    def fingerprint(self) -> str:
        """Names everything that a translation depends on."""
        return f"{self.engine}-1/{self.rest}/{sorted(self.known.items())}/{self.quality}"

    def covers(self, source: str, target: str) -> bool:
        """Say whether the pair is one of `pairs`."""
        return not self.pairs or (source, target) in self.pairs

    def _translate(
        self,
        texts: list[str],
        source: str,
        target: str,
        kind: Kind,
        advance: Callable[[int], None],
    ) -> list[Translation]:
        self.calls.append((texts, source, target, kind))
        fault = self.faults.pop(0) if self.faults else None
        if fault is not None:
            raise fault
        advance(len(texts))
        return [self._one(text) for text in texts]

    def _one(self, text: str) -> Translation:
        if text in self.known:
            return Translation(self.known[text], self.engine, self.quality)
        if self.rest:
            return Translation(self.rest.replace("{}", text), self.engine, self.quality)
        return not_translated(text, f"{self.engine} does not know it")
