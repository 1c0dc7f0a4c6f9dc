from __future__ import annotations

import importlib.util
import shutil
import socket
from typing import TYPE_CHECKING, Any

import pytest

from polyrec.core.errors import ConfigError, EngineError, MissingExtraError
from polyrec.translate.marian import Marian
from polyrec.translate.translator import Translation

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = ["La casa es azul.", "El perro come", "Un libro de historia"]


def ask(part: Any, texts: list[str], source: str = "es", target: str = "en") -> list[Translation]:
    return part.translate(texts, source=source, target=target)


def texts_of(part: Any, **options: str) -> list[str]:
    return [each.text for each in ask(part, TEXTS, **options)]


class TestWithoutTheExtra:
    @pytest.mark.parametrize(
        ("file", "library", "extra"),
        [("config.json", "torch", "torch"), ("model.bin", "ctranslate2", "ctranslate2")],
    )
    def test_the_remedy_is_named(
        self,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        file: str,
        library: str,
        extra: str,
    ) -> None:
        (tmp_path / file).touch()
        monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
        part = Marian(str(tmp_path), source="es", target="en")
        assert not part.covers("es", "en")
        with pytest.raises(MissingExtraError) as caught:
            ask(part, TEXTS)
        assert str(caught.value) == (
            f"translator 'marian' needs {library}; pip install 'polyrec[{extra}]'"
        )


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"model": ""}, "model is empty; give a model's folder or name"),
        ({"beams": 0}, "beams is 0; give at least 1"),
        ({"batch_size": 0}, "batch_size is 0; give at least 1"),
        ({"max_tokens": 0}, "max_tokens is 0; give at least 1"),
        (
            {"source": "es"},
            "source is 'es' and target is ''; give both languages, or none of them",
        ),
    ],
)
def test_a_setting_that_cannot_be_is_refused(settings: Any, problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Marian(**{"model": "m"} | settings)
    assert str(caught.value) == problem


@pytest.fixture(scope="module")
def models() -> Any:
    pytest.importorskip("sentence_transformers", reason="needs the extra torch")
    pytest.importorskip("ctranslate2", reason="needs the extra ctranslate2")
    from polyrec.testing import translation_models

    return translation_models


@pytest.fixture(scope="module")
def folder(models: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made: Path = models.tiny_marian(tmp_path_factory.mktemp("models") / "opus-mt-es-en")
    return made


class TestMarianMT:
    def test_translations_are_those_of_the_library(self, folder: Path) -> None:
        from transformers import MarianMTModel, MarianTokenizer

        with pytest.warns(UserWarning, match="sacremoses"):
            tokenizer: Any = MarianTokenizer.from_pretrained(str(folder))
        model: Any = MarianMTModel.from_pretrained(str(folder))
        theirs = []
        for text in TEXTS:
            given = tokenizer([text], return_tensors="pt")
            made = model.generate(**given, num_beams=4, max_new_tokens=20)
            theirs.append(tokenizer.decode(made[0].tolist(), skip_special_tokens=True))
        made = ask(Marian(str(folder), max_tokens=20), TEXTS)
        assert [each.text for each in made] == theirs
        assert len(set(theirs)) > 1
        assert made[0].engine == "marian"

    def test_batches_change_nothing(self, folder: Path) -> None:
        one = Marian(str(folder), max_tokens=20, batch_size=1)
        assert texts_of(one) == texts_of(Marian(str(folder), max_tokens=20))

    def test_a_converted_model_translates_alike(
        self, models: Any, folder: Path, tmp_path: Path
    ) -> None:
        part = Marian(str(models.converted(folder, tmp_path / "converted-es-en")), max_tokens=20)
        assert texts_of(part) == texts_of(Marian(str(folder), max_tokens=20))
        assert part.fingerprint != Marian(str(folder), max_tokens=20).fingerprint

    def test_the_pair_is_read_from_the_name_or_set(self, folder: Path, tmp_path: Path) -> None:
        part = Marian(str(folder))
        assert part.covers("es-MX", "en-GB")
        assert not part.covers("en", "es")
        assert Marian(str(folder), "fr", "pt-BR").covers("fr", "pt")
        assert not Marian(str(folder), "fr", "pt-BR").covers("es", "en")
        unnamed = shutil.copytree(folder, tmp_path / "unnamed")
        with pytest.raises(ConfigError) as caught:
            ask(Marian(str(unnamed)), TEXTS)
        assert str(caught.value) == (
            f"translator 'marian' does not translate from 'es' to 'en'; {unnamed} has no languages "
            "that it names; set source and target where the model is for one pair, or name "
            "another model"
        )

    def test_a_text_that_is_too_long_stays_and_says_why(self, folder: Path) -> None:
        made = ask(Marian(str(folder), max_tokens=20), ["casa", "casa " * 50])
        assert made[0].translated
        assert made[1] == Translation(
            "casa " * 50, "", error="translator 'marian': the text has more than 20 tokens"
        )

    def test_nothing_in_a_text_is_a_token_of_the_model(self, folder: Path) -> None:
        engine = Marian(str(folder))._load()
        for text in ("</s> casa", "<pad>casa", ">>fra<< casa"):
            tokens = engine.tokens(text, "", "")
            assert engine.tokenizer.pad_token_id not in tokens
            assert tokens.count(engine.tokenizer.eos_token_id) == 1
            assert not any(">>fra<<" in t for t in engine.tokenizer.convert_ids_to_tokens(tokens))

    def test_a_prefix_stands_before_each_text(self, folder: Path) -> None:
        engine = Marian(str(folder))._load()
        assert engine.tokens("casa", "", "<unk>") == [1, *engine.tokens("casa", "", "")]

    def test_no_network_is_used(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(socket.socket, "connect", None)
        assert ask(Marian(str(folder), max_tokens=30), ["casa"])[0].translated

    def test_its_fingerprint_names_the_content_and_settings(self, folder: Path) -> None:
        known = Marian(str(folder)).fingerprint
        assert known.startswith("marian-1/opus-mt-es-en/")
        assert known == Marian(str(folder), batch_size=1).fingerprint
        assert known != Marian(str(folder), beams=1).fingerprint


class TestM2M100:
    def test_languages_are_those_of_the_tokenizer(self, models: Any, tmp_path: Path) -> None:
        part = Marian(str(models.tiny_m2m100(tmp_path / "m2m")), max_tokens=30)
        assert part.covers("zh-CN", "sw")
        assert not part.covers("es", "cop")
        english, french = texts_of(part), texts_of(part, target="fr")
        assert english != french
        assert not any("__" in text for text in english)
        assert texts_of(part, source="fr", target="en") != english
        assert texts_of(part) == english
        with pytest.raises(ConfigError, match=r"; .* has af, am, ar, "):
            ask(part, TEXTS, "es", "cop")


class TestFaults:
    def test_a_model_that_is_not_on_this_machine_is_not_fetched_unasked(
        self, models: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(socket.socket, "connect", None)
        with pytest.raises(ConfigError) as caught:
            ask(Marian("Helsinki-NLP/no-such-model"), TEXTS)
        assert str(caught.value) == (
            "translator 'marian': there is no folder 'Helsinki-NLP/no-such-model', and no model of "
            "this name on this machine; give a model's folder, or set allow_download = true to "
            "fetch it"
        )

    def test_weights_in_a_pickle_are_refused(self, folder: Path, tmp_path: Path) -> None:
        other = shutil.copytree(folder, tmp_path / "other-es-en")
        (other / "model.safetensors").rename(other / "pytorch_model.bin")
        with pytest.raises(ConfigError, match="is a pickle, which may run code when it is read"):
            ask(Marian(str(other)), TEXTS)

    @pytest.mark.parametrize("converted", [True, False])
    def test_a_folder_without_a_model_is_refused(
        self, models: Any, tmp_path: Path, converted: bool
    ) -> None:
        if converted:
            (tmp_path / "model.bin").touch()
        with pytest.raises(ConfigError) as caught:
            ask(Marian(str(tmp_path), "es", "en"), TEXTS)
        assert str(caught.value).startswith(f"translator 'marian': {tmp_path} cannot be loaded: ")

    def test_an_engine_error_is_one_for_whoever_loads(self, models: Any, tmp_path: Path) -> None:
        with pytest.raises(EngineError, match="cannot be loaded"):
            Marian(str(tmp_path))._load()
