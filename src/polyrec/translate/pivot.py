"""A translator that goes through a third language, for pairs that none translates directly."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from polyrec.core.errors import ConfigError, MissingExtraError
from polyrec.core.language import UNDETERMINED, matches, standard_tag
from polyrec.translate.translator import AS_IS, Translation, Translator, not_translated

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyrec.encode.encoder import Kind


@dataclass
class Pivot(Translator):
    """Translates into a third language, and from there on.

    Attributes:
        translator: makes the first step, and the second if there is no other.
        through: the language in the middle, BCP 47.
        second: makes the second step; none for the same one.
    """

    translator: Translator
    through: str = "en"
    second: Translator | None = None

    def __post_init__(self) -> None:
        if standard_tag(self.through) == UNDETERMINED:
            raise ConfigError(f"through is {self.through!r}", hint="name a language, such as 'en'")

    @property
    def _onwards(self) -> Translator:
        return self.second or self.translator

    @property
    def sends_out(self) -> bool:
        """Whether one of the two sends texts out."""
        return self.translator.sends_out or self._onwards.sends_out

    @property
    def takes_user_text(self) -> bool:
        """Whether both do."""
        return self.translator.takes_user_text and self._onwards.takes_user_text

    @property
    def fingerprint(self) -> str:
        """Names the language in the middle and both translators."""
        steps = f"[{self.translator.fingerprint}][{self._onwards.fingerprint}]"
        return f"pivot-1/{standard_tag(self.through)}/{steps}"

    def covers(self, source: str, target: str) -> bool:
        """Say whether both steps can be made; one that nothing has to be done for can."""
        return self._gap(source, target) is None

    def uncovered(self, source: str, target: str) -> ConfigError:
        """Hand on what the translator of the missing step says."""
        step = self._gap(source, target)
        why = step[0].uncovered(*step[1:]) if step else super().uncovered(source, target)
        if isinstance(why, MissingExtraError):
            return why
        problem = f"no way from {source!r} to {target!r} through {self.through!r}: {why.problem}"
        return ConfigError(problem, hint=why.hint)

    def _gap(self, source: str, target: str) -> tuple[Translator, str, str] | None:
        """Find the first step that cannot be made."""
        through = standard_tag(self.through)
        steps = ((self.translator, source, through), (self._onwards, through, target))
        for translator, one, other in steps:
            if not matches(other, one) and not translator.covers(one, other):
                return translator, one, other
        return None

    def _translate(
        self,
        texts: list[str],
        source: str,
        target: str,
        kind: Kind,
        advance: Callable[[int], None],
    ) -> list[Translation]:
        through = standard_tag(self.through)
        halfway = self.translator.translate(texts, source=source, target=through, kind=kind)
        there = [row for row, made in enumerate(halfway) if made.translated]
        onwards = self._onwards.translate(
            [halfway[row].text for row in there], source=through, target=target, kind=kind
        )
        found = [not_translated(made.text, made.error) for made in halfway]
        for row, made in zip(there, onwards, strict=True):
            found[row] = self._joined(halfway[row], made)
        advance(len(texts))
        return found

    def _joined(self, first: Translation, second: Translation) -> Translation:
        error = "; ".join(filter(None, (first.error, second.error)))
        if not second.translated:
            return not_translated(second.text, error)
        if AS_IS in (first.engine, second.engine):  # one step is all, and was judged as it is
            step = first if second.engine == AS_IS else second
            return replace(step, error=error)
        engines = "+".join(dict.fromkeys((first.engine, second.engine)))  # each name once
        return Translation(
            second.text, f"pivot({standard_tag(self.through)})/{engines}", error=error
        )
