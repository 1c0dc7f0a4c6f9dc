"""Every registered part keeps its kind's contract; a new line in the registry is tested as well."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from polyrec.core.registry import build, part_class, parts
from polyrec.encode.statistics import Statistics
from polyrec.testing.contracts.augmenter import AugmenterContract
from polyrec.testing.contracts.debias import DebiasContract
from polyrec.testing.contracts.encoder import EncoderContract
from polyrec.testing.contracts.folder import FolderContract
from polyrec.testing.contracts.ranker import RankerContract
from polyrec.testing.contracts.reader import ReaderContract
from polyrec.testing.contracts.recommender import RecommenderContract
from polyrec.testing.contracts.translator import TranslatorContract
from polyrec.testing.embedding_server import embedding_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import polars as pl

CONTRACTS: dict[str, type[Any]] = {
    "reader": ReaderContract,
    "folder": FolderContract,
    "translator": TranslatorContract,
    "augmenter": AugmenterContract,
    "encoder": EncoderContract,
    "debias": DebiasContract,
    "recommender": RecommenderContract,
    "ranker": RankerContract,
}
STATISTICS = Path(tempfile.gettempdir()) / f"polyrec-contract-{os.getpid()}.npz"
SETTINGS: dict[str, Callable[[], dict[str, Any]]] = {
    "cached": lambda: {"encoder": {"use": "hashing"}},
    "from-file": lambda: {"file": str(STATISTICS), "debias": {"use": "language-mean"}},
    "sentence": lambda: {"model": _tiny_model()},
    "glossary": lambda: {"file": _glossary()},
    "pivot": lambda: {"translator": {"use": "apertium"}, "through": "es"},
    "fallback": lambda: {"translators": [{"use": "glossary", "file": _glossary()}, "apertium"]},
    "translation": lambda: {"translator": {"use": "apertium"}},
    "back-translation": lambda: {"translator": {"use": "apertium"}},
    "synonyms": lambda: {"encoder": {"use": "hashing"}, "min_cosine": 0.3, "vocabulary": 500},
    "language-mixing": lambda: {"encoder": {"use": "hashing"}, "vocabulary": 500},
    "http": lambda: {"url": _embedding_service(), "model": "tiny", "allow_user_text": True},
}
"""Settings of parts that cannot be made without any."""

RUNNING = ExitStack()
"""Services that parts need; they stop when the tests of this file are done."""

NEED_THE_MODEL = {"e5-small"}
NOT_PERSONAL = {"popularity"}

SAMPLES = Path(__file__).parents[1] / "data" / "folders" / "samples"
"""A small made folder for each reader of folders, of the same name."""

WRITERS: dict[str, Callable[[pl.DataFrame, Path], Any]] = {
    "csv": lambda frame, path: frame.write_csv(path),
    "tsv": lambda frame, path: frame.write_csv(path, separator="\t"),
    "jsonl": lambda frame, path: frame.write_ndjson(path),
    "parquet": lambda frame, path: frame.write_parquet(path),
}


def named(kind: str) -> list[Any]:
    """List the parts of a kind as parameters."""
    return [
        pytest.param(name, marks=pytest.mark.model) if name in NEED_THE_MODEL else name
        for name in parts()[kind]
    ]


@cache
def made(kind: str, name: str) -> Any:
    """Make each part once: contracts do not change it, and a model may be slow to load."""
    settings = SETTINGS[name]() if name in SETTINGS else {}
    return build(kind, {"use": name} | settings)


def _tiny_model() -> str:
    pytest.importorskip("sentence_transformers", reason="needs the extra torch")
    from polyrec.testing.torch_models import tiny_xlm_r

    folder = RUNNING.enter_context(tempfile.TemporaryDirectory())
    return str(tiny_xlm_r(Path(folder) / "tiny"))


@cache
def _glossary() -> str:
    folder = Path(RUNNING.enter_context(tempfile.TemporaryDirectory()))
    terms = zip(TranslatorContract.texts, ("A house", "The dog", "A book"), strict=True)
    rows = ["es,en", *(f"{one.rstrip('.')},{other}" for one, other in terms)]
    (folder / "terms.csv").write_text("\n".join(rows), encoding="utf-8")
    return str(folder / "terms.csv")


def _embedding_service() -> str:
    return RUNNING.enter_context(embedding_server()).url


@pytest.fixture(scope="module", autouse=True)
def _stopped() -> Iterator[None]:
    yield
    RUNNING.close()


def test_every_kind_of_part_has_a_contract() -> None:
    assert CONTRACTS.keys() == parts().keys()


@pytest.mark.parametrize(("kind", "name"), [(k, n) for k, lines in parts().items() for n in lines])
def test_every_registered_part_can_be_found(kind: str, name: str) -> None:
    assert isinstance(part_class(kind, name), type)


class TestEveryEncoder(EncoderContract):
    @pytest.fixture(autouse=True, params=named("encoder"))
    def _named(self, request: pytest.FixtureRequest) -> None:
        self.part = made("encoder", request.param)


class TestEveryTranslator(TranslatorContract):
    @pytest.fixture(autouse=True, params=named("translator"))
    def _named(self, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
        self.part = made("translator", request.param)
        if request.param == "pivot":
            monkeypatch.setattr(type(self), "source", "pt")
            monkeypatch.setattr(type(self), "texts", ("A casa é azul.", "O livro", "Um cão"))


class TestEveryAugmenter(AugmenterContract):
    @pytest.fixture(autouse=True, params=named("augmenter"))
    def _named(self, request: pytest.FixtureRequest) -> None:
        self.part = made("augmenter", request.param)


class TestEveryDebias(DebiasContract):
    @pytest.fixture(autouse=True, params=named("debias"))
    def _named(self, request: pytest.FixtureRequest) -> Iterator[None]:
        self.part = made("debias", request.param)
        if request.param == "from-file":
            Statistics(*self.vectors(), "any").save(STATISTICS)
        yield
        STATISTICS.unlink(missing_ok=True)


class TestEveryRecommender(RecommenderContract):
    @pytest.fixture(autouse=True, params=named("recommender"))
    def _named(self, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
        self.part = made("recommender", request.param)
        monkeypatch.setattr(type(self), "is_personal", request.param not in NOT_PERSONAL)


class TestContentByMean(RecommenderContract):
    part = build("recommender", {"use": "content", "profile": "mean"})


class TestEveryRanker(RankerContract):
    @pytest.fixture(autouse=True, params=named("ranker"))
    def _named(self, request: pytest.FixtureRequest) -> None:
        self.part = made("ranker", request.param)


class TestEveryReader(ReaderContract):
    @pytest.fixture(autouse=True, params=named("reader"))
    def _named(self, request: pytest.FixtureRequest) -> None:
        self.name = request.param
        self.part = made("reader", request.param)

    def write(self, frame: pl.DataFrame, folder: Path) -> Any:
        if not self.part.endings:
            return frame
        path = folder / f"table{self.part.endings[0]}"
        WRITERS[self.name](frame, path)
        return path


class TestEveryFolder(FolderContract):
    @pytest.fixture(autouse=True, params=named("folder"))
    def _named(self, request: pytest.FixtureRequest) -> None:
        self.name = request.param
        self.part = made("folder", request.param)

    def write(self, folder: Path) -> None:
        shutil.copytree(SAMPLES / self.name, folder, dirs_exist_ok=True)
