"""A translator whose work is judged; what is not good enough is tried again by another one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from polyrec.core.errors import ConfigError, EngineError
from polyrec.translate.features import Features
from polyrec.translate.several import asked
from polyrec.translate.translator import Translation, Translator, not_translated
from polyrec.translate.wrapper import Wrapper

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyrec.encode.encoder import Kind
    from polyrec.translate.quality import Quality


@dataclass
class Checked(Wrapper):
    """Estimates the quality of each translation, and tries again what stays under a threshold.

    Of two translations the better one is kept. Each carries its estimate, so that what stays under
    a threshold can be put before a person. What a person approved is not judged.

    Attributes:
        quality: judges them; `back-translation` looks whether the meaning moved.
        threshold: estimates under it are not good enough.
        retry: translates what is not good enough once more; none to only judge.
    """

    quality: Quality = field(default_factory=Features)
    threshold: float = 0.3
    retry: Translator | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.threshold <= 1:
            raise ConfigError(f"threshold is {self.threshold}", hint="give 0 to 1")

    @property
    def _held(self) -> list[Translator]:
        return [self.translator, self.retry] if self.retry else [self.translator]

    @property
    def sends_out(self) -> bool:
        """Whether one of the two sends texts out."""
        return any(each.sends_out for each in self._held)

    @property
    def fingerprint(self) -> str:
        """Names both translators, what judges them, and the threshold."""
        held = "".join(f"[{each.fingerprint}]" for each in self._held)
        return f"checked-1/{self.threshold:g}/{self.quality.fingerprint}/{held}"

    def _translate(
        self,
        texts: list[str],
        source: str,
        target: str,
        kind: Kind,
        advance: Callable[[int], None],
    ) -> list[Translation]:
        made = self.translator.translate(texts, source=source, target=target, kind=kind)
        made = self._judged(texts, made, (source, target), kind)
        low = [row for row, each in enumerate(made) if _grade(each) < self.threshold]
        if low and self.retry is not None:
            given = [texts[row] for row in low]
            try:
                others = asked(self.retry, given, source, target, kind) or []  # not its pair
            except (ConfigError, EngineError) as error:
                others = [not_translated(text, str(error)) for text in given]
            others = self._judged(given, others, (source, target), kind)
            for row, other in zip(low, others, strict=False):
                made[row] = _better(made[row], other)
        advance(len(texts))
        return made

    def _judged(
        self, texts: list[str], made: list[Translation], pair: tuple[str, str], kind: Kind
    ) -> list[Translation]:
        rows = [row for row, each in enumerate(made) if each.translated and not each.approved]
        estimates = self.quality.estimate(
            [texts[row] for row in rows],
            [made[row].text for row in rows],
            source=pair[0],
            target=pair[1],
            kind=kind,
        )
        judged = list(made)
        for row, estimate in zip(rows, estimates, strict=True):
            judged[row] = replace(made[row], quality=float(estimate))
        return judged


def _grade(made: Translation) -> float:
    """Give what a translation is worth: approved ones the most, none the least."""
    if made.approved:
        return 2.0
    return -1.0 if not made.translated or made.quality is None else made.quality


def _better(one: Translation, other: Translation) -> Translation:
    """Give the better one, with what was said of both."""
    best = other if _grade(other) > _grade(one) else one
    return replace(best, error="; ".join(filter(None, (one.error, other.error))))
