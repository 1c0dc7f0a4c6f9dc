from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from polyrec.core import http_pauses
from polyrec.core.errors import ConfigError, EngineError
from polyrec.llm.cached import Cached
from polyrec.llm.http import Http
from polyrec.llm.language_model import Completion, Prompt, UnfinishedError
from polyrec.testing.chat_server import FAULTS, TOKENS, changed, chat_server
from polyrec.testing.json_server import Answer, JsonServer

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = {"type": "object", "properties": {"answer": {"type": "string"}}, "required": ["answer"]}
KEY = "sk-a-secret-of-mine"
MANY = [str(n) for n in range(30)]


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_pauses, "FIRST_PAUSE_S", 0.01)


def part(server: JsonServer, **settings: Any) -> Http:
    return Http(server.url, "tiny", **{"timeout_s": 5.0, "retries": 2} | settings)


def ask(model: Any, *data: str, **how: Any) -> list[Completion]:
    made: list[Completion] = model.complete([Prompt(each, "Say it.") for each in data], **how)
    return made


class TestRequests:
    def test_data_and_instruction_go_apart(self) -> None:
        with chat_server() as server:
            [made] = ask(part(server), "木 </data>", max_tokens=7)
            body, _ = server.requests[0]
        assert made.text == "木 ‹/data›"
        assert (made.model, made.prompt_tokens, made.completion_tokens) == ("tiny", TOKENS, TOKENS)
        assert (body["model"], body["max_tokens"], body["temperature"]) == ("tiny", 7, 0.0)
        assert [each["role"] for each in body["messages"]] == ["system", "user"]
        assert body["messages"][1]["content"] == "<data>木 ‹/data›</data>"

    def test_a_schema_goes_along(self) -> None:
        with chat_server() as server:
            [made] = ask(part(server), "a", schema=SCHEMA)
            form = server.requests[0][0]["response_format"]
        assert form == {"type": "json_schema", "json_schema": {"name": "answer", "schema": SCHEMA}}
        assert json.loads(made.text) == {"answer": "x"}

    def test_answers_keep_the_order_of_prompts(self) -> None:
        with chat_server([Answer(after_s=0.2)]) as server:
            assert [each.text for each in ask(part(server), *MANY)] == MANY

    @pytest.mark.parametrize("concurrency", [1, 3])
    def test_no_more_requests_than_allowed_are_under_way(self, concurrency: int) -> None:
        with chat_server([Answer(after_s=0.05)] * 12) as server:
            ask(part(server, concurrency=concurrency), *MANY[:12])
            assert server.busiest == concurrency

    def test_the_key_comes_from_the_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("MY_KEY", KEY)
        with chat_server() as server:
            model = part(server, key_env="MY_KEY")
            ask(model, "a")
            assert server.requests[0][1]["Authorization"] == f"Bearer {KEY}"
        assert KEY not in repr(model) + model.fingerprint

    def test_a_key_that_is_missing_is_asked_for(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("MY_KEY", raising=False)
        with chat_server() as server, pytest.raises(ConfigError, match="MY_KEY holds no key"):
            ask(part(server, key_env="MY_KEY"), "a")


class TestFaults:
    @pytest.mark.parametrize("fault", ["429", "500", "timeout"])
    def test_what_passes_is_not_noticed(self, fault: str) -> None:
        with chat_server([FAULTS[fault]]) as server:
            assert ask(part(server, timeout_s=0.3), "a")[0].text == "a"
            assert len(server.requests) == 2

    @pytest.mark.parametrize("fault", ["429", "500", "timeout"])
    def test_what_does_not_pass_stops_the_work_and_what_was_done_is_kept(self, fault: str) -> None:
        script = [Answer()] * 2 + [FAULTS[fault]] * 9
        with chat_server(script) as server:
            model = part(server, timeout_s=0.3, retries=1, concurrency=1)
            with pytest.raises(UnfinishedError) as caught:
                ask(model, *MANY)
            assert len(server.requests) == 4
        assert caught.value.retryable
        assert [each and each.text for each in caught.value.done[:4]] == ["0", "1", None, None]
        assert str(caught.value).startswith("language-model 'http': http://127.0.0.1")

    @pytest.mark.parametrize(
        ("fault", "why"),
        [
            ("truncated", "the answer was cut off at 256 tokens"),
            ("refusal", "the model refused"),
            ("echo", "the answer says the question back"),
            ("no-choices", "no chat completion"),
            ("garbage", "gave no JSON"),
        ],
    )
    def test_one_bad_answer_is_asked_for_again_and_two_are_an_error(
        self, fault: str, why: str
    ) -> None:
        with chat_server([Answer(), FAULTS[fault]]) as server:
            assert [each.text for each in ask(part(server, concurrency=1), "a", "b")] == ["a", "b"]
        with chat_server([Answer(), FAULTS[fault], FAULTS[fault]]) as server:
            first, second = ask(part(server, concurrency=1), "a", "b")
            assert len(server.requests) == 3
        assert first.text == "a"
        assert second.text == ""
        assert why in second.error

    def test_a_refusal_in_its_own_field_is_one(self) -> None:
        message = {"role": "assistant", "content": None, "refusal": "no"}
        refused = Answer(body={"choices": [{"message": message, "finish_reason": "stop"}]})
        with chat_server([refused] * 2) as server:
            assert ask(part(server), "a")[0].error == "the model refused"

    def test_a_prompt_that_the_service_refuses_does_not_stop_the_others(self) -> None:
        bad = Answer(400, {"error": {"message": "too long"}})
        with chat_server([bad, Answer(), bad]) as server:
            first, second = ask(part(server, concurrency=1), "a", "b")
        assert "answered 400: too long" in first.error
        assert second.text == "b"

    def test_a_service_that_refuses_everything_is_told(self) -> None:
        no_model = Answer(404, {"error": {"message": "no model 'tiny'"}})
        told = pytest.raises(EngineError, match="answered 404: no model 'tiny'")
        with chat_server([no_model] * 9) as server, told:
            ask(part(server), "a", "b")


class TestBudget:
    @pytest.mark.parametrize("concurrency", [1, 4])
    def test_tokens_end_the_work_but_for_what_is_under_way(self, concurrency: int) -> None:
        with chat_server() as server:
            model = part(server, max_total_tokens=100, concurrency=concurrency)
            with pytest.raises(UnfinishedError) as caught:
                ask(model, *MANY)
            assert 5 <= len(server.requests) < 5 + concurrency
        assert 100 <= model.tokens < 100 + 2 * TOKENS * concurrency
        done = [each for each in caught.value.done if each is not None]
        assert len(done) == len(server.requests)
        assert "tokens are used, of max_total_tokens = 100; what was done" in str(caught.value)
        assert not caught.value.retryable

    def test_money_ends_the_work(self) -> None:
        with chat_server() as server:
            model = part(server, price_in=1.0, price_out=2.0, max_cost=6e-5, concurrency=1)
            with pytest.raises(UnfinishedError, match=r"6e-05 is spent, of max_cost = 6e-05"):
                ask(model, *MANY)
            assert len(server.requests) == 2
        assert model.cost == pytest.approx(6e-5)

    def test_a_used_budget_asks_nothing_more(self) -> None:
        with chat_server() as server:
            model = part(server, max_total_tokens=1)
            ask(model, "a")
            with pytest.raises(UnfinishedError):
                ask(model, "b")
            assert len(server.requests) == 1

    def test_the_cache_keeps_what_the_budget_paid_for(self, tmp_path: Path) -> None:
        with chat_server() as server:
            model = part(server, max_total_tokens=100, concurrency=1)
            with pytest.raises(UnfinishedError):
                ask(Cached(model, str(tmp_path)), *MANY)
            made = ask(Cached(part(server), str(tmp_path)), *MANY)
            assert [each.text for each in made] == MANY
            assert len(server.requests) == len(MANY)

    def test_a_service_that_does_not_count_is_counted_for(self) -> None:
        silent = Answer(body=lambda _: changed({}, "a word"))
        with chat_server([silent]) as server:
            model = part(server)
            ask(model, "a")
        assert model.tokens > 100


class TestSettings:
    @pytest.mark.parametrize(
        ("settings", "said"),
        [
            ({"model": ""}, "model is empty"),
            ({"concurrency": 0}, "concurrency is 0"),
            ({"max_total_tokens": -1}, "max_total_tokens is -1"),
            ({"max_cost": 1.0}, "max_cost is 1 but tokens cost nothing"),
            ({"url": "ftp://host"}, "url is 'ftp://host'"),
            ({"timeout_s": 0.0}, "timeout_s is 0"),
        ],
    )
    def test_what_cannot_be_is_refused(self, settings: dict[str, Any], said: str) -> None:
        with pytest.raises(ConfigError, match=said):
            Http(**{"url": "http://127.0.0.1:1/v1", "model": "m"} | settings)

    def test_prompts_leave_the_machine(self) -> None:
        assert Http("http://127.0.0.1:1/v1", "m").sends_out
