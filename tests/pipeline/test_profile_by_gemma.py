"""The real Gemma words profiles, in this process and over HTTP: it is held to the keywords."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import regex

from polyrec.data.catalog import Catalog
from polyrec.data.dataset import Dataset
from polyrec.data.interactions import Interactions
from polyrec.pipeline.fitted import Fitted, fit
from polyrec.pipeline.plan import Plan
from polyrec.pipeline.profile_words import KEYWORDS, in_words
from polyrec.testing.injections import ATTACKS, INSTRUCTIONS

if TYPE_CHECKING:
    from polyrec.llm.language_model import LanguageModel

pytestmark = [pytest.mark.model, pytest.mark.slow]

PLAN: dict[str, Any] = {"detector": {"use": "py3langid"}, "recommender": {"use": "ease"}}
TEXTS = ("wood handsaw carpenter", "wood plane carpenter", "green tea leaves", "black tea leaves")


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that goes on is cut off, which takes less time."""
    monkeypatch.setattr("polyrec.pipeline.profile_words.MOST_TOKENS", 40)


def shop(*texts: str) -> Fitted:
    """Ada chose all of it; without vectors, each sentence must hold a keyword."""
    catalog = Catalog.from_texts([str(n) for n in range(len(texts))], [{"en": t} for t in texts])
    chosen = Interactions.from_pairs([("ada", n) for n in range(len(texts))])
    return fit(Dataset(catalog, chosen, name="shop"), Plan.from_table(PLAN))


def is_held(fitted: Fitted, model: LanguageModel, language: str) -> None:
    """Either the keywords and why, or one or two sentences of the model, each with a keyword."""
    profile = fitted.profile("ada")
    plain = in_words(fitted.learned, profile, language)
    found = in_words(fitted.learned, profile, language, model)
    assert found.language == language
    if found.worded_by == KEYWORDS:
        assert found.text == plain.text
        assert found.error
        return
    assert (found.worded_by, found.error) == (model.model, "")  # type: ignore[attr-defined]
    sentences = regex.findall(r"[^.!?]+[.!?]*", found.text)
    keywords = regex.findall(r"\w+", plain.text.casefold())
    assert 1 <= len(sentences) <= 2
    assert all(any(each in sentence.casefold() for each in keywords) for sentence in sentences)
    assert not regex.search(r"\d|https?:|[<>]", found.text)


@pytest.mark.parametrize("language", ["en", "es"])
def test_what_it_writes_keeps_to_the_keywords_or_gives_way(
    gemma: LanguageModel, language: str
) -> None:
    is_held(shop(*TEXTS), gemma, language)


def test_titles_that_give_orders_are_not_obeyed(gemma: LanguageModel) -> None:
    fitted = shop(INSTRUCTIONS["en"], ATTACKS["closes the delimiter"], *TEXTS)
    is_held(fitted, gemma, "en")
