"""How near the meanings of two texts are, whatever their languages."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from polyrec.core.component import fresh
from polyrec.core.errors import ConfigError
from polyrec.encode.cached import Cached
from polyrec.encode.e5_small import E5Small
from polyrec.encode.language_mean import LanguageMean
from polyrec.encode.statistics import Statistics

if TYPE_CHECKING:
    from collections.abc import Sequence

    from polyrec.core.types import Doubles
    from polyrec.encode.debias import Debias
    from polyrec.encode.encoder import Encoder, Kind

MAX_TOKENS = 256
MEANS = Path(__file__).with_name("language_means.npz")
"""Mean vectors of languages, written by scripts/build_language_means.py."""


def default_encoder() -> Encoder:
    """Give the encoder for which language means ship; long enough to see a whole paragraph."""
    return Cached(E5Small(max_tokens=MAX_TOKENS))


def nearness(
    one: Sequence[str],
    other: Sequence[str],
    *,
    languages: tuple[str, str],
    encoder: Encoder,
    debias: Debias | None = None,
    kind: Kind = "passage",
) -> Doubles:
    """Give the cosine of each text and its partner in the space free from language bias.

    Args:
        one: texts.
        other: one partner for each.
        languages: the language of `one` and that of `other`.
        encoder: makes the vectors.
        debias: frees them; None for the language means that ship; one that has learned nothing
            learns on these texts.
        kind: what the texts are to the encoder.

    Raises:
        ConfigError: the encoder is another one than that of the means.
    """
    vectors = encoder.encode([*one, *other], kind=kind)
    tags = np.array([languages[0]] * len(one) + [languages[1]] * len(other))
    if debias is None:
        debias = _shipped_means(encoder.fingerprint)
    elif not debias.fitted:
        debias.check_encoder(encoder.fingerprint)
        debias = fresh(debias).fit(vectors, tags)
    freed = debias.apply(vectors, tags)
    return np.asarray((freed[: len(one)] * freed[len(one) :]).sum(axis=1), dtype=np.float64)


@lru_cache(maxsize=4)
def _shipped_means(encoder: str) -> LanguageMean:
    learned = Statistics.load(MEANS)
    if learned.encoder != encoder:
        raise ConfigError(
            f"the language means that ship are those of {learned.encoder}, not of {encoder}",
            hint="name a debias beside the encoder, such as from-file or none",
        )
    return LanguageMean(shrinkage=0.0).fit(learned.vectors, learned.languages)
