"""Runs what the documents show, in order, each document in a folder of its own.

What may stand behind a fence's language:
  `save=FILE`   the block is written to a file that later blocks use
  `file=FILE`   quotes a file of the repository, parts separated by a line `# ...` (python only)
  `exit=3`      the commands end with this code
  `long`        the commands take minutes: their options are checked, they are not run
  `output`      each line stands in what the last block printed, white space apart (text only)
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import re
import shlex
import subprocess
import sys
import types
from typing import TYPE_CHECKING, Any

import click
import pytest
from click.testing import CliRunner

from polyrec.cli.commands import COMMANDS
from polyrec.cli.main import cli

if TYPE_CHECKING:
    from pathlib import Path

NEED_A_SERVICE = {"docs/client.md"}
LANGUAGES = {"", "console", "csv", "json", "jsonl", "python", "sh", "text", "toml", "tsv"}
OPTIONS = {"save", "file", "exit", "long", "output"}


ADDRESS = "http://127.0.0.1:8000"
"""Where documents ask a service; a test's own listens elsewhere."""


class Runner:
    """Runs the blocks of one document.

    Args:
        root: the repository.
        module: holds the names of its blocks.
        address: where a service listens.
    """

    def __init__(self, root: Path, module: types.ModuleType, address: str = ADDRESS) -> None:
        self.root = root
        self.address = address
        self.names = vars(module)
        self.printed = ""

    def run(self, name: str, fence: Any) -> None:
        where = f"{name} line {fence.line}"
        assert fence.language in LANGUAGES, f"{where}: {fence.language} is not run by any test"
        assert fence.options.keys() <= OPTIONS, f"{where}: {fence.options}"
        if "save" in fence.options:
            self._save(fence)
        elif "file" in fence.options:
            self._quote(where, fence)
        elif fence.language == "json":
            json.loads(fence.text)
        elif fence.language == "python":
            self._python(where, fence)
        elif fence.language == "sh":
            self._shell(where, fence)
        elif "output" in fence.options:
            printed = _one_space(self.printed)
            for line in fence.text.splitlines():
                assert _one_space(line) in printed, f"{where}: not in the output: {line!r}"

    def _save(self, fence: Any) -> None:
        with open(fence.options["save"], "w", encoding="utf-8") as file:  # noqa: PTH123
            file.write(fence.text)

    def _quote(self, where: str, fence: Any) -> None:
        text = (self.root / fence.options["file"]).read_text(encoding="utf-8")
        lines = _lines(text)
        for part in re.split(r"^ *# \.\.\.\n", fence.text, flags=re.MULTILINE):
            quoted = _lines(part)
            places = (lines[i : i + len(quoted)] for i in range(len(lines)))
            assert quoted in places, f"{where}: not in {fence.options['file']}: {part}"

    def _python(self, where: str, fence: Any) -> None:
        text = fence.text.replace(ADDRESS, self.address)
        code = compile("\n" * fence.line + text, where.partition(" line")[0], "exec")
        with contextlib.redirect_stdout(io.StringIO()) as said:
            exec(code, self.names)  # noqa: S102 (our own documents)
        self.printed = said.getvalue()

    def _shell(self, where: str, fence: Any) -> None:
        self.printed = ""
        for line in fence.text.replace("\\\n", " ").splitlines():
            words = shlex.split(line, comments=True)
            if not words:
                continue
            program, *args = words
            assert program in ("polyrec", "make"), f"{where}: {program} is not run by any test"
            if program == "make":
                self._make(args)
            elif "long" in fence.options:
                self._parse(args)
            else:
                self._polyrec(where, args, int(fence.options.get("exit", 0)))

    def _make(self, args: list[str]) -> None:
        run = ["make", "--dry-run", *args]
        done = subprocess.run(run, cwd=self.root, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    def _parse(self, args: list[str]) -> None:
        name, *rest = args
        module, _, attribute = COMMANDS[name].where.partition(":")
        command = getattr(importlib.import_module(module), attribute)
        with command.make_context(name, rest):
            pass

    def _polyrec(self, where: str, args: list[str], code: int) -> None:
        result = CliRunner().invoke(cli, args, prog_name="polyrec")
        assert result.exit_code == code, f"{where}: polyrec {args}: {result.output}"
        self.printed += result.output


def _lines(text: str) -> list[str]:
    """Give the lines with something in them, without indentation, which formatters change."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def _one_space(text: str) -> str:
    return " ".join(text.split())


def test_what_is_shown_runs(
    document: Any,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    module = types.ModuleType("shown")  # dataclasses look their module up
    monkeypatch.setitem(sys.modules, "shown", module)
    runner = Runner(request.config.rootpath, module)
    if document.name in NEED_A_SERVICE:
        service = request.getfixturevalue("service")
        monkeypatch.setenv("POLYREC_KEY", service.key)
        runner.address = f"http://127.0.0.1:{service.port}"
    for fence in document.fences:
        runner.run(document.name, fence)


@pytest.mark.parametrize(
    ("language", "options", "text"),
    [
        ("sh", {}, "polyrec parts nothing"),
        ("sh", {"exit": "2"}, "polyrec parts"),
        ("sh", {}, "make nothing"),
        ("sh", {}, "polyrec parts | wc"),
        ("sh", {}, "rm file"),
        ("sh", {"long": ""}, "polyrec fit --no-such-option"),
        ("python", {}, "1 / 0"),
        ("python", {"file": "docs/recipes/my_reader.py"}, 'endings = (".json",)\nkey: int = 1'),
        ("text", {"output": ""}, "what nobody has printed"),
        ("ruby", {}, "puts 1"),
        ("python", {"ouput": ""}, ""),
    ],
)
def test_a_block_that_is_wrong_is_noticed(
    language: str, options: dict[str, str], text: str, request: pytest.FixtureRequest
) -> None:
    fence = types.SimpleNamespace(language=language, options=options, text=text, line=1)
    runner = Runner(request.config.rootpath, types.ModuleType("shown"))
    with pytest.raises((AssertionError, ZeroDivisionError, click.UsageError)):
        runner.run("page.md", fence)
