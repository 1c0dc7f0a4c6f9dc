from __future__ import annotations

from dataclasses import replace

import pytest

from polyrec.core.errors import ConfigError, UnknownNameError
from polyrec.core.registry import build
from polyrec.data.catalog import Catalog
from polyrec.evaluation.contenders import CONTENDERS, chosen
from polyrec.evaluation.own_data import contenders_for
from polyrec.evaluation.tabulate import PAIRS, RAW
from polyrec.models.ease import Ease
from polyrec.models.hybrid import Hybrid
from polyrec.pipeline.plan import Plan
from polyrec.testing.scripted_translator import ScriptedTranslator
from polyrec.testing.worlds import translated

FULL = translated().catalog


@pytest.mark.parametrize("name", CONTENDERS)
def test_every_contender_can_be_made_and_says_what_it_is(name: str) -> None:
    contender = CONTENDERS[name]
    assert contender.what
    build("recommender", dict(contender.recommender))
    if contender.debias is not None:
        build("debias", dict(contender.debias))


def test_pairs_and_controls_are_contenders() -> None:
    assert {name for pair in PAIRS for name in pair} | set(RAW) <= set(CONTENDERS)


def test_contenders_stand_in_the_order_of_the_table_whatever_was_asked_first() -> None:
    assert list(chosen(["hybrid", "popularity", "ease"])) == ["popularity", "ease", "hybrid"]
    assert list(chosen(reversed(CONTENDERS))) == list(CONTENDERS)
    with pytest.raises(UnknownNameError) as caught:
        chosen(["hybird"])
    assert str(caught.value) == "no model to compare is named 'hybird'; did you mean 'hybrid'?"


# data of one's own


def test_all_contenders_are_compared_where_the_data_allow_all() -> None:
    own = {name: c for name, c in chosen().items() if not c.translates}
    assert list(contenders_for(FULL, Plan(Hybrid()))) == list(own)
    translating = Plan(Hybrid(), translator=ScriptedTranslator())
    assert list(contenders_for(FULL, translating)) == list(chosen())


def test_those_that_are_slow_are_compared_only_when_they_are_named() -> None:
    for name in ("popularity-by-language", "latest", "sparse-ease", "weighted", "learned-ranking"):
        assert CONTENDERS[name].only_by_name
        assert name not in chosen()
        assert list(chosen([name, "popularity"])) == ["popularity", name]


def test_without_a_translator_nothing_that_translates_can_be_compared() -> None:
    with pytest.raises(ConfigError) as caught:
        contenders_for(FULL, Plan(Hybrid()), names=["hybrid-translated"])
    assert str(caught.value) == (
        "hybrid-translated needs a translator, and the plan has none; "
        "add [translator] to the plan, or take the shipped plan translate-first"
    )


def test_without_categories_nothing_is_compared_by_them() -> None:
    bare = replace(FULL, category=("",) * len(FULL))
    assert "section-only" not in contenders_for(bare, Plan(Hybrid()))


def test_english_is_an_oracle_only_where_it_is_there_and_not_alone() -> None:
    english = Catalog.from_texts(["a", "b"], [{"en": "x"}, {"en": "y"}])
    assert "hybrid-en" not in contenders_for(english, Plan(Hybrid()))
    german = Catalog.from_texts(["a", "b"], [{"de": "x", "fr": "z"}, {"de": "y"}])
    assert "hybrid-en" not in contenders_for(german, Plan(Hybrid()))
    both = Catalog.from_texts(["a", "b"], [{"de": "x", "en": "z"}, {"en": "y"}])
    assert "hybrid-en" in contenders_for(both, Plan(Hybrid()))
    few = Catalog.from_texts([f"i{i}" for i in range(10)], [{"de": "x", "en": "z"}] * 8 + [{}] * 2)
    assert "hybrid-en" not in contenders_for(few, Plan(Hybrid()))


def test_what_is_asked_for_by_name_is_compared_anyhow() -> None:
    bare = replace(FULL, category=("",) * len(FULL))
    assert list(contenders_for(bare, Plan(Hybrid()), names=["section-only"])) == ["section-only"]


def test_the_plans_own_recommender_is_compared_unless_it_is_there_anyway() -> None:
    found = contenders_for(FULL, Plan(Ease(l2=3.0)), names=["ease"])
    assert list(found) == ["ease", "plan"]
    assert found["plan"].recommender == {"use": "ease", "l2": 3.0, "memory_limit_gb": 4.0}
    assert "plan" in contenders_for(FULL, Plan(Hybrid(sharpness=9.0)), names=["hybrid"])
    assert "plan" not in contenders_for(FULL, Plan(Hybrid()), names=["hybrid"])
