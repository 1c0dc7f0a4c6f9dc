from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from polyrec.core.errors import EngineError
from polyrec.live.writer import Writer
from polyrec.llm.scripted import Scripted
from polyrec.store.database import Database

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def _figures(desk: Any) -> dict[tuple[str, ...], float]:
    """Read all figures: name and values of labels, in the order of their names."""
    answer = desk.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_requests_are_counted_by_template_method_and_status(desk: Any) -> None:
    for name in ("ada", "eve", "nobody"):
        desk.get(f"/recommend/{name}")
    desk.get("/similar/none")
    desk.client.get("/recommend/ada")
    desk.client.request("BREW", "/coffee")
    found = _figures(desk)
    counted = {key[1:]: value for key, value in found.items() if key[0] == "polyrec_requests_total"}
    assert counted == {
        ("GET", "/recommend/{user_id}", "200"): 3,
        ("GET", "/recommend/{user_id}", "401"): 1,
        ("GET", "/similar/{item_id}", "404"): 1,
        ("other", "none", "404"): 1,
    }
    assert found["polyrec_request_seconds_count", "/recommend/{user_id}"] == 4
    assert found["polyrec_request_seconds_sum", "/recommend/{user_id}"] > 0


def test_answers_are_counted_by_what_they_rest_on(desk: Any) -> None:
    desk.get("/recommend/ada")
    desk.get("/recommend/nobody")
    desk.post(text="wood")
    desk.post(text="flute")
    desk.post(k=0)
    found = _figures(desk)
    counted = {key[1:]: value for key, value in found.items() if key[0] == "polyrec_answers_total"}
    assert counted == {("personal",): 1, ("popular",): 1, ("text",): 2}


def test_prompts_are_counted_by_what_became_of_them(desk: Any) -> None:
    assert not [key for key in _figures(desk) if key[0] == "polyrec_prompts_total"]
    model = Scripted(["first", "wood", "!refusal", "!refusal", "!timeout"])
    desk.serving.writer = Writer.of(model, within_s=20)
    for _ in range(3):
        desk.client.get("/users/ada/profile?languages=en", headers=desk.open("admin"))
    found = _figures(desk)
    counted = {key[1]: value for key, value in found.items() if key[0] == "polyrec_prompts_total"}
    assert counted == {"answered": 1, "unusable": 1, "missing": 1}


def test_the_model_is_told_by_version_and_age(desk: Any) -> None:
    desk.serving.live.current.model = replace(desk.serving.live.model, made=time.time() - 1000)
    found = _figures(desk)
    assert found["polyrec_model_info", desk.serving.live.model.version] == 1
    assert 1000 <= found["polyrec_model_age_seconds",] < 1100
    desk.serving.live.current.model = None
    assert not [key for key in _figures(desk) if key[0].startswith("polyrec_model")]


def test_figures_hold_no_ids_questions_or_keys(desk: Any) -> None:
    desk.get("/recommend/nobody", category="tools")
    desk.post(text="my secret", history=["saw"])
    desk.get("/similar/unheard")
    desk.get("/private/path")
    text = desk.get("/metrics").text
    for private in ("nobody", "tools", "secret", "saw", "unheard", "private", desk.keys["read"]):
        assert private not in text


def test_each_application_counts_for_itself(open_desk: Callable[..., Any]) -> None:
    one, other = open_desk(), open_desk()
    one.get("/recommend/ada")
    assert ("polyrec_answers_total", "personal") in _figures(one)
    assert ("polyrec_answers_total", "personal") not in _figures(other)


def test_figures_need_a_key_that_reads(desk: Any) -> None:
    assert desk.client.get("/metrics").status_code == 401
    assert desk.client.get("/metrics", headers=desk.open("write")).status_code == 403


def test_events_are_counted_and_those_that_came_before_apart(desk: Any) -> None:
    sent = {"events": [{"user_id": "ada", "item_id": "tea", "kind": "view", "key": "once"}]}
    for _ in range(3):
        assert desk.write("/events", **sent).status_code == 202
    found = _figures(desk)
    assert found["polyrec_events_total", "added"] == 1
    assert found["polyrec_events_total", "repeated"] == 2


def test_faults_of_the_database_are_counted(desk: Any, tmp_path: Path) -> None:
    assert _figures(desk)["polyrec_database_errors_total",] == 0
    (tmp_path / "broken").write_bytes(b"no database" * 1000)
    desk.serving.live.database = Database(str(tmp_path / "broken"))
    for n in (1, 2):
        with pytest.raises(EngineError):
            desk.serving.live.database.counts()
        assert _figures(desk)["polyrec_database_errors_total",] == n
