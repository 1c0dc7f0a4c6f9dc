"""What a language model writes is shown only where it keeps to the facts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from polyrec.core.errors import ConfigError
from polyrec.data.catalog import Catalog
from polyrec.llm.http import Http
from polyrec.llm.scripted import Scripted
from polyrec.pipeline.explanation import Event, Explanation, Word
from polyrec.pipeline.wording.by_model import NO_ISOLATES, ByModel
from polyrec.pipeline.wording.sentences import sentence, together
from polyrec.pipeline.wording.tongue import TONGUES, tongue_of
from polyrec.pipeline.wording.worded import Worded, worded
from polyrec.testing.injections import INJECTIONS
from polyrec.text.detect.py3langid import Py3langid

if TYPE_CHECKING:
    from collections.abc import Sequence

AXE: dict[str, Any] = {"item_id": "axe", "language": "pt", "text": "Machado", "mode": "personal"}
FOUND = Explanation(
    **AXE,
    score=0.9,
    base=0.0,
    events=(
        Event("saw", "en", "Hand saw for wood", 0.6, 0.6),
        Event("plane", "he", "מקצועה", 0.2, 0.2),
        Event("tea", "ja", "緑茶", 0.2, 0.2),
    ),
    words=(Word("madeira", 0.9),),
)
CATALOG = Catalog.from_texts(
    ["saw", "plane", "tea", "axe", "whale", "you"],
    [
        {"en": "Hand saw for wood"},
        {"he": "מקצועה"},
        {"ja": "緑茶"},
        {"pt": "Machado"},
        {"en": "Moby Dick"},
        {"en": "This is for you"},
    ],
)

HELD = {
    "en": [
        "Because you chose “Hand saw for wood” (60%), this is recommended.",
        "We recommend this because it is similar to “Hand saw for wood”. It matches “madeira”.",
        'You like "Hand saw for wood" and "מקצועה", and 3 of your choices speak for it.',
    ],
    "de": ["Wir empfehlen das, weil Sie „Hand saw for wood“ gewählt haben und „madeira“ passt."],
    "ru": ["Рекомендуем, потому что вы выбрали «Hand saw for wood» (60 %)."],
    "es": ["Te lo recomendamos porque elegiste «Hand saw for wood»."],
}
LIES = {
    "Because you chose “Hand saw for wood” (90%).": "it says 90%",
    "Because you chose “Hand saw for wood”; 60 of your choices speak for it.": "it says 60,",
    "Because you chose “Hand saw for wood” and two more choices.": "it says 'two'",
    "Because you never chose “Hand saw for wood”.": "it says 'never'",
    "Because everyone chose “Hand saw for wood”.": "it says 'everyone'",
    "Because you chose “Hand saw for wood” and “Moby Dick”.": "it quotes 'Moby Dick'",
    "Because you chose “Hand saw for wood” and Moby Dick.": "it names 'moby dick'",
    "“Hand saw for wood”: this is for you.": "it names 'this is for you'",
    "Because you chose “Hand saw for wood”, as Ada did.": "it says 'ada'",
    "Because you chose “Hand saw for wood”, and it is cheap.": "it says 'cheap'",
    "Because you chose “Hand saw for wood”. It fits. It is similar.": "it has 3 sentences",
    "Because you chose “Hand saw for wood”, do you like this?": "it asks a question",
    "Because you chose this.": "it does not name 'מקצועה'",
    "“Hand saw for wood”": "it says nothing",
    "Porque elegiste «Hand saw for wood».": "it says 'porque'",
    "Because you chose “Hand saw for wood”" + " and your choice" * 30 + ".": "it has 518 letters",
    "!refusal": "the model refused",
    "!empty": "the answer is empty",
    "!garbage": "the answer holds what is no text",
    "!truncated": "the answer was cut off",
    "!echo": "the answer says the question back",
    "!timeout": "language-model 'scripted' did not answer in time",
    "!500": "language-model 'scripted' answered 500",
}


def by(*answers: str, catalog: Catalog = CATALOG) -> ByModel:
    return ByModel(Scripted(list(answers), repeat=True), catalog, Py3langid())


def said(answer: str, languages: Sequence[str] = ("en",), found: Explanation = FOUND) -> Worded:
    (one,) = by(answer).worded([found], languages)
    return one


@pytest.mark.parametrize(
    ("tag", "answer"), [(t, each) for t, all_ in HELD.items() for each in all_]
)
def test_what_keeps_to_the_facts_is_shown(tag: str, answer: str) -> None:
    found = said(answer, [tag])
    assert (found.worded_by, found.error, found.language) == ("scripted", "", tag)
    assert found.text.translate(NO_ISOLATES) == answer
    assert ("\u2068מקצועה\u2069" in found.text) == ("מקצועה" in answer)


@pytest.mark.parametrize("answer", LIES)
def test_what_does_not_gives_way_to_the_template(answer: str) -> None:
    found = said(answer)
    assert LIES[answer] in found.error
    assert (found.worded_by, found.text) == ("template", worded(FOUND, ["en"]).text)


@pytest.mark.parametrize("tag", TONGUES)
def test_in_every_language_the_facts_said_back_are_held_and_a_wrong_figure_is_not(tag: str) -> None:
    tongue = tongue_of(tag)
    facts = worded(FOUND, [tag]).facts[:2]
    text = together([sentence(fact, tongue) for fact in facts], tongue).translate(NO_ISOLATES)
    assert said(text, [tag]).worded_by == "scripted", said(text, [tag]).error
    wrong = text.replace(tongue.percent(0.6), tongue.percent(0.7))
    assert wrong != text
    assert said(wrong, [tag]).worded_by == "template"
    other = text.replace("Hand saw for wood", "Ulysses")
    assert said(other, [tag]).worded_by == "template"


@pytest.mark.parametrize("text", INJECTIONS)
def test_items_that_give_orders_are_not_obeyed(text: str) -> None:
    """Their orders stand between marks, and whoever obeys them is not shown."""
    found = Explanation(
        **AXE, score=1.0, base=0.0, events=(Event("x", "en", text, 1.0, 1.0),), words=()
    )
    for obeyed in ("HACKED", "“HACKED” is recommended.", "nuqneH", "item-9", "You obey the items."):
        one = said(obeyed, found=found)
        assert (one.worded_by, one.text) == ("template", worded(found, ["en"]).text)
        assert one.error


def test_a_language_without_templates_is_not_asked_for() -> None:
    one = by("Kwa sababu ulichagua “Hand saw for wood”.")
    (found,) = one.worded([FOUND], ["sw"])
    assert (found.worded_by, found.language) == ("template", "en")
    assert isinstance(one.model, Scripted)
    assert not one.model.asked


def test_answers_stand_beside_their_explanations() -> None:
    other = Explanation(**{**AXE, "mode": "popular"}, score=5.0, base=5.0)
    answers = ("Because you chose “Hand saw for wood”.", "5 people chose it.")
    first, second = by(*answers).worded([FOUND, other], ["en"])
    assert (first.text, second.text) == answers
    assert said("4 people chose it.", found=other).error.endswith("it says 4, which no fact says")


def test_the_model_sees_the_facts_as_data_and_examples_in_the_language() -> None:
    one = by("x")
    one.worded([FOUND], ["de"])
    assert isinstance(one.model, Scripted)
    prompt = one.model.asked[0]
    assert prompt.data == worded(FOUND, ["de"]).text.translate(NO_ISOLATES)
    assert "Hand saw" not in prompt.instruction
    assert "German" in prompt.instruction or "de" in prompt.instruction
    assert prompt.examples[0][1].startswith("Weil Sie „Faust“ (60\xa0%) und „Nora“ (40\xa0%)")


def test_what_somebody_chose_leaves_the_machine_only_where_the_model_may_send_it() -> None:
    one = ByModel(Http(model="x", url="http://127.0.0.1:9/v1"), CATALOG, Py3langid())
    with pytest.raises(ConfigError, match="user's own text"):
        one.worded([FOUND], ["en"])
