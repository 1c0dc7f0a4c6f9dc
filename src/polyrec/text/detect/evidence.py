"""What the rest of a catalog says about a text whose language is unsure: Bayes, by groups."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from polyrec.core.errors import DataError
from polyrec.core.language import UNDETERMINED
from polyrec.text.detect.detector import Candidate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from polyrec.text.detect.detector import Detection

SURE = 0.7
"""How confident a detection must be to speak for others of its group."""

NEEDED = 0.6
"""How likely a language must be, all evidence considered, to be settled on."""

ANYTHING = 0.01
"""How much of a prior is spread over all languages: no group speaks one language only."""

GROUP_WEIGHT = 10.0
"""As many texts of a group as this count as much as the whole catalog."""


def settled(detections: Sequence[Detection], groups: Sequence[str]) -> list[Detection]:
    """Settle what is not sure by how common each language is in its group and in the catalog.

    The probability of each candidate is multiplied by its language's share among the texts of the
    same group and script that are sure, smoothed with its share among all sure texts of the script.
    What is sure stays as it is, and so does what this does not make likely.

    Args:
        detections: one for each text.
        groups: to which group each text belongs (its seller, its category); empty for none.

    Raises:
        DataError: detections and groups are not equally many.
    """
    if len(detections) != len(groups):
        raise DataError(f"there are {len(detections)} detections but {len(groups)} groups")
    of_script: dict[str, Counter[str]] = defaultdict(Counter)
    of_group: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for each, group in zip(detections, groups, strict=True):
        if each.language != UNDETERMINED and each.confidence >= SURE:
            of_script[each.script][each.language] += 1
            if group:
                of_group[group, each.script][each.language] += 1
    return [
        each
        if each.confidence >= SURE
        else _judged(each, of_group[group, each.script], of_script[each.script])
        for each, group in zip(detections, groups, strict=True)
    ]


def _judged(each: Detection, group: Counter[str], everywhere: Counter[str]) -> Detection:
    if not everywhere or not each.candidates:
        return each
    total = everywhere.total()
    whole = {
        language: (1 - ANYTHING) * everywhere[language] / total + ANYTHING / len(each.candidates)
        for language, _ in each.candidates
    }
    size = group.total() + GROUP_WEIGHT
    weights = {
        language: likely * (group[language] + GROUP_WEIGHT * whole[language]) / size
        for language, likely in each.candidates
    }
    mass = sum(weights.values())
    ranked = sorted(weights.items(), key=lambda pair: (-pair[1], pair[0]))
    candidates = tuple(Candidate(language, weight / mass) for language, weight in ranked)
    best = candidates[0]
    if best.probability < NEEDED:
        return each
    return replace(each, language=best.language, confidence=best.probability, candidates=candidates)
