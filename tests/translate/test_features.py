from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pytest

from polyrec.core.errors import ConfigError
from polyrec.core.registry import build
from polyrec.encode.encoder import Encoder, Kind
from polyrec.encode.hashing import Hashing
from polyrec.encode.language_mean import LanguageMean
from polyrec.encode.no_debias import NoDebias
from polyrec.encode.statistics import Statistics
from polyrec.text.detect.detector import Detection, Detector
from polyrec.translate.features import WEIGHTS, Features
from polyrec.translate.meaning import MEANS, default_encoder

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyrec.core.types import Floats

TWINS = {
    "casa": "house",
    "azul": "blue",
    "perro": "dog",
    "rojo": "red",
    "tres": "three",
    "vive": "lives",
}


@dataclass
class Dictionary(Encoder):
    """Words that mean the same have the same vector."""

    @property
    def dim(self) -> int:
        return 64

    @property
    def fingerprint(self) -> str:
        return "dictionary"

    def _encode(self, texts: list[str], kind: Kind, advance: Callable[[int], None]) -> Floats:
        vectors = np.zeros((len(texts), 64), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in re.findall(r"\w+", text.lower()):
                vectors[row, zlib.crc32(TWINS.get(word, word).encode()) % 64] += 1
        return vectors


@dataclass
class Fixed(Detector):
    """Says of every text what it was told to say."""

    language: str = "en"

    def _detect(self, texts: list[str]) -> list[Detection]:
        return [Detection(self.language, 0.9, "Latn") for _ in texts]


QUALITY = Features(Dictionary(), NoDebias())


def estimate(source: str, *translations: str, quality: Features = QUALITY) -> list[float]:
    sources = [source] * len(translations)
    return quality.estimate(sources, translations, source="es", target="en").tolist()


def test_what_means_the_same_is_better_than_what_does_not() -> None:
    right, wrong = estimate("casa azul perro", "house blue dog", "house red three")
    assert right > wrong


@pytest.mark.parametrize(
    ("source", "fine", "worse"),
    [
        ("casa azul 204", "house blue 204", "house blue 24"),
        ("casa azul %s", "house blue %s", "house blue"),
        ("casa azul 5 km", "house blue 5 km", "house blue 5 m"),
        ("casa azul perro", "house blue dog", "casa azul perro"),
        ("casa azul perro", "house blue dog", "house blue dog " * 9),
        ("casa azul perro", "house blue dog", "дом голубой пёс"),
        ("casa azul perro", "house blue dog", "house blue *dog"),
    ],
)
def test_a_fault_lowers_the_estimate(source: str, fine: str, worse: str) -> None:
    one, other = estimate(source, fine, worse)
    assert one > other


def test_a_source_that_comes_back_unchanged_is_not_a_good_translation() -> None:
    source, fine = "perro rojo vive casa azul", "dog red lives house blue"
    assert estimate(source, fine)[0] > estimate(source, source)[0]


def test_a_detector_tells_another_language_of_the_same_script() -> None:
    in_english = Features(Dictionary(), NoDebias(), Fixed("en"))
    in_french = Features(Dictionary(), NoDebias(), Fixed("fr"))
    unsure = Features(Dictionary(), NoDebias(), Fixed("und"))
    args = "casa azul", "house blue"
    assert estimate(*args, quality=in_french) < estimate(*args, quality=in_english)
    assert estimate(*args, quality=unsure) == estimate(*args, quality=in_english)


def test_a_debias_that_has_learned_nothing_learns_on_the_texts_and_stays_as_it_is() -> None:
    quality = Features(Hashing(), LanguageMean())
    found = quality.estimate(["a b", "c d"], ["e f", "g h"], source="es", target="en")
    assert found.shape == (2,)
    assert quality.debias is not None
    assert not quality.debias.fitted


def test_the_means_that_ship_serve_their_own_encoder_only() -> None:
    with pytest.raises(ConfigError, match=r"not of .*name a debias beside the encoder"):
        Features(Hashing()).estimate(["a"], ["b"], source="es", target="en")


def test_the_fingerprint_names_all_that_an_estimate_depends_on() -> None:
    others = [
        Features(Hashing(), NoDebias()),
        Features(Dictionary(), LanguageMean()),
        Features(Dictionary(), NoDebias(), Fixed()),
    ]
    assert len({each.fingerprint for each in (QUALITY, *others)}) == 4


def test_every_weight_has_its_feature() -> None:
    table = QUALITY.table(["casa"], ["house"], languages=("es", "en"))
    assert table.shape == (1, len(WEIGHTS))
    assert all((value >= 0) == (name == "similarity") for name, value in WEIGHTS.items())


@pytest.mark.model
def test_with_the_real_encoder_the_right_translation_wins() -> None:
    quality = build("quality", "features")
    source = "Un curso de carpintería para principiantes, en 12 lecciones"
    given = {
        "right": "A woodworking course for beginners, in 12 lessons",
        "number": "A woodworking course for beginners, in 21 lessons",
        "other": "A report on the bond market, in 12 sections",
        "copy": source,
        "cut": "A woodworking",
        "loop": "A woodworking course course course course course course course course",
    }
    found = quality.estimate([source] * len(given), list(given.values()), source="es", target="en")
    assert found[0] > found[1:].max() + 0.1


def test_the_means_that_ship_are_those_of_the_default_encoder() -> None:
    means = Statistics.load(MEANS)
    assert means.encoder == default_encoder().fingerprint
    assert {"en", "es", "pt", "fr", "de", "ja", "zh-CN"} <= set(means.languages.tolist())
    assert MEANS.stat().st_size < 100_000
