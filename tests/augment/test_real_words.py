from __future__ import annotations

import pytest

from polyrec.augment.vocabulary import Vocabulary, dictionary, synonyms
from polyrec.encode.e5_small import E5Small


@pytest.mark.model
def test_words_of_the_real_encoder_find_their_translations_and_their_like() -> None:
    english, spanish = (Vocabulary.of(tag, E5Small(), 600) for tag in ("en", "es"))
    found = dictionary(english, spanish, margin=0.15)
    right = {"water": "agua", "family": "familia", "money": "dinero", "school": "escuela"}
    assert right.items() <= found.items()
    assert "women" in synonyms(english, depth=3, min_cosine=0.5)["woman"]
