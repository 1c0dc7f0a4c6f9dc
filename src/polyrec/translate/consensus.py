"""A translator that asks several and takes the translation on which most speaks for itself."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from polyrec.core.errors import ConfigError, EngineError
from polyrec.measures.translation import sentence_chrf
from polyrec.translate.features import Features
from polyrec.translate.several import Several, all_broken, asked
from polyrec.translate.translator import Translation, not_translated

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from polyrec.core.types import Doubles
    from polyrec.encode.encoder import Kind
    from polyrec.translate.quality import Quality


@dataclass
class Consensus(Several):
    """Asks all its translators, and chooses for each text by agreement and by quality.

    A candidate's score is mbr_weight x agreement + (1 - mbr_weight) x quality + prior. Agreement is
    the mean chrF of a candidate beside the others, which makes the choice that of minimum Bayes
    risk; two candidates agree with each other, so that there quality and priors decide. Equal
    scores go to the earlier translator. What is chosen carries its score, less the prior, as its
    quality; a candidate that is alone its estimate. Sources: Kumar and Byrne 2004, "Minimum
    Bayes-risk decoding"; Fernandes et al. 2022, "Quality-aware decoding".

    Attributes:
        translators: at least one. One that fails is left out, and `error` says so.
        quality: estimates how good a candidate is.
        mbr_weight: how much agreement counts beside quality, 0 to 1.
        priors: what is added for an engine, by its name or by name and pair: `apertium`,
            `apertium es-en`; learn them on texts whose translations are known.
    """

    quality: Quality = field(default_factory=Features)
    mbr_weight: float = 0.5
    priors: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 <= self.mbr_weight <= 1:
            raise ConfigError(f"mbr_weight is {self.mbr_weight}", hint="give 0 to 1")

    @property
    def fingerprint(self) -> str:
        """Names all translators in their order, what judges them, and the weights."""
        held = "".join(f"[{each.fingerprint}]" for each in self.translators)
        weights = f"{self.mbr_weight:g}/{sorted(self.priors.items())}"
        return f"consensus-1/{weights}/{self.quality.fingerprint}/{held}"

    def _translate(
        self,
        texts: list[str],
        source: str,
        target: str,
        kind: Kind,
        advance: Callable[[int], None],
    ) -> list[Translation]:
        candidates: list[list[Translation]] = [[] for _ in texts]
        errors: list[list[str]] = [[] for _ in texts]
        broken: list[ConfigError | EngineError] = []
        answered = False
        for translator in self.translators:
            try:
                made = asked(translator, texts, source, target, kind)
            except (ConfigError, EngineError) as error:
                broken.append(error)
                for said in errors:
                    said.append(str(error))
                continue
            if made is None:
                continue
            answered = True
            for row, each in enumerate(made):
                errors[row] += [each.error] if each.error else []
                candidates[row] += [each] if each.translated else []
        if not answered and broken:
            raise all_broken(broken)
        chosen = self._choose(texts, candidates, (source, target), kind)
        advance(len(texts))
        return [
            replace(each, error="; ".join(dict.fromkeys(said)))
            for each, said in zip(chosen, errors, strict=True)
        ]

    def _choose(
        self,
        texts: list[str],
        candidates: list[list[Translation]],
        pair: tuple[str, str],
        kind: Kind,
    ) -> list[Translation]:
        """Choose for each text; what a person approved needs no vote."""
        flat = [(row, each) for row, found in enumerate(candidates) for each in found]
        estimates = self.quality.estimate(
            [texts[row] for row, _ in flat],
            [each.text for _, each in flat],
            source=pair[0],
            target=pair[1],
            kind=kind,
        )
        rows = [row for row, _ in flat]
        others = agreement(rows, [each.text for _, each in flat])
        alone = np.bincount(rows, minlength=len(texts))[rows] == 1 if rows else np.zeros(0, bool)
        others = np.where(alone, estimates, others)
        worth = self.mbr_weight * others + (1 - self.mbr_weight) * estimates
        chosen = [not_translated(text, "") for text in texts]
        best: dict[int, tuple[bool, float]] = defaultdict(lambda: (False, -np.inf))
        for (row, each), value in zip(flat, worth.tolist(), strict=True):
            key = (each.approved, value + self._prior(each.engine, pair))
            if key > best[row]:
                best[row] = key
                chosen[row] = replace(each, engine=f"consensus/{each.engine}", quality=value)
        return chosen

    def _prior(self, engine: str, pair: tuple[str, str]) -> float:
        name = engine.removeprefix("repaired/")
        return self.priors.get(f"{name} {'-'.join(pair)}", self.priors.get(name, 0.0))


def agreement(rows: Sequence[int], texts: Sequence[str]) -> Doubles:
    """Give the mean chrF of each text beside the others of its row, 0 to 1; 0 for one alone."""
    members: dict[int, list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        members[row].append(place)
    pairs = [(i, j) for group in members.values() for i in group for j in group if i != j]
    found, counts = np.zeros(len(texts)), np.zeros(len(texts))
    if pairs:
        scores = sentence_chrf([texts[i] for i, _ in pairs], [texts[j] for _, j in pairs])
        np.add.at(found, [i for i, _ in pairs], scores / 100)
        np.add.at(counts, [i for i, _ in pairs], 1)
    return np.asarray(found / np.maximum(counts, 1))
