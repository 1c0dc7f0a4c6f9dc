"""The recipes of CONTRIBUTING.md keep their kind's contract and can be named in a plan."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import polyrec
from polyrec.cli.part_facts import part_facts
from polyrec.core.errors import DataError
from polyrec.core.registry import parts
from polyrec.core.types import Query
from polyrec.testing.contracts.encoder import EncoderContract
from polyrec.testing.contracts.reader import ReaderContract
from polyrec.testing.contracts.recommender import RecommenderContract
from polyrec.testing.contracts.translator import TranslatorContract
from polyrec.testing.worlds import two_camps

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

RECIPES = Path(__file__).parents[2] / "docs" / "recipes"
METADATA = "Metadata-Version: 2.1\nName: my-parts\nVersion: 1.0\n"


@pytest.fixture(autouse=True)
def _installed(
    read: Any, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """Put the recipes where another package's parts are found, as CONTRIBUTING.md says."""
    (declared,) = (f for f in read("CONTRIBUTING.md").fences if f.language == "toml")
    groups = tomllib.loads(declared.text)["project"]["entry-points"]
    site = tmp_path_factory.mktemp("site")
    info = site / "my_parts-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(METADATA, encoding="utf-8")
    points = "".join(
        f"[{group}]\n" + "".join(f"{name} = {where}\n" for name, where in named.items())
        for group, named in groups.items()
    )
    (info / "entry_points.txt").write_text(points, encoding="utf-8")
    monkeypatch.syspath_prepend(RECIPES)
    monkeypatch.syspath_prepend(site)
    parts.cache_clear()
    yield
    parts.cache_clear()


def _recipe(module: str, name: str, **settings: Any) -> Any:
    return getattr(__import__(module), name)(**settings)


class TestMyEncoder(EncoderContract):
    @pytest.fixture(autouse=True)
    def _named(self, _installed: None) -> None:
        self.part = _recipe("my_encoder", "WordCounts", size=2048)


class TestMyTranslator(TranslatorContract):
    source, target = "sr-Cyrl", "sr-Latn"
    texts = ("Ручна тестера за дрво", "Њујорк", "Љубав и џез")

    @pytest.fixture(autouse=True)
    def _named(self, _installed: None) -> None:
        self.part = _recipe("my_translator", "SerbianLatin", marks=False)


class TestMyRecommender(RecommenderContract):
    @pytest.fixture(autouse=True)
    def _named(self, _installed: None) -> None:
        self.part = _recipe("my_recommender", "CategoryPopularity", smoothing=0.5)


class TestMyReader(ReaderContract):
    @pytest.fixture(autouse=True)
    def _named(self, _installed: None) -> None:
        self.part = _recipe("my_reader", "JsonArray")

    def write(self, frame: pl.DataFrame, folder: Path) -> Any:
        path = folder / "table.json"
        path.write_text(json.dumps(frame.rows(named=True), ensure_ascii=False), encoding="utf-8")
        return path


def test_the_recipes_are_listed_as_parts_with_their_settings() -> None:
    found = {facts["name"]: facts for facts in part_facts()}
    for name in ("word-counts", "serbian-latin", "category-popularity", "json-array"):
        assert found[name]["summary"]
        assert all(setting["about"] for setting in found[name]["settings"])


def test_the_encoder_serves_a_plan() -> None:
    plan = polyrec.Plan.from_table(
        {
            "encoder": {"use": "cached", "encoder": {"use": "word-counts", "size": 512}},
            "recommender": {"use": "content"},
        }
    )
    model = polyrec.fit(two_camps().dataset, plan)
    answer = model.service.recommend(Query(text="saw plane chisel", k=3))
    assert answer.mode == "text"
    assert all(int(item.item_id[1:]) % 2 == 0 for item in answer.items)


def test_the_translator_serves_a_plan() -> None:
    catalog = polyrec.Catalog.from_texts(
        ["тестера", "testera", "flauta"],
        [{"sr": "Ручна тестера"}, {"sr-Latn": "Ručna testera"}, {"sr-Latn": "Drvena flauta"}],
    )
    plan = polyrec.Plan.from_table(
        {
            "translate": "pivot",
            "pivot": "sr-Latn",
            "translator": "serbian-latin",
            "encoder": "hashing",
            "recommender": "content",
        }
    )
    data = polyrec.Dataset(catalog, polyrec.Interactions.from_pairs([("u", 2)]))
    model = polyrec.fit(data, plan)
    assert "serbian-latin 1" in model.notes[0]
    assert model.similar(["тестера"], k=1)["similar_item_id"].to_list() == ["testera"]


@pytest.mark.parametrize(("marks", "said"), [(True, "Žuta Ljubičica"), (False, "Zuta Ljubicica")])
def test_the_translator_writes_letters_with_or_without_marks(marks: bool, said: str) -> None:
    part = _recipe("my_translator", "SerbianLatin", marks=marks)
    (made,) = part.translate(["Жута Љубичица"], source="sr", target="sr-Latn")
    assert made.text == said


def test_the_recommender_serves_a_plan_and_survives_saving(tmp_path: Path) -> None:
    world = two_camps()
    plan = polyrec.Plan.from_table(
        {"recommender": {"use": "category-popularity", "smoothing": 2.0}}
    )
    polyrec.fit(world.dataset, plan).save(tmp_path / "model")
    found = polyrec.load(tmp_path / "model").recommend(["u0", "u1"], k=4)
    parity = [int(item[1:]) % 2 for item in found["item_id"]]
    assert parity == [0] * 4 + [1] * 4


def test_the_recommender_puts_what_more_people_chose_first() -> None:
    events = [("a", 0), ("a", 1), ("b", 1), ("b", 0), ("c", 1), ("d", 3), ("e", 2)]
    catalog = polyrec.Catalog.from_texts(
        ["saw", "plane", "flute", "awl"],
        [{"en": "saw"}, {"en": "plane"}, {"en": "flute"}, {"en": "awl"}],
        category=["tools", "tools", "music", "tools"],
    )
    data = polyrec.Dataset(catalog, polyrec.Interactions.from_pairs(events))
    plan = polyrec.Plan.from_table({"recommender": {"use": "category-popularity"}})
    assert polyrec.fit(data, plan).recommend(["d"], k=2)["item_id"].to_list() == ["plane", "saw"]


def test_the_reader_takes_files_by_their_ending(tmp_path: Path) -> None:
    items = [{"id": 1, "text": "Säge", "lang": "de"}, {"id": 2, "text": "flute"}]
    events = {"events": [{"user": "ada", "item": 1}, {"user": "ada", "item": 2}]}
    (tmp_path / "items.json").write_text(json.dumps(items), encoding="utf-8")
    (tmp_path / "events.json").write_text(json.dumps(events), encoding="utf-8")
    reader = _recipe("my_reader", "JsonArray", key="events")
    data = polyrec.read_dataset(
        tmp_path / "items.json", reader.read(tmp_path / "events.json", name="events")
    )
    assert data.catalog.language == ("de", "und")
    assert len(data.interactions) == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{}", "no array"),
        ("[1]", "row 1 is 1"),
        ("[{]", "not JSON"),
        ("\ud800".encode("utf-8", "surrogatepass"), "not JSON in UTF-8"),
    ],
)
def test_the_reader_says_what_is_wrong(tmp_path: Path, text: str | bytes, said: str) -> None:
    path = tmp_path / "table.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(DataError, match=said):
        _recipe("my_reader", "JsonArray").read(path)
