"""The check itself: every space measured on the same texts, with controls beside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from polyrec.core.component import fresh
from polyrec.core.progress import progress
from polyrec.core.vectors import unit_rows
from polyrec.evaluation.health.per_text import (
    K,
    PerText,
    bitext_chance,
    bitext_measures,
    pool_measures,
)
from polyrec.evaluation.health.rows import HealthRow, differences, rows_of
from polyrec.evaluation.health.setting import n_cores, texts_per_second
from polyrec.measures.mixed_pool import chance_average_precision, same_language_pool

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from polyrec.core.types import Doubles, Floats
    from polyrec.evaluation.health.setting import Setting

RANDOM, CHANCE, REFERENCE = "random", "chance", "language-mean"


@dataclass(frozen=True)
class Health:
    """What a check found.

    Attributes:
        rows: all values.
        spaces: names of what was held side by side, controls left out.
        languages: tags of the test, most frequent first.
        is_pool: whether one pool of all languages was asked.
        facts: what was measured with what.
    """

    rows: Sequence[HealthRow]
    spaces: Sequence[str]
    languages: Sequence[str]
    is_pool: bool
    facts: dict[str, Any]

    def to_table(self) -> dict[str, Any]:
        """Give all of it as a table for JSON."""
        return {"facts": self.facts, "rows": [row.plain() for row in self.rows]}


def check_health(setting: Setting) -> Health:
    """Measure every space of a setting on its test.

    Cost grows with the square of the number of texts where they make a pool; memory does not.
    """
    texts = setting.test
    speed = texts_per_second(setting)
    vectors = setting.encoder.encode(texts.texts)
    learned = setting.statistics
    measured: dict[str, PerText] = {}
    n_steps = (len(setting.spaces) + 1) * (len(texts) if texts.is_pool else 1)
    with progress("measuring", n_steps, unit="texts") as advance:
        for name, debias in setting.spaces.items():
            part = fresh(debias).fit(learned.vectors, learned.languages)
            freed = part.apply(vectors, texts.languages)
            measured[name] = _measures(freed, setting, advance)
        random = _random_vectors(len(texts), vectors.shape[1], setting.seed)
        control = _measures(random, setting, advance)
    rows = [row for name, values in measured.items() for row in rows_of(name, values, texts)]
    for name, values in measured.items():
        if name != REFERENCE:
            rows += differences((name, values), (REFERENCE, measured[REFERENCE]), texts)
    rows += rows_of(RANDOM, control, texts)
    rows += rows_of(CHANCE, _chance(setting), texts)
    return Health(rows, list(setting.spaces), texts.tags, texts.is_pool, _facts(setting, speed))


def _measures(vectors: Floats, setting: Setting, advance: Callable[[int], None]) -> PerText:
    values: PerText = {}
    if setting.test.is_pool:
        values |= pool_measures(vectors, setting.test, seed=setting.seed, advance=advance)
    else:
        advance(1)
    return values | bitext_measures(vectors, setting.test, seed=setting.seed)


def _random_vectors(n_texts: int, dim: int, seed: int) -> Floats:
    drawn = np.random.default_rng(seed).standard_normal((n_texts, dim), dtype=np.float32)
    return unit_rows(drawn)


def _chance(setting: Setting) -> dict[str, Doubles]:
    texts = setting.test
    blind = bitext_chance(texts)
    found: dict[str, Doubles] = {"to-pivot": blind, "from-pivot": blind}
    if texts.is_pool:
        found["map"] = chance_average_precision(texts.sentences)
        found["same-language-pool"] = same_language_pool(texts.languages)
    return found


def _facts(setting: Setting, speed: float) -> dict[str, Any]:
    texts = setting.test
    return {
        "encoder": setting.encoder.fingerprint,
        "test": texts.name,
        "sentences": texts.n_sentences,
        "texts": len(texts),
        "languages": len(texts.tags),
        "pivot": texts.pivot,
        "k": K,
        "statistics": setting.source,
        "statistics_texts": len(setting.statistics.languages),
        "languages_without_statistics": setting.unlearned,
        "texts_per_second": round(speed, 1),
        "cores": n_cores(),
        "seed": setting.seed,
    }
