"""The real Gemma; what holds for every language model is in tests/contracts."""

from __future__ import annotations

import importlib.util
import os
import stat
import tempfile
from pathlib import Path
from typing import Any

import pytest

from polyrec.core.errors import ConfigError, EngineError, MissingExtraError
from polyrec.llm import local
from polyrec.llm.language_model import Prompt
from polyrec.llm.local import Local

EXAMPLES = (("rojo", "red"), ("azul", "blue"), ("negro", "black"))
SPANISH = ("Spanish", "English")
COLOR = {"enum": ["green", "white"]}


def asked(data: str) -> Prompt:
    return Prompt(data, examples=EXAMPLES, names=SPANISH)


class TestSettings:
    @pytest.mark.parametrize(
        ("settings", "said"),
        [
            ({"parallel": 0}, "parallel is 0"),
            ({"context": 10}, "context is 10"),
            ({"temperature": -1.0}, "temperature is -1"),
            ({"threads": -1}, "threads is -1"),
            ({"model": "gpt"}, "model is 'gpt'; give 'gemma-3-270m' or the path of a GGUF file"),
        ],
    )
    def test_what_cannot_be_is_refused(self, settings: dict[str, Any], said: str) -> None:
        with pytest.raises(ConfigError, match=said):
            Local(**settings)

    def test_a_file_that_is_not_there_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match=r"there is no file .*mine\.gguf"):
            Local(str(tmp_path / "mine.gguf")).complete([asked("verde")])

    def test_without_the_extra_it_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
        with pytest.raises(MissingExtraError) as caught:
            Local().complete([asked("verde")])
        assert str(caught.value) == (
            "language-model 'local' needs xllamacpp; pip install 'polyrec[llm]'"
        )

    def test_the_fingerprint_names_the_file_by_its_content(self, tmp_path: Path) -> None:
        one, other = tmp_path / "one.gguf", tmp_path / "other.gguf"
        one.write_bytes(b"a")
        other.write_bytes(b"a")
        assert Local(str(one)).fingerprint == Local(str(other)).fingerprint
        other.write_bytes(b"b")
        assert Local(str(one)).fingerprint != Local(str(other)).fingerprint
        assert Local(str(one)).fingerprint != Local(str(one), temperature=0.5).fingerprint


@pytest.mark.model
@pytest.mark.slow
class TestTheRealModel:
    @pytest.fixture(autouse=True)
    def _extra(self) -> None:
        pytest.importorskip("xllamacpp", reason="needs the extra llm")

    def model(self, **settings: Any) -> Local:
        return Local(**{"threads": 1, "context": 1024} | settings)

    def test_it_follows_examples(self) -> None:
        made = self.model().complete([asked("verde"), asked("blanco")], max_tokens=8)
        assert [each.text for each in made] == ["green", "white"]
        assert made[0].prompt_tokens > made[0].completion_tokens > 0
        assert made[0].seconds > 0

    def test_the_same_prompts_have_the_same_answers(self) -> None:
        prompts = [asked("un gato verde"), asked("el libro blanco")]
        one, other = (self.model().complete(prompts, max_tokens=12) for _ in range(2))
        assert [each.text for each in one] == [each.text for each in other]

    def test_a_chat_model_is_asked_by_its_template(self) -> None:
        made = self.model(chat=True).complete([asked("verde")], schema=COLOR, max_tokens=16)
        assert made[0].text in ('"green"', '"white"')

    def test_a_prompt_beyond_the_context_has_an_error(self) -> None:
        long, short = self.model(max_data_letters=9000).complete(
            [asked("palabra " * 1000), asked("verde")], max_tokens=8
        )
        assert "exceeds the available context size" in long.error
        assert short.text == "green"

    def test_nothing_is_written_to_the_terminal(self, capfd: pytest.CaptureFixture[str]) -> None:
        model = self.model()
        model.fingerprint  # noqa: B018 (tells the terms where nobody has yet)
        model.complete([asked("verde")], max_tokens=4)
        capfd.readouterr()
        local._engine.cache_clear()
        model.complete([asked("verde")], max_tokens=4)
        assert capfd.readouterr().err == ""

    def test_its_engine_listens_where_only_this_user_may_ask(self) -> None:
        address = self.model()._engine().listening_address
        socket = Path(address.removeprefix("unix://"))
        assert address.startswith("unix://")
        assert socket.parent.parent == Path(tempfile.gettempdir())
        assert stat.S_IMODE(socket.parent.stat().st_mode) == 0o700
        assert socket.parent.stat().st_uid == os.getuid()

    def test_a_file_that_is_no_model_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "mine.gguf"
        path.write_bytes(b"no model")
        with pytest.raises(EngineError, match=r"llama.cpp cannot load .*mine\.gguf"):
            Local(str(path)).complete([asked("verde")])
