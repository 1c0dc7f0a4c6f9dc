"""What a health check is made of: encoder, texts to test on, and what each debias learns from."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from polyrec.core.errors import ConfigError
from polyrec.core.language import UNDETERMINED
from polyrec.core.registry import build, parts
from polyrec.data.readers.parallel import read_parallel
from polyrec.encode.adapted import encoder_table, is_adapted
from polyrec.encode.cached import Cached
from polyrec.encode.debias import rows_of
from polyrec.encode.language_mean import LanguageMean
from polyrec.encode.no_debias import NoDebias
from polyrec.encode.statistics import Statistics
from polyrec.evaluation.health.shipped import shipped_parallel
from polyrec.pipeline.plan import Plan, shipped_plans

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from polyrec.core.types import Booleans, Floats, Strings
    from polyrec.data.parallel import Parallel
    from polyrec.encode.debias import Debias
    from polyrec.encode.encoder import Encoder

STATISTICS_TEXTS = 1000
"""Texts per language that a debias learns from, at most."""

SPEED_TEXTS = 256
OTHER_HALF = "the other half of the same texts"


@dataclass
class AllTogether(LanguageMean):
    """Subtracts one mean from all texts, whatever their language: a control."""

    def _fit(self, vectors: Floats, languages: Strings) -> None:
        super()._fit(vectors, _forgotten(languages))

    def _apply(self, vectors: Floats, languages: Strings) -> Floats:
        return super()._apply(vectors, _forgotten(languages))


def _forgotten(languages: Strings) -> Strings:
    return np.full(len(languages), UNDETERMINED)


def spaces(plan: Plan | None = None) -> dict[str, Debias]:
    """Give what is held side by side, by name: the raw space, a control, and every way to debias.

    Args:
        plan: its debias is added as `plan` if it is none of the others.
    """
    found: dict[str, Debias] = {"raw": NoDebias(), "centred": AllTogether()}
    found |= {name: build("debias", name) for name in ("language-mean", "lir", "lsar")}
    if plan is not None and plan.debias not in found.values():
        found["plan"] = plan.debias
    return found


@dataclass(frozen=True)
class Setting:
    """What is tested with what.

    Attributes:
        encoder: makes the vectors.
        test: the texts to test on.
        statistics: what each debias learns from; shares no text with `test` unless it was asked to.
        source: where the statistics are from, in words.
        spaces: what is held side by side.
        seed: draws samples, shuffles and resamples.
    """

    encoder: Encoder
    test: Parallel
    statistics: Statistics
    source: str
    spaces: Mapping[str, Debias] = field(default_factory=spaces)
    seed: int = 0

    @property
    def unlearned(self) -> list[str]:
        """Languages of the test for which the statistics have nothing."""
        tags = np.unique(self.test.languages)
        rows = rows_of(tags, np.unique(self.statistics.languages))
        return [str(tag) for tag in tags[rows < 0]]


def prepare(
    encoder: str | Mapping[str, Any],
    *,
    on: Sequence[str | Path] = (),
    statistics: str | Path = "",
    sentences: int = 500,
    seed: int = 0,
    learned: int = STATISTICS_TEXTS,
) -> Setting:
    """Read the texts and encode those that each debias learns from.

    Args:
        encoder: a name of the registry, a shipped plan, a `.toml` file, a folder that polyrec
            adapted (whatever its health), or the table of an encoder as plans have it.
        on: parallel texts (see `read_parallel`); none for those that ship.
        statistics: parallel texts, or a file made by `--save-statistics`; empty to keep half of the
            sentences of `on` apart for them.
        sentences: how many sentences to test on (see `Parallel.sample`).
        seed: draws all that is drawn.
        learned: texts per language that each debias learns from, at most.

    Raises:
        ConfigError: the encoder cannot be used, or made other vectors than the statistics hold.
        DataError: texts cannot be read.
    """
    made, plan = _encoder(encoder)
    test = read_parallel(*on) if on else shipped_parallel()
    if not statistics:
        apart, test = test.halves(seed=seed)
        found, source = _encoded(made, apart, learned, seed=seed), OTHER_HALF
    elif Path(statistics).suffix == ".npz":
        found, source = Statistics.load(statistics), Path(statistics).name
        found.check_encoder(made.fingerprint, str(statistics))
    else:
        apart = read_parallel(statistics)
        found, source = _encoded(made, apart, learned, seed=seed), apart.name
    return Setting(made, test.sample(sentences, seed=seed), found, source, spaces(plan), seed)


def texts_per_second(setting: Setting) -> float:
    """Measure how fast the encoder is on texts of the test, without its cache."""
    encoder = setting.encoder
    while isinstance(encoder, Cached):
        encoder = encoder.encoder
    some = np.random.default_rng(setting.seed).permutation(len(setting.test))[:SPEED_TEXTS]
    texts = [setting.test.texts[i] for i in some]
    encoder.encode(texts[:8])  # loads the model
    start = time.perf_counter()
    encoder.encode(texts)
    return len(texts) / max(time.perf_counter() - start, 1e-9)


def n_cores() -> int:
    """How many processor cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _encoder(name: str | Mapping[str, Any]) -> tuple[Encoder, Plan | None]:
    if isinstance(name, str) and is_adapted(name):
        name = encoder_table(Path(name)) | {"force": True}
    if not isinstance(name, str):
        return Cached(build("encoder", dict(name))), None
    if name.endswith(".toml") or (name in shipped_plans() and name not in parts()["encoder"]):
        plan = Plan.load(name)
        if plan.encoder is not None:
            return plan.encoder, plan
    if name and Path(name).is_dir() and name not in parts()["encoder"]:
        raise ConfigError(
            f"{name} is a folder that polyrec adapt did not write",
            hint='give a plan whose [encoder] names it: use = "sentence", model = the folder',
        )
    encoder: Encoder = build("encoder", name)
    return Cached(encoder), None


def _encoded(encoder: Encoder, texts: Parallel, n: int, *, seed: int) -> Statistics:
    some = texts.where(_capped(texts.languages, n, seed=seed))
    return Statistics(encoder.encode(some.texts), some.languages, encoder.fingerprint)


def _capped(languages: Strings, n: int, *, seed: int) -> Booleans:
    """Draw at most n texts of each language."""
    keep = np.zeros(len(languages), dtype=np.bool_)
    rng = np.random.default_rng(seed)
    for tag in np.unique(languages):
        keep[rng.permutation(np.flatnonzero(languages == tag))[:n]] = True
    return keep
