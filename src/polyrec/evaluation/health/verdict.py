"""Whether an adapted encoder's space is no worse than its base's: the verdict that a plan needs.

Both encoders read the same parallel texts, each debiased with `language-mean` as learned from its
own vectors of other texts. It passes unless

- mAP in the pool of all languages (in pairs: accuracy to the pivot) fell by more than `MAY_LOSE` of
  what the base has, with the whole 95 % interval of the paired difference; or
- some language with at least `LEAST` sentences fell by more than `FAR_BELOW`, likewise.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from polyrec.core.progress import progress
from polyrec.encode.adapted import base_table, keep_verdict
from polyrec.encode.language_mean import LanguageMean
from polyrec.evaluation.health.per_text import bitext_measures, pool_measures
from polyrec.evaluation.health.rows import ALL, mean_of
from polyrec.evaluation.health.setting import prepare

if TYPE_CHECKING:
    from pathlib import Path

    from polyrec.core.types import Doubles
    from polyrec.evaluation.health.setting import Setting

MAY_LOSE = 0.01
"""How much of its value the whole may lose; nobody would see less, and rounding alone moves it."""

FAR_BELOW = 0.02
"""How much of its value a language may lose."""

LEAST = 30
"""Sentences from which on a language is judged alone."""


@dataclass(frozen=True)
class Compared:
    """A language, or all of them, before and after.

    Attributes:
        language: a tag, or `all`.
        before: what the base has.
        after: what the adapted encoder has.
        difference: after less before.
        low: lower end of its 95 % interval over sentences.
        high: upper end.
        n: sentences that it rests on.
    """

    language: str
    before: float
    after: float
    difference: float
    low: float
    high: float
    n: int

    def fault(self, measure: str) -> str:
        """Say what speaks against the encoder; nothing where nothing does."""
        may_lose = self.before * (MAY_LOSE if self.language == ALL else FAR_BELOW)
        if self.high >= -may_lose or (self.language != ALL and self.n < LEAST):
            return ""
        where = "" if self.language == ALL else f" of {self.language}"
        return (
            f"{measure}{where} is {self.after:.3f}, before {self.before:.3f} "
            f"(95 % interval of the difference {self.low:+.3f} to {self.high:+.3f})"
        )


@dataclass(frozen=True)
class Verdict:
    """What was found, first of all languages, then of each.

    Attributes:
        measure: `mAP`, or `accuracy to` the pivot where the texts are pairs.
        test: the texts' name.
        statistics: where the debias learned from, in words.
        compared: before and after.
    """

    measure: str
    test: str
    statistics: str
    compared: tuple[Compared, ...]

    @property
    def reasons(self) -> list[str]:
        """What speaks against the encoder, all languages first."""
        return [fault for each in self.compared if (fault := each.fault(self.measure))]

    @property
    def passed(self) -> bool:
        """Whether nothing does."""
        return not self.reasons

    def to_table(self) -> dict[str, Any]:
        """Give all of it as a table for JSON."""
        return {
            "passed": self.passed,
            "reasons": self.reasons,
            "measure": self.measure,
            "test": self.test,
            "statistics": self.statistics,
            "languages": [asdict(each) for each in self.compared],
        }


def judge_adapted(
    folder: Path, *, after: Setting | None = None, before: str | dict[str, Any] = "", **texts: Any
) -> Verdict:
    """Judge an adapted encoder beside its base, and keep the verdict in its folder.

    Args:
        folder: holds the adapted encoder.
        after: its setting, where there is one already.
        before: what it is held against, as `prepare` takes it; empty takes the base that the folder
            names.
        **texts: `on`, `statistics`, `sentences` and `seed` of `prepare`.

    Raises:
        ConfigError: an encoder cannot be used.
        DataError: texts cannot be read.
    """
    base = prepare(before or base_table(folder), **texts)
    verdict = judge(base, after or prepare(str(folder), **texts))
    keep_verdict(folder, verdict.to_table())
    return verdict


def judge(before: Setting, after: Setting) -> Verdict:
    """Compare an adapted encoder with its base, on the same texts.

    Args:
        before: the base's setting.
        after: the adapted encoder's; what else it holds is the same.
    """
    texts = after.test
    with progress("comparing", 2 * len(texts), unit="texts") as advance:
        old, new = (_values(setting, advance) for setting in (before, after))
    compared = []
    for tag in (ALL, *texts.tags):
        keep = np.full(len(texts), True) if tag == ALL else texts.languages == tag
        if np.isnan(old[keep]).all():
            continue
        one, two, less = (mean_of(values, texts, keep) for values in (old, new, new - old))
        ends = (less.value, less.low, less.high, less.n)
        compared.append(Compared(tag, one.value, two.value, *ends))
    measure = "mAP" if texts.is_pool else f"accuracy to {texts.pivot}"
    return Verdict(measure, texts.name, after.source, tuple(compared))


def _values(setting: Setting, advance: Any) -> Doubles:
    """Measure each text's place among its translations in the debiased space."""
    texts, learned = setting.test, setting.statistics
    debias = LanguageMean().fit(learned.vectors, learned.languages)
    vectors = debias.apply(setting.encoder.encode(texts.texts), texts.languages)
    if texts.is_pool:
        return pool_measures(vectors, texts, seed=setting.seed, advance=advance)["map"]
    advance(len(texts))
    return bitext_measures(vectors, texts, seed=setting.seed)["to-pivot"]
