"""The texts that `detect.py` measures and tunes on, each with the languages that are right for it.

Tags are compared after `core.language.wide_tag`, less script and region: `cmn`, `zh-Hant` and `zh`
are one, so are `nob` and `no`, `tl` and `fil`. All else is strict: `wuu` is not `zh`, `nn` not
`no`, and Croatian, Serbian and Bosnian are three languages.
"""

from __future__ import annotations

import csv
from functools import lru_cache
from pathlib import Path

import numpy as np

from polyrec.core.errors import LanguageError
from polyrec.core.language import UNDETERMINED, wide_tag

SHARED = Path(__file__).parents[2] / "shared" / "data"
MOST_WORDS = 4

Labelled = list[tuple[str, frozenset[str]]]
"""Texts and the languages that count as right for each."""


@lru_cache(maxsize=4096)
def plain(tag: str) -> str:
    """Give the language of a tag, as it is compared; `und` for what is no tag."""
    try:
        return wide_tag(tag).split("-")[0]
    except LanguageError:
        return UNDETERMINED


def tatoeba() -> Labelled:
    """Sentences of 24 languages, and the English side of one pair: the test."""
    texts: Labelled = []
    for path in sorted((SHARED / "tatoeba").iterdir()):
        code = path.suffix[1:]
        if code != "eng" or ".deu-" in path.name:
            lines = path.read_text(encoding="utf-8").splitlines()
            texts += [(line, frozenset({plain(code)})) for line in lines if line.strip()]
    return texts


def names(half: int) -> Labelled:
    """Names of emoji in 28 languages: those in odd lines (0, to tune on) or even ones (1, a test).

    Only names of up to four words; one that several languages write alike is right in each of them.
    """
    with (SHARED / "cldr-names.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))[half::2]
    texts: Labelled = []
    for row in rows:
        named = {plain(tag): text for tag, text in row.items() if tag != "char" and text}
        for text in named.values():
            if len(text.split()) <= MOST_WORDS:
                texts.append(
                    (text, frozenset(tag for tag, other in named.items() if other == text))
                )
    return texts


def sellers(
    half: int, *, names_each: int = 30, strangers: float = 0.1
) -> tuple[Labelled, list[str]]:
    """Give names by sellers of one language each, a share of whose names are in any other.

    Returns:
        names with the languages that are right, and the seller of each.
    """
    drawn = np.random.default_rng(half)
    of_language: dict[str, list[tuple[str, frozenset[str]]]] = {}
    for text, right in names(half):
        if len(right) == 1:
            of_language.setdefault(next(iter(right)), []).append((text, right))
    every = [each for several in of_language.values() for each in several]
    texts: Labelled = []
    groups: list[str] = []
    for language, several in of_language.items():
        order = drawn.permutation(len(several))
        for place, i in enumerate(order):
            stranger = drawn.random() < strangers
            texts.append(every[drawn.integers(len(every))] if stranger else several[i])
            groups.append(f"{language}-{place // names_each}")
    return texts, groups


def news(every: int = 40) -> Labelled:
    """Lines of news in 27 languages, to tune on: one in `every`."""
    texts: Labelled = []
    for path in sorted((SHARED / "ntrex").glob("*.txt")):
        lines = path.read_text(encoding="utf-8").splitlines()[::every]
        tag = frozenset({plain(path.stem.split("-")[0])})
        texts += [(line, tag) for line in lines if line.strip()]
    return texts


def packages(n_texts: int = 4000) -> Labelled:
    """Descriptions of the dataset that ships, to tune on."""
    import polyrec

    every = [
        (text, frozenset({plain(tag)}))
        for by in polyrec.load_dataset("debian").catalog.texts
        for tag, text in by.items()
    ]
    return [every[i] for i in np.random.default_rng(0).permutation(len(every))[:n_texts]]


def share_right(found: list[str], texts: Labelled) -> float:
    """Say how many of the answers are right."""
    pairs = zip(found, texts, strict=True)
    return sum(plain(tag) in right for tag, (_, right) in pairs) / len(texts)
