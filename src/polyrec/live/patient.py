"""Parts of a plan that may wait for engines, asked within a time: who asks with a text has one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from polyrec.core.errors import EngineError
from polyrec.encode.encoder import Encoder, Kind
from polyrec.live.workers import Patience, Workers
from polyrec.translate.wrapper import Wrapper

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeVar

    from polyrec.core.types import Floats
    from polyrec.pipeline.learned import Learned
    from polyrec.translate.translator import Translation

    T = TypeVar("T")

WITHIN_S = 3.0
"""So long a text may take to be translated, and as long to be encoded."""

REST_S = 5.0
"""So long an engine is left alone that has failed again and again."""

RESTS = "an engine has failed again and again, and rests"


@dataclass
class Limited:
    """Has work done within a time, by a few threads that end with the process.

    Attributes:
        within_s: how long whoever asks waits.
        n_threads: how much is done at once.
        most_waiting: how much may wait behind that.
        patience: counts what fails.
    """

    within_s: float = WITHIN_S
    n_threads: int = 8
    most_waiting: int = 8
    patience: Patience = field(default_factory=lambda: Patience(rest_s=REST_S))

    def __post_init__(self) -> None:
        self._workers = Workers(self.n_threads, self.most_waiting)

    def run(self, work: Callable[[], T]) -> T:
        """Give what work gives; what it raises is raised.

        Raises:
            EngineError: it takes too long, too much waits already, or it failed again and again.
        """
        if self.patience.left_s:
            raise EngineError(RESTS, retryable=True)
        future = self._workers.submit(work)
        if future is None:
            raise EngineError("too much waits for an engine", retryable=True)
        try:
            found = future.result(self.within_s)
        except TimeoutError:
            self.patience.lose()
            what = f"an engine did not answer within {self.within_s:g} s"
            raise EngineError(what, retryable=True) from None
        except EngineError:
            self.patience.lose()
            raise
        self.patience.regain()
        return found

    def in_turn(self, works: Sequence[Callable[[], T]]) -> list[T | None]:
        """Do pieces of work one after another; give what they give in time, None for the rest.

        What is late is done nevertheless, for those who ask again.

        Raises:
            EngineError: a piece failed, or they failed again and again.
        """
        if self.patience.left_s:
            raise EngineError(RESTS, retryable=True)
        done: list[T | None] = []

        def all_of_it() -> None:
            for work in works:
                done.append(work())  # noqa: PERF401 (what is done is seen at once)

        future = self._workers.submit(all_of_it)
        try:
            if future is not None:
                future.result(self.within_s)
        except TimeoutError:
            pass
        except EngineError:
            self.patience.lose()
            raise
        else:
            self.patience.regain()
        found = done[:]
        return found + [None] * (len(works) - len(found))


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
