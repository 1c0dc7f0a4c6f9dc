"""Made texts are learned from, and nothing else: they stand for no item and come from no test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pytest

import polyrec
from polyrec.augment.augmenter import Augmenter, Synthetic
from polyrec.augment.forward_translation import ForwardTranslation
from polyrec.encode.hashing import Hashing
from polyrec.encode.language_mean import LanguageMean
from polyrec.encode.no_debias import NoDebias
from polyrec.evaluation.comparison import Setting, compare
from polyrec.evaluation.contenders import chosen
from polyrec.models.content import Content
from polyrec.pipeline.plan import Plan
from polyrec.pipeline.space import Space
from polyrec.testing.scripted_translator import ScriptedTranslator
from polyrec.testing.worlds import LANGUAGE_WORDS, translated, two_languages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from polyrec.data.catalog import Catalog


@dataclass
class Watched(Augmenter):
    """Makes one text of each, in a language that no item has, and keeps what it was given."""

    given: ClassVar[list[tuple[str, ...]]] = []
    word: str = "made"

    def _augment(self, texts: list[str], languages: list[str], seed: int) -> Iterator[Synthetic]:
        self.given.append(tuple(texts))
        for row, text in enumerate(texts):
            yield Synthetic(f"{self.word} {text}", "eo", row, "watched")


@pytest.fixture(autouse=True)
def _nothing_given_yet() -> None:
    Watched.given.clear()


def mostly_german() -> tuple[Catalog, dict[str, str]]:
    """Give contents in German, the last also in French, and what the German texts are in French."""
    catalog = two_languages().dataset.catalog
    french = dict(zip(catalog.text[::2], catalog.text[1::2], strict=True))
    texts = [{"de": text} for text in catalog.text[::2]] + [{"fr": catalog.text[-1]}]
    return type(catalog).from_texts([f"i{i}" for i in range(len(texts))], texts), french


def nearness_of_twins(augmenter: Augmenter | None, catalog: Catalog) -> float:
    vectors = Space(Hashing(), LanguageMean(), augmenter=augmenter).fit(catalog)
    return float(vectors[-1] @ vectors[-2])


def test_translations_bring_a_lonely_text_to_its_twin() -> None:
    catalog, french = mostly_german()
    translator = ScriptedTranslator(known=french, pairs=[("de", "fr")])
    without = nearness_of_twins(None, catalog)
    assert nearness_of_twins(ForwardTranslation(translator), catalog) > without + 0.2


def test_wrong_translations_do_not() -> None:
    catalog, _ = mostly_german()
    german = LANGUAGE_WORDS["de"]
    translator = ScriptedTranslator(rest=f"{german} {{}}", pairs=[("de", "fr")])
    without = nearness_of_twins(None, catalog)
    assert nearness_of_twins(ForwardTranslation(translator), catalog) < without + 0.1


def test_made_texts_stand_for_no_item() -> None:
    catalog = translated().catalog
    plain = Space(Hashing(), NoDebias()).fit(catalog)
    space = Space(Hashing(), NoDebias(), augmenter=Watched())
    assert np.array_equal(space.fit(catalog), plain)
    assert np.allclose(space.items(catalog), plain)
    assert len(Watched.given) == 1


def test_made_texts_teach_the_debias() -> None:
    debias = LanguageMean()
    Space(Hashing(), debias, augmenter=Watched()).fit(translated().catalog)
    assert debias.languages_ is not None
    assert "eo" in debias.languages_.tolist()


@pytest.mark.parametrize("view", ["one-language", "all"])
def test_fit_makes_texts_only_of_items_that_somebody_chose(view: str) -> None:
    data = translated().view(view)
    train, test = data.split("cold-items", seed=1)
    plan = Plan(Content(), Hashing(), LanguageMean(), augmenter=Watched())
    fitted = polyrec.fit(train, plan)
    held = set(test.histories.items.tolist())
    texts = [set(by.values()) for by in data.catalog.texts]
    secret = set().union(*(texts[item] for item in held))
    known = set().union(*(own for item, own in enumerate(texts) if item not in held))
    [given] = Watched.given
    assert secret
    assert not set(given) & (secret - known)
    assert set(given) <= known
    assert fitted.learned.catalog == train.catalog
    assert fitted.notes == (f"{len(given)} texts made to learn from: eo {len(given)}",)


def test_who_makes_nothing_says_so() -> None:
    plan = Plan(Content(), Hashing(), augmenter=ForwardTranslation(ScriptedTranslator()))
    fitted = polyrec.fit(translated().view("one-language"), plan)
    assert fitted.notes == ("0 texts made to learn from",)


def test_a_comparison_makes_texts_only_of_items_in_train() -> None:
    data = translated()
    setting = Setting(data, Hashing(), splits=("cold-items",), seeds=(0, 1), augmenter=Watched())
    compare(setting, chosen(["content"]))
    catalog = data.view("one-language", seed=1).catalog
    assert len(Watched.given) == 2
    for seed, given in zip((0, 1), Watched.given, strict=True):
        train, _ = data.split("cold-items", seed=seed)
        wanted = [catalog.text[item] for item in np.flatnonzero(train.histories.chosen)]
        assert list(given) == wanted


def test_a_comparison_without_an_augmenter_makes_nothing() -> None:
    setting = Setting(translated(), Hashing(), splits=("cold-items",))
    compare(setting, chosen(["content"]))
    assert Watched.given == []
