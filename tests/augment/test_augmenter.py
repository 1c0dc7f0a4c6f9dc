from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyrec.augment.augmenter import Augmenter, Synthetic, drawn, small_languages
from polyrec.augment.back_translation import BackTranslation
from polyrec.augment.forward_translation import ForwardTranslation
from polyrec.augment.synonyms import Synonyms
from polyrec.core.errors import ConfigError, LanguageError
from polyrec.encode.hashing import Hashing
from polyrec.testing.scripted_translator import ScriptedTranslator

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class Careless(Augmenter):
    """Makes blank texts, the source again, and the same text twice, last source first."""

    def _augment(self, texts: list[str], languages: list[str], seed: int) -> Iterator[Synthetic]:
        for row in reversed(range(len(texts))):
            for text in ("made", "", texts[row], "made", "more"):
                yield Synthetic(text, languages[row], row, "careless")


def test_what_is_blank_the_source_or_there_already_is_dropped_and_sources_stand_in_order() -> None:
    made = Careless().augment(["one", " ", "made"], ["EN", "en", "pt_br"])
    assert made == [
        Synthetic("made", "en", 0, "careless"),
        Synthetic("more", "en", 0, "careless"),
        Synthetic("more", "pt-BR", 2, "careless"),
    ]


def test_a_language_is_small_until_it_has_enough_texts() -> None:
    languages = ["en"] * 5 + ["uk"] * 2 + ["ja"] * 3 + ["und"]
    assert small_languages(languages, 3) == {"uk": 1}
    assert small_languages(languages, 5) == {"ja": 2, "uk": 3}
    assert small_languages(languages, 3, ["fi", "uk", "en"]) == {"fi": 3, "uk": 1}


@given(st.lists(st.text(), max_size=30), st.integers(0, 40), st.integers(0, 5))
def test_as_many_rows_are_drawn_as_are_wished_for_and_there(
    texts: list[str], most: int, seed: int
) -> None:
    rows = list(range(len(texts)))
    found = drawn(rows, texts, most, seed=seed)
    assert found == sorted(set(found))
    assert len(found) == min(most, len(texts))


@given(st.lists(st.text(min_size=1), unique=True, min_size=2, max_size=30), st.integers(0, 5))
def test_who_is_drawn_stays_so_when_another_text_goes(texts: list[str], seed: int) -> None:
    rows = list(range(len(texts)))
    half = len(texts) // 2
    before = {texts[row] for row in drawn(rows, texts, half, seed=seed)}
    without = texts[1:]
    after = {without[row] for row in drawn(rows[:-1], without, half, seed=seed)}
    assert before - {texts[0]} <= after


@pytest.mark.parametrize(
    "settings", [{"up_to": 0}, {"languages": "uk"}, {"share": 0.0}, {"share": 1.5}]
)
def test_settings_that_cannot_be_used_are_refused(settings: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match=str(next(iter(settings.values())))):
        Synonyms(Hashing(), **settings)  # type: ignore[arg-type]


def test_tags_of_settings_are_spelled_the_standard_way() -> None:
    translator = ScriptedTranslator()
    assert ForwardTranslation(translator, languages=["pt_br"]).languages == ["pt-BR"]
    assert BackTranslation(translator, pivot="ENG").pivot == "en"
    with pytest.raises(LanguageError):
        ForwardTranslation(translator, languages=["no language"])
    with pytest.raises(ConfigError, match="und"):
        BackTranslation(translator, pivot="und")


def test_other_seeds_draw_other_texts() -> None:
    texts = [f"text {i}" for i in range(40)]
    draws = [drawn(range(40), texts, 10, seed=seed) for seed in (0, 1)]
    assert draws[0] != draws[1]
    assert np.unique(np.concatenate(draws)).size > 10
