from __future__ import annotations

from typing import Any

import pytest

from polyrec.core import http_pauses
from polyrec.core.errors import ConfigError, EngineError, PolyrecError
from polyrec.core.registry import part_class
from polyrec.testing.embedding_server import Answer
from polyrec.testing.translation_servers import APP_ID, KEY, translation_server
from polyrec.translate.baidu import Baidu
from polyrec.translate.deepl import DeepL
from polyrec.translate.google import Google
from polyrec.translate.libretranslate import LibreTranslate
from polyrec.translate.translator import Translation

ENGINES = ("libretranslate", "deepl", "google", "baidu")


@pytest.fixture(autouse=True)
def _set_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_pauses, "FIRST_PAUSE_S", 0.01)
    monkeypatch.setenv("A_KEY", KEY)
    monkeypatch.setenv("BAIDU_TRANSLATE_APP_ID", APP_ID)


def make(engine: str, url: str, **settings: Any) -> Any:
    return part_class("translator", engine)(**{"url": url, "key_env": "A_KEY"} | settings)


def ask(part: Any, texts: list[str], source: str = "es", target: str = "en") -> list[Translation]:
    return part.translate(texts, source=source, target=target)


def refusal(engine: str, *script: Answer, error: Any = EngineError, **settings: Any) -> Any:
    """Give what the service's answer becomes, with the number of requests."""
    with translation_server(engine, script) as server:
        with pytest.raises(error) as caught:
            ask(make(engine, server.url, **settings), ["casa"])
        said = str(caught.value).replace(server.url, "URL")
        return said, caught.value, len(server.requests)


@pytest.mark.parametrize("engine", ENGINES)
class TestEveryService:
    def test_texts_go_in_batches_and_come_back_in_order(self, engine: str) -> None:
        texts = [f"casa {i}" for i in range(7)]
        with translation_server(engine) as server:
            part = make(engine, server.url, batch_size=3)
            made = ask(part, [*texts, "", "  "])
            assert len(server.requests) == 3
        assert [each.text.partition("> ")[2] for each in made[:7]] == texts
        assert {each.engine for each in made[:7]} == {engine}
        assert made[0].quality is None
        assert part.characters == sum(map(len, texts))

    def test_no_batch_is_larger_than_the_service_takes(self, engine: str) -> None:
        texts = ["á" * 900, '"\\' * 900] * 150
        with translation_server(engine) as server:
            made = ask(make(engine, server.url, batch_size=1000), texts)
            assert len(server.requests) > 1
        assert all(each.translated for each in made)
        assert [each.text.partition("> ")[2] for each in made] == texts

    def test_what_it_costs_is_counted(self, engine: str) -> None:
        with translation_server(engine) as server:
            part = make(engine, server.url, price_per_million_characters=20.0)
            assert part.cost == 0
            ask(part, ["casa", "perro"])
            assert part.cost == pytest.approx(9 * 20 / 1e6)

    def test_a_text_that_is_too_long_stays_and_says_why(self, engine: str) -> None:
        with translation_server(engine) as server:
            part = make(engine, server.url)
            made = ask(part, ["casa", "a" * (part.most_bytes + 1)])
        assert made[0].translated
        assert made[1] == Translation(
            "a" * (part.most_bytes + 1),
            "",
            error=f"translator {engine!r}: the text is longer than the {part.most_bytes} bytes "
            "that the service takes",
        )

    def test_faults_that_pass_are_not_seen(self, engine: str) -> None:
        faults = [Answer(429, {"message": "slow"}, {"Retry-After": "0"}), Answer(500, "oh")]
        with translation_server(engine, faults) as server:
            assert ask(make(engine, server.url), ["casa"])[0].translated
            assert len(server.requests) == 3

    def test_faults_that_stay_are_told(self, engine: str) -> None:
        said, error, n = refusal(engine, *[Answer(503, "down")] * 3, retries=2)
        assert said == f"translator {engine!r}: URL answered 503: down; try again later"
        assert error.retryable
        assert n == 3

    @pytest.mark.parametrize(
        "body",
        [[], {}, {"translations": 1}, {"translatedText": None}, {"data": []}, {"trans_result": 2}],
    )
    def test_an_answer_that_is_something_else_is_refused(self, engine: str, body: Any) -> None:
        said, error, n = refusal(engine, Answer(body=body))
        assert said.startswith(f"translator {engine!r}: the service gave ")
        assert said.endswith("; check url and service")
        assert not error.retryable
        assert n == 1

    def test_garbage_is_refused(self, engine: str) -> None:
        said, _, _ = refusal(engine, Answer(body="<html>"))
        assert said.startswith(f"translator {engine!r}: URL gave no JSON but '<html>'")

    def test_a_wrong_number_of_translations_is_refused(self, engine: str) -> None:
        twice = lambda right: _changed(right, lambda found: found * 2)
        said, _, _ = refusal(engine, Answer(body=twice))
        assert said == (
            f"translator {engine!r}: the service gave 2 translations for 1 texts; "
            "check url and service"
        )

    def test_translations_that_are_no_texts_are_refused(self, engine: str) -> None:
        def numbers(found: list[Any]) -> list[Any]:
            return [dict.fromkeys(each, 7) if isinstance(each, dict) else 7 for each in found]

        said, _, _ = refusal(engine, Answer(body=lambda right: _changed(right, numbers)))
        assert "the service gave what is not a text" in said

    def test_a_key_that_is_missing_is_named(
        self, engine: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("A_KEY")
        said, _, n = refusal(engine, error=ConfigError)
        assert said == (
            f"translator {engine!r}: the environment variable A_KEY holds no key; "
            "set A_KEY, or key_env to another variable"
        )
        assert n == 0

    def test_a_wrong_key_is_the_settings_fault(
        self, engine: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("A_KEY", "wrong")
        said, _, n = refusal(engine, error=ConfigError)
        assert "check the key in A_KEY" in said
        assert n == 1

    def test_no_message_and_no_repr_shows_the_key(self, engine: str) -> None:
        for status in (400, 403, 456, 500):
            said, _, _ = refusal(
                engine, Answer(status, f"your key {KEY} is odd"), error=PolyrecError, retries=0
            )
            assert KEY not in said
            assert "your key *** is odd" in said
        said, _, _ = refusal(engine, Answer(200, f"no JSON {KEY}"))
        assert KEY not in said
        assert KEY not in repr(make(engine, "http://host"))

    def test_a_users_own_text_stays_here(self, engine: str) -> None:
        with translation_server(engine) as server:
            part = make(engine, server.url)
            assert part.sends_out
            with pytest.raises(ConfigError, match="allow_user_text = true"):
                part.translate(["my illness"], source="en", target="es", kind="query")
            assert not server.requests

    @pytest.mark.parametrize(
        ("setting", "problem"),
        [
            ({"price_per_million_characters": -1.0}, "price_per_million_characters is -1.0"),
            ({"batch_size": 0}, "batch_size is 0; give at least 1"),
            ({"retries": -1}, "retries is -1; give 0 or more"),
            ({"url": "x"}, "url is 'x'; give an address such as https://host/v1"),
        ],
    )
    def test_a_setting_that_cannot_be_is_refused(
        self, engine: str, setting: Any, problem: str
    ) -> None:
        with pytest.raises(ConfigError) as caught:
            make(engine, **{"url": "http://host"} | setting)
        assert problem in str(caught.value)


def _changed(right: Any, change: Any) -> Any:
    """Change the list of translations, wherever a service keeps it."""
    if isinstance(right, list):
        return change(right)
    place = next(
        key for key in ("translations", "translatedText", "data", "trans_result") if key in right
    )
    return {**right, place: _changed(right[place], change)}


class TestLanguages:
    @pytest.mark.parametrize(
        ("engine", "source", "target", "codes"),
        [
            (DeepL, "en-GB", "pt", ("EN", "PT-BR")),
            (DeepL, "zh-TW", "en", ("ZH", "EN-US")),
            (DeepL, "de", "en-GB", ("DE", "EN-GB")),
            (DeepL, "de", "zh", ("DE", "ZH-HANS")),
            (DeepL, "de", "zh-HK", ("DE", "ZH-HANT")),
            (DeepL, "no", "de", ("NB", "DE")),
            (Google, "zh", "zh-TW", ("zh-CN", "zh-TW")),
            (Google, "pt-BR", "pt-PT", ("pt", "pt-PT")),
            (Google, "nb", "he", ("no", "he")),
            (LibreTranslate, "zh", "pt-BR", ("zh-Hans", "pt-BR")),
            (LibreTranslate, "zh-TW", "pt", ("zh-Hant", "pt")),
            (Baidu, "ja", "ko", ("jp", "kor")),
            (Baidu, "fr", "es-MX", ("fra", "spa")),
            (Baidu, "zh-Hant", "zh", ("cht", "zh")),
            (Baidu, "vi", "sv", ("vie", "swe")),
        ],
    )
    def test_tags_become_the_codes_of_the_service(
        self, engine: Any, source: str, target: str, codes: tuple[str, str]
    ) -> None:
        assert engine()._codes(source, target) == codes

    def test_languages_that_a_service_does_not_know_are_not_covered(self) -> None:
        assert not DeepL().covers("de", "sw")
        assert Google().covers("de", "sw")
        assert not Baidu().covers("sw", "de")


class TestProtocols:
    def test_deepl(self) -> None:
        with translation_server("deepl") as server:
            ask(make("deepl", server.url), ["casa"])
            body, headers = server.requests[0]
        assert body["text"] == ["casa"]
        assert (body["source_lang"], body["target_lang"]) == ("ES", "EN-US")
        assert headers["authorization"] == f"DeepL-Auth-Key {KEY}"

    def test_google_gets_its_key_in_a_header_and_plain_text(self) -> None:
        with translation_server("google") as server:
            (made,) = ask(make("google", server.url), ["a < b & 'c'"])
            body, headers = server.requests[0]
        assert made.text == "<en> a < b & 'c'"
        assert body == {"q": ["a < b & 'c'"], "source": "es", "target": "en", "format": "text"}
        assert headers["x-goog-api-key"] == KEY
        assert "authorization" not in headers

    def test_libretranslate_without_a_key_sends_none(self) -> None:
        fixed = Answer(body={"translatedText": ["house"]})
        with translation_server("libretranslate", [fixed]) as server:
            assert ask(make("libretranslate", server.url, key_env=""), ["casa"])[0].text == "house"
            body, headers = server.requests[0]
        assert "api_key" not in body
        assert "authorization" not in headers

    def test_libretranslate_may_give_one_text_for_one(self) -> None:
        with translation_server("libretranslate", [Answer(body={"translatedText": "x"})]) as server:
            assert ask(make("libretranslate", server.url), ["casa"])[0].text == "x"

    def test_baidu_signs_what_it_sends_and_keeps_lines(self) -> None:
        text = " uno & dos\n\n\ttres+cuatro=5%\r\nseis "
        with translation_server("baidu") as server:
            made = ask(make("baidu", server.url), [text, "siete"])
            body, _ = server.requests[0]
        assert [each.text for each in made] == [
            "<en> uno & dos\n\n\t<en> tres+cuatro=5%\r\n<en> seis",
            "<en> siete",
        ]
        assert KEY not in body.values()
        assert set(body) == {"q", "from", "to", "appid", "salt", "sign"}

    def test_baidu_wants_an_application(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("BAIDU_TRANSLATE_APP_ID")
        said, _, _ = refusal("baidu", error=ConfigError)
        assert said == (
            "translator 'baidu': the environment variable BAIDU_TRANSLATE_APP_ID holds no key; "
            "set BAIDU_TRANSLATE_APP_ID, or app_id_env to another variable"
        )


def google_says(message: str) -> dict[str, Any]:
    return {"error": {"message": message, "errors": [{"message": message}]}}


@pytest.mark.parametrize(
    ("engine", "answer", "error", "hint", "tries"),
    [
        (
            "deepl",
            Answer(403, ""),
            ConfigError,
            "check the key in A_KEY; a free one wants url at",
            1,
        ),
        (
            "deepl",
            Answer(456, {"message": "Quota Exceeded"}),
            EngineError,
            "the quota is used up",
            1,
        ),
        ("deepl", Answer(413, ""), EngineError, "shorten the texts", 1),
        (
            "deepl",
            Answer(400, {"message": "Value for 'target_lang' not supported."}),
            ConfigError,
            "name another pair of languages",
            1,
        ),
        ("deepl", Answer(400, {"message": "Bad request"}), EngineError, "check url, model and", 1),
        (
            "google",
            Answer(403, google_says("Daily Limit Exceeded")),
            EngineError,
            "the quota is used",
            1,
        ),
        (
            "google",
            Answer(403, google_says("User Rate Limit Exceeded")),
            EngineError,
            "try again",
            2,
        ),
        ("google", Answer(400, google_says("Invalid Value")), ConfigError, "name another pair", 1),
        ("google", Answer(400, google_says("Text too long")), EngineError, "shorten the texts", 1),
        (
            "google",
            Answer(400, google_says("API key expired.")),
            ConfigError,
            "check the key in A_KEY",
            1,
        ),
        (
            "libretranslate",
            Answer(403, {"error": "Invalid API key"}),
            ConfigError,
            "check the key in",
            1,
        ),
        (
            "libretranslate",
            Answer(400, {"error": "xx is not supported"}),
            ConfigError,
            "install the",
            1,
        ),
        (
            "libretranslate",
            Answer(400, {"error": "Invalid request: request (9) exceeds text limit (5)"}),
            EngineError,
            "set batch_size lower, or shorten the texts",
            1,
        ),
        ("libretranslate", Answer(429, {"error": "Slowdown"}), EngineError, "try again later", 2),
        (
            "baidu",
            Answer(200, {"error_code": "52003", "error_msg": "x"}),
            ConfigError,
            "check the nu",
            1,
        ),
        (
            "baidu",
            Answer(200, {"error_code": 54001, "error_msg": "x"}),
            ConfigError,
            "check the key",
            1,
        ),
        (
            "baidu",
            Answer(200, {"error_code": "54003", "error_msg": "x"}),
            EngineError,
            "try again",
            2,
        ),
        (
            "baidu",
            Answer(200, {"error_code": "54004", "error_msg": "x"}),
            EngineError,
            "the quota is",
            1,
        ),
        (
            "baidu",
            Answer(200, {"error_code": "58001", "error_msg": "x"}),
            ConfigError,
            "name another",
            1,
        ),
        (
            "baidu",
            Answer(200, {"error_code": "99999", "error_msg": "x"}),
            EngineError,
            "look the code",
            1,
        ),
    ],
)
def test_what_services_refuse_with_is_understood(
    engine: str, answer: Answer, error: Any, hint: str, tries: int
) -> None:
    said, caught, n = refusal(engine, *[answer] * 2, error=PolyrecError, retries=1)
    assert type(caught) is error
    assert caught.hint.startswith(hint), said
    assert n == tries
    if error is EngineError:
        assert caught.retryable == (tries == 2)
