from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from polyrec.data.parallel import Parallel
from polyrec.encode.adapted import write_facts
from polyrec.encode.encoder import Encoder
from polyrec.encode.statistics import Statistics
from polyrec.evaluation.health.setting import Setting, prepare
from polyrec.evaluation.health.verdict import (
    FAR_BELOW,
    MAY_LOSE,
    Compared,
    Verdict,
    judge,
    judge_adapted,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from polyrec.core.types import Floats

N = 80
TAGS = ("en", "de", "fr", "cs")


class Told(Encoder):
    """Gives sentence n a vector of its own, and noise as the language is told to have."""

    def __init__(self, noise: dict[str, float]) -> None:
        self.noise = noise

    @property
    def dim(self) -> int:
        return 64

    @property
    def fingerprint(self) -> str:
        return f"told/{self.noise}"

    def _encode(self, texts: list[str], kind: object, advance: Callable[[int], None]) -> Floats:
        vectors = np.empty((len(texts), self.dim), dtype=np.float32)
        for row, text in enumerate(texts):
            tag, number = text.split()
            meaning = np.random.default_rng(int(number)).normal(size=self.dim)
            own = np.random.default_rng([int(number), *tag.encode()]).normal(size=self.dim)
            vectors[row] = meaning + self.noise.get(tag, 1.0) * own
        advance(len(texts))
        return vectors


def setting(**noise: float) -> Setting:
    encoder = Told(noise)
    test = texts(0)
    apart = texts(1000)
    learned = Statistics(encoder.encode(apart.texts), apart.languages, encoder.fingerprint)
    return Setting(encoder, test, learned, "other texts")


def texts(first: int) -> Parallel:
    numbers = range(first, first + N)
    return Parallel.from_sentences([{tag: f"{tag} {n}" for tag in TAGS} for n in numbers])


def test_an_encoder_passes_beside_itself() -> None:
    found = judge(setting(), setting())
    assert found.passed
    assert [each.language for each in found.compared] == ["all", *texts(0).tags]
    assert all(each.before == each.after and each.difference == 0 for each in found.compared)


def test_one_that_brings_languages_together_passes() -> None:
    found = judge(setting(), setting(en=0.5, de=0.5, fr=0.5, cs=0.5))
    assert found.passed
    assert found.compared[0].low > 0
    assert found.measure == "mAP"


def test_one_that_drives_all_languages_apart_fails_with_the_figures() -> None:
    found = judge(setting(), setting(en=2, de=2, fr=2, cs=2))
    all_languages = found.compared[0]
    assert not found.passed
    assert found.reasons[0] == (
        f"mAP is {all_languages.after:.3f}, before {all_languages.before:.3f} (95 % interval of "
        f"the difference {all_languages.low:+.3f} to {all_languages.high:+.3f})"
    )


def test_one_that_gains_overall_and_loses_a_language_fails_by_that_language() -> None:
    found = judge(setting(en=2, de=2, fr=2, cs=0.5), setting(en=0.2, de=0.2, fr=0.2, cs=6))
    assert found.compared[0].difference > 0
    assert len(found.reasons) == 1
    assert found.reasons[0].startswith("mAP of cs is ")


@pytest.mark.parametrize(
    ("language", "high", "n", "fails"),
    [
        ("all", -MAY_LOSE * 0.5 - 0.001, 500, True),
        ("all", -MAY_LOSE * 0.5 + 0.001, 500, False),
        ("de", -FAR_BELOW * 0.5 - 0.001, 30, True),
        ("de", -FAR_BELOW * 0.5 + 0.001, 30, False),
        ("de", -0.2, 29, False),
    ],
)
def test_where_the_line_is(language: str, high: float, n: int, fails: bool) -> None:
    one = Compared(language, 0.5, 0.5 + high - 0.1, high - 0.1, high - 0.2, high, n)
    assert bool(one.fault("mAP")) == fails
    assert Verdict("mAP", "texts", "others", (one,)).passed != fails


def test_pairs_are_judged_by_the_accuracy_to_the_pivot() -> None:
    def in_pairs(some: Setting) -> Setting:
        test = replace(some.test, is_pool=False)
        return replace(some, test=test)

    found = judge(in_pairs(setting()), in_pairs(setting(de=9)))
    assert found.measure == "accuracy to en"
    assert [reason.partition(" is ")[0] for reason in found.reasons] == [
        "accuracy to en",
        "accuracy to en of de",
    ]


@pytest.fixture
def aligned(tmp_path: Path) -> Path:
    folder = tmp_path / "texts"
    folder.mkdir()
    for tag, small in {"eng": "the of and", "deu": "der die und", "fra": "le la et"}.items():
        lines = [f"{small} {chr(97 + i % 26) * 3}{chr(97 + i // 26) * 4}" for i in range(80)]
        (folder / f"{tag}.txt").write_text("\n".join(lines) + "\n", "utf-8")
    return folder


def test_the_verdict_is_kept_in_the_folder(tmp_path: Path, aligned: Path) -> None:
    adapted = tmp_path / "adapted"
    adapted.mkdir()
    write_facts(adapted, {"base": "e5-small"})
    (adapted / "model.safetensors").write_bytes(b"weights")
    options: dict[str, Any] = {"on": [aligned], "sentences": 40}
    table = {"use": "hashing"}
    found = judge_adapted(adapted, before=table, after=prepare(table, **options), **options)
    kept = json.loads((adapted / "polyrec.json").read_text())["health"]
    assert found.passed
    assert kept["passed"] is True
    assert kept["test"] == "texts"
    assert [each["language"] for each in kept["languages"]] == ["all", *("de", "en", "fr")]
