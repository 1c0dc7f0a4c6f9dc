"""The whole story in a real browser: from the first visit until nothing is stored any more.

Chromium takes `Secure` cookies over http from this machine, so that nothing is set aside for tests.
"""

from __future__ import annotations

import json
import re
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect, sync_playwright

from polyrec.api.app import create_app
from polyrec.api.keys import Keys, new_key
from polyrec.api.page.words import words_in
from polyrec.api.serving import Serving
from polyrec.live.live import Live
from polyrec.live.translated import Interpreter
from polyrec.store.database import Database
from polyrec.testing.scripted_translator import ScriptedTranslator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, Locator, Page

    from polyrec.live.model import Model

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)
PHONE, DESKTOP = {"width": 360, "height": 740}, {"width": 1280, "height": 900}
LOCALES = {"en": "en-GB", "zh": "zh-CN", "es": "es-MX", "ar": "ar-EG"}
STORIES = [
    *(("en", PHONE, "dark"), ("en", DESKTOP, "light"), ("zh", PHONE, "light")),
    *(("zh", DESKTOP, "dark"), ("es", PHONE, "dark"), ("es", DESKTOP, "light")),
    *(("ar", PHONE, "light"), ("ar", DESKTOP, "dark")),
]
STORY_IDS = [f"{tongue}-{size['width']}-{scheme}" for tongue, size, scheme in STORIES]


class Place:
    """A service that browsers reach, and its key."""

    def __init__(self, address: str, key: str, live: Live) -> None:
        self.address, self.key, self.live = address, key, live


expect.set_options(timeout=20_000)


@pytest.fixture(scope="module")
def place(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    database = Database(str(tmp_path_factory.mktemp("page") / "page.sqlite"))
    key, record = new_key("all")
    live = Live(database, model)
    serving = Serving(live, Keys([record]))
    part = ScriptedTranslator(rest="<{}>", quality=0.8)
    serving.interpreter = Interpreter.of(part, database, budget_s=20)
    app = create_app(serving)
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield Place(f"http://127.0.0.1:{port}/", key, live)
    server.should_exit = True
    thread.join(timeout=30)
    assert not thread.is_alive()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if not Path(CHROMIUM).is_file():
        pytest.skip("needs the Debian package chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def _open(chromium: Browser, **settings: Any) -> Iterator[Page]:
    """Open a window, and see that nothing went wrong in it when it closes."""
    context: BrowserContext = chromium.new_context(**settings)
    context.set_default_timeout(20_000)
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda said: wrong.append(f"{said.type}: {said.text}"))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("requestfailed", lambda request: wrong.append(f"{request.url}: {request.failure}"))
    page.on(
        "response",
        lambda answer: (
            wrong.append(f"{answer.url}: {answer.status}") if answer.status >= 400 else None
        ),
    )
    try:
        yield page
    finally:
        context.close()
    assert not wrong


def _enter(page: Page, place: Place) -> None:
    """Sign in, and wait until the page is dressed too: its style is a request of its own."""
    page.goto(place.address)
    page.fill("#key", place.key)
    page.click("button.main")
    page.locator("#answer").wait_for()
    page.wait_for_load_state()


def _fits(page: Page) -> None:
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0, "the page is wider than the window"


def _is_accessible(page: Page) -> None:
    """See that axe finds no fault, in light and in dark, where the colours alone differ."""
    for scheme, rules in (("light", {}), ("dark", {"runOnly": ["color-contrast"]})):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found = Axe().run(page, options={"resultTypes": ["violations"], **rules})
        assert not found.violations_count, found.generate_report()
        assert found.response["passes"]
    _fits(page)


def _button(page: Page, name: str, item: str) -> Locator:
    """Find the button of an item; those who see nothing are told which item it is of."""
    return page.get_by_role("button", name=re.compile(f"^{name} ?: {re.escape(item)}$"))


def _heads(page: Page) -> list[str]:
    return page.locator(".card h3").all_inner_texts()


@pytest.mark.parametrize("story", STORIES, ids=STORY_IDS)
def test_from_the_first_visit_until_nothing_is_stored(
    place: Place, chromium: Browser, story: Any, tmp_path: Path
) -> None:
    tongue, size, scheme = story
    settings = {"locale": LOCALES[tongue], "viewport": size, "color_scheme": scheme}
    words = words_in(tongue)
    says = words.translations.gettext
    with _open(chromium, **settings) as page:
        page.goto(place.address)
        assert page.get_attribute("html", "lang") == words.html_tag
        assert page.evaluate("getComputedStyle(document.body).direction") == words.direction
        _fits(page)
        page.get_by_label(says("Key of this service")).fill(place.key)
        page.get_by_role("button", name=says("Start")).click()
        heading = page.get_by_role("heading", name=says("Recommended to you"), exact=True)
        expect(heading).to_be_visible()
        popular = _heads(page)
        assert len(popular) == 10

        status = page.get_by_role("status")
        page.locator("#text").fill("ein Hobel für Holz")
        for language in ("de", "en"):
            page.get_by_label(words.language(language), exact=True).check(force=True)
        page.get_by_role("radio", name=says("are left out")).check()
        page.get_by_role("button", name=says("Show recommendations")).click()
        expect(status).to_have_text(says("The list follows your wishes."))
        expect(heading).to_be_focused()
        expect(page.get_by_text(says("It rests on what you wrote."))).to_be_visible()
        written = _heads(page)
        assert written[0] == "hobel für holz"
        assert page.locator(".card h3").first.get_attribute("lang") == "de"
        assert "緑茶 日本" not in written

        _button(page, says("Like"), "hobel für holz").click()
        expect(status).to_have_text(says("Liked. The list has changed."))
        reason = (says("Because you liked %(item)s") % {"item": "hobel für holz"}).strip()
        expect(page.get_by_text(reason).first).to_be_visible()
        expect(page.locator(".marks")).to_contain_text("hobel für holz")
        first = _heads(page)[0]
        assert "hobel für holz" not in _heads(page)
        _button(page, says("Dislike"), first).click()
        expect(status).to_have_text(says("Disliked. You will not see it again."))
        assert first not in _heads(page)
        four = words.translations.ngettext("%(num)s star", "%(num)s stars", 4) % {"num": 4}
        page.locator(".card").first.get_by_role("button", name=four).click()
        told = "You gave %(num)s star. The list has changed."
        plural = "You gave %(num)s stars. The list has changed."
        expect(status).to_have_text(words.translations.ngettext(told, plural, 4) % {"num": 4})
        assert page.locator("#text").input_value() == "ein Hobel für Holz"

        page.get_by_role("radio", name=says("somewhat")).check()
        page.locator("#comment").fill("…")
        page.get_by_role("button", name=says("Send")).click()
        expect(status).to_have_text(says("Thank you. Your answer is kept."))
        _fits(page)

        page.get_by_role("link", name=says("Your data")).click()
        heading = page.get_by_role("heading", name=says("What is stored about you"))
        expect(heading).to_be_visible()
        expect(page.locator("main")).to_contain_text("ein Hobel für Holz")
        assert page.locator(".deeds").first.locator("li").count() == 3
        _fits(page)
        with page.expect_download() as download:
            page.get_by_role("link", name=says("Export")).click()
        download.value.save_as(tmp_path / "data.json")
        held = json.loads((tmp_path / "data.json").read_text("utf-8"))
        assert [len(held[each]) for each in ("users", "events", "satisfaction")] == [1, 3, 1]
        live, own = place.live, held["user_id"]
        assert live.users.get(own) is not None

        page.get_by_label(says("Yes, delete all that is stored")).check()
        page.get_by_role("button", name=says("Delete"), exact=True).click()
        expect(page.get_by_text(says("Nothing is stored."))).to_be_visible()
        assert live.users.get(own) is None
        assert (live.events.of(own), live.satisfaction.of(own)) == ([], [])
        assert own not in page.content()
        page.get_by_role("link", name=says("Try it"), exact=True).click()
        expect(page.locator(".card").first).to_be_visible()
        assert page.locator("#text").input_value() == ""


@pytest.mark.parametrize("tongue", LOCALES)
def test_every_screen_is_accessible_in_light_and_in_dark(
    place: Place, chromium: Browser, tongue: str
) -> None:
    size = PHONE if tongue in ("en", "ar") else DESKTOP
    with _open(chromium, locale=LOCALES[tongue], viewport=size) as page:
        page.goto(place.address)
        _is_accessible(page)
        page.fill("#key", place.key)
        page.click("button.main")
        page.fill("#text", "a saw")
        page.check("input[name=translate]")
        page.click("#ask button.main")
        page.locator("#status:not(:empty)").wait_for()
        page.click("#like-card-0")
        page.locator("#marks li").wait_for()
        page.locator(".translation").first.wait_for()
        page.click("details.people summary")
        _is_accessible(page)
        page.goto(f"{place.address}page/ask")
        _is_accessible(page)
        page.fill("#wish", "three tools for wood in German, no saws")
        page.click("#wish-form button.main")
        page.locator("#understood:not([hidden])").wait_for()
        expect(page.locator("#answer-title")).to_be_focused()
        assert _heads(page)
        _is_accessible(page)
        page.locator("input[name=without][type=checkbox]").uncheck(force=True)
        page.fill("#k", "1")
        page.click("#understood button.main")
        expect(page.locator(".card h3")).to_have_count(1)
        page.goto(f"{place.address}page/data")
        _is_accessible(page)
        page.check("input[name=sure]")
        page.click("button.danger")
        page.locator("#status:not(:empty)").wait_for()
        _is_accessible(page)
        page.goto(place.address)
        page.click("details.people summary")
        page.select_option("#pick", "ada")
        page.click(".people button")
        page.locator(".banner").wait_for()
        _is_accessible(page)
        page.click(".leave button")
        page.locator("#key").wait_for()
        _is_accessible(page)


def test_screens_of_what_goes_wrong_are_accessible(place: Place, chromium: Browser) -> None:
    context = chromium.new_context(locale="en", viewport=PHONE)
    page = context.new_page()
    page.goto(place.address)
    page.fill("#key", "wrong")
    page.click("button.main")
    expect(page.get_by_role("alert")).to_be_visible()
    _is_accessible(page)
    context.clear_cookies()
    page.fill("#key", place.key)
    page.click("button.main")
    expect(page.get_by_role("heading", name="This form is out of date")).to_be_visible()
    _is_accessible(page)
    context.close()


def test_the_keyboard_is_enough(place: Place, chromium: Browser) -> None:
    with _open(chromium, locale="en", viewport=DESKTOP, reduced_motion="reduce") as page:
        page.goto(place.address)
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        expect(page.locator("#key")).to_be_focused()
        page.keyboard.insert_text(place.key)
        page.keyboard.press("Enter")
        page.locator("#answer").wait_for()
        page.wait_for_load_state()
        seen = []
        for _ in range(60):
            page.keyboard.press("Tab")
            seen.append(page.evaluate(FOCUSED))
            assert seen[-1]["outlined"], seen[-1]
            assert seen[-1]["in_view"], seen[-1]
            if seen[-1]["id"] == "1-card-0":
                break
        stops = [each["id"] for each in seen]
        assert stops[-4:] == ["ask", "like-card-0", "dislike-card-0", "1-card-0"]
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
        expect(page.locator("[id='3-card-0']")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_have_text("You gave 3 stars. The list has changed.")
        expect(page.locator("[id='3-card-0']")).to_be_focused()
        page.keyboard.press("Tab")
        expect(page.locator(".cards > li:nth-child(2) .why summary")).to_be_focused()
        page.keyboard.press("Tab")
        expect(page.locator("#like-card-1")).to_be_focused()


FOCUSED = """() => {
  const at = document.activeElement, box = at.getBoundingClientRect();
  const shown = at.matches('.chips input') ? at.nextElementSibling : at;
  return {
    id: at.id || (at.form && at.form.id) || at.tagName,
    outlined: getComputedStyle(shown).outlineStyle !== 'none',
    in_view: box.bottom > 0 && box.top < innerHeight && box.height >= 20 && box.width >= 20,
  };
}"""


def test_no_target_is_too_small_for_a_finger(place: Place, chromium: Browser) -> None:
    with _open(chromium, locale="es", viewport=PHONE, has_touch=True) as page:
        _enter(page, place)
        small = page.evaluate(
            """() => [...document.querySelectorAll('a, button, summary, label:has(input), select')]
              .map((each) => [each.textContent.trim(), each.getBoundingClientRect()])
              .filter(([, box]) => box.height && (box.height < 40 || box.width < 36))
              .map(([text, box]) => `${text}: ${box.width} x ${box.height}`)
              .filter((text) => !text.startsWith('Ir al contenido'))"""
        )
        assert small == []


def test_everything_works_without_scripts(place: Place, chromium: Browser, tmp_path: Path) -> None:
    settings = {"locale": "en", "viewport": PHONE, "java_script_enabled": False}
    before = place.live.events.count()
    with _open(chromium, **settings) as page:
        _enter(page, place)
        page.fill("#text", "a flute")
        page.click("#ask button.main")
        assert _heads(page)[0] == "wooden flute"
        page.click("#like-card-0")
        expect(page.get_by_role("status")).to_have_text("Liked. The list has changed.")
        expect(page.get_by_role("status")).to_be_in_viewport()
        assert "wooden flute" not in _heads(page)
        page.reload()
        assert place.live.events.count() == before + 1
        page.locator(".scale input").nth(2).check()
        page.click("#satisfaction button")
        page.get_by_role("link", name="Your data").click()
        page.check("input[name=sure]")
        page.click("button.danger")
        expect(page.get_by_role("status")).to_have_text("3 entries were deleted.")
        assert place.live.events.count() == before


def test_a_service_that_does_not_answer_is_told_in_place(place: Place, chromium: Browser) -> None:
    context = chromium.new_context(locale="en", viewport=DESKTOP)
    page = context.new_page()
    _enter(page, place)
    before = _heads(page)
    page.route("**/page/event", lambda route: route.abort())
    page.click("#like-card-0")
    expect(page.get_by_role("status")).to_contain_text("That did not work")
    assert _heads(page) == before
    expect(page.locator("#answer")).not_to_have_attribute("aria-busy", "true")
    page.unroute("**/page/event")
    page.click("#like-card-0")
    expect(page.get_by_role("status")).to_have_text("Liked. The list has changed.")
    context.clear_cookies()
    page.click("#like-card-0")
    expect(page.locator("#key")).to_be_visible()
    context.close()


ELSEWHERE = "http://elsewhere.example/"


def test_a_link_from_elsewhere_leads_in_and_a_form_from_elsewhere_does_nothing(
    place: Place, chromium: Browser
) -> None:
    context = chromium.new_context(locale="en", viewport=DESKTOP)
    page = context.new_page()
    _enter(page, place)
    token = page.locator("input[name=csrf]").first.get_attribute("value")
    before = place.live.events.count()
    body = f"""<a href="{place.address}">Try it</a>
      <form method="post" action="{place.address}page/event">
      <input name="csrf" value="{token}"><input name="item" value="tea">
      <button name="mark" value="like">Win</button></form>"""
    page.route(ELSEWHERE, lambda route: route.fulfill(body=body, content_type="text/html"))
    page.goto(ELSEWHERE)
    page.get_by_role("link").click()
    expect(page.locator("#answer")).to_be_visible()
    page.goto(ELSEWHERE)
    page.get_by_role("button").click()
    expect(page.get_by_role("heading", name="This form is out of date")).to_be_visible()
    assert place.live.events.count() == before
    page.goto(place.address)
    expect(page.locator("#answer")).to_be_visible()
    context.close()
