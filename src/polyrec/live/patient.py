"""Parts of a plan that may wait for engines, asked within a time: who asks with a text has one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from polyrec.core.limited import Limited
from polyrec.encode.encoder import Encoder, Kind
from polyrec.translate.wrapper import Wrapper

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyrec.core.types import Floats
    from polyrec.pipeline.learned import Learned
    from polyrec.translate.translator import Translation


@dataclass
class PatientEncoder(Encoder):
    """Encodes what people ask with within a time; items' texts take the time that they take.

    Attributes:
        encoder: makes the vectors, and asks another machine for them.
        limited: keeps the time.
    """

    encoder: Encoder
    limited: Limited = field(default_factory=Limited)

    @property
    def dim(self) -> int:
        """That of the held encoder."""
        return self.encoder.dim

    @property
    def learns(self) -> bool:
        """Whether the held encoder learns."""
        return self.encoder.learns

    @property
    def sends_out(self) -> bool:
        """Whether the held encoder sends texts out."""
        return self.encoder.sends_out

    @property
    def takes_user_text(self) -> bool:
        """Whether the held encoder does."""
        return self.encoder.takes_user_text

    @property
    def fingerprint(self) -> str:
        """That of the held encoder."""
        return self.encoder.fingerprint

    def forget_queries(self) -> None:
        """Have the held encoder forget."""
        self.encoder.forget_queries()

    def open(self) -> None:
        """Have the held encoder load what it takes."""
        self.encoder.open()

    def _encode(self, texts: list[str], kind: Kind, advance: Callable[[int], None]) -> Floats:
        if kind == "passage":
            return self.encoder._encode(texts, kind, advance)
        return self.limited.run(lambda: self.encoder._encode(texts, kind, _unseen))

    def _encode_by_language(
        self, texts: list[str], languages: list[str], kind: Kind, advance: Callable[[int], None]
    ) -> Floats:
        ask = self.encoder._encode_by_language
        if kind == "passage":
            return ask(texts, languages, kind, advance)
        return self.limited.run(lambda: ask(texts, languages, kind, _unseen))


@dataclass
class PatientTranslator(Wrapper):
    """Translates what people ask with within a time; items' texts take the time that they take.

    Attributes:
        limited: keeps the time.
    """

    limited: Limited = field(default_factory=Limited)

    @property
    def fingerprint(self) -> str:
        """That of the held translator."""
        return self.translator.fingerprint

    def _translate(
        self,
        texts: list[str],
        source: str,
        target: str,
        kind: Kind,
        advance: Callable[[int], None],
    ) -> list[Translation]:
        def work() -> list[Translation]:
            return self.translator.translate(texts, source=source, target=target, kind=kind)

        made = work() if kind == "passage" else self.limited.run(work)
        advance(len(texts))
        return made


def patient(learned: Learned) -> Learned:
    """Give what a pipeline knows with engines that are asked within a time."""
    plan = learned.plan
    if plan.encoder is not None and plan.encoder.sends_out:
        plan = replace(plan, encoder=PatientEncoder(plan.encoder))
    if plan.translator is not None:
        plan = replace(plan, translator=PatientTranslator(plan.translator))
    return learned if plan is learned.plan else replace(learned, plan=plan)


def _unseen(steps: int) -> None:
    """Report to nobody: whoever asked may be gone."""
