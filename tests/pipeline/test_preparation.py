from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from polyrec.core.errors import ConfigError, EngineError, LanguageError
from polyrec.core.types import Query
from polyrec.data.catalog import Catalog
from polyrec.data.interactions import Interactions
from polyrec.encode.hashing import Hashing
from polyrec.encode.no_debias import NoDebias
from polyrec.models.content import Content
from polyrec.pipeline.fitted import Fitted, fit, load
from polyrec.pipeline.plan import Plan
from polyrec.pipeline.preparation import Preparation, tagged
from polyrec.pipeline.space import Space
from polyrec.testing.scripted_translator import ScriptedTranslator
from polyrec.testing.worlds import LANGUAGE_WORDS, translated
from polyrec.text.detect.detector import Detection, Detector

if TYPE_CHECKING:
    from pathlib import Path

    from polyrec.translate.translator import Translator

ENGLISH = LANGUAGE_WORDS["en"]
WORLD_IN_ALL = translated(n_users=20, n_items=24).catalog
WORLD = translated(n_users=20, n_items=24).view("one-language")


def english(text: str, language: str) -> str:
    """Say a text of a made world in English: small words are all that differs."""
    return text.replace(LANGUAGE_WORDS[language], ENGLISH)


def small_words(*more: str, **settings: bool) -> ScriptedTranslator:
    """A translator of the world's German and French texts, and of `de:text` or `fr:text`."""
    texts = [(t, tag) for known in WORLD_IN_ALL.texts for tag, t in known.items() if tag != "en"]
    texts += [(each[3:], each[:2]) for each in more]
    return ScriptedTranslator(
        {text: english(text, language) for text, language in texts},
        pairs=[("de", "en"), ("fr", "en")],
        engine="small-words",
        **settings,
    )


@dataclass
class ByArticle(Detector):
    """Knows German by `der`, French by `le`; is sure of nothing else."""

    def _detect(self, texts: list[str]) -> list[Detection]:
        first = {"der": "de", "le": "fr"}
        found = [first.get(text.partition(" ")[0], "und") for text in texts]
        return [Detection(language, float(language != "und"), "Latn") for language in found]


def prepared(texts: dict[str, str], preparation: Preparation) -> list[tuple[str, str]]:
    languages = np.array([key.partition(":")[0] for key in texts])
    made, tags, _ = preparation.prepared(list(texts.values()), languages)
    return list(zip(tags.tolist(), made, strict=True))


def test_without_parts_texts_stay_as_they_are() -> None:
    texts = {"de": "der Hobel", "und": "???"}
    assert prepared(texts, Preparation()) == [("de", "der Hobel"), ("und", "???")]


def test_what_the_translator_covers_is_brought_into_the_pivot_in_its_place() -> None:
    german, french = LANGUAGE_WORDS["de"], LANGUAGE_WORDS["fr"]
    texts = {"ja": "木工", "de": f"{german} a", "en": "b", "fr": f"{french} c", "en-GB": "d"}
    translator = small_words(f"de:{german} a", f"fr:{french} c")
    assert prepared(texts, Preparation(translator=translator)) == [
        *(("ja", "木工"), ("en", f"{ENGLISH} a"), ("en", "b"), ("en", f"{ENGLISH} c")),
        ("en-GB", "d"),
    ]


def test_what_became_of_the_texts_is_counted() -> None:
    texts = ["der Hobel", "broken", "plane", "木工", "le rabot", "?"]
    languages = np.array(["de", "de", "en", "ja", "fr", "und"])
    translator = small_words("de:der Hobel", "fr:le rabot")
    _, tags, bridged = Preparation(translator=translator).prepared(texts, languages)
    assert tags.tolist() == ["en", "de", "en", "ja", "en", "und"]
    assert (bridged.texts, bridged.letters) == (6, len("der Hobel") + len("le rabot"))
    assert bridged.engines == {"small-words": 2}
    assert bridged.left == {"de": 1, "ja": 1, "und": 1}
    assert bridged.errors == {"small-words does not know it": 1}
    assert str(bridged) == (
        "2 of 6 texts translated in 0 s (small-words 2); "
        "left in their language: de 1, ja 1, und 1; failed: small-words does not know it (1)"
    )


def test_translated_items_lie_where_their_english_texts_do() -> None:
    in_english = translated(n_users=20, n_items=24).view("en").catalog
    assert set(WORLD.catalog.language) == {"de", "en", "fr"}
    space = Space(Hashing(), NoDebias(), Preparation(translator=small_words()))
    assert np.allclose(space.fit(WORLD.catalog), Hashing().encode(in_english.text), atol=1e-6)
    assert space.bridged.engines["small-words"] == sum(t != "en" for t in WORLD.catalog.language)


def test_what_a_user_asks_is_translated_on_this_machine_only_unless_it_may_leave_it() -> None:
    asked = f"{LANGUAGE_WORDS['de']} kazo"
    known = f"de:{asked}"

    def where(translator: Translator) -> np.ndarray:
        space = Space(Hashing(), NoDebias(), Preparation(translator=translator))
        space.fit(WORLD.catalog)
        return space.queries([asked], ["de"])[0]

    expected = Hashing().encode([f"{ENGLISH} kazo"])[0]
    assert np.allclose(where(small_words(known)), expected, atol=1e-6)
    assert np.allclose(
        where(small_words(known, outside=True, allow_user_text=True)), expected, atol=1e-6
    )
    with pytest.raises(ConfigError, match="would send a user's own text to another machine"):
        where(small_words(known, outside=True))


# a plan


def plan(**settings: object) -> Plan:
    given = {"translator": small_words(), "translate": "pivot"} | settings
    return Plan(Content(), Hashing(), **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"translate": "pivto"}, "translate is 'pivto'; give 'off' or 'pivot'"),
        (
            {"translator": None},
            "translate is 'pivot' but the plan has no [translator]; see polyrec parts",
        ),
    ],
)
def test_a_plan_that_cannot_translate_as_it_says_is_refused(
    settings: dict[str, object], message: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        plan(**settings)
    assert str(caught.value) == message


def test_a_pivot_must_be_a_language() -> None:
    assert plan(pivot="deu").pivot == "de"
    with pytest.raises(LanguageError):
        plan(pivot="english!")


def test_several_languages_are_translated_and_a_single_one_goes_on() -> None:
    many = fit(WORLD, plan())
    assert many.learned.plan.translate == "pivot"
    assert many.notes[0].startswith(f"{many.notes[0].partition(' ')[0]} of 24 texts translated")
    one = replace(
        WORLD, catalog=Catalog.from_texts(WORLD.catalog.ids.names, [{"de": "der Hobel"}] * 24)
    )
    alone = fit(one, plan())
    assert alone.learned.plan.translate == "off"
    assert alone.notes == ()


def test_a_translator_is_idle_unless_the_plan_turns_it_on() -> None:
    rec = fit(WORLD, plan(translate="off"))
    assert rec.learned.vectors is not None
    assert np.allclose(rec.learned.vectors, fit(WORLD, Plan(Content(), Hashing())).learned.vectors)


# detection


def untagged(catalog: Catalog) -> Catalog:
    return Catalog.from_texts(catalog.ids.names, [{"und": text} for text in catalog.text])


def test_languages_that_nobody_named_are_found_when_a_plan_is_fitted() -> None:
    data = replace(WORLD, catalog=untagged(WORLD.catalog))
    rec = fit(data, Plan(Content(), Hashing(), detector=ByArticle()))
    wanted = ["und" if tag == "en" else tag for tag in WORLD.catalog.language]
    assert list(rec.learned.catalog.language) == wanted
    only = rec.recommend(["u0"], languages=["de"], language_mode="only", k=24)
    assert set(only["language"]) == {"de"}


def test_a_tag_that_was_given_stays() -> None:
    catalog = Catalog.from_texts(["a", "b"], [{"sv": "der Hobel"}, {"und": "le rabot"}])
    found, said = tagged(catalog, ByArticle())
    assert said == ["1 text without a language: 1 detected, 0 settled by the others, 0 left"]
    assert found.language == ("sv", "fr")
    assert found.texts == ({"sv": "der Hobel"}, {"fr": "le rabot"})
    assert tagged(catalog, None) == (catalog, [])


def test_new_items_get_a_language_too() -> None:
    rec = fit(WORLD, Plan(Content(), Hashing(), detector=ByArticle()))
    rec.add_items(Catalog.from_texts(["new"], [{"und": "der neue Hobel"}]))
    assert rec.learned.catalog.language[-1] == "de"


def test_an_untagged_question_is_answered_as_one_with_its_tag() -> None:
    rec = fit(WORLD, Plan.from_table({**TABLE, "debias": "language-mean"}))
    rec = with_detector(rec)
    text = WORLD.catalog.text[WORLD.catalog.language.index("de")]
    untagged = rec.service.recommend(Query(text=text, k=5))
    named = rec.service.recommend(Query(text=text, text_language="de", k=5))
    assert untagged.items == named.items
    assert (untagged.note, named.note) == ("the text is taken for 'de'", "")
    unsure = rec.service.recommend(Query(text="kazo miru", k=5))
    assert unsure.note == ""


TABLE = {"encoder": "hashing", "recommender": "content"}


def with_detector(rec: Fitted) -> Fitted:
    learned = rec.learned
    return Fitted(replace(learned, plan=replace(learned.plan, detector=ByArticle())))


def test_a_model_that_translates_does_so_after_it_was_saved(tmp_path: Path) -> None:
    (tmp_path / "terms.csv").write_text("de,en\nHobel,plane\nSäge,saw\nMond,moon\n", "utf-8")
    catalog = Catalog.from_texts(
        ["hobel", "säge", "mond", "plane", "saw", "moon"],
        [{"de": word} for word in ("Hobel", "Säge", "Mond")]
        + [{"en": word} for word in ("plane", "saw", "moon")],
    )
    chosen = Interactions.from_pairs([("u", 0), ("v", 5)])
    data = replace(WORLD, catalog=catalog, interactions=chosen)
    table = {
        "translate": "pivot",
        "translator": {"use": "glossary", "file": str(tmp_path / "terms.csv")},
        "encoder": "hashing",
        "recommender": "content",
    }
    rec = fit(data, Plan.from_table(table))
    assert rec.notes[0] == "3 of 6 texts translated in 0 s (glossary 3)"
    rec.save(tmp_path / "model")
    again = load(tmp_path / "model")
    for model in (rec, again):
        found = model.recommend_to_text("Säge", language="de", k=2)
        assert set(found["item_id"]) == {"säge", "saw"}
        assert found["score"][0] == pytest.approx(found["score"][1])


def test_blank_texts_are_not_counted_as_translated() -> None:
    preparation = Preparation(translator=small_words(f"de:{LANGUAGE_WORDS['de']} x"))
    texts = [" ", f"{LANGUAGE_WORDS['de']} x"]
    made, tags, bridged = preparation.prepared(texts, np.array(["de", "de"]))
    assert (made[0], tags.tolist()) == (" ", ["de", "en"])
    assert bridged.engines == {"small-words": 1}
    assert not bridged.left


def test_a_translator_that_is_down_leaves_what_a_user_asks_in_its_language() -> None:
    down = EngineError("the service is away", hint="try again later")
    text = next(t for known in WORLD_IN_ALL.texts for tag, t in known.items() if tag == "de")
    rec = fit(WORLD, Plan.from_table({**TABLE, "debias": "language-mean"}))
    learned = rec.learned
    translator = ScriptedTranslator(pairs=[("de", "en")], faults=[down])
    broken = replace(learned.plan, translator=translator, translate="pivot")
    answer = Fitted(replace(learned, plan=broken)).service.recommend(
        Query(text=text, text_language="de", k=5)
    )
    alone = rec.service.recommend(Query(text=text, text_language="de", k=5))
    assert answer.items == alone.items
    assert answer.note == ("the text is read untranslated: the service is away; try again later")


def test_a_translator_that_is_down_breaks_a_fit() -> None:
    translator = ScriptedTranslator(faults=[EngineError("the service is away")])
    with pytest.raises(EngineError, match="the service is away"):
        fit(WORLD, plan(translator=translator))
