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
from polyrec.testing.chat_server import chat_server
from polyrec.testing.contracts.augmenter import AugmenterContract
from polyrec.testing.contracts.cleaner import CleanerContract
from polyrec.testing.contracts.debias import DebiasContract
from polyrec.testing.contracts.detector import DetectorContract
from polyrec.testing.contracts.encoder import EncoderContract
from polyrec.testing.contracts.folder import FolderContract
from polyrec.testing.contracts.language_model import LanguageModelContract
from polyrec.testing.contracts.quality import QualityContract
from polyrec.testing.contracts.ranker import RankerContract
from polyrec.testing.contracts.reader import ReaderContract
from polyrec.testing.contracts.recommender import RecommenderContract
from polyrec.testing.contracts.translator import TranslatorContract
from polyrec.testing.embedding_server import embedding_server
from polyrec.testing.translation_servers import APP_ID, KEY, translation_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import polars as pl

CONTRACTS: dict[str, type[Any]] = {
    "reader": ReaderContract,
    "folder": FolderContract,
    "translator": TranslatorContract,
    "detector": DetectorContract,
    "cleaner": CleanerContract,
    "augmenter": AugmenterContract,
    "encoder": EncoderContract,
    "debias": DebiasContract,
    "recommender": RecommenderContract,
    "quality": QualityContract,
    "language-model": LanguageModelContract,
    "ranker": RankerContract,
}
STATISTICS = Path(tempfile.gettempdir()) / f"polyrec-contract-{os.getpid()}.npz"
JUDGE = {"use": "features", "encoder": {"use": "hashing"}, "debias": {"use": "none"}}
SETTINGS: dict[str, Callable[[], dict[str, Any]]] = {
    "encoder cached": lambda: {"encoder": {"use": "hashing"}},
    "language-model local": lambda: {"threads": 1, "context": 1024},
    "language-model http": lambda: {"url": _chat_service(), "model": "tiny"},
    "language-model cached": lambda: {"model": {"use": "scripted"}, "folder": _folder()},
    "translator cached": lambda: {
        "translator": {"use": "glossary", "file": _glossary()},
        "database": f"{_folder()}/memory.sqlite",
    },
    "translator llm": lambda: {
        "model": {"use": "scripted", "answers": ["({data})"], "repeat": True}
    },
    "from-file": lambda: {"file": str(STATISTICS), "debias": {"use": "language-mean"}},
    "features": lambda: JUDGE,
    "sentence": lambda: {"model": _tiny_model()},
    "glossary": lambda: {"file": _glossary()},
    "pivot": lambda: {"translator": {"use": "apertium"}, "through": "es"},
    "fallback": lambda: {"translators": [{"use": "glossary", "file": _glossary()}, "apertium"]},
    "marian": lambda: {"model": _tiny_marian(), "source": "es", "target": "en", "max_tokens": 30},
    "libretranslate": lambda: _translation_service("libretranslate"),
    "deepl": lambda: _translation_service("deepl"),
    "google": lambda: _translation_service("google"),
    "baidu": lambda: _translation_service("baidu") | {"app_id_env": "POLYREC_TEST_APP_ID"},
    "repaired": lambda: {"translator": {"use": "glossary", "file": _glossary()}},
    "consensus": lambda: {
        "translators": [{"use": "glossary", "file": _glossary()}] * 2,
        "quality": JUDGE,
    },
    "checked": lambda: {
        "translator": {"use": "glossary", "file": _glossary()},
        "retry": {"use": "glossary", "file": _glossary()},
        "quality": JUDGE,
        "threshold": 0.9,
    },
    "back-translation": lambda: {
        "translator": "apertium",
        "encoder": {"use": "hashing"},
        "debias": {"use": "none"},
    },
    "encoder http": lambda: {"url": _embedding_service(), "model": "tiny", "allow_user_text": True},
    "word2vec": lambda: {"epochs": _with_gensim(20)},
    "als": lambda: {"factors": _with_numba(16)},
    "text-als": lambda: {"factors": _with_numba(16)},
    "weighted": lambda: {"recommenders": ["ease", "content"]},
    "reciprocal-rank-fusion": lambda: {"recommenders": ["item-knn", "content", "section-only"]},
    "switching": lambda: {"recommenders": ["content", "logistic"], "bound": 3},
    "recency": lambda: {"recommender": "content"},
    "learned-ranking": lambda: {
        "recommenders": _with_lightgbm(["ease", "content"]),
        "n_trees": 30,
        "min_rows": 10,
    },
    "two-tower": lambda: _with_torch(dim=16, epochs=12, patience=3),
    "sasrec": lambda: _with_torch(blocks=1, epochs=10, patience=4),
    "neumf": lambda: _with_torch(dim=16, epochs=20, learning_rate=0.01),
    "llm-rerank": lambda: {
        "model": {"use": "scripted"},
        "time_budget_s": 60.0,
    },
    "chain": lambda: {"rankers": ["one-per-work", "language-mix", "prefer-languages"]},
    "translation": lambda: {"translator": {"use": "apertium"}},
    "augmenter back-translation": lambda: {"translator": {"use": "apertium"}},
    "synonyms": lambda: {"encoder": {"use": "hashing"}, "min_cosine": 0.3, "vocabulary": 500},
    "language-mixing": lambda: {"encoder": {"use": "hashing"}, "vocabulary": 500},
}
"""Settings of parts that cannot be made without any, by name, or by kind and name."""

RUNNING = ExitStack()
"""Services that parts need; they stop when the tests of this file are done."""

NEED_THE_MODEL = {"e5-small", "local"}
NOT_PERSONAL = {"popularity", "latest"}

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
    settings = SETTINGS.get(f"{kind} {name}", SETTINGS.get(name, dict))
    return build(kind, {"use": name} | settings())


def _tiny_model() -> str:
    pytest.importorskip("sentence_transformers", reason="needs the extra torch")
    from polyrec.testing.torch_models import tiny_xlm_r

    folder = RUNNING.enter_context(tempfile.TemporaryDirectory())
    return str(tiny_xlm_r(Path(folder) / "tiny"))


def _tiny_marian() -> str:
    pytest.importorskip("sentence_transformers", reason="needs the extra torch")
    from polyrec.testing.translation_models import tiny_marian

    folder = RUNNING.enter_context(tempfile.TemporaryDirectory())
    return str(tiny_marian(Path(folder) / "tiny"))


@cache
def _glossary() -> str:
    folder = Path(RUNNING.enter_context(tempfile.TemporaryDirectory()))
    terms = zip(TranslatorContract.texts, ("A house", "The dog", "A book"), strict=True)
    rows = ["es,en", *(f"{one.rstrip('.')},{other}" for one, other in terms)]
    (folder / "terms.csv").write_text("\n".join(rows), encoding="utf-8")
    return str(folder / "terms.csv")


def _translation_service(engine: str) -> dict[str, Any]:
    for name, value in {"POLYREC_TEST_KEY": KEY, "POLYREC_TEST_APP_ID": APP_ID}.items():
        os.environ[name] = value
        RUNNING.callback(os.environ.pop, name, None)
    url = RUNNING.enter_context(translation_server(engine)).url
    return {"url": url, "key_env": "POLYREC_TEST_KEY", "allow_user_text": True}


def _with_gensim(epochs: int) -> int:
    pytest.importorskip("gensim", reason="needs the extra word2vec")
    return epochs


def _with_lightgbm(recommenders: list[str]) -> list[str]:
    pytest.importorskip("lightgbm", reason="needs the extra boost")
    return recommenders


def _with_torch(**settings: float) -> dict[str, Any]:
    pytest.importorskip("torch", reason="needs the extra torch")
    return settings


def _with_numba(factors: int) -> int:
    pytest.importorskip("numba", reason="needs the extra als")
    return factors


def _embedding_service() -> str:
    return RUNNING.enter_context(embedding_server()).url


def _chat_service() -> str:
    return RUNNING.enter_context(chat_server()).url


def _folder() -> str:
    return RUNNING.enter_context(tempfile.TemporaryDirectory())


@pytest.fixture(scope="module", autouse=True)
def _stopped() -> Iterator[None]:
    yield
    RUNNING.close()


def test_every_kind_of_part_has_a_contract() -> None:
    assert CONTRACTS.keys() == parts().keys()


@pytest.mark.parametrize(("kind", "name"), [(k, n) for k, lines in parts().items() for n in lines])
def test_every_registered_part_can_be_found(kind: str, name: str) -> None:
    assert isinstance(part_class(kind, name), type)


class TestEveryDetector(DetectorContract):
    @pytest.fixture(autouse=True, params=named("detector"))
    def _named(self, request: pytest.FixtureRequest) -> None:
        self.part = made("detector", request.param)


class TestEveryCleaner(CleanerContract):
    @pytest.fixture(autouse=True, params=named("cleaner"))
    def _named(self, request: pytest.FixtureRequest) -> None:
        self.part = made("cleaner", request.param)


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


class TestPopularityByLanguage(RecommenderContract):
    part = build("recommender", {"use": "popularity", "by": "language"})
    is_personal = False


class TestEveryQuality(QualityContract):
    @pytest.fixture(autouse=True, params=named("quality"))
    def _named(self, request: pytest.FixtureRequest) -> None:
        self.part = made("quality", request.param)


class TestEveryLanguageModel(LanguageModelContract):
    @pytest.fixture(autouse=True, params=named("language-model"))
    def _named(self, request: pytest.FixtureRequest) -> None:
        if request.param == "local":
            pytest.importorskip("xllamacpp", reason="needs the extra llm")
        self.part = made("language-model", request.param)


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
