from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from polyrec.core.errors import ConfigError, LanguageError, UnknownIdError
from polyrec.core.types import Query
from polyrec.data.catalog import Catalog
from polyrec.data.dataset import Dataset
from polyrec.data.interactions import Interactions
from polyrec.llm.scripted import Scripted
from polyrec.pipeline.fitted import Fitted, fit
from polyrec.pipeline.plan import Plan
from polyrec.pipeline.profile import profile_of
from polyrec.pipeline.profile_words import KEYWORDS, in_words
from polyrec.testing.injections import INJECTIONS
from polyrec.text.keywords import Keywords

if TYPE_CHECKING:
    from polyrec.llm.language_model import Completion, LanguageModel, Prompt

TEXTS = {
    "saw": {"en": "wood handsaw carpenter"},
    "plane": {"en": "wood plane carpenter", "es": "cepillo madera"},
    "chisel": {"en": "wood chisel carpenter"},
    "flute": {"de": "Flöte Musik Konzert"},
    "harp": {"de": "Harfe Musik Konzert"},
    "moon": {"en": "moon comet orbit"},
    "star": {"en": "star comet orbit"},
}
PLAN: dict[str, Any] = {"encoder": {"use": "hashing"}, "recommender": {"use": "content"}}
SENTENCE = "You like the work of a carpenter with wood, a handsaw and a chisel."


def shop(texts: dict[str, dict[str, str]] = TEXTS) -> Dataset:
    """Ada chose three tools in one year and two instruments in the next; Bob what is in the sky."""
    catalog = Catalog.from_texts(list(texts), list(texts.values()))
    pairs = [("ada", item) for item in range(5)] + [("bob", 5), ("bob", 6)]
    chosen = Interactions.from_pairs(pairs)
    when = np.array([10.0, 30, 20, 50, 40, 60, 70])
    return Dataset(catalog, replace(chosen, time=when), name="shop")


@pytest.fixture(scope="module")
def fitted() -> Fitted:
    return fit(shop(), Plan.from_table(PLAN))


def words(fitted: Fitted, model: LanguageModel | None, language: str = "en") -> tuple[str, ...]:
    found = in_words(fitted.learned, fitted.profile("ada"), language, model)
    assert found.language == language
    return found.text, found.worded_by, found.error


# interests


def test_unlike_things_are_interests_of_their_own_the_largest_first(fitted: Fitted) -> None:
    found = fitted.profile("ada")
    ids = [{liked.item_id for liked in each.items} for each in found.interests]
    assert ids == [{"saw", "plane", "chisel"}, {"flute", "harp"}]
    assert [each.share for each in found.interests] == pytest.approx([0.6, 0.4])
    assert (found.mode, found.n_items, found.note) == ("personal", 5, "")


def test_each_interest_has_its_own_keywords(fitted: Fitted) -> None:
    tools, music = fitted.profile("ada").interests
    assert set(tools.keywords["en"]) == {"carpenter", "wood", "handsaw", "plane", "chisel"}
    assert {"musik", "konzert"} <= set(music.keywords["de"])


def test_nobody_waits_for_words_to_be_counted_even_where_items_have_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fitted = fit(shop(), Plan.from_table(PLAN))
    expected = fitted.profile("ada")
    again = fit(shop(), Plan.from_table(PLAN))
    again.service.work_ahead()
    again.add_items(Catalog.from_texts(["axe"], [{"en": "axe wood"}]))
    monkeypatch.delattr(Keywords, "_count")
    assert again.profile("ada").interests == expected.interests


def test_each_interest_says_when_it_was_met_last(fitted: Fitted) -> None:
    assert [each.newest for each in fitted.profile("ada").interests] == [30.0, 50.0]


def test_times_that_are_told_go_before_those_of_the_model(fitted: Fitted) -> None:
    query = Query(user_id="ada", history=("star",))
    found = profile_of(fitted.service, query, times={"star": 99.0, "saw": 98.0, "gone": 1.0})
    newest = {each.items[0].item_id: each.newest for each in found.interests}
    assert newest["star"] == 99.0
    assert max(filter(None, newest.values())) == 99.0
    assert 98.0 in newest.values()


def test_what_a_query_adds_is_as_new_as_the_latest_that_is_known(fitted: Fitted) -> None:
    _, history = fitted.service.known(Query(user_id="ada", history=("star", "saw")))
    assert history.times is not None
    assert history.times.tolist() == [10.0, 30.0, 20.0, 50.0, 40.0, 50.0]
    ids = fitted.learned.catalog.ids.names
    assert [ids[item] for item in history.items] == [*list(TEXTS)[:5], "star"]


def test_without_times_nothing_is_said_of_them(fitted: Fitted) -> None:
    found = profile_of(fitted.service, Query(history=("saw", "flute")))
    assert [each.newest for each in found.interests] == [None, None]


def test_what_weighs_more_is_a_larger_interest(fitted: Fitted) -> None:
    found = profile_of(fitted.service, Query(history=("saw", "flute"), weights=(0.25, 0.75)))
    assert [each.items[0].item_id for each in found.interests] == ["flute", "saw"]
    assert found.languages == pytest.approx({"de": 0.75, "en": 0.25})


def test_what_is_disliked_is_in_no_interest(fitted: Fitted) -> None:
    found = profile_of(fitted.service, Query(user_id="ada", disliked=("flute", "harp")))
    assert [len(each.items) for each in found.interests] == [3]


def test_texts_and_keywords_stand_in_wished_languages_first(fitted: Fitted) -> None:
    tools = fitted.profile("ada", languages=["es"]).interests[0]
    assert {liked.text for liked in tools.items} >= {"cepillo madera", "wood handsaw carpenter"}
    mixed = profile_of(fitted.service, Query(history=("saw", "flute"), languages=("de",)), most=1)
    assert len(mixed.interests) == 1


def test_without_vectors_a_history_is_one_interest() -> None:
    rec = fit(shop(), Plan.from_table({"recommender": {"use": "ease"}}))
    (only,) = rec.profile("ada", languages=["de"]).interests
    assert (len(only.items), only.share, only.newest) == (5, 1.0, 50.0)
    assert list(only.keywords) == ["de", "en"]


def test_of_whom_nothing_is_known_the_profile_says_so(fitted: Fitted) -> None:
    found = profile_of(fitted.service, Query(user_id="eve", text="I like the moon"))
    assert (found.mode, found.interests, found.own_words) == ("text", (), "I like the moon")
    assert "nothing is known" in found.note
    assert words(fitted, None)[1] == KEYWORDS
    assert in_words(fitted.learned, found, "en", Scripted([SENTENCE])).text == ""


def test_what_cannot_be_asked_for_is_refused(fitted: Fitted) -> None:
    query = Query(user_id="ada")
    with pytest.raises(ConfigError, match="most is 0"):
        profile_of(fitted.service, query, most=0)
    with pytest.raises(ConfigError, match="words is 0"):
        profile_of(fitted.service, query, words=0)
    with pytest.raises(LanguageError, match="no language"):
        fitted.profile("ada", languages=["no language"])
    with pytest.raises(UnknownIdError, match="nothing"):
        profile_of(fitted.service, Query(history=("nothing",)))


# in words


def test_sentences_about_the_interests_are_used(fitted: Fitted) -> None:
    assert words(fitted, Scripted([SENTENCE])) == (SENTENCE, "scripted", "")


def test_without_a_model_the_keywords_are_the_words(fitted: Fitted) -> None:
    text, worded_by, error = words(fitted, None)
    tools, music = text.split("; ")
    assert set(tools.split(", ")) == {"carpenter", "wood", "handsaw", "plane", "chisel"}
    assert "musik" in music
    assert (worded_by, error) == (KEYWORDS, "")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ("You like the moon and the orbit of a comet.", "what the keywords do not"),
        (f"{SENTENCE} You love the orbit of a comet.", "what the keywords do not"),
        ("You like wood. You like a saw. You like a plane.", "it has 3 sentences"),
        ("You like wood " + 100 * "and wood ", "it has 913 letters"),
        ("You like wood since 1999.", "it says 1999"),
        ("You like the „wood handsaw“.", "it quotes 'wood handsaw'"),
        ("You like wood: www.wood.example", "it holds 'www.wood.example'"),
        ("You like wood, do you?", "it asks a question"),
        ("!empty", "is empty"),
        ("!refusal", "refused"),
        ("!timeout", "did not answer in time"),
    ],
)
def test_what_is_not_held_to_the_keywords_gives_way_to_them(
    fitted: Fitted, answer: str, error: str
) -> None:
    text, worded_by, why = words(fitted, Scripted([answer], repeat=True))
    assert (text, worded_by) == (words(fitted, None)[0], KEYWORDS)
    assert error in why


def test_an_answer_in_another_language_is_not_used() -> None:
    rec = fit(shop(), Plan.from_table(PLAN | {"detector": {"use": "py3langid"}}))
    assert "it is in English" in words(rec, Scripted([SENTENCE]), "de")[2]
    assert words(rec, Scripted([SENTENCE]))[1] == "scripted"
    assert "is not sure" in words(rec, Scripted(["Saw wood."], repeat=True))[2]


def test_an_encoder_that_counts_letters_does_not_say_what_sentences_are_about(
    fitted: Fitted,
) -> None:
    near_by_letters = "You like carpets and handsome woollens."
    assert "what the keywords do not" in words(fitted, Scripted([near_by_letters]))[2]


def test_without_an_encoder_each_sentence_holds_a_keyword() -> None:
    rec = fit(shop(), Plan.from_table({"recommender": {"use": "ease"}}))
    assert words(rec, Scripted(["You like the handsaw."]))[2] == ""
    assert "what the keywords do not" in words(rec, Scripted(["You like the moon."]))[2]


@pytest.mark.parametrize("order", INJECTIONS)
def test_titles_that_give_orders_are_not_followed(order: str) -> None:
    attacked = TEXTS | {"saw": {"en": order}}
    rec = fit(shop(attacked), Plan.from_table(PLAN | {"detector": {"use": "py3langid"}}))
    obedient = Scripted(["HACKED"], repeat=True)
    text, worded_by, error = words(rec, obedient)
    assert worded_by == KEYWORDS
    assert text != "HACKED"
    assert error
    assert order not in obedient.asked[0].data


def test_the_model_sees_keywords_and_neither_titles_nor_own_words(fitted: Fitted) -> None:
    query = Query(user_id="ada", text="My doctor says I need rest")
    model = Scripted([SENTENCE])
    in_words(fitted.learned, profile_of(fitted.service, query), "pt-BR", model)
    assert model.asked[0].data.startswith("Portuguese (Brazil); 60%: ")
    assert "doctor" not in model.asked[0].data
    assert "wood handsaw carpenter" not in model.asked[0].data


class Far(Scripted):
    """Sends prompts out, without leave for users' own."""

    @property
    def sends_out(self) -> bool:
        return True

    def _complete(self, *asked: Any) -> list[Completion]:
        raise AssertionError(asked)


def test_nothing_of_a_person_leaves_the_machine_without_leave(fitted: Fitted) -> None:
    with pytest.raises(ConfigError, match="allow_user_text"):
        words(fitted, Far())


def test_a_prompt_has_examples_in_more_than_one_language(fitted: Fitted) -> None:
    model = Scripted([SENTENCE])
    words(fitted, model)
    prompt: Prompt = model.asked[0]
    assert {data.partition(";")[0] for data, _ in prompt.examples} == {
        "German",
        "Spanish",
        "English",
    }
