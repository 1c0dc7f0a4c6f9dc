from __future__ import annotations

import importlib.util
import json
import shutil
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

import polyrec
from polyrec.core.component import restore, state_of
from polyrec.core.errors import ConfigError, EngineError, MissingExtraError, PolyrecError
from polyrec.encode.e5_small import E5Small
from polyrec.encode.e5_weights import read_weights
from polyrec.encode.sentence import Sentence

if TYPE_CHECKING:
    from collections.abc import Callable

TEXTS = ["A woodworking course", "木工の入門コース", "", "word " * 300, "🪚"]
COMMIT = "0123456789abcdef0123456789abcdef01234567"


def refused(call: Callable[[], Any]) -> PolyrecError:
    with pytest.raises(PolyrecError) as caught:
        call()
    return caught.value


class TestWithoutTheExtra:
    """What holds whether torch is installed or not."""

    def test_the_remedy_is_named(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
        error = refused(lambda: Sentence(str(tmp_path)).encode(["a"]))
        assert isinstance(error, MissingExtraError)
        assert str(error) == "encoder 'sentence' needs torch; pip install 'polyrec[torch]'"

    @pytest.mark.parametrize(
        ("settings", "message"),
        [
            ({"model": ""}, "model is empty; give a model's folder or name"),
            ({"batch_size": 0}, "batch_size is 0; give at least 1"),
            ({"max_tokens": -1}, "max_tokens is -1; give 0 for the model's own limit, or more"),
        ],
    )
    def test_a_setting_that_cannot_be_is_refused(
        self, settings: dict[str, Any], message: str
    ) -> None:
        error = refused(lambda: Sentence(**{"model": "m"} | settings))
        assert isinstance(error, ConfigError)
        assert str(error) == message

    @pytest.mark.parametrize("model", ["/no/such/folder", "./none", "a/b/c"])
    def test_a_folder_that_is_not_there_is_named(self, model: str) -> None:
        error = refused(lambda: Sentence(model).fingerprint)
        assert isinstance(error, ConfigError)
        assert str(error) == f"encoder 'sentence': no folder {Path(model)}; check the path"

    @pytest.mark.parametrize("model", ["nobody/no-such-model", "no-such-model"])
    def test_a_model_that_is_not_on_this_machine_is_not_fetched_unasked(
        self, model: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(socket.socket, "connect", None)
        error = refused(lambda: Sentence(model).fingerprint)
        assert isinstance(error, ConfigError)
        assert str(error) == (
            f"encoder 'sentence': there is no folder {model!r}, and no model of this name on this "
            "machine; give a model's folder, or set allow_download = true to fetch it"
        )

    def test_a_name_that_no_model_can_have_is_refused(self) -> None:
        error = refused(lambda: Sentence("two words").fingerprint)
        problem = "encoder 'sentence': 'two words' is neither a folder nor a model's name"
        assert str(error) == f"{problem}; set model"

    def test_a_model_that_cannot_be_fetched_may_be_tried_again(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[dict[str, Any]] = []

        def unreachable(name: str, **options: Any) -> str:
            asked.append({"name": name} | options)
            raise OSError("no route to host\nand more")

        monkeypatch.setattr("huggingface_hub.snapshot_download", unreachable)
        error = refused(lambda: Sentence("m", revision="v2", allow_download=True).fingerprint)
        assert isinstance(error, EngineError)
        assert error.retryable
        assert str(error) == (
            "encoder 'sentence': sentence-transformers/m cannot be fetched: no route to host; "
            "check the name and the network, or give a model's folder"
        )
        assert asked[0]["name"] == "sentence-transformers/m"
        assert asked[0]["revision"] == "v2"
        assert asked[0]["local_files_only"] is False

    def test_a_folder_has_no_revision(self, tmp_path: Path) -> None:
        error = refused(lambda: Sentence(str(tmp_path), revision="main").fingerprint)
        assert str(error) == (
            f"encoder 'sentence': {tmp_path} is a folder, which has no revision; "
            "leave revision empty, or give the model's name"
        )

    def test_the_fingerprint_names_contents_and_what_moves_vectors(self, tmp_path: Path) -> None:
        for name, content in (("one", "a"), ("same", "a"), ("other", "b")):
            (tmp_path / name / "model").mkdir(parents=True)
            (tmp_path / name / "model" / "file").write_text(content)
        one, same, other = (str(tmp_path / n / "model") for n in ("one", "same", "other"))
        known = Sentence(one).fingerprint
        assert known == Sentence(same, batch_size=8, device="cpu").fingerprint
        others = {
            Sentence(other).fingerprint,
            Sentence(one, max_tokens=9).fingerprint,
            Sentence(one, query_prefix="a").fingerprint,
            Sentence(one, passage_prefix="a").fingerprint,
        }
        assert len(others - {known}) == 4

    def test_a_model_kept_by_hugging_face_is_found_and_named_by_its_commit(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        kept = tmp_path / "models--some--model"
        (kept / "snapshots" / COMMIT).mkdir(parents=True)
        (kept / "snapshots" / COMMIT / "config.json").write_text("{}")
        (kept / "refs").mkdir()
        (kept / "refs" / "main").write_text(COMMIT)
        monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
        encoder = Sentence("some/model")
        assert encoder.folder == kept / "snapshots" / COMMIT
        assert encoder.fingerprint.startswith(f"sentence-1/model/{COMMIT[:16]}/0/")


@pytest.fixture(scope="module", params=["tiny_xlm_r", "tiny_mbert"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("sentence_transformers", reason="needs the extra torch")
    from polyrec.testing import torch_models

    made = getattr(torch_models, request.param)(tmp_path_factory.mktemp("model") / request.param)
    assert isinstance(made, Path)
    return made


class TestTinyModels:
    def test_vectors_are_the_mean_over_the_models_tokens(self, folder: Path) -> None:
        import torch
        from transformers import AutoModel, AutoTokenizer

        tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder)
        vectors = Sentence(str(folder), device="cpu").encode(TEXTS)
        for text, vector in zip(TEXTS, vectors, strict=True):
            tokens = tokenizer(text, return_tensors="pt", truncation=True, max_length=64)
            with torch.no_grad():
                mean = model(**tokens).last_hidden_state[0].mean(dim=0).numpy()
            assert np.allclose(vector, mean / np.linalg.norm(mean), atol=1e-5)

    def test_order_and_batches_change_no_vector(self, folder: Path) -> None:
        texts = [f"{'word ' * (i % 7)}{i}" for i in range(100)]
        wide, narrow = (Sentence(str(folder), batch_size=size) for size in (32, 1))
        assert np.allclose(wide.encode(texts), narrow.encode(texts), atol=1e-5)

    def test_prefixes_are_part_of_the_text_of_their_kind(self, folder: Path) -> None:
        plain = Sentence(str(folder))
        own = Sentence(str(folder), query_prefix="find: ", passage_prefix="text: ")
        assert np.allclose(plain.encode(["find: saw"]), own.encode(["saw"], kind="query"))
        assert np.allclose(plain.encode(["text: saw"]), own.encode(["saw"]))

    def test_a_model_that_says_its_prefixes_has_them(self, folder: Path, tmp_path: Path) -> None:
        from sentence_transformers import SentenceTransformer

        prompts = {"query": "find: ", "document": "text: "}
        SentenceTransformer(str(folder), prompts=prompts).save(
            str(tmp_path), create_model_card=False
        )
        plain, encoder = Sentence(str(folder)), Sentence(str(tmp_path))
        assert np.allclose(plain.encode(["find: saw"]), encoder.encode(["saw"], kind="query"))
        assert np.allclose(plain.encode(["text: saw"]), encoder.encode(["saw"]))

    def test_texts_are_cut_where_it_is_wished(self, folder: Path) -> None:
        short = Sentence(str(folder), max_tokens=8)
        one, other = short.encode(["saw " * 20, "saw " * 20 + "oak"])
        assert np.allclose(one, other)
        error = refused(lambda: Sentence(str(folder), max_tokens=1000).encode(["a"]))
        assert str(error).startswith(f"max_tokens is 1000, and the model {folder} reads 64")

    def test_no_network_is_used(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(socket.socket, "connect", None)
        assert Sentence(str(folder)).encode(["a"]).shape == (1, 32)

    def test_the_length_of_a_vector_is_learned_once_and_saved(self, folder: Path) -> None:
        encoder, other = Sentence(str(folder)), Sentence(str(folder))
        assert encoder.encode([]).shape == (0, 32)
        restore(other, state_of(encoder))
        other.model = "/gone"
        assert other.dim == 32

    def test_progress_counts_every_text_once(self, folder: Path) -> None:
        done: list[int] = []
        Sentence(str(folder), batch_size=1)._encode(TEXTS * 5, "passage", done.append)
        assert sum(done) == 25
        assert len(done) == 2

    def test_weights_in_a_pickle_are_refused(self, folder: Path, tmp_path: Path) -> None:
        (tmp_path / "config.json").write_bytes((folder / "config.json").read_bytes())
        file = tmp_path / "pytorch_model.bin"
        file.write_bytes(b"cos\nsystem\n(S'true'\ntR.")
        error = refused(lambda: Sentence(str(tmp_path)).encode(["a"]))
        assert str(error) == (
            f"encoder 'sentence': {file} is a pickle, which may run code when it is read; "
            "save the model again as safetensors"
        )

    def test_a_folder_without_a_model_is_refused(self, folder: Path, tmp_path: Path) -> None:
        error = refused(lambda: Sentence(str(tmp_path)).encode(["a"]))
        assert isinstance(error, EngineError)
        assert not error.retryable
        assert str(error).startswith(f"encoder 'sentence': {tmp_path} cannot be loaded: ")
        assert str(error).endswith(
            "; give the folder of a model, with its tokenizer and safetensors"
        )

    def test_code_that_lies_beside_a_model_is_not_run(self, folder: Path, tmp_path: Path) -> None:
        own = tmp_path / "own"
        shutil.copytree(folder, own)
        (own / "evil.py").write_text("raise SystemExit('it ran')\n")
        module = {"idx": 0, "name": "0", "path": "", "type": "evil.Evil"}
        (own / "modules.json").write_text(json.dumps([module]))
        with pytest.raises(EngineError, match="cannot be loaded"):
            Sentence(str(own)).encode(["a"])


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("sentence_transformers", reason="needs the extra torch")
    from polyrec.adapt.base import rebuilt_e5

    return rebuilt_e5(tmp_path_factory.mktemp("e5") / "e5", read_weights(E5Small().file))


@pytest.mark.model
@pytest.mark.slow
class TestRebuiltE5:
    @pytest.mark.parametrize("kind", ["passage", "query"])
    def test_vectors_are_those_of_e5_small(self, rebuilt: Path, kind: Any) -> None:
        texts = list(polyrec.load_dataset("debian").catalog.text)[::240]
        theirs = Sentence(str(rebuilt), max_tokens=64).encode(texts, kind=kind)
        cosines = (E5Small().encode(texts, kind=kind) * theirs).sum(axis=1)
        assert cosines.mean() >= 0.998
        assert cosines.min() >= 0.99

    def test_the_fast_engine_reads_what_an_adaptation_changes(
        self, rebuilt: Path, tmp_path: Path
    ) -> None:
        adapted = shutil.copytree(rebuilt, tmp_path / "adapted")
        tensors, rng = load_file(rebuilt / "model.safetensors"), np.random.default_rng(0)
        for name, tensor in tensors.items():
            if name.startswith("encoder.layer") and tensor.ndim == 2:
                noise = rng.standard_normal(tensor.shape, dtype=np.float32)
                tensors[name] = tensor + 0.1 * tensor.std() * noise
        save_file(tensors, adapted / "model.safetensors", metadata={"format": "pt"})
        texts = list(polyrec.load_dataset("debian").catalog.text)[::240]
        theirs = Sentence(str(adapted), max_tokens=64).encode(texts)
        ours = E5Small(model=str(adapted)).encode(texts)
        cosines = (ours * theirs).sum(axis=1)
        assert cosines.mean() >= 0.998
        assert cosines.min() >= 0.99
        assert (ours * E5Small().encode(texts)).sum(axis=1).mean() < 0.99
