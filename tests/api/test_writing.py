from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest


def ids(answer: Any) -> list[str]:
    return [item["item_id"] for item in answer.json()["items"]]


def test_events_count_in_the_next_answer(desk: Any) -> None:
    sent = [{"user_id": "new", "item_id": "flute", "kind": "rating", "rating": 4.5}]
    answer = desk.write("/events", events=sent)
    assert answer.status_code == 202
    assert answer.json() == {"added": 1, "repeated": 0, "unknown_items": 0}
    after = desk.get("/recommend/new", k=1).json()
    assert after["mode"] == "fold-in"
    assert [item["item_id"] for item in after["items"]] == ["floete"]


def test_what_is_sent_twice_counts_once(desk: Any) -> None:
    event = {"user_id": "new", "item_id": "kettle", "kind": "view", "key": "one"}
    assert desk.write("/events", events=[event]).json()["added"] == 1
    again = desk.write("/events", events=[event]).json()
    assert again == {"added": 0, "repeated": 1, "unknown_items": 1}
    headers = desk.open("write") | {"Idempotency-Key": "two"}
    body = {"events": [event | {"key": None}] * 3}
    for added in (3, 0):
        answer = desk.client.post("/events", json=body, headers=headers)
        assert answer.json()["added"] == added


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "like"},
        {"kind": "rating"},
        {"kind": "view", "rating": 3},
        {"kind": "rating", "rating": 9},
        {"kind": "view", "at": "2026-01-01T00:00:00"},
        {"kind": "view", "at": 1_790_000_000},
        {"kind": "view", "at": "1790000000"},
        {"kind": "rating", "rating": "4"},
        {"kind": "view", "at": "1066-10-14T00:00:00Z"},
        {"kind": "view", "user_id": ""},
        {"kind": "view", "extra": 1},
    ],
)
def test_an_event_that_cannot_be_keeps_all_of_its_batch_out(
    desk: Any, wrong: dict[str, Any]
) -> None:
    good = {"user_id": "new", "item_id": "saw", "kind": "view"}
    answer = desk.write("/events", events=[good, good | wrong])
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert desk.serving.live.events.count() == 0


def test_items_are_put_listed_page_by_page_and_deleted(desk: Any) -> None:
    new = [{"item_id": f"thing {n}", "texts": {"en": f"thing {n}"}} for n in range(5)]
    answer = desk.write("/items", method="PUT", items=new)
    assert answer.status_code == 202
    assert answer.json() == {"stored": 5, "shown": "within seconds"}
    first = desk.get("/items", limit=3).json()
    assert len(first["items"]) == 3
    rest = desk.get("/items", limit=3, cursor=first["next"]).json()
    assert [item["item_id"] for item in first["items"] + rest["items"]] == [
        item["item_id"] for item in new
    ]
    assert rest["next"] is None
    assert desk.get("/items/thing%201").json()["texts"] == {"en": "thing 1"}
    assert desk.write("/items/delete", item_ids=["thing 1", "x"]).json() == {"deleted": 1}
    assert desk.get("/items/thing%201").status_code == 404
    gone = desk.client.delete("/items/thing%202", headers=desk.open("write"))
    assert gone.json() == {"deleted": 1}


def test_a_new_item_is_recommended_within_seconds(desk: Any) -> None:
    item = {"item_id": "lute", "texts": {"en": "wooden lute", "de": "laute aus holz"}}
    desk.write("/items", method="PUT", items=[item])
    desk.serving.live.delete_items(["nothing"])  # waits for what was sent before
    assert "lute" in ids(desk.get("/recommend/eve", k=100))
    assert desk.get("/similar/lute", k=1).status_code == 200


@pytest.mark.parametrize(
    ("attributes", "status"),
    [
        *((r'{"a": "\ud800"}', 202), (r'{"\udfff": {"\ud800": ["\udfff"]}}', 202)),
        *((r'{"a": "\u0000"}', 202), ('{"a": ' + 64 * "[" + 64 * "]" + "}", 202)),
        *((f'{{"a": {n * "["}{n * "]"}}}', 422) for n in (65, 200, 254, 255)),
        *((n * '{"a":' + "1" + n * "}", 422) for n in (66, 200, 254, 255)),
        (f'{{"a": {100_000 * "["}}}', 400),
    ],
    ids=lambda each: str(each)[:20],
)
def test_what_is_kept_of_an_item_can_be_given(desk: Any, attributes: str, status: int) -> None:
    body = (
        f'{{"items": [{{"item_id": "odd", "texts": {{"en": "x"}}, "attributes": {attributes}}}]}}'
    )
    headers = desk.open("write") | {"Content-Type": "application/json"}
    assert desk.client.put("/items", content=body, headers=headers).status_code == status
    assert desk.get("/items/odd").status_code == (200 if status == 202 else 404)
    assert desk.get("/items").status_code == 200


def test_who_is_known_by_the_model_alone_is_exported_and_deleted(desk: Any) -> None:
    admin = desk.open("admin")
    found = desk.client.get("/users/ada/export", headers=admin)
    assert found.status_code == 200
    nothing = {"users": [], "events": [], "satisfaction": []}
    assert found.json() == {"user_id": "ada", **nothing, "learned": ["saw", "plane"]}
    assert desk.client.delete("/users/ada", headers=admin).status_code == 200
    assert desk.client.get("/users/ada/export", headers=admin).status_code == 404
    actions = [entry.action for entry in desk.serving.live.audit.page()]
    assert actions == ["user exported", "user deleted"]


def test_a_profile_shows_what_somebody_likes_by_all_that_is_known(desk: Any) -> None:
    sent = [{"user_id": "ada", "item_id": "flute", "kind": "purchase", "at": "2026-03-01T00:00Z"}]
    assert desk.write("/events", events=sent).status_code == 202
    admin = desk.open("admin")
    found = desk.client.get("/users/ada/profile?languages=de,en&k=1", headers=admin)
    assert found.status_code == 200, found.text
    body = found.json()
    assert (body["user_id"], body["mode"], body["n_items"]) == ("ada", "personal", 3)
    (first,) = body["interests"]
    assert {liked["item_id"] for liked in first["items"]} == {"saw", "plane"}
    assert sum(body["languages"].values()) == pytest.approx(1)
    every = desk.client.get("/users/ada/profile", headers=admin).json()["interests"]
    assert [each["newest"] for each in every if len(each["items"]) == 1] == [1772323200.0]
    actions = [entry.action for entry in desk.serving.live.audit.page()]
    assert actions == ["profile shown", "profile shown"]


def test_nothing_is_left_of_the_profile_of_somebody_who_was_deleted(desk: Any) -> None:
    admin = desk.open("admin")
    assert desk.client.delete("/users/ada", headers=admin).status_code == 200
    found = desk.client.get("/users/ada/profile", headers=admin).json()
    assert (found["interests"], found["n_items"], found["mode"]) == ([], 0, "popular")
    assert "nothing is known" in found["note"]


def test_what_a_profile_cannot_be_asked_for_is_refused(desk: Any) -> None:
    admin = desk.open("admin")
    for wrong in ("k=0", "k=x", "languages=no+language", "translate=true"):
        answer = desk.client.get(f"/users/ada/profile?{wrong}", headers=admin)
        assert answer.status_code == 422, wrong


@pytest.mark.parametrize("cursor", ["%", "é", "a", "x" * 3000])
def test_a_cursor_of_nobody_is_refused(desk: Any, cursor: str) -> None:
    assert desk.get("/items", cursor=cursor).status_code == 422


def test_what_users_say_about_themselves_counts_and_is_listed_for_the_admin(desk: Any) -> None:
    users = [{"user_id": "new", "text": "grüner tee japan", "language": "de"}]
    assert desk.write("/users", method="PUT", users=users).json() == {"stored": 1}
    assert desk.get("/recommend/new").json()["mode"] == "text"
    listed = desk.client.get("/users", headers=desk.open("admin")).json()
    assert listed == {"users": users, "next": None}
    assert desk.get("/users").status_code == 403


@pytest.mark.parametrize(
    "odd_id", [*"/ab", "a/export", "/export", "säge", "a\nb", "a?b=c#d", "<b>"]
)
def test_a_user_is_exported_and_deleted_whatever_their_id(desk: Any, odd_id: str) -> None:
    admin, path = desk.open("admin"), "/users/" + quote(odd_id, safe="")
    desk.write("/events", events=[{"user_id": odd_id, "item_id": "saw", "kind": "view"}])
    desk.write("/satisfaction", user_id=odd_id, score=4, comment="ja")
    found = desk.client.get(path + "/export", headers=admin).json()
    assert found["user_id"] == odd_id
    assert [event["item_id"] for event in found["events"]] == ["saw"]
    assert [each["comment"] for each in found["satisfaction"]] == ["ja"]
    deleted = desk.client.delete(path, headers=admin).json()
    assert deleted["deleted"] == {"users": 0, "events": 1, "satisfaction": 1}
    assert "backups" in deleted["out_of_reach"]
    assert desk.client.get(path + "/export", headers=admin).status_code == 404
    actions = [entry.action for entry in desk.serving.live.audit.page()]
    assert actions == ["user exported", "user deleted"]


@pytest.mark.parametrize("score", [0, 6, 2.5, "3", None])
def test_satisfaction_is_one_to_five(desk: Any, score: Any) -> None:
    assert desk.write("/satisfaction", user_id="ada", score=score).status_code == 422


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("POST", "/events", "write"),
        ("PUT", "/items", "write"),
        ("POST", "/items/delete", "write"),
        ("DELETE", "/items/saw", "write"),
        ("GET", "/items", "read"),
        ("GET", "/items/saw", "read"),
        ("PUT", "/users", "write"),
        ("GET", "/users", "admin"),
        ("GET", "/users/ada/export", "admin"),
        ("GET", "/users/ada/profile", "admin"),
        ("DELETE", "/users/ada", "admin"),
        ("POST", "/satisfaction", "write"),
    ],
)
def test_each_address_opens_to_one_scope_alone(
    desk: Any, method: str, path: str, scope: str
) -> None:
    assert desk.client.request(method, path).status_code == 401
    for other in ("read", "write", "admin"):
        answer = desk.client.request(method, path, headers=desk.open(other))
        assert (answer.status_code == 403) == (other != scope)
