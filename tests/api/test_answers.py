from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from polyrec.api.schemas import Answer
from polyrec.core.files import sha256_of

if TYPE_CHECKING:
    from pathlib import Path


def _path(name: str) -> str:
    """Encode an id as a client must; dots too, which clients take for folders."""
    return quote(name, safe="").replace(".", "%2E")


def test_a_known_user_gets_what_is_like_their_history(
    desk: Any, model_folder: Path, texts: dict[str, tuple[str, str, str]]
) -> None:
    answer = desk.get("/recommend/ada", k=3).json()
    assert answer["mode"] == "personal"
    assert answer["model_version"] == sha256_of(model_folder / "manifest.json")
    assert (answer["languages"], answer["language_mode"]) == ([], "any")
    assert len(answer["items"]) == 3
    for item in answer["items"]:
        assert item["item_id"] not in ("saw", "plane")
        assert item["reason"] in ("saw", "plane")
        assert item["explanation"] is None
        assert math.isfinite(item["score"])
        if item["item_id"] in texts:
            assert (item["language"], item["text"]) == texts[item["item_id"]][:2]


@pytest.mark.parametrize("explain", [False, True])
def test_what_is_written_is_what_the_schema_says(desk: Any, explain: bool) -> None:
    answer = desk.get("/recommend/ada", k=3, languages="de", explain=explain)
    assert answer.headers["content-type"] == "application/json"
    read = Answer.model_validate_json(answer.content, extra="forbid")
    assert read.model_dump(mode="json") == answer.json()


def test_an_unknown_user_gets_what_is_popular_and_is_told(desk: Any) -> None:
    answer = desk.get("/recommend/nobody", k=1).json()
    assert answer["mode"] == "popular"
    assert "'nobody' is not known" in answer["note"]
    assert [item["item_id"] for item in answer["items"]] == ["saw"]


@pytest.mark.parametrize("given", ["de,ja", ["de", "ja"], ["de , ja"]])
def test_languages_are_wishes_in_either_spelling(desk: Any, given: Any) -> None:
    answer = desk.get("/recommend/ada", k=3, languages=given, language_mode="only").json()
    assert answer["languages"] == ["de", "ja"]
    assert {item["language"] for item in answer["items"]} <= {"de", "ja"}
    assert desk.get("/recommend/ada", languages=given).json()["language_mode"] == "prefer"


def test_a_category_leaves_others_out(desk: Any) -> None:
    items = desk.get("/recommend/ada", category="music").json()["items"]
    assert {item["item_id"] for item in items} == {"flute", "floete"}


def test_parts_of_an_explanation_add_up(desk: Any) -> None:
    for item in desk.get("/recommend/ada", k=3, explain=True).json()["items"]:
        because = item["explanation"]
        assert because["exact"]
        parts = [event["part"] for event in because["events"]]
        assert because["base"] + sum(parts) == pytest.approx(because["score"], abs=1e-4)


def test_nobody_is_told_who_else_chose_an_item(desk: Any) -> None:
    answer = desk.get("/recommend/ada", k=5, explain=True)
    assert "flute" in answer.text  # which eve chose
    assert '"eve"' not in answer.text


def test_a_history_is_enough(desk: Any) -> None:
    answer = desk.post(history=["saege"], k=3, languages=["de"], language_mode="only").json()
    assert answer["mode"] == "fold-in"
    assert answer["items"][0]["item_id"] == "hobel"
    assert answer["items"][0]["reason"] == "saege"


@pytest.mark.parametrize(
    ("text", "language", "best"), [("flöte", "de", "floete"), ("緑茶", "ja", "tea")]
)
def test_a_text_in_any_language_is_enough(desk: Any, text: str, language: str, best: str) -> None:
    answer = desk.post(text=text, text_language=language, k=1, explain=True).json()
    assert answer["mode"] == "text"
    assert [item["item_id"] for item in answer["items"]] == [best]


def test_nothing_at_all_gives_what_is_popular(desk: Any) -> None:
    answer = desk.post().json()
    assert answer["mode"] == "popular"
    assert answer["items"][0]["item_id"] == "saw"
    assert desk.post(explain=True).status_code == 200


def test_similar_items_are_found(desk: Any) -> None:
    answer = desk.get("/similar/saege", k=1, languages="de,en").json()
    assert (answer["mode"], answer["languages"]) == ("text", ["de", "en"])
    assert answer["item_id"] == "saege"
    assert [item["item_id"] for item in answer["items"]] == ["hobel"]


def test_ids_of_any_characters_stand_in_histories(desk: Any, odd_id: str) -> None:
    answer = desk.post(history=[odd_id], k=1).json()
    assert answer["mode"] == "fold-in"
    assert answer["items"][0]["reason"] == odd_id


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(st.characters(exclude_categories=["Cs"]), max_size=50))
def test_no_id_is_too_odd_to_be_answered(desk: Any, name: str) -> None:
    known = name in desk.serving.live.model.service.learned.catalog.ids
    assert desk.get(f"/recommend/{_path(name)}").status_code == 200
    assert desk.get(f"/similar/{_path(name)}").status_code == (200 if known else 404)


def test_health_needs_no_key_and_tells_whether_a_model_is_loaded(desk: Any) -> None:
    assert desk.client.get("/health/live").json() == {"status": "live"}
    ready = desk.client.get("/health/ready").json()
    version = desk.serving.live.model.version
    said = {"status": "ready", "model_version": version, "fault": "", "last_retrain": None}
    assert ready == said
    desk.serving.live.current.model = None
    assert desk.client.get("/health/live").status_code == 200
    for answer in (desk.client.get("/health/ready"), desk.get("/recommend/ada")):
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "5"


def test_reviews_lead_to_what_is_like_what_was_liked(desk: Any) -> None:
    liked = {"text": "flute for music", "stars": 5, "language": "en"}
    found = desk.post(reviews=[liked, {"text": "saw for wood", "stars": 1}], k=1).json()
    assert found["mode"] == "text"
    assert found["items"][0]["item_id"] in {"flute", "floete"}
    assert desk.post(reviews=[liked | {"stars": 1}]).json()["mode"] == "popular"
    for wrong in ({"stars": 0}, {"stars": 6}, {"text": None}, {"language": "no language"}):
        assert desk.post(reviews=[liked | wrong]).status_code == 422
    assert desk.post(reviews=[liked] * 51).status_code == 422


def test_the_schema_names_addresses_limits_and_problems(desk: Any) -> None:
    schema = desk.client.get("/openapi.json").json()
    assert schema["openapi"].startswith("3.1")
    assert set(schema["paths"]) == {
        *("/recommend/{user_id}", "/recommend", "/ask", "/similar/{item_id}"),
        *("/health/live", "/health/ready", "/metrics", "/events", "/satisfaction"),
        *("/items", "/items/{item_id}", "/items/delete"),
        *("/users", "/users/{user_id}", "/users/{user_id}/export"),
        "/users/{user_id}/profile",
    }
    got = schema["paths"]["/recommend/{user_id}"]["get"]
    assert got["security"] == [{"HTTPBearer": []}]
    assert list(got["responses"]["422"]["content"]) == ["application/problem+json"]
    names = {parameter["name"] for parameter in got["parameters"]}
    assert names == {
        *("user_id", "k", "languages", "language_mode", "category", "explain", "translate"),
    }


def test_explanations_are_worded_in_a_wished_language(desk: Any) -> None:
    asked = {"k": 1, "languages": "yo,de", "language_mode": "any", "explain": True}
    said = desk.get("/recommend/ada", **asked).json()["items"][0]["explanation"]["in_words"]
    assert said["text"].startswith("Weil Sie „")
    assert said | {"text": ""} == {
        "text": "",
        "language": "de",
        "worded_by": "template",
        "error": "",
    }
    asked["languages"] = "yo"
    said = desk.get("/recommend/ada", **asked).json()["items"][0]["explanation"]["in_words"]
    assert (said["language"], said["error"]) == ("en", "there are no templates in yo")
    assert "you wished for: Yoruba." in said["text"]
