"""A translator that asks one after another: what the first cannot do, the next one gets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from polyrec.core.errors import ConfigError, EngineError, MissingExtraError
from polyrec.translate.translator import Translation, Translator, not_translated

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyrec.encode.encoder import Kind


@dataclass
class Fallback(Translator):
    """Asks the first translator that covers the pair; texts on which it fails go to the next.

    A translator fails as a whole if it cannot be used (a program, a key or an extra is missing, a
    user's own text may not go to it) or its engine breaks. Each translation names who made it, and
    its `error` says what failed before.

    Attributes:
        translators: at least one, in the order in which they are asked.
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

    @property
    def fingerprint(self) -> str:
        """Names all translators in their order."""
        return "fallback-1/" + "".join(f"[{each.fingerprint}]" for each in self.translators)

    def covers(self, source: str, target: str) -> bool:
        """Say whether one of them does."""
        return any(each.covers(source, target) for each in self.translators)

    def uncovered(self, source: str, target: str) -> ConfigError:
        """Repeat what each of them says."""
        said = [str(each.uncovered(source, target)) for each in self.translators]
        return ConfigError(f"none of the translators can be asked: {' | '.join(said)}")

    def _translate(
        self,
        texts: list[str],
        source: str,
        target: str,
        kind: Kind,
        advance: Callable[[int], None],
    ) -> list[Translation]:
        found = [not_translated(text, "") for text in texts]
        errors: list[list[str]] = [[] for _ in texts]
        open_rows = list(range(len(texts)))
        broken: list[EngineError | ConfigError] = []
        answered = False
        for translator in self.translators:
            if not open_rows:
                break
            try:
                given = [texts[row] for row in open_rows]
                made = _asked(translator, given, source, target, kind)
            except (ConfigError, EngineError) as error:
                broken.append(error)
                for row in open_rows:
                    errors[row].append(str(error))
                continue
            if made is None:
                continue
            answered = True
            for row, translation in zip(open_rows, made, strict=True):
                found[row] = translation
                errors[row] += [translation.error] if translation.error else []
            still_open = [row for row in open_rows if not found[row].translated]
            advance(len(open_rows) - len(still_open))
            open_rows = still_open
        if not answered and broken:
            raise _all_broken(broken)
        advance(len(open_rows))
        return [
            Translation(made.text, made.engine, made.quality, made.approved, "; ".join(said))
            for made, said in zip(found, errors, strict=True)
        ]


def _asked(
    translator: Translator, texts: list[str], source: str, target: str, kind: Kind
) -> list[Translation] | None:
    """Ask one translator; None if the pair is not its own, which is no failure."""
    if not translator.covers(source, target):
        why = translator.uncovered(source, target)
        if isinstance(why, MissingExtraError):
            raise why
        return None
    return translator.translate(texts, source=source, target=target, kind=kind)


def _all_broken(broken: list[EngineError | ConfigError]) -> EngineError | ConfigError:
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
