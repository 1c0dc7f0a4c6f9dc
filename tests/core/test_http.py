from __future__ import annotations

import email.utils
import socket
import threading
import time
from typing import Any

import pytest

from polyrec.core import http, http_pauses, http_words
from polyrec.core.errors import ConfigError, EngineError, PolyrecError
from polyrec.core.http import Endpoint
from polyrec.testing.embedding_server import Answer, EmbeddingServer, embedding_server

BODY = {"model": "m", "input": ["Holz"]}
KEY = "sk-a-secret-of-mine"


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_pauses, "FIRST_PAUSE_S", 0.02)


def endpoint(server: EmbeddingServer, **settings: Any) -> Endpoint:
    return Endpoint(server.url, "encoder 'http'", **settings)


def refused(*script: Answer, **settings: Any) -> tuple[PolyrecError, int, str]:
    """Give the error of a request, how many requests there were, and the address."""
    with embedding_server(script) as server:
        with pytest.raises(PolyrecError) as caught:
            endpoint(server, **settings).post(BODY)
        return caught.value, len(server.requests), server.url


class TestAnswers:
    def test_json_comes_back_as_it_was_sent(self) -> None:
        with embedding_server([Answer(body={"fünf": [1, None, "木"]})]) as server:
            assert endpoint(server).post(BODY) == {"fünf": [1, None, "木"]}
            assert server.requests[0][0] == BODY

    def test_one_endpoint_serves_several_threads(self) -> None:
        with embedding_server() as server:
            part, found = endpoint(server), []
            threads = [
                threading.Thread(target=lambda: found.append(part.post(BODY)["model"]))
                for _ in range(8)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        assert found == ["m"] * 8

    def test_what_is_no_json_is_refused_at_once(self) -> None:
        error, n_requests, url = refused(Answer(body="<html>\n  a page </html>"))
        assert isinstance(error, EngineError)
        assert not error.retryable
        assert n_requests == 1
        assert str(error) == (
            f"encoder 'http': {url} gave no JSON but '<html> a page </html>'; "
            "check that url is the right one"
        )

    def test_an_answer_that_does_not_end_is_cut_off(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(http, "MOST_BYTES", 1000)
        error, _, url = refused(Answer(body="x" * 2000))
        assert str(error) == f"encoder 'http': {url} gave more than 0 MB; send less at a time"

    def test_redirects_are_not_followed(self) -> None:
        elsewhere = Answer(307, headers={"Location": "http://127.0.0.1:1/"})
        error, n_requests, url = refused(elsewhere, retries=0)
        assert n_requests == 1
        assert str(error).startswith(f"encoder 'http': {url} answered 307")


class TestRetries:
    @pytest.mark.parametrize("status", sorted(http.RETRIED))
    def test_what_may_pass_is_tried_again(self, status: int) -> None:
        with embedding_server([Answer(status, body="busy"), Answer(status, body="")]) as server:
            assert endpoint(server).post(BODY)["model"] == "m"
            assert len(server.requests) == 3

    def test_pauses_double(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(http_pauses, "LEAST_SHARE", 1.0)
        pauses: list[float] = []
        monkeypatch.setattr(http.time, "sleep", pauses.append)
        refused(*[Answer(503)] * 4, retries=3)
        assert pauses == pytest.approx([0.02, 0.04, 0.08])

    def test_callers_do_not_come_back_at_the_same_moment(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pauses: list[float] = []
        monkeypatch.setattr(http.time, "sleep", pauses.append)
        refused(*[Answer(503)] * 9, retries=8)
        wholes = [0.02 * 2**i for i in range(8)]
        assert all(w / 2 <= pause <= w for w, pause in zip(wholes, pauses, strict=True))
        assert len({round(pause / w, 6) for w, pause in zip(wholes, pauses, strict=True)}) > 1

    @pytest.mark.parametrize("as_date", [False, True])
    def test_a_service_may_wish_for_a_longer_pause(self, as_date: bool) -> None:
        # a date has whole seconds: two hence is more than one
        wish = email.utils.formatdate(time.time() + 2, usegmt=True) if as_date else "1"
        with embedding_server([Answer(429, headers={"Retry-After": wish})]) as server:
            endpoint(server).post(BODY)
            assert 0.8 < server.times[1] - server.times[0] < 10

    @pytest.mark.parametrize("wish", ["", "soon", "-5", "Mon, 01 Jan 2001 00:00:00 GMT"])
    def test_a_wish_that_says_nothing_changes_nothing(self, wish: str) -> None:
        with embedding_server([Answer(429, headers={"Retry-After": wish})]) as server:
            assert endpoint(server).post(BODY)["model"] == "m"

    def test_a_pause_that_nobody_waits_for_is_handed_on(self) -> None:
        error, n_requests, url = refused(
            Answer(429, {"error": {"message": "quota"}}, headers={"Retry-After": "3600"})
        )
        assert isinstance(error, EngineError)
        assert error.retryable
        assert (error.wait_s, n_requests) == (3600, 1)
        assert str(error) == f"encoder 'http': {url} answered 429: quota; try again later"

    def test_after_all_tries_the_last_fault_is_told(self) -> None:
        error, n_requests, url = refused(*[Answer(500, "no memory\n\nleft")] * 9, retries=2)
        assert isinstance(error, EngineError)
        assert error.retryable
        assert n_requests == 3
        assert str(error) == f"encoder 'http': {url} answered 500: no memory left; try again later"

    @pytest.mark.parametrize("status", [400, 404, 422])
    def test_what_cannot_pass_is_told_at_once(self, status: int) -> None:
        error, n_requests, url = refused(Answer(status, {"error": {"message": "no model 'm'"}}))
        assert isinstance(error, EngineError)
        assert not error.retryable
        assert n_requests == 1
        problem = f"encoder 'http': {url} answered {status}: no model 'm'"
        assert str(error) == f"{problem}; check url, model and settings"

    def test_a_service_that_is_slow_is_asked_again_and_given_up(self) -> None:
        error, n_requests, url = refused(*[Answer(after_s=30)] * 3, timeout_s=0.2, retries=1)
        assert isinstance(error, EngineError)
        assert error.retryable
        assert n_requests == 2
        problem = f"encoder 'http': {url} did not answer within 0.2 s"
        assert str(error) == f"{problem}; raise timeout_s, or send less at a time"

    def test_a_service_that_is_not_there_is_named(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
            with pytest.raises(EngineError) as caught:
                Endpoint(url, "encoder 'http'", retries=1).post(BODY)
        assert caught.value.retryable
        assert str(caught.value).startswith(f"encoder 'http': {url} cannot be reached: ")
        assert str(caught.value).endswith("; check url and service")

    def test_a_connection_that_breaks_is_made_anew(self) -> None:
        cut = Answer(body="{}", headers={"Content-Length": "100", "Connection": "close"})
        with embedding_server([cut]) as server:
            assert endpoint(server).post(BODY)["model"] == "m"


class TestKey:
    def test_it_comes_from_the_environment_and_goes_to_the_service(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MY_KEY", f" {KEY}\n")
        with embedding_server() as server:
            endpoint(server, key_env="MY_KEY").post(BODY)
            assert server.requests[0][1]["Authorization"] == f"Bearer {KEY}"

    def test_without_one_none_is_sent(self) -> None:
        with embedding_server() as server:
            endpoint(server).post(BODY)
            assert "Authorization" not in server.requests[0][1]

    def test_no_repr_and_no_message_shows_it(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setenv("MY_KEY", KEY)
        caplog.set_level("DEBUG")
        told = {"error": {"message": f"the key {KEY} is wrong"}}
        error, n_requests, url = refused(Answer(401, told), key_env="MY_KEY")
        assert isinstance(error, ConfigError)
        assert n_requests == 1
        problem = f"encoder 'http': {url} answered 401: the key *** is wrong"
        assert str(error) == f"{problem}; check the key in MY_KEY"
        assert KEY not in caplog.text
        assert KEY not in repr(Endpoint(url, "", key_env="MY_KEY"))

    def test_a_service_that_wants_one_says_so(self) -> None:
        error, _, url = refused(Answer(401, {"detail": "log in"}))
        assert str(error) == f"encoder 'http': {url} answered 401: log in; set key_env"

    @pytest.mark.parametrize(
        ("value", "problem"),
        [
            ("", "encoder 'http': the environment variable MY_KEY holds no key; set MY_KEY, "
             "or key_env to another variable"),
            ("schlüssel", "encoder 'http': the key in MY_KEY holds signs that no key can have; "
             "set MY_KEY anew"),
        ],
    )  # fmt: skip
    def test_a_key_that_cannot_be_is_refused_before_anything_is_sent(
        self, monkeypatch: pytest.MonkeyPatch, value: str, problem: str
    ) -> None:
        monkeypatch.setenv("MY_KEY", value)
        error, n_requests, _ = refused(key_env="MY_KEY")
        assert (str(error), n_requests) == (problem, 0)


class TestSettings:
    @pytest.mark.parametrize("url", ["", "host/v1", "ftp://host", "file:///etc", "http://", "\0"])
    def test_what_is_no_address_is_refused(self, url: str) -> None:
        with pytest.raises(ConfigError, match=r"; give an address such as https://host/v1$"):
            Endpoint(url, "encoder 'http'")

    def test_a_password_in_the_address_is_refused_and_not_repeated(self) -> None:
        with pytest.raises(ConfigError) as caught:
            Endpoint("https://me:secret@host/v1", "encoder 'http'")
        assert str(caught.value) == (
            "encoder 'http': url holds a user name or password; "
            "put the key into an environment variable, and name it with key_env"
        )

    def test_what_follows_a_question_mark_is_sent_and_not_shown(self) -> None:
        error, _, url = refused(Answer(404, "gone"))
        with embedding_server([Answer(404, "gone")]) as server:
            with pytest.raises(EngineError) as caught:
                Endpoint(f"{server.url}?code=secret", "encoder 'http'").post(BODY)
            assert server.url in str(caught.value)
        assert "secret" not in str(caught.value)
        assert url in str(error)

    def test_times_and_tries_that_cannot_be_are_refused(self) -> None:
        for settings, problem in (
            ({"timeout_s": 0.0}, "timeout_s is 0.0; give a number above 0"),
            ({"retries": -1}, "retries is -1; give 0 or more"),
        ):
            with pytest.raises(ConfigError) as caught:
                Endpoint("http://host", "", **settings)  # type: ignore[arg-type]
            assert str(caught.value) == problem


@pytest.mark.parametrize("form", ["{}", '{{"error": "{}"}}', '{{"error": {{"message": "{}"}}}}'])
@pytest.mark.parametrize("status", [200, 400, 401, 500])
def test_no_part_of_a_key_is_left_where_a_message_is_cut(
    monkeypatch: pytest.MonkeyPatch, form: str, status: int
) -> None:
    monkeypatch.setenv("A_KEY", KEY)
    for before in range(http_words.MOST_LETTERS - len(KEY), http_words.MOST_LETTERS + 1, 5):
        body = form.format("x" * before + KEY + "y" * 300)
        if status == 200:
            body = f"no JSON {body}"
        error, _, _ = refused(Answer(status, body=body), key_env="A_KEY", retries=0)
        assert KEY[:4] not in str(error)
