"""What translators have in common that hold several others: each covers and fails by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from polyrec.core.errors import ConfigError, EngineError, MissingExtraError
from polyrec.translate.translator import Translation, Translator

if TYPE_CHECKING:
    from polyrec.encode.encoder import Kind


@dataclass
class Several(Translator):
    """Holds translators; a new one writes `fingerprint` and `_translate`.

    Attributes:
        translators: at least one.
    """

    translators: list[Translator]

    def __post_init__(self) -> None:
        if not self.translators:
            raise ConfigError("translators is empty", hint="name at least one")

    @property
    def sends_out(self) -> bool:
        """Whether one of them sends texts out."""
        return any(each.sends_out for each in self.translators)

    @property
    def takes_user_text(self) -> bool:
        """Whether one of them does; the others are not asked with it."""
        return any(each.takes_user_text for each in self.translators)

    def covers(self, source: str, target: str) -> bool:
        """Say whether one of them does."""
        return any(each.covers(source, target) for each in self.translators)

    def uncovered(self, source: str, target: str) -> ConfigError:
        """Repeat what each of them says."""
        said = [str(each.uncovered(source, target)) for each in self.translators]
        return ConfigError(f"none of the translators can be asked: {' | '.join(said)}")


def asked(
    translator: Translator, texts: list[str], source: str, target: str, kind: Kind
) -> list[Translation] | None:
    """Ask one translator; None if the pair is not its own, which is no failure."""
    if not translator.covers(source, target):
        why = translator.uncovered(source, target)
        if isinstance(why, MissingExtraError):
            raise why
        return None
    return translator.translate(texts, source=source, target=target, kind=kind)


def all_broken(broken: list[EngineError | ConfigError]) -> EngineError | ConfigError:
    """Join what all of them said; it may pass if one of the faults may."""
    if len(broken) == 1:
        return broken[0]
    problem = f"no translator could be used: {' | '.join(map(str, broken))}"
    engines = [error for error in broken if isinstance(error, EngineError)]
    if not engines:
        return ConfigError(problem)
    passing = [error for error in engines if error.retryable]
    wait_s = min((error.wait_s for error in passing), default=0.0)
    return EngineError(problem, retryable=bool(passing), wait_s=wait_s)
