"""The translator's contract: texts of one language in, translations with their origin out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from polyrec.core.errors import ConfigError, DataError
from polyrec.core.language import UNDETERMINED, matches, standard_tag
from polyrec.core.progress import progress
from polyrec.core.texts import check_texts, storable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from polyrec.encode.encoder import Kind

AS_IS = "as-is"
"""The engine of what needs no translation: blank texts, and texts in the target language."""


@dataclass(frozen=True)
class Translation:
    """A text in another language, and where it comes from.

    Attributes:
        text: the translation; the source's own text where there is none.
        engine: what made it, such as `apertium` or `pivot(es)/apertium`; empty where nothing did.
        quality: how good it is by the estimate of who judged it, 0 to 1; None if nobody did.
        approved: whether a person approved it.
        error: what failed on the way, such as an engine before the one that made it.
    """

    text: str
    engine: str
    quality: float | None = None
    approved: bool = False
    error: str = ""

    @property
    def translated(self) -> bool:
        """Whether `text` is a translation."""
        return bool(self.engine)


class Translator(ABC):
    """Translates texts; a new one writes `covers`, `fingerprint` and `_translate`.

    One that sends texts to other machines has `sends_out`, and a setting `allow_user_text`. One
    that holds others has `sends_out` and `takes_user_text` of what it holds, asks these by
    `translate`, and so leaves it to each of them whether a user's own text may leave.
    """

    @property
    def sends_out(self) -> bool:
        """Whether texts leave this machine."""
        return False

    @property
    def takes_user_text(self) -> bool:
        """Whether it may be given a user's own text: it stays here, or the plan lets it go."""
        return not self.sends_out or bool(getattr(self, "allow_user_text", False))

    @property
    @abstractmethod
    def fingerprint(self) -> str:
        """Names engine, version and every setting that a translation depends on, for memories."""

    @abstractmethod
    def covers(self, source: str, target: str) -> bool:
        """Say whether it can translate from one language to another, by their standard tags.

        It never raises: what is not installed covers nothing, and `uncovered` says why.
        """

    def uncovered(self, source: str, target: str) -> ConfigError:
        """Explain why a pair is not covered, and what to do."""
        return ConfigError(
            f"translator {type(self).__name__} does not translate from {source!r} to {target!r}",
            hint="name another one, or pivot through a third language",
        )

    def translate(
        self, texts: Sequence[str], *, source: str, target: str, kind: Kind = "passage"
    ) -> list[Translation]:
        """Translate texts, in order.

        Args:
            texts: any number of texts of one language; blank ones stay as they are. In the others,
                what no file can hold is replaced first: NUL by a space, half of a surrogate pair
                by `?`.
            source: their language, BCP 47.
            target: the wished language, BCP 47.
            kind: `passage` for items' texts, `query` for a user's own.

        Returns:
            One translation per text. Where nothing could be made of a text, it is the text itself
            with no engine, and `error` says why.

        Raises:
            DataError: something is not a text, or the source is `und`.
            LanguageError: a language is not BCP 47.
            ConfigError: the pair is not covered, a user's own text would leave the machine without
                leave, or the engine cannot be used as it is set.
            EngineError: the engine failed as a whole.
        """
        source, target = standard_tag(source), standard_tag(target)
        check_texts(texts)
        if UNDETERMINED in (source, target):
            raise DataError(
                f"cannot translate from {source!r} to {target!r}",
                hint="name both languages; a detector finds that of a text",
            )
        found = [Translation(text, AS_IS) for text in texts]
        if matches(target, source):
            return found
        if not self.covers(source, target):
            raise self.uncovered(source, target)
        if kind == "query" and not self.takes_user_text:
            raise ConfigError(
                f"translator {type(self).__name__} would send a user's own text to another machine",
                hint="set allow_user_text = true in the plan if it may",
            )
        given = {row: storable(text) for row, text in enumerate(texts)}
        given = {row: text for row, text in given.items() if text.strip()}
        if given:
            with progress("translating", len(given), unit="texts") as advance:
                made = self._translate(list(given.values()), source, target, kind, advance)
            for row, translation in zip(given, made, strict=True):
                found[row] = _checked(translation, texts[row])
        return found

    @abstractmethod
    def _translate(
        self,
        texts: list[str],
        source: str,
        target: str,
        kind: Kind,
        advance: Callable[[int], None],
    ) -> list[Translation]:
        """Translate at least one text, none of them blank; report texts done."""


def not_translated(text: str, why: str) -> Translation:
    """Give a text of which nothing could be made."""
    return Translation(text, "", error=why)


def _checked(made: Translation, given: str) -> Translation:
    """Give the text itself where there is no translation; nothing is no translation either."""
    if made.engine and not made.text.strip():
        return not_translated(given, f"{made.engine} made nothing of it")
    return made if made.engine else replace(made, text=given)
