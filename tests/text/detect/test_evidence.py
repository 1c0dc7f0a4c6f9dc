from __future__ import annotations

import pytest

from polyrec.core.errors import DataError
from polyrec.data.catalog import Catalog
from polyrec.text.detect.detect_catalog import detect_catalog
from polyrec.text.detect.detector import Candidate, Detection
from polyrec.text.detect.evidence import settled
from polyrec.text.detect.py3langid import Py3langid


def sure(language: str, script: str = "Latn") -> Detection:
    return Detection(language, 0.99, script, (), (Candidate(language, 0.99),))


UNSURE = Detection("und", 0.2, "Latn", (), (Candidate("gl", 0.2), Candidate("es", 0.19)))


def test_the_group_decides_between_candidates() -> None:
    found = settled([UNSURE, *[sure("es")] * 5, UNSURE, *[sure("gl")] * 5], ["a"] * 6 + ["b"] * 6)
    assert (found[0].language, found[6].language) == ("es", "gl")
    assert found[0].confidence > 0.6


def test_what_is_sure_stays_as_it_is() -> None:
    every = [sure("de"), *[sure("es")] * 50]
    assert settled(every, ["a"] * 51) == every


def test_other_scripts_are_no_evidence() -> None:
    assert settled([UNSURE, *[sure("es", "Cyrl")] * 9], ["a"] * 10)[0] == UNSURE


def test_without_anything_sure_nothing_is_settled() -> None:
    assert settled([UNSURE, UNSURE], ["a", "a"]) == [UNSURE, UNSURE]
    assert settled([], []) == []


def test_a_language_that_is_no_candidate_is_not_made_one() -> None:
    assert settled([UNSURE, *[sure("fi")] * 9], ["a"] * 10)[0].language in {"und", "gl", "es"}


def test_groups_and_detections_must_be_equally_many() -> None:
    with pytest.raises(DataError, match="1 detections but 2 groups"):
        settled([UNSURE], ["a", "b"])


def catalog(*texts: dict[str, str], **seller: tuple[object, ...]) -> Catalog:
    names = [str(i) for i in range(len(texts))]
    return Catalog.from_texts(names, list(texts), attributes=seller)


def test_missing_languages_are_filled_in_and_given_ones_stay() -> None:
    items = catalog(
        {"und": "Die Bahn hatte heute wieder einmal Verspätung."},
        {"nl": "Die Bahn hatte heute wieder einmal Verspätung."},
        {"en": "A cup of tea", "und": "今日は朝から雨が降っています。"},
        {"und": ""},
        {"und": "123"},
    )
    filled = detect_catalog(items, Py3langid())
    assert filled.catalog.language == ("de", "nl", "en", "und", "und")
    assert list(filled.catalog.texts[2]) == ["en", "ja"]
    assert filled.catalog.texts[0]["de"] == items.texts[0]["und"]
    assert (filled.asked, filled.detected, filled.settled, filled.left) == (3, 2, 0, 1)
    assert items.language[0] == "und"


def test_a_text_stays_untagged_if_the_item_has_another_in_that_language() -> None:
    text = "Die Bahn hatte heute wieder einmal Verspätung."
    filled = detect_catalog(catalog({"de": "Zug", "und": text}), Py3langid())
    assert dict(filled.catalog.texts[0]) == {"de": "Zug", "und": text}
    assert filled.left == 1


def test_the_sellers_other_items_settle_a_short_title() -> None:
    spanish = ["Zapatos de cuero para hombre", "Mesa de comedor extensible de madera"]
    texts = [{"und": "Curso de carpintería para principiantes"}, *({"es": t} for t in spanish * 4)]
    alone = detect_catalog(catalog(texts[0]), Py3langid())
    among = detect_catalog(catalog(*texts, seller=("a",) * 9), Py3langid(), by="seller")
    assert alone.catalog.language[0] != "es"
    assert among.catalog.language[0] == "es"
    assert (among.asked, among.settled, among.left) == (1, 1, 0)


def test_a_catalog_that_lacks_nothing_is_given_back() -> None:
    items = catalog({"de": "Zug"})
    assert detect_catalog(items, Py3langid()).catalog is items


def test_an_unknown_column_is_named() -> None:
    with pytest.raises(DataError, match="no column 'shop'; known: category, seller"):
        detect_catalog(catalog({"und": "Zug"}, seller=("a",)), Py3langid(), by="shop")
