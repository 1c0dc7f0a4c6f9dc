"""The Dockerfile and compose.yaml say what this polyrec understands; nothing is built here."""

from __future__ import annotations

import importlib
import json
import os
import re
import shutil
import subprocess
import tomllib
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from packaging.specifiers import SpecifierSet

from polyrec.api.metrics import Metrics
from polyrec.cli.commands import COMMANDS
from polyrec.store.address import VARIABLE, address_of, secrets_in
from polyrec.testing.postgresql import postgresql_programs

ROOT = Path(__file__).resolve().parents[1]
SECRET = re.compile(r"pass(word)?=|secret=|key=|token=", re.IGNORECASE)


def _instructions() -> list[tuple[str, str]]:
    """Read the Dockerfile: each instruction, and what stands behind it."""
    text = (ROOT / "Dockerfile").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n", " ", "\n".join(lines))
    parted = (line.split(None, 1) for line in joined.splitlines() if line.strip())
    return [(name, rest) for name, rest in parted]


def _behind(name: str) -> list[str]:
    return [rest for each, rest in _instructions() if each == name]


def _compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
    return found


def _command(words: list[str]) -> dict[str, Any]:
    """Read a command of polyrec's as it would: an option that there is not is refused."""
    program, name, *rest = words
    assert program == "polyrec"
    module, _, attribute = COMMANDS[name].where.partition(":")
    command = getattr(importlib.import_module(module), attribute)
    if isinstance(command, click.Group):
        name, *rest = rest
        command = command.commands[name]
    with command.make_context(name, rest) as context:
        return dict(context.params)


def test_the_image_has_a_python_that_polyrec_runs_on() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    images = [rest.split()[0] for rest in _behind("FROM")]
    assert len(set(images)) == 1  # what one image has made runs in the other
    (version,) = re.findall(r"^python:([\d.]+)-slim$", images[0])
    assert SpecifierSet(project["requires-python"]).contains(f"{version}.0")


def test_the_image_is_made_of_files_that_are_there_and_let_in() -> None:
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    let_in = {line[1:] for line in lines if line.startswith("!")}
    assert lines[1] == "*"
    copied = [word for rest in _behind("COPY") for word in rest.split()[:-1]]
    sources = {word for word in copied if not word.startswith(("-", "/"))}
    assert sources == let_in
    assert all((ROOT / name).exists() for name in sources)
    for kept_out in ("model", "secrets", ".git", ".venv", "polyrec-demo"):
        assert not [name for name in let_in if fnmatch(kept_out, name)]


def test_the_image_runs_as_a_user_who_writes_in_one_folder_and_holds_no_secret() -> None:
    assert _behind("USER") == ["10001:10001"]
    assert _behind("VOLUME") == ["/data"]
    (environment,) = _behind("ENV")
    settings = dict(word.split("=", 1) for word in environment.split())
    for name in ("HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        assert settings[name].startswith("/data")
    assert not [rest for _, rest in _instructions()[:-2] if SECRET.search(rest)]


def test_the_image_starts_a_service_that_others_can_reach() -> None:
    (command,) = _behind("CMD")
    found = _command(json.loads(command))
    assert (found["host"], found["port"]) == ("0.0.0.0", int(_behind("EXPOSE")[0]))  # noqa: S104


def _entered(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    (entry,) = _behind("ENTRYPOINT")
    return subprocess.run(
        [*json.loads(entry), *command],
        env={"PATH": os.environ["PATH"]} | environment,
        capture_output=True,
        check=False,
        text=True,
    )


def test_a_password_comes_from_a_file_and_a_lost_file_stops_the_start(tmp_path: Path) -> None:
    file = tmp_path / "a password"
    file.write_text("s3cret $x 'y'\n", encoding="utf-8")
    given = _entered("printenv", "PGPASSWORD", PGPASSWORD_FILE=str(file))
    assert given.stdout == "s3cret $x 'y'\n"
    assert _entered("printf", "%s|", "a b", "c").stdout == "a b|c|"
    assert _entered("printenv", "PGPASSWORD").returncode == 1
    lost = _entered("echo", "started", PGPASSWORD_FILE=str(tmp_path / "none"))
    assert lost.returncode == 1
    assert "started" not in lost.stdout


def test_the_health_check_asks_whether_the_service_is_ready(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (check,) = re.findall(r"CMD (\[.*\])", _behind("HEALTHCHECK")[0])
    program, option, code = json.loads(check)
    assert (program, option) == ("python", "-c")
    asked: list[str] = []
    monkeypatch.setattr("urllib.request.urlopen", lambda url, **_: asked.append(url))
    exec(compile(code, "healthcheck", "exec"), {})  # noqa: S102 (our own file)
    assert asked == [f"http://127.0.0.1:{_behind('EXPOSE')[0]}/health/ready"]


def test_the_composed_service_has_a_command_and_a_database_that_polyrec_understands(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    polyrec = _compose()["services"]["polyrec"]
    found = _command(polyrec["command"])
    mounted = [volume.split(":") for volume in polyrec["volumes"]]
    assert [found["model"], "ro"] in [volume[1:] for volume in mounted]
    assert ["data", "/data"] in mounted
    monkeypatch.setenv(VARIABLE, polyrec["environment"][VARIABLE])
    url = address_of()
    assert not secrets_in(url)
    database = _compose()["services"][url.host]
    assert database["environment"]["POSTGRES_USER"] == url.username
    assert database["environment"]["POSTGRES_DB"] == url.database


def test_the_composed_service_is_closed() -> None:
    found = _compose()
    polyrec = found["services"]["polyrec"]
    assert polyrec["read_only"] is True
    assert polyrec["cap_drop"] == ["ALL"]
    assert polyrec["security_opt"] == ["no-new-privileges:true"]
    assert all(port.startswith("127.0.0.1:") for port in polyrec["ports"])
    assert "ports" not in found["services"]["database"]
    for service in found["services"].values():
        for name, value in service["environment"].items():
            assert not SECRET.search(f"{name}={value}") or name.endswith("_FILE")


def test_what_the_composed_services_name_is_declared() -> None:
    found = _compose()
    services = found["services"].values()
    named = {volume.split(":")[0] for each in services for volume in each["volumes"]}
    assert {name for name in named if not name.startswith(".")} == set(found["volumes"])
    secrets = {name for each in services for name in each["secrets"]}
    assert secrets == set(found["secrets"])
    for each in services:
        files = {v for k, v in each["environment"].items() if k.endswith("PASSWORD_FILE")}
        assert files == {f"/run/secrets/{name}" for name in each["secrets"]}
    needed = found["services"]["polyrec"]["depends_on"]
    assert all("healthcheck" in found["services"][name] for name in needed)
    assert "/secrets/" in (ROOT / ".gitignore").read_text("utf-8").splitlines()


def test_the_database_is_asked_in_its_own_words() -> None:
    test = _compose()["services"]["database"]["healthcheck"]["test"]
    programs = postgresql_programs()
    if programs is None:
        pytest.skip("needs the Debian package postgresql")
    program = shutil.which("pg_isready") or str(Path(programs) / "pg_isready")
    said = subprocess.run([program, *test[2:]], capture_output=True, check=False, text=True)
    assert "unrecognized" not in said.stderr + said.stdout
    assert said.returncode in (0, 1, 2)  # 3: the options are wrong


def test_the_commands_of_the_page_are_known() -> None:
    page = (ROOT / "docs" / "deploy.md").read_text("utf-8")
    shown = re.findall(r"^ExecStart=/opt/polyrec/bin/(.*)$", page, re.MULTILINE)
    shown += re.findall(r"^docker compose run .* polyrec (polyrec .*)$", page, re.MULTILINE)
    shown += re.findall(r"^    /opt/polyrec/bin/(polyrec .*)$", page, re.MULTILINE)
    assert len(shown) >= 5
    for line in shown:
        _command(line.split())


def test_what_the_page_watches_is_counted() -> None:
    page = (ROOT / "docs" / "deploy.md").read_text("utf-8")
    metrics = Metrics(lambda: ("version", 0.0), lambda: 0, dict).text().decode()
    counted = set(re.findall(r"^# TYPE (\w+) ", metrics, re.MULTILINE))
    for name in re.findall(r"polyrec_\w+", page):
        assert name.removesuffix("_bucket") in counted, name
