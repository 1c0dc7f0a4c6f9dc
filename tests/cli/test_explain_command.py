from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result

    Run = Callable[..., Result]


def test_the_first_recommendations_are_explained(run: Run, content_model: str) -> None:
    result = run("explain", content_model, "--user", "eve", "-k", 2)
    assert result.exit_code == 0, result.output
    items = json.loads(run("recommend", content_model, "eve", "-k", 2, "--json").stdout)
    for item in items[0]["items"]:
        assert f"{item['item_id']} ({item['language']}): " in result.stdout
    assert "for the history; from the user's own history (personal)" in result.stdout
    assert "nearest of the history: fl" in result.stdout
    assert "its words: " in result.stdout


def test_an_item_that_is_named_is_explained_as_json(run: Run, content_model: str) -> None:
    args = ("explain", content_model, "--user", "bob", "--item", "säge", "--json")
    found = json.loads(run(*args).stdout)
    assert (found["user_id"], "similar_users" in found) == ("bob", False)
    (one,) = found["explanations"]
    assert (one["item_id"], one["exact"], one["mode"]) == ("säge", True, "personal")
    parts = sum(event["part"] for event in one["events"])
    assert one["base"] + parts == pytest.approx(one["score"], abs=1e-5)


def test_people_are_named_only_where_they_are_asked_for(run: Run, ease_model: str) -> None:
    without = run("explain", ease_model, "--user", "bob", "--item", "säge")
    assert "ada" not in without.stdout
    result = run("explain", ease_model, "--user", "bob", "--item", "säge", "--people")
    assert "users like bob:" in result.stdout
    assert "saw, plane" in result.stdout
    args = ("explain", ease_model, "--user", "bob", "--item", "säge", "--people", "--json")
    assert json.loads(run(*args).stdout)["similar_users"][0]["user_id"] == "ada"


def test_people_need_a_user(run: Run, ease_model: str) -> None:
    result = run("explain", ease_model, "--people")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "name one with --user" in result.stderr


def test_a_text_has_the_words_that_were_asked_for(run: Run, content_model: str) -> None:
    result = run("explain", content_model, "--text", "plane wood", "--text-language", "en", "-k", 1)
    assert result.exit_code == 0, result.output
    assert "words asked for: " in result.stdout
    assert "from the text that was given (text)" in result.stdout


def test_users_who_spoke_are_shown_for_user_knn(run: Run, shop: object, data: list[str]) -> None:
    plan, out = f"{shop}/user-knn.toml", f"{shop}/user-knn-model"
    with open(plan, "w", encoding="utf-8") as file:  # noqa: PTH123
        file.write('[recommender]\nuse = "user-knn"\n')
    assert run("fit", *data, "--plan", plan, "--out", out).exit_code == 0
    result = run("explain", out, "--user", "bob", "--item", "säge", "--people")
    assert "users who chose it: ada (" in result.stdout


def test_a_model_that_is_not_linear_says_so(run: Run, shop: object, data: list[str]) -> None:
    plan, out = f"{shop}/logistic.toml", f"{shop}/logistic-model"
    with open(plan, "w", encoding="utf-8") as file:  # noqa: PTH123
        file.write('[encoder]\nuse = "hashing"\n[recommender]\nuse = "logistic"\n')
    assert run("fit", *data, "--plan", plan, "--out", out).exit_code == 0
    result = run("explain", out, "--user", "bob", "-k", 1)
    assert "without a history)" in result.stdout
    assert "note: parts are what the score loses without each item" in result.stdout


def test_where_the_history_does_not_count_one_sentence_stands_for_the_table(
    run: Run, shop: object, data: list[str]
) -> None:
    plan, out = f"{shop}/popularity.toml", f"{shop}/popularity-model"
    with open(plan, "w", encoding="utf-8") as file:  # noqa: PTH123
        file.write('[recommender]\nuse = "popularity"\n')
    assert run("fit", *data, "--plan", plan, "--out", out).exit_code == 0
    result = run("explain", out, "--user", "bob", "-k", 1)
    assert "note: the score does not depend on the history" in result.stdout
    assert "because of" not in result.stdout


def test_nobody_known_is_told_what_is_popular(run: Run, ease_model: str) -> None:
    result = run("explain", ease_model, "-k", 1)
    assert "2 users chose it" in result.stdout


def test_an_unknown_item_is_a_fault_of_data(run: Run, ease_model: str) -> None:
    result = run("explain", ease_model, "--user", "bob", "--item", "nosuch")
    assert (result.exit_code, result.stdout) == (3, "")


def test_in_words_each_item_is_explained_in_the_language_of_who_asks(
    run: Run, ease_model: str
) -> None:
    args = ("explain", ease_model, "--user", "bob", "--item", "säge", "--words")
    assert run(*args).stdout == (
        "säge (de): Handsäge für Holz\n"
        "Because you chose “Hand saw” (43%) and “Plane for wood” (43%). 2 of your 3 choices speak "
        "for it.\n"
    )
    said = run(*args, "--language", "es", "--language", "en").stdout
    assert "Porque elegiste «Hand saw»" in said
    assert "Idioma de su texto: alemán; pediste: español o inglés." in said


def test_a_language_model_words_what_it_may(run: Run, shop: object, ease_model: str) -> None:
    args = ("explain", ease_model, "--user", "bob", "--item", "säge", "--words", "--language-model")
    result = run(*args, "scripted")
    assert "Because you chose “Hand saw” (43%)" in result.stdout
    assert "note: what scripted wrote is not used: it has 3 sentences" not in result.stdout
    file = f"{shop}/model.toml"
    with open(file, "w", encoding="utf-8") as opened:  # noqa: PTH123
        opened.write('[language-model]\nuse = "scripted"\nanswers = ["Like “Hand saw”."]\n')
    assert run(*args, file).stdout == "säge (de): Handsäge für Holz\nLike “Hand saw”.\n"
    other = run(*args, f"{shop}/ease.toml")
    assert other.exit_code == 2
    assert "ease.toml has no [language-model]" in other.stderr
    without = run("explain", ease_model, "--user", "bob", "--language-model", "scripted")
    assert (without.exit_code, without.stdout) == (2, "")
    assert "--language-model is given without --words" in without.stderr


def test_words_in_a_language_without_templates_are_english_and_say_so(
    run: Run, ease_model: str
) -> None:
    args = ("explain", ease_model, "--user", "bob", "--item", "säge", "--words", "--language", "sw")
    assert "Because you chose" in run(*args).stdout
    assert "note: there are no templates in sw" in run(*args).stdout
    (one,) = json.loads(run(*args, "--json").stdout)["explanations"]
    assert one["in_words"]["language"] == "en"
    assert one["in_words"]["worded_by"] == "template"
    assert one["in_words"]["facts"][0]["kind"] == "chosen"
