"""Quality by way back: a translation is as good as its back-translation says what was said."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from polyrec.translate.meaning import default_encoder, nearness
from polyrec.translate.quality import Quality

if TYPE_CHECKING:
    from polyrec.core.types import Doubles
    from polyrec.encode.debias import Debias
    from polyrec.encode.encoder import Encoder, Kind
    from polyrec.translate.translator import Translator


@dataclass
class BackTranslation(Quality):
    """Translates back, and compares the meaning with that of the source.

    The estimate is the cosine of source and back-translation in the debiased space, at least 0;
    where nothing came back it is 0. With another quality beside it, it is the lower of the two. An
    engine that gives words back as they are flatters itself: take another one for the way back.

    Attributes:
        translator: translates from the target back to the source.
        quality: another estimate, which must be good too.
        encoder: makes the vectors of sources and back-translations.
        debias: frees them from language bias; without one, the language means that ship are used.
    """

    translator: Translator
    quality: Quality | None = None
    encoder: Encoder = field(default_factory=default_encoder)
    debias: Debias | None = None

    @property
    def fingerprint(self) -> str:
        """Names translator, encoder, debias and the other estimate."""
        held = f"{self.translator.fingerprint},{self.encoder.fingerprint},{self.debias}"
        other = self.quality.fingerprint if self.quality else ""
        return f"back-translation-1({held},{other})"

    def _estimate(
        self, sources: list[str], translations: list[str], source: str, target: str, kind: Kind
    ) -> Doubles:
        back = self.translator.translate(translations, source=target, target=source, kind=kind)
        found = nearness(
            sources,
            [each.text for each in back],
            languages=(source, source),
            encoder=self.encoder,
            debias=self.debias,
            kind=kind,
        )
        found = np.where([each.translated for each in back], np.maximum(found, 0.0), 0.0)
        if self.quality is None:
            return found
        other = self.quality.estimate(
            sources, translations, source=source, target=target, kind=kind
        )
        return np.minimum(found, other)
