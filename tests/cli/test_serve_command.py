from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

import polyrec
from polyrec.pipeline.fitted import load

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    from polyrec.api.serving import Serving

    Run = Callable[..., Result]


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Serving, str, int]]:
    """What would have been served; nothing is."""
    found: list[tuple[Serving, str, int]] = []

    def run(serving: Serving, *, host: str, port: int) -> None:
        found.append((serving, host, port))

    monkeypatch.setattr("polyrec.api.server.run", run)
    monkeypatch.setattr("polyrec.api.log.write_to_stderr", lambda: None)  # not for this process
    return found


def _key(result: Result) -> str:
    assert result.exit_code == 0, result.output
    (key,) = re.findall(r"polyrec_\S+", result.stdout)
    assert key not in result.stderr
    return str(key)


def test_a_model_is_served_to_this_machine_with_a_key_that_is_shown_once(
    run: Run, content_model: str, tmp_path: Path, served: list[Any]
) -> None:
    keys = tmp_path / "keys.json"
    key = _key(run("serve", content_model, "--keys", keys))
    again = run("serve", content_model, "--keys", keys, "--port", 9000)
    assert "polyrec_" not in again.output
    (first, host, port), (second, *_, other) = served
    assert (host, port, other) == ("127.0.0.1", 8000, 9000)
    assert first.keys.find(key).scopes == second.keys.find(key).scopes == ("read", "write", "admin")
    (line,) = again.stderr.splitlines()
    told = json.loads(line)
    assert (told["event"], told["version"]) == ("started", 1)
    assert told["hash"] == first.live.serving().version[:12]
    assert told["address"] == "http://127.0.0.1:9000"


def test_who_looks_on_at_a_terminal_is_told_in_words(
    run: Run,
    content_model: str,
    tmp_path: Path,
    served: list[Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("click.testing._NamedTextIOWrapper.isatty", lambda _: True, raising=False)
    said = run("serve", content_model, "--keys", tmp_path / "keys.json").stderr
    assert len(served) == 1
    assert re.fullmatch(r"model \w{12} \(version 1\) on http://127.0.0.1:8000\n", said)


def test_keys_lie_in_the_users_data_folder_if_no_file_is_named(
    run: Run,
    content_model: str,
    tmp_path: Path,
    served: list[Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    _key(run("serve", content_model))
    assert (tmp_path / "polyrec" / "keys.json").is_file()
    assert len(served) == 1


def test_limits_are_settings(
    run: Run, content_model: str, tmp_path: Path, served: list[Any]
) -> None:
    run("serve", content_model, "--keys", tmp_path / "keys", "--requests-per-second", 5)
    assert served[0][0].throttle.per_s == 5


def test_the_operator_names_the_translator(
    run: Run, content_model: str, tmp_path: Path, served: list[Any]
) -> None:
    terms, plan = tmp_path / "terms.csv", tmp_path / "plan.toml"
    terms.write_text("de,en\nHolz,wood\n", encoding="utf-8")
    plan.write_text(f'[translator]\nuse = "glossary"\nfile = "{terms}"\n', encoding="utf-8")
    for options in ([], ["--translator", "apertium"], ["--translator", plan]):
        done = run("serve", content_model, "--keys", tmp_path / "keys", *options)
        assert done.exit_code == 0, done.output
    none, by_name, by_file = (serving.interpreter for serving, *_ in served)
    assert none.translator is None
    assert type(by_name.translator.translator).__name__ == "Apertium"
    assert type(by_file.translator.translator).__name__ == "Glossary"


def test_a_translator_that_there_is_not_makes_no_key(
    run: Run, content_model: str, tmp_path: Path
) -> None:
    keys = tmp_path / "keys.json"
    done = run("serve", content_model, "--keys", keys, "--translator", "apertum")
    assert done.exit_code == 2
    assert "did you mean 'apertium'" in done.stderr
    assert not keys.exists()


def test_the_operator_names_the_language_model(
    run: Run, content_model: str, tmp_path: Path, served: list[Any]
) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text(
        '[language-model]\nuse = "http"\nurl = "http://10.0.0.1/v1"\nmodel = "large"\n'
        "allow_user_text = true\n",
        encoding="utf-8",
    )
    for options in (
        [],
        ["--language-model", "scripted"],
        ["--language-model", plan, "--write-within", 1.5],
    ):
        done = run("serve", content_model, "--keys", tmp_path / "keys", *options)
        assert done.exit_code == 0, done.output
    none, by_name, by_file = (serving.writer.model for serving, *_ in served)
    assert none is None
    assert (type(by_name.model).__name__, by_name.limited.within_s) == ("Scripted", 3.0)
    assert (by_file.model.url, by_file.limited.within_s) == ("http://10.0.0.1/v1", 1.5)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (
            '[language-model]\nuse = "http"\nurl = "http://10.0.0.1/v1"\nmodel = "large"\n',
            "would send a user's own text to another machine\nset allow_user_text = true",
        ),
        ('[encoder]\nuse = "hashing"\n', "plan.toml has no [language-model]\nadd one"),
        ('[language-model]\nuse = "locl"\n', "did you mean 'local'"),
    ],
)
def test_a_language_model_that_cannot_be_used_makes_no_key(
    run: Run, content_model: str, tmp_path: Path, table: str, said: str
) -> None:
    plan, keys = tmp_path / "plan.toml", tmp_path / "keys.json"
    plan.write_text(table, encoding="utf-8")
    done = run("serve", content_model, "--keys", keys, "--language-model", plan)
    assert done.exit_code == 2
    assert said in done.stderr
    assert not keys.exists()


def test_a_model_that_is_none_makes_no_key(run: Run, tmp_path: Path, served: list[Any]) -> None:
    keys = tmp_path / "keys.json"
    assert run("serve", tmp_path, "--keys", keys).exit_code == 3
    assert not keys.exists()
    assert not served


def test_the_demo_fits_once_and_has_a_key_for_each_run(
    run: Run,
    content_model: str,
    tmp_path: Path,
    served: list[Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fitted: list[Any] = []

    def fit(data: Any) -> Any:
        fitted.append(data)
        return load(content_model)

    monkeypatch.setattr(polyrec, "fit", fit)
    monkeypatch.setenv("POLYREC_CACHE", str(tmp_path))
    first, second = (_key(run("serve", "--demo")) for _ in range(2))
    assert first != second
    assert [data.name for data in fitted] == ["debian"]
    assert served[0][0].keys.find(first)
    assert not served[1][0].keys.find(first)
