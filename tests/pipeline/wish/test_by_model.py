from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from polyrec.core.errors import ConfigError, DataError
from polyrec.llm.http import Http
from polyrec.llm.scripted import Scripted
from polyrec.pipeline.wish.ask import understand
from polyrec.pipeline.wish.by_model import by_model
from polyrec.pipeline.wish.by_rules import by_rules
from polyrec.pipeline.wish.offered import Offered
from polyrec.testing.injections import INJECTIONS

if TYPE_CHECKING:
    from polyrec.pipeline.wish.wish import Understood

OFFERED = Offered(("en", "de", "fr", "pt-BR"), ("carpentry", "cooking", "music"))
WISH = "three cheap courses in carpentry, in Portuguese or German, not about furniture"
NOTHING: dict[str, Any] = {"languages": [], "without": [], "k": 10}


def asked(wish: str, answer: str | dict[str, Any]) -> Understood:
    said = answer if isinstance(answer, str) else json.dumps(NOTHING | answer)
    return by_model(wish, OFFERED, Scripted([said] * 2))


def test_what_the_wish_says_is_taken_from_the_model() -> None:
    answer = {"languages": ["pt-BR", "de"], "without": ["furniture"], "k": 3}
    understood = asked(WISH, answer)
    wish = understood.wish
    assert (wish.languages, wish.language_mode) == (("pt", "de"), "only")
    assert (wish.category, wish.without, wish.k) == ("carpentry", ("furniture",), 3)
    assert wish.text == "cheap courses in carpentry"
    assert (understood.worked_by, understood.error) == ("scripted", "")
    assert {(each.field, each.value) for each in understood.said} == {
        ("languages", "pt"),
        ("languages", "de"),
        ("language_mode", "only"),
        ("without", "furniture"),
        ("category", "carpentry"),
        ("k", "3"),
    }


def test_it_is_taken_before_what_rules_find() -> None:
    wish = "Portuguese songs, 4 of them, no long solos"
    rules = by_rules(wish, OFFERED).wish
    assert (rules.languages, rules.without, rules.k) == ((), ("long solos",), 10)
    found = asked(wish, {"languages": ["pt-BR"], "without": ["solos"], "k": 4})
    assert (found.wish.languages, found.wish.without, found.wish.k) == (("pt",), ("solos",), 4)
    assert [(each.field, each.words) for each in found.said] == [
        ("languages", "Portuguese"),
        ("without", "solos"),
        ("k", "4"),
    ]


def test_what_does_not_stand_in_the_wish_is_what_rules_find() -> None:
    answer = {"languages": ["fr"], "without": ["saws"], "k": 99}
    for each in (answer, {}):
        found = asked(WISH, each)
        assert found.wish == by_rules(WISH, OFFERED).wish
        assert found.said == by_rules(WISH, OFFERED).said
    no_denial = asked("courses in carpentry", {"without": ["courses"]})
    assert no_denial.wish.without == ()


def test_languages_that_rules_find_are_not_taken_away() -> None:
    assert asked(WISH, {"languages": ["de"]}).wish.languages == ("pt", "de")
    wish = asked("Portuguese songs, preferably in German", {"languages": ["pt-BR"]}).wish
    assert (set(wish.languages), wish.language_mode) == ({"pt", "de"}, "prefer")


def test_a_language_that_is_denied_is_not_wished() -> None:
    wish = asked("songs, but not in French", {"languages": ["fr"]}).wish
    assert wish.languages == ("en", "de", "pt-BR")


@pytest.mark.parametrize("word", ["carpentry", "German", "three", "car", "furn", "not", " "])
def test_only_whole_words_behind_a_denial_are_avoided(word: str) -> None:
    assert asked(WISH, {"without": [word]}).wish.without == ("furniture",)


@pytest.mark.parametrize(
    ("wish", "word"),
    [("不要家具的木工课", "家具"), ("家具以外の木工", "家具"), ("木工, 가구 말고", "가구")],
)
def test_words_to_avoid_are_found_in_scripts_of_all_kinds(wish: str, word: str) -> None:
    assert asked(wish, {"without": [word]}).wish.without == (word,)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("!timeout", "cannot be asked now"),
        ("!garbage", "nothing that can be used"),
        ("!truncated", "nothing that can be used"),
        ("!refusal", "nothing that can be used"),
        ("!echo", "nothing that can be used"),
        ('{"languages": ["xx"]}', "nothing that can be used"),
    ],
)
def test_where_the_model_fails_rules_do_it_and_say_so(fault: str, said: str) -> None:
    understood = asked(WISH, fault)
    assert understood.wish == by_rules(WISH, OFFERED).wish
    assert understood.worked_by == "rules"
    assert said in understood.error


@pytest.mark.parametrize("text", INJECTIONS)
def test_a_model_that_obeys_a_wish_sets_nothing_that_the_wish_does_not_name(text: str) -> None:
    obeys = {"languages": ["fr"], "without": ["HACKED", "carpentry"], "k": 77}
    found, rules = asked(text, obeys), by_rules(text, OFFERED)
    assert found.worked_by == "scripted"
    assert replace(found.wish, without=()) == replace(rules.wish, without=())
    assert set(found.wish.without) <= {"HACKED", *rules.wish.without}


def test_the_model_can_name_nothing_that_the_catalog_does_not_have() -> None:
    model = Scripted([])
    by_model("songs", OFFERED, model)
    (prompt,) = model.asked
    assert prompt.data == "songs"
    assert "songs" not in prompt.instruction
    understood = asked("songs in Swahili", NOTHING | {"languages": ["sw"]})
    assert (understood.worked_by, understood.unmet) == ("rules", ("sw",))


def test_a_wish_leaves_the_machine_only_with_leave() -> None:
    model = Http(url="http://10.0.0.1", model="large")
    with pytest.raises(ConfigError, match="a user's own text"):
        understand("songs", OFFERED, model)
    with pytest.raises(DataError, match="at most 1,000"):
        understand("x" * 1001, OFFERED, model)
