"""What happens to texts before they are encoded: their language found, cleaned, translated."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from polyrec.core.counted import counted
from polyrec.core.errors import EngineError
from polyrec.core.language import UNDETERMINED, matches
from polyrec.text.detect.detect_catalog import detect_catalog
from polyrec.translate.translator import AS_IS, not_translated

if TYPE_CHECKING:
    from polyrec.core.types import Strings
    from polyrec.data.catalog import Catalog
    from polyrec.encode.encoder import Kind
    from polyrec.text.clean.cleaner import Cleaner
    from polyrec.text.detect.detector import Detector
    from polyrec.translate.translator import Translation, Translator


@dataclass
class Bridged:
    """What became of the texts that were to be translated into the pivot language.

    Attributes:
        texts: how many there were, those in the pivot language included.
        engines: how many texts each engine translated.
        left: how many stayed in their language, by that language.
        letters: how many letters were translated.
        seconds: how long it took.
        errors: what failed, each message with its count.
    """

    texts: int = 0
    engines: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)
    letters: int = 0
    seconds: float = 0.0
    errors: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        by = ", ".join(f"{name} {n:,}" for name, n in self.engines.most_common())
        said = f"{sum(self.engines.values()):,} of {counted(self.texts, 'text')} translated"
        said += f" in {self.seconds:.0f} s ({by})" if by else ""
        if self.left:
            languages = ", ".join(f"{name} {n:,}" for name, n in self.left.most_common(8))
            said += f"; left in their language: {languages}"
            said += " ..." if len(self.left) > 8 else ""
        if self.errors:
            said += "; failed: " + ", ".join(f"{e} ({n:,})" for e, n in self.errors.most_common(3))
        return said


@dataclass
class Preparation:
    """Prepares texts for the encoder, in the order in which it has parts.

    Attributes:
        detector: finds the languages of texts that have no tag; None leaves them `und`.
        cleaner: cleans texts; None takes them as they are.
        translator: translates into the pivot; None reads texts in their own languages.
        pivot: the language that all texts are brought into.
    """

    detector: Detector | None = None
    cleaner: Cleaner | None = None
    translator: Translator | None = None
    pivot: str = "en"

    def language_of(self, text: str) -> str:
        """Find the language of a text; `und` where that is not sure, or there is no detector."""
        if self.detector is None:
            return UNDETERMINED
        return self.detector.detect([text])[0].language

    def prepared(
        self, texts: list[str], languages: Strings, *, kind: Kind = "passage"
    ) -> tuple[list[str], Strings, Bridged]:
        """Clean texts, and translate those that the translator can bring into the pivot.

        Texts that it cannot translate stay in their language; so does what a user asks where the
        translator fails as a whole.

        Args:
            texts: any number of texts.
            languages: the language of each.
            kind: `passage` for items, `query` for a user's own, which leaves the machine only where
                the translator allows it.

        Returns:
            The texts to encode, the language of each, and what became of the translation.

        Raises:
            ConfigError: a user's own text would leave the machine without leave.
            EngineError: the translator failed as a whole, of items' texts.
        """
        if self.cleaner is not None:
            texts = self.cleaner.clean(texts)
        bridged = Bridged(texts=len(texts))
        if self.translator is None:
            return texts, languages, bridged
        started = time.monotonic()
        texts, languages = list(texts), languages.astype(object)
        for language in sorted(set(languages)):
            rows = np.flatnonzero(languages == language)
            if matches(self.pivot, language):
                continue
            if language == UNDETERMINED or not self.translator.covers(language, self.pivot):
                bridged.left[language] += len(rows)
                continue
            own = [texts[row] for row in rows]
            made = self._translated(self.translator, own, language, kind)
            for row, translation in zip(rows, made, strict=True):
                if self._took(translation, language, bridged):
                    bridged.letters += len(texts[row])
                    texts[row], languages[row] = translation.text, self.pivot
        bridged.seconds = time.monotonic() - started
        return texts, languages.astype(np.str_), bridged

    def _translated(
        self, translator: Translator, texts: list[str], language: str, kind: Kind
    ) -> list[Translation]:
        try:
            return translator.translate(texts, source=language, target=self.pivot, kind=kind)
        except EngineError as error:
            if kind == "passage":
                raise
            return [not_translated(text, str(error)) for text in texts]

    def check_covers(self, languages: Strings) -> None:
        """Refuse a translator that can bring none of some languages into the pivot.

        Raises:
            ConfigError: it covers none of them; MissingExtraError if a program is missing.
        """
        others = sorted({str(tag) for tag in languages if not matches(self.pivot, tag)})
        others = [tag for tag in others if tag != UNDETERMINED]
        if self.translator is None or not others:
            return
        if not any(self.translator.covers(tag, self.pivot) for tag in others):
            raise self.translator.uncovered(others[0], self.pivot)

    def without_translation(self) -> Preparation:
        """Give the same preparation, but for the translation."""
        return replace(self, translator=None)

    @staticmethod
    def _took(translation: Translation, language: str, bridged: Bridged) -> bool:
        """Note what became of a text, and say whether it was translated; blank ones are not."""
        if translation.engine == AS_IS:
            return False
        if translation.error:
            bridged.errors[translation.error] += 1
        if translation.translated:
            bridged.engines[translation.engine] += 1
        else:
            bridged.left[language] += 1
        return translation.translated


def known_languages(catalog: Catalog) -> set[str]:
    """List the languages of what a catalog is encoded from, tags written apart counted apart."""
    tags = {tag for by in catalog.texts for tag in by} if catalog.pooled else set(catalog.language)
    return tags - {UNDETERMINED}


def tagged(catalog: Catalog, detector: Detector | None) -> tuple[Catalog, list[str]]:
    """Give a catalog with the languages of its `und` texts found, and what is to be said of that.

    A text that is unsure by itself is settled by the others of its category and of the catalog,
    or stays `und`.
    """
    if detector is None or not any(UNDETERMINED in by for by in catalog.texts):
        return catalog, []
    filled = detect_catalog(catalog, detector)
    if not filled.asked:
        return catalog, []
    said = f"{counted(filled.asked, 'text')} without a language: {filled.detected:,} detected, "
    return filled.catalog, [f"{said}{filled.settled:,} settled by the others, {filled.left:,} left"]
