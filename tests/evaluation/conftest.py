"""A made report whose figures are invented but shaped like real ones."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from polyrec.core.types import SuggestedItem, Suggestion
from polyrec.evaluation.content import Card, Content, Exposure, SpaceMap
from polyrec.evaluation.rows import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from polyrec.core.types import Floats

NAN = float("nan")
HOSTILE = "<script>alert('x')</script> \"quoted\" & {{ 7 * 7 }} " + "W" * 300
MODELS = {
    "popularity": "what most people have",
    "section-only": "the history's categories: no text, no other people",
    "content-raw": "texts alone, in the encoder's raw space",
    "content": "texts alone, language bias removed",
    "ease": "what people do alone, blind to new items",
    "hybrid-raw": "hybrid in the raw space",
    "hybrid": "what people do and texts, language bias removed",
    "hybrid-en": "the oracle: hybrid with every item in English",
}
NDCG = {
    "random": (0.001, 0.015, 0.206, 0.324, 0.298, 0.372, 0.424, 0.431),
    "cold-items": (0.0, 0.023, 0.151, 0.301, 0.0, 0.262, 0.358, 0.371),
}
COUNTS = {
    **{"en": 2211, "da": 1363, "it": 1224, "fr": 464, "de": 300, "sk": 266, "pt-BR": 152},
    **{"pl": 85, "ja": 85, "uk": 71, "ko": 59, "ru": 51, "es": 39, "zh-CN": 27, "cs": 27, "sr": 9},
}
TAGS = np.array(list(COUNTS))
PARTS = ("seen-item", "unseen-item", "cross-language", "history:1-4", "history:5-9", "history:10+")


def _row(split: str, model: str, measure: str, value: float, **others: object) -> Row:
    low, high = max(0.0, value - 0.02), value + 0.02
    row = Row("debian", "one-language", split, "mean", model, "all", measure, 20, value, low, high,
              553)  # fmt: skip
    return replace(row, **others)  # type: ignore[arg-type]


def _rows() -> Iterator[Row]:
    for split, values in NDCG.items():
        for model, ndcg in zip(MODELS, values, strict=True):
            view = "en" if model == "hybrid-en" else "one-language"
            for seed in (0, 1, "mean"):
                shift = {0: -0.003, 1: 0.003}.get(seed, 0.0) if ndcg else 0.0  # type: ignore[call-overload]
                yield _row(split, model, "ndcg", ndcg + shift, seed=seed, view=view)
            yield _row(split, model, "recall", 1.15 * ndcg, view=view)
            yield _row(split, model, "precision", 0.4 * ndcg, view=view)
            yield _row(split, model, "coverage", 0.5, low=NAN, high=NAN, view=view)
            yield from _sliced(split, model, ndcg)
    for first, second in (("hybrid", "ease"), ("hybrid", "hybrid-raw")):
        gain = 0.126 if second == "ease" else 0.052
        yield _row("random", f"{first} - {second}", "ndcg", gain)
    yield _row("cold-items", "hybrid - hybrid-raw", "ndcg", 0.004, low=-0.008, high=0.016)
    cost = {"view": "one-language:1-3", "low": 0.78, "high": 0.93}
    yield _row("random", "hybrid", "language-cost-recovered", 0.86, **cost)
    yield from _left_out()


def _sliced(split: str, model: str, ndcg: float) -> Iterator[Row]:
    blind = model in {"ease", "popularity"}
    for i, part in enumerate(PARTS):
        if split == "cold-items" and part == "seen-item":
            continue
        value = 0.0 if blind and part == "unseen-item" else (1.15 - 0.06 * i) * ndcg
        if split == "cold-items" and part == "unseen-item":
            value = 1.15 * ndcg
        yield _row(split, model, "recall", value, slice=part, n=553 // (i + 1))
        yield _row(split, model, "ndcg", 0.9 * value, slice=part, n=553 // (i + 1))
    for i, tag in enumerate(TAGS):
        loss = 1 - 0.03 * i * ("raw" in model)
        n = max(2, 400 // (i + 1))
        wide = 0.3 / n**0.5
        value = 1.1 * ndcg * loss
        low, high = max(0.0, value - wide), value + wide
        part = f"language:{tag}"
        yield _row(split, model, "recall", value, slice=part, n=n, low=low, high=high)


def _left_out() -> Iterator[Row]:
    for i, tag in enumerate([*TAGS[:7], "all"]):
        part = tag if tag == "all" else f"language:{tag}"
        a, b = 0.31 - 0.01 * i, 0.36
        yield _row("language-out:A", "hybrid", "ndcg", a, slice=part, n=60)
        yield _row("language-out:B", "hybrid", "ndcg", b, slice=part, n=60)
        yield _row("language-out", "hybrid", "ndcg-ratio", a / b, slice=part, n=60)


def _exposure(own: float) -> Exposure:
    share = np.array(list(COUNTS.values())) / sum(COUNTS.values())
    shares = own * np.eye(len(TAGS)) + (1 - own) * share
    n_users = np.array([260, 110, 80, 40, 20, 12, 9, 6, 5, 4, 2, 1, 1, 0, 0, 0])
    shares[n_users == 0] = NAN
    return Exposure(TAGS, share, shares, n_users)


def _space() -> SpaceMap:
    rng = np.random.default_rng(0)
    languages = np.repeat(TAGS, [n // 3 for n in COUNTS.values()])
    centres = dict(zip(TAGS, rng.normal(size=(len(TAGS), 2)) * 3, strict=True))
    after = rng.normal(size=(len(languages), 2))
    before = np.array([centres[tag] for tag in languages]) + 0.6 * after
    return SpaceMap(before.astype(np.float32), after.astype(np.float32), languages)


def _curves() -> dict[str, Floats]:
    epochs = np.arange(1, 21)
    loss = 1.5 + 2.4 * np.exp(-epochs / 5)
    ndcg = 0.28 - 0.0012 * (epochs - 14.0) ** 2
    short = np.column_stack([epochs, loss - 1, np.full(20, NAN)])[:3]
    long = np.column_stack([epochs, loss, ndcg])
    return {name: curve.astype(np.float32) for name, curve in (("two-tower", long), ("x", short))}


def _cards() -> tuple[Card, ...]:
    known = (
        SuggestedItem(
            "gimp", 0, "de", "Bildbearbeitungsprogramm\nGIMP ist ein Programm für Fotos."
        ),
        SuggestedItem("krita", 0, "ar", "برنامج للرسم الرقمي\nيدعم الأقلام اللوحية."),
        SuggestedItem("hdate", 0, "he", "לוח שנה עברי"),
    )
    given = (
        SuggestedItem(
            "inkscape",
            0.9,
            "ja",
            "ベクター画像エディタ\n" + "絵を描くための道具です。" * 30,
            "gimp",
        ),
        SuggestedItem("mypaint", 0.8, "zh-CN", "适合数位板的绘画程序", "krita"),
        SuggestedItem("hocr", 0.7, "he", "זיהוי תווים (OCR) בעברית\nתוכנה לסריקה.", "hdate"),
        SuggestedItem("evil", 0.6, "und", HOSTILE, "beyond-the-shown-history"),
        SuggestedItem("nothing", 0.5, "fr", ""),
    )
    return (
        Card("m0042", 34, known, Suggestion(given, "personal")),
        Card("m0338", 2, known[:2], Suggestion(given[:2], "personal", "fewer than 10 are left")),
        Card(HOSTILE[:60], 0, (), Suggestion(given[3:], "popular")),
    )


@pytest.fixture(scope="session")
def made_content() -> Content:
    """Give content in which every part of a report is there."""
    return Content(
        title="Recommendations across languages: debian",
        lead="Eight models on the same splits, every item described in one of sixteen languages.",
        rows=list(_rows()),
        models=MODELS,
        exposure={"content-raw": _exposure(0.6), "content": _exposure(0.04)},
        space=_space(),
        curves=_curves(),
        cards=_cards(),
        facts={"Data": "debian: 553 users, 6,395 items", "Peak memory": "812 MB"},
    )


@pytest.fixture
def bare_content() -> Content:
    """Give content of which nothing is known but its title."""
    return Content(title="Nothing yet", lead="", rows=[], models={})
