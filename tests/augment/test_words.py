from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyrec.augment import vocabulary
from polyrec.augment.augmenter import Synthetic
from polyrec.augment.language_mixing import LanguageMixing
from polyrec.augment.rewording import reworded
from polyrec.augment.synonyms import Synonyms
from polyrec.core.errors import ConfigError
from polyrec.encode.encoder import Encoder, Kind

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from polyrec.core.types import Floats

LISTS = {
    "en": ["house", "home", "dog", "river", "mountain"],
    "de": ["haus", "heim", "hund", "fluss", "berg"],
    "fi": ["talo", "koti", "koira", "joki", "vuori"],
}
"""Words of one place in the lists mean the same; the first two of each lie close together."""


@dataclass
class Known(Encoder):
    """Gives the words of `LISTS` vectors by their meaning, with a direction of their language."""

    @property
    def dim(self) -> int:
        return 8

    @property
    def fingerprint(self) -> str:
        return "known-1"

    def _encode(self, texts: list[str], kind: Kind, advance: Callable[[int], None]) -> Floats:
        vectors = np.zeros((len(texts), 8), dtype=np.float32)
        for row, text in enumerate(texts):
            place = next(words.index(text) for words in LISTS.values() if text in words)
            language = next(i for i, words in enumerate(LISTS.values()) if text in words)
            vectors[row, place] = 1
            vectors[row, 0] += 0.8 if place == 1 else 0
            vectors[row, 5 + language] = 1
        return vectors


@pytest.fixture(autouse=True)
def _lists(monkeypatch: pytest.MonkeyPatch) -> None:
    def listed(language: str, size: int) -> list[str]:
        return LISTS.get(language, [])[:size]

    monkeypatch.setattr(vocabulary, "frequent_words", listed)


@given(st.text(), st.floats(0.01, 1), st.integers(0, 9))
def test_without_other_words_a_text_stays_as_it_is(text: str, share: float, seed: int) -> None:
    assert reworded(text, {}, share, np.random.default_rng(seed)) == (text, 0.0)


def test_words_keep_their_case_and_what_stands_between_them() -> None:
    others = {"house": ["home"], "dog": ["hound"]}
    text = "House-dog, 2 DOGs; DOG_house\n"
    made, share = reworded(text, others, 1.0, np.random.default_rng(0))
    assert made == "Home-hound, 2 DOGs; HOUND_home\n"
    assert share == pytest.approx(4 / 5)


def test_about_the_wished_share_of_words_is_replaced() -> None:
    _, share = reworded("house " * 2000, {"house": ["home"]}, 0.3, np.random.default_rng(0))
    assert share == pytest.approx(0.3, abs=0.05)


def test_synonyms_are_near_words_of_the_same_language() -> None:
    part = Synonyms(Known(), share=1.0, min_cosine=0.3)
    made = part.augment(["Talo ja joki", "Das Haus"], ["fi", "de"])
    assert made == [
        Synthetic("Koti ja joki", "fi", 0, "synonyms"),
        Synthetic("Das Heim", "de", 1, "synonyms"),
    ]


def test_synonyms_leave_languages_with_enough_texts_alone() -> None:
    part = Synonyms(Known(), share=1.0, min_cosine=0.3, up_to=2)
    made = part.augment(["talo", "haus", "haus"], ["fi", "de", "de"])
    assert [each.source for each in made] == [0]


def test_mixing_puts_words_of_the_small_language_in_the_place_of_others() -> None:
    part = LanguageMixing(Known(), share=1.0, languages=["fi"])
    made = part.augment(["The dog saw a river and a mountain", "Hund, Berg"], ["en", "de"])
    assert made == [
        Synthetic("The koira saw a joki and a vuori", "en", 0, "language-mixing"),
        Synthetic("Koira, Vuori", "fi", 1, "language-mixing"),
    ]


def test_mixing_fills_a_language_up_and_no_further() -> None:
    part = LanguageMixing(Known(), share=1.0, up_to=3)
    texts = [f"dog {i}" for i in range(9)]
    made = part.augment([*texts, "koira"], ["en"] * 9 + ["fi"])
    assert [each.language for each in made] == ["fi", "fi"]
    assert {each.source for each in made} < set(range(9))


def test_a_glossary_has_the_last_word(tmp_path: Path) -> None:
    (tmp_path / "terms.tsv").write_text("en\tfi\nDog\thauva\ncat\tkissa\n", encoding="utf-8")
    terms = str(tmp_path / "terms.tsv")
    part = LanguageMixing(Known(), share=1.0, languages=["fi"], glossary=terms)
    [made] = part.augment(["Dog cat river"], ["en"])
    assert made.text == "Hauva kissa joki"


def test_a_glossary_that_is_not_there_is_named() -> None:
    part = LanguageMixing(Known(), languages=["fi"], glossary="nowhere.tsv")
    with pytest.raises(ConfigError, match=r"nowhere\.tsv"):
        part.augment(["dog"], ["en"])


def test_a_language_without_words_is_neither_mixed_nor_mixed_in() -> None:
    part = LanguageMixing(Known(), share=1.0, languages=["sr", "fi"])
    made = part.augment(["dog", "пас"], ["en", "sr"])
    assert [(each.source, each.text) for each in made] == [(0, "koira")]
