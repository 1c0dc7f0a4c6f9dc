"""A translator that asks one after another: what the first cannot do, the next one gets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from polyrec.core.errors import ConfigError, EngineError
from polyrec.translate.several import Several, all_broken, asked
from polyrec.translate.translator import Translation, not_translated

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyrec.encode.encoder import Kind


@dataclass
class Fallback(Several):
    """Asks the first translator that covers the pair; texts on which it fails go to the next.

    A translator fails as a whole if it cannot be used (a program, a key or an extra is missing, a
    user's own text may not go to it) or its engine breaks. Each translation names who made it, and
    its `error` says what failed before.

    Attributes:
        translators: at least one, in the order in which they are asked.
    """

    @property
    def fingerprint(self) -> str:
        """Names all translators in their order."""
        return "fallback-1/" + "".join(f"[{each.fingerprint}]" for each in self.translators)

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
                made = asked(translator, given, source, target, kind)
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
            raise all_broken(broken)
        advance(len(open_rows))
        return [
            Translation(made.text, made.engine, made.quality, made.approved, "; ".join(said))
            for made, said in zip(found, errors, strict=True)
        ]
