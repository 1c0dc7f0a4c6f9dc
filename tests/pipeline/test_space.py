from __future__ import annotations

from dataclasses import replace

import numpy as np

from polyrec.data.catalog import Catalog
from polyrec.encode.hashing import Hashing
from polyrec.encode.language_mean import LanguageMean
from polyrec.encode.no_debias import NoDebias
from polyrec.encode.tfidf import Tfidf
from polyrec.pipeline.space import Space
from polyrec.testing.worlds import two_languages

CATALOG = Catalog.from_texts(
    ["a", "b", "c"], [{"de": "Holz", "fr": "bois"}, {"fr": "étoile"}, {"en": "wood"}]
)


def test_an_item_lies_where_its_shown_text_does() -> None:
    space = Space(Hashing(), NoDebias())
    assert np.allclose(space.fit(CATALOG), Hashing().encode(CATALOG.text))


def test_an_item_with_pooled_texts_lies_in_their_middle() -> None:
    pooled = replace(CATALOG, pooled=True)
    vectors = Space(Hashing(), NoDebias()).fit(pooled)
    german, french = Hashing().encode(["Holz", "bois"])
    middle = (german + french) / np.linalg.norm(german + french)
    assert np.allclose(vectors[0], middle, atol=1e-6)
    assert np.allclose(vectors[1:], Hashing().encode(["étoile", "wood"]))


def test_every_text_of_pooled_items_teaches_its_own_language() -> None:
    debias = LanguageMean()
    Space(Hashing(), debias).fit(replace(CATALOG, pooled=True))
    assert debias.languages_ is not None
    assert debias.languages_.tolist() == ["de", "en", "fr"]


def test_further_items_lie_as_if_they_had_been_there() -> None:
    world = two_languages()
    space = Space(Hashing(), LanguageMean())
    vectors = space.fit(world.dataset.catalog)
    assert np.allclose(space.items(world.dataset.catalog), vectors, atol=1e-6)


def test_what_people_ask_for_lies_beside_what_says_it() -> None:
    catalog = two_languages().dataset.catalog
    space = Space(Hashing(), LanguageMean())
    vectors = space.fit(catalog)
    asked = space.queries([catalog.text[4]], ["de"])
    assert (asked @ vectors.T).argsort()[0, -2:].tolist() in ([5, 4], [4, 5])


def test_an_empty_question_lies_nowhere() -> None:
    space = Space(Hashing(), LanguageMean())
    space.fit(CATALOG)
    asked = space.queries(["", "Holz", "  "], ["und", "de", "eo"])
    assert (asked[[0, 2]] == 0).all()
    assert np.linalg.norm(asked[1]) > 0.99


def test_a_question_of_which_the_encoder_knows_no_word_lies_nowhere() -> None:
    catalog = two_languages().dataset.catalog
    space = Space(Tfidf(min_count=1), LanguageMean())
    space.fit(catalog)
    asked = space.queries(["xyzzy", catalog.text[0]], [catalog.language[0]] * 2)
    assert (asked[0] == 0).all()
    assert np.linalg.norm(asked[1]) > 0.99


def test_single_words_lie_as_the_texts_they_would_be_and_unknown_ones_nowhere() -> None:
    catalog = two_languages().dataset.catalog
    space = Space(Tfidf(min_count=1), LanguageMean())
    space.fit(catalog)
    word = catalog.text[4].split()[-1]
    found = space.words([word, "xyzzy"], "de")
    assert np.allclose(found[:1], space.queries([word], ["de"]), atol=1e-6)
    assert not found[1].any()
