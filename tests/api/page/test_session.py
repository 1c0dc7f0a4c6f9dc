"""Who may do what at the page, and how that is known."""

from __future__ import annotations

import re
import stat
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from itsdangerous import URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import Response

from polyrec.api.keys import Keys, new_key
from polyrec.api.page.session import COOKIE, LONGEST_S, Cookies, Session, new_session
from polyrec.api.secret import NAME, open_secret
from polyrec.core.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FORMS = ("enter", "leave", "person", "wishes", "event", "satisfaction", "delete")
SECRET = b"0" * 32


def _written(session: Session, secret: bytes = SECRET) -> str:
    response = Response()
    Cookies(secret).write(response, session)
    return SimpleCookie(response.headers["set-cookie"])[COOKIE].value


def _read(value: str, secret: bytes = SECRET) -> Session | None:
    headers = [(b"cookie", f"{COOKIE}={value}".encode())]
    return Cookies(secret).read(Request({"type": "http", "headers": headers}))


def test_the_cookie_is_for_this_site_alone_and_no_script_reads_it(browser: Any) -> None:
    browser.get()
    (made,) = SimpleCookie(browser.answer.headers["set-cookie"]).values()
    assert made.key.startswith("__Host-")
    assert made["secure"]
    assert made["httponly"]
    assert (made["samesite"], made["path"], made["domain"]) == ("lax", "/", "")
    assert 0 < int(made["max-age"]) <= LONGEST_S


def test_a_session_comes_back_as_it_was_and_fits_into_a_cookie() -> None:
    person = "\U0001f600" * 256
    session = Session("token", "salt", "own", person, "ar", ("de", "zh-Hant") * 10, "only")
    assert _read(_written(session)) == session
    assert len(_written(session)) < 3900


@pytest.mark.parametrize("change", ["", "x", "cut", "other secret", "older"])
def test_a_cookie_that_we_have_not_signed_is_none(change: str, monkeypatch: Any) -> None:
    if change == "older":
        with monkeypatch.context() as patched:
            patched.setattr("itsdangerous.timed.TimestampSigner.get_timestamp", lambda _: 10**9)
            value = _written(new_session())
    else:
        value = _written(new_session(), b"1" * 32 if change == "other secret" else SECRET)
        value = {"": "", "x": f"x{value}", "cut": value[:-1]}.get(change, value)
    assert _read(value) is None


def test_what_another_use_of_the_secret_has_signed_is_none() -> None:
    other = URLSafeTimedSerializer(SECRET, salt="something else").dumps({"csrf": "mine"})
    assert _read(str(other)) is None


def test_nothing_is_shown_without_a_key(browser: Any) -> None:
    assert 'name="key"' in browser.get()
    for path in ("/page/data", "/page/export"):
        assert 'name="key"' in browser.get(path)
        assert browser.answer.url.path == "/"
    for form in FORMS[2:]:
        browser.get()
        assert 'name="key"' in browser.post(f"/page/{form}")
    assert not browser.serving.live.events.count()


@pytest.mark.parametrize("key", ["", "wrong", "polyrec_" + "x" * 5000, "\0", "緑茶"])
def test_a_wrong_key_opens_nothing(browser: Any, key: str) -> None:
    browser.get()
    assert "No such key opens this service" in browser.post("/page/enter", key=key)
    assert browser.status == 403
    assert 'name="key"' in browser.get()


def test_a_key_without_the_scope_read_opens_nothing_and_is_told_why(browser: Any) -> None:
    for scope in ("write", "admin"):
        assert "it lacks the scope read" in browser.enter(scope)
        assert 'name="key"' in browser.get()


def test_whoever_tries_many_keys_must_wait_and_a_good_key_must_not(browser: Any) -> None:
    for _ in range(10):
        browser.get()
        browser.post("/page/enter", key="wrong")
        assert browser.status == 403
    browser.get()
    assert "Too many wrong keys" in browser.post("/page/enter", key="wrong")
    assert browser.status == 429
    assert 1 <= int(browser.answer.headers["retry-after"]) <= 5
    assert all('id="answer"' in browser.enter() for _ in range(12))


@pytest.mark.parametrize("more", [{"gone": 1}, {"languages": None}, {}])
def test_a_cookie_of_another_polyrec_begins_anew(browser: Any, more: dict[str, Any]) -> None:
    signed = browser.client.app.state.page.cookies._signed
    held = {"csrf": "x", **more} if more else ["x"]
    browser.client.cookies.set("__Host-polyrec", signed.dumps(held))
    assert 'name="key"' in browser.get()
    assert browser.status == 200
    assert 'id="answer"' in browser.enter()


def test_who_has_a_long_history_is_named_to_the_admin_alone(browser: Any) -> None:
    assert "ada · 2 items" in browser.enter()
    browser.enter("read")
    assert not re.search(r"\bada\b", browser.text)
    assert 'name="typed"' in browser.text


def test_a_key_counts_at_the_page_what_it_asks_for(open_browser: Callable[..., Any]) -> None:
    browser = open_browser(requests_per_s=0.1, burst=3)
    browser.serving.throttle.clock = lambda: 0.0
    browser.enter()
    assert [browser.get() and browser.status for _ in range(3)] == [200, 200, 429]
    assert "Too many requests" in browser.text
    assert browser.answer.headers["retry-after"] == "10"


def test_a_session_ends_with_its_key(browser: Any) -> None:
    browser.enter()
    assert 'id="answer"' in browser.get()
    browser.serving.keys = Keys([])
    assert 'name="key"' in browser.get()
    assert browser.told == "Your session has ended. Enter your key again."
    assert browser.answer.url.path == "/"


def test_with_another_key_a_visitor_is_who_they_were_until_they_leave(browser: Any) -> None:
    browser.enter()
    browser.like("tea")
    (own,) = set(re.findall(r"visitor-[\w-]{22}", browser.get("/page/data")))
    records = browser.serving.keys.records
    key, record = new_key("new")
    browser.serving.keys = Keys([record])
    browser.get()
    token = browser.token
    browser.post("/page/enter", key=key)
    assert browser.token != token
    assert own in browser.get("/page/data")
    assert "緑茶" in browser.text
    browser.post("/page/leave")
    browser.post("/page/enter", key=key)
    assert own not in browser.get("/page/data")
    browser.serving.keys = Keys(records)


def test_leaving_ends_the_session_and_keeps_the_language(browser: Any) -> None:
    browser.enter()
    browser.get("/?tongue=es")
    browser.post("/page/leave")
    assert browser.told == "Has cerrado la sesión. Lo guardado permanece hasta que se borre."
    assert 'name="key"' in browser.get()
    assert browser.told == ""


def test_two_visitors_have_ids_of_their_own(browser: Any, open_browser: Any) -> None:
    browser.enter()
    own = re.findall(r"visitor-[\w-]{22}", browser.get("/page/data"))
    other = open_browser()
    other.enter()
    others = re.findall(r"visitor-[\w-]{22}", other.get("/page/data"))
    assert len({*own, *others}) == 2


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("given", ["", "x", "緑茶", "of another"])
def test_a_form_without_its_token_changes_nothing(
    browser: Any, open_browser: Any, form: str, given: str
) -> None:
    if given == "of another":
        other = open_browser()
        other.enter()
        given = other.token
    browser.enter()
    browser.like("saw")
    browser.post(f"/page/{form}", csrf=given, item="tea", mark="like", sure="yes", score="1")
    assert browser.status == 403
    assert "This form is out of date" in browser.text
    assert browser.serving.live.events.count() == 1
    assert 'id="answer"' in browser.get()


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "https://testserver.evil.example"},
    ],
    ids=str,
)
def test_a_form_that_another_site_sends_changes_nothing(browser: Any, headers: Any) -> None:
    browser.enter()
    browser.post("/page/event", headers, item="tea", mark="like")
    assert browser.status == 403
    assert "set-cookie" not in browser.answer.headers
    assert not browser.serving.live.events.count()
    assert 'id="answer"' in browser.get()


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-origin", "Origin": "https://behind.a.proxy"},
        {"Origin": "https://testserver"},
        {},
    ],
    ids=str,
)
def test_a_form_of_the_page_itself_counts(browser: Any, headers: Any) -> None:
    browser.enter()
    browser.post("/page/event", headers, item="tea", mark="like")
    assert browser.serving.live.events.count() == 1


@pytest.mark.parametrize("form", FORMS)
def test_no_link_does_what_a_form_does(browser: Any, form: str) -> None:
    browser.enter()
    browser.like("tea")
    before = browser.get("/page/data")
    browser.get(f"/page/{form}?csrf={browser.token}&sure=yes&item=saw&mark=like&typed=ada")
    assert browser.answer.url.path == "/"
    assert browser.get("/page/data") == before


def test_a_key_that_may_only_read_writes_nothing(browser: Any) -> None:
    browser.enter("read")
    assert 'action="/page/event"' not in browser.text
    assert 'action="/page/satisfaction"' not in browser.text
    assert "It lacks the scope write" in browser.like("saw")
    assert browser.status == 403
    browser.get()
    browser.post("/page/satisfaction", score="5")
    assert browser.status == 403
    browser.get()
    shown = browser.post("/page/wishes", text="hobel")
    assert "It rests on what you wrote." in shown
    assert browser.shown[0] == "hobel für holz"
    assert ">hobel</textarea>" in re.sub(r">\n", ">", shown)
    assert "hobel</textarea>" not in browser.get()
    assert not browser.serving.live.users.page()


def test_what_is_stored_about_others_needs_admin(browser: Any, open_browser: Any) -> None:
    browser.enter()
    browser.post("/page/person", typed="ada")
    browser.like("tea")
    browser.post("/page/leave")
    browser.enter("read", "write")
    browser.post("/page/person", typed="ada")
    assert "stars-given" not in browser.text
    assert "Your key lacks the scope admin" in browser.get("/page/data")
    browser.get("/page/export")
    assert browser.status == 403
    browser.get()
    browser.post("/page/delete", sure="yes")
    assert browser.status == 403
    assert browser.serving.live.events.count() == 1


def test_every_screen_says_what_it_may_load(browser: Any) -> None:
    browser.get()
    screens = [browser.answer]
    browser.enter()
    screens.append(browser.answer)
    browser.get("/page/data")
    screens.append(browser.answer)
    browser.post("/page/delete", csrf="")
    screens.append(browser.answer)
    for answer in screens:
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'self'; script-src 'self';")
        assert "unsafe" not in policy
        assert answer.headers["cache-control"] == "no-store"
        assert not re.search(r"<script>|<style|\son\w+=|\sstyle=", answer.text)


def test_the_style_and_the_script_are_given_without_a_key(browser: Any) -> None:
    for name, kind in (("page.css", "text/css"), ("page.js", "javascript"), ("icon.svg", "svg")):
        browser.get(f"/page/static/{name}")
        assert browser.status == 200
        assert kind in browser.answer.headers["content-type"]
        assert browser.answer.headers["cache-control"] == "no-cache"
    for path in ("/page/static/", "/page/static/..%2froutes.py", "/page/static/no"):
        browser.get(path)
        assert browser.status == 404


def test_the_page_is_no_part_of_the_schema(browser: Any) -> None:
    paths = browser.client.get("/openapi.json").json()["paths"]
    assert not [path for path in paths if path == "/" or path.startswith("/page")]


def test_the_log_holds_nothing_of_who_was_there(browser: Any, caplog: Any) -> None:
    caplog.set_level("INFO", logger="polyrec.api")
    browser.enter()
    browser.post("/page/wishes", text="greenish tea", languages=["ja"])
    browser.post("/page/person", typed="ada")
    browser.like("saw")
    token = browser.token
    browser.get("/page/export")
    logged = "".join(record.getMessage() for record in caplog.records if "api" in record.name)
    assert '"/page/event"' in logged
    logged = re.sub(r'"request": "\w+"', "", logged)  # made at random: it may hold any word
    for private in ("visitor-", "greenish", "ada", "saw", browser.keys["all"], token):
        assert private not in logged


def test_the_secret_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    keys = tmp_path / "deep" / "keys.json"
    secret = open_secret(keys)
    assert len(secret) == 32
    assert open_secret(keys) == secret
    file = keys.with_name(NAME)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.chmod(0o640)
    with pytest.raises(ConfigError, match="others than its owner may use"):
        open_secret(keys)
    file.chmod(0o600)
    file.write_bytes(b"short")
    with pytest.raises(ConfigError, match="holds no secret; delete it, which ends all sessions"):
        open_secret(keys)


def test_ids_come_through_forms_unchanged(browser: Any, odd_id: str) -> None:
    browser.enter()
    browser.post("/page/person", pick=quote(odd_id, safe=""))
    browser.like(odd_id)
    (event,) = browser.serving.live.events.of(odd_id)
    assert (event.user, event.item, event.rating) == (odd_id, odd_id, 5)
