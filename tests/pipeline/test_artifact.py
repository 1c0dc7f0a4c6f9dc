from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from polyrec.core.component import state_of
from polyrec.core.errors import DataError
from polyrec.core.files import sha256_of
from polyrec.core.types import Query
from polyrec.data.catalog import Catalog
from polyrec.data.dataset import Dataset
from polyrec.pipeline import artifact
from polyrec.pipeline import manifest as manifests
from polyrec.pipeline.fitted import Fitted, fit, load
from polyrec.pipeline.manifest import FILES, FORMAT
from polyrec.pipeline.plan import Plan
from polyrec.testing.unpacked import unpacked

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from polyrec.testing.worlds import TwoCamps

QUERIES = [
    Query(user_id="u0"),
    Query(history=("i0", "i4"), languages=("fr",), language_mode="prefer"),
    Query(text="wood saw", text_language="de", k=4),
    Query(category="odd", languages=("de",), language_mode="only"),
    Query(user_id="u1", history=("i3",), text="comet"),
]


def same_answers(one: Fitted, other: Fitted) -> bool:
    answers = [rec.service.recommend_many(QUERIES) for rec in (one, other)]
    return answers[0] == answers[1]


@pytest.mark.parametrize("name", ["content", "ease"])
def test_what_was_saved_answers_alike(
    name: str, camps: TwoCamps, plan: Callable[[str], Plan], tmp_path: Path
) -> None:
    rec = fit(camps.dataset, plan(name), seed=5)
    rec.save(tmp_path / "model")
    loaded = load(tmp_path / "model")
    assert same_answers(rec, loaded)
    assert repr(loaded) == repr(rec)
    assert loaded.learned.plan == rec.learned.plan
    assert loaded.learned.catalog == rec.learned.catalog
    assert loaded.learned.seed == 5


def test_items_added_after_fitting_are_saved_too(
    content: Fitted, new_items: Catalog, tmp_path: Path
) -> None:
    content.add_items(new_items)
    content.save(tmp_path / "model")
    loaded = load(tmp_path / "model")
    assert same_answers(content, loaded)
    assert loaded.similar(["new-even"]).equals(content.similar(["new-even"]))


def test_attributes_categories_times_and_pooled_texts_are_saved(
    camps: TwoCamps, plan: Callable[..., Plan], tmp_path: Path
) -> None:
    n_items = len(camps.dataset.catalog)
    texts = [{"de": f"Holz {i}", "pt-BR": f"madeira {i}"} for i in range(n_items)]
    attributes: dict[str, tuple[object, ...]] = {
        "year": tuple(range(n_items)),
        "nothing": (None,) * n_items,
        "tags": tuple(["a", "b"] if i % 2 else None for i in range(n_items)),
    }
    catalog = Catalog.from_texts(camps.dataset.catalog.ids.names, texts, attributes=attributes)
    events = camps.dataset.interactions
    timed = replace(events, time=np.arange(len(events), dtype=np.float64))
    data = Dataset(catalog, timed).view("all")
    rec = fit(data, plan())
    rec.save(tmp_path / "model")
    learned = load(tmp_path / "model").learned
    assert learned.catalog.texts == catalog.texts
    assert learned.catalog.pooled
    assert learned.catalog.attributes["year"] == attributes["year"]
    assert learned.catalog.attributes["nothing"] == attributes["nothing"]
    assert [list(t) if t is not None else None for t in learned.catalog.attributes["tags"]] == list(
        attributes["tags"]
    )
    assert learned.histories.times is not None
    assert np.array_equal(learned.histories.times, rec.learned.histories.times)
    assert learned.trained_on == ("data", "all")


def test_a_model_may_be_saved_again(content: Fitted, ease: Fitted, tmp_path: Path) -> None:
    content.save(tmp_path / "model")
    ease.save(tmp_path / "model")
    assert same_answers(load(tmp_path / "model"), ease)
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_a_model_may_be_saved_into_an_empty_folder(content: Fitted, tmp_path: Path) -> None:
    content.save(tmp_path)
    assert same_answers(load(str(tmp_path)), content)


def test_nothing_in_a_model_is_a_pickle(content: Fitted, tmp_path: Path) -> None:
    content.save(tmp_path / "model")
    names = {path.name for path in (tmp_path / "model").iterdir()}
    assert names == {*FILES, "manifest.json"}
    with np.load(tmp_path / "model" / "arrays.npz", allow_pickle=False) as arrays:
        assert all(arrays[name].dtype != object for name in arrays)


def test_the_manifest_says_what_was_learned_from_what(content: Fitted, tmp_path: Path) -> None:
    content.save(tmp_path / "model")
    manifest = json.loads((tmp_path / "model" / "manifest.json").read_text())
    assert (manifest["dataset"], manifest["view"]) == ("made", "as-given")
    assert (manifest["users"], manifest["items"]) == (40, 40)
    assert manifest["encoder"] == "hashing-1/256/3"
    assert manifest["format"] == FORMAT


@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_is_named(content: Fitted, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "model"
    content.save(folder)
    data = bytearray((folder / name).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / name).write_bytes(bytes(data))
    with pytest.raises(DataError) as caught:
        load(folder)
    assert str(caught.value) == (
        f"{folder} is damaged: {name} is not the file that was saved; fit again, or restore a copy"
    )
    (folder / name).unlink()
    with pytest.raises(DataError, match=f"damaged: {name} is not the file that was saved"):
        load(folder)


def test_a_file_that_was_never_whole_is_damaged_though_its_hash_fits(
    content: Fitted, tmp_path: Path
) -> None:
    folder = tmp_path / "model"
    content.save(folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    frame = pl.read_parquet(folder / "catalog.parquet").drop("text")
    for name in ("arrays.npz", "catalog.parquet"):
        kept = (folder / name).read_bytes()
        if name == "arrays.npz":
            (folder / name).write_bytes(b"not a zip")
        else:
            frame.write_parquet(folder / name)
        hashes = manifest["sha256"] | {name: sha256_of(folder / name)}
        (folder / "manifest.json").write_text(json.dumps(manifest | {"sha256": hashes}))
        with pytest.raises(DataError, match=f"^{folder} is damaged: "):
            load(folder)
        (folder / name).write_bytes(kept)


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"format": "x", "sha256": {}}'])
def test_a_manifest_that_cannot_be_read_is_said(content: Fitted, tmp_path: Path, text: str) -> None:
    content.save(tmp_path / "model")
    (tmp_path / "model" / "manifest.json").write_text(text)
    with pytest.raises(DataError, match="is damaged: its manifest cannot be read; fit again"):
        load(tmp_path / "model")


def test_a_manifest_that_lacks_something_is_said(content: Fitted, tmp_path: Path) -> None:
    content.save(tmp_path / "model")
    path = tmp_path / "model" / "manifest.json"
    manifest = json.loads(path.read_text())
    del manifest["view"]
    path.write_text(json.dumps(manifest))
    with pytest.raises(DataError, match="is damaged: its manifest has no view"):
        load(tmp_path / "model")


def test_a_model_of_a_newer_polyrec_is_refused(content: Fitted, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    content.save(folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    newer = manifest | {"format": 99, "polyrec": "9.0"}
    (folder / "manifest.json").write_text(json.dumps(newer))
    with pytest.raises(DataError) as caught:
        load(folder)
    assert str(caught.value) == (
        f"{folder} was written by polyrec 9.0 in format 99, this polyrec reads up to 2;"
        " upgrade polyrec, or fit again"
    )


def test_a_folder_that_is_no_model_is_neither_read_nor_overwritten(
    content: Fitted, tmp_path: Path
) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(DataError) as caught:
        load(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path} is not a model: it has no manifest.json; see polyrec fit"
    )
    with pytest.raises(DataError) as caught:
        content.save(tmp_path)
    assert str(caught.value) == f"{tmp_path} holds something else; name a new or empty folder"
    with pytest.raises(DataError) as caught:
        content.save(tmp_path / "thesis.txt")
    assert str(caught.value) == (f"{tmp_path / 'thesis.txt'} is a file; name a new or empty folder")
    assert (tmp_path / "thesis.txt").read_text() == "years of work"
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("fault", [OSError, KeyboardInterrupt])
def test_an_interrupted_save_leaves_nothing(
    content: Fitted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: type[BaseException]
) -> None:
    def broken(_: object, **__: object) -> None:
        raise fault

    with monkeypatch.context() as patched:
        patched.setattr(np, "savez", broken)
        with pytest.raises(fault):
            content.save(tmp_path / "model")
        assert list(tmp_path.iterdir()) == []
    content.save(tmp_path / "model")
    monkeypatch.setattr(manifests, "sha256_of", broken)
    with pytest.raises(fault):
        content.save(tmp_path / "model")
    monkeypatch.undo()
    assert same_answers(load(tmp_path / "model"), content)
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_an_encoder_that_learned_is_saved_with_what_it_learned(
    camps: TwoCamps, new_items: Catalog, tmp_path: Path
) -> None:
    plan = Plan.from_table(
        {
            "encoder": {"use": "cached", "folder": str(tmp_path), "encoder": {"use": "tfidf"}},
            "debias": {"use": "language-mean"},
            "recommender": {"use": "content"},
        }
    )
    rec = fit(camps.dataset, plan)
    rec.save(tmp_path / "model")
    loaded = load(tmp_path / "model")
    assert same_answers(rec, loaded)
    for each in (rec, loaded):
        each.add_items(new_items)
    assert same_answers(rec, loaded)
    assert plan.encoder is not None
    assert rec.learned.plan.encoder is not plan.encoder  # the plan's own has learned nothing
    assert state_of(plan.encoder) == {}


def test_what_is_given_is_of_the_version_that_is_said(content: Fitted, tmp_path: Path) -> None:
    content.save(tmp_path / "model")
    learned, version = artifact.load(tmp_path / "model")
    assert version == artifact.version_of(tmp_path / "model")
    assert version == sha256_of(tmp_path / "model" / "manifest.json")
    assert learned.users == content.learned.users


def test_a_folder_that_is_replaced_while_it_is_read_gives_one_model_or_none(
    content: Fitted, ease: Fitted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content.save(tmp_path / "model")
    read = manifests.Manifest.read

    def read_and_replaced(folder: Path) -> manifests.Manifest:
        found = read(folder)
        ease.save(folder)
        return found

    monkeypatch.setattr(manifests.Manifest, "read", read_and_replaced)
    with pytest.raises(DataError, match=r"plan\.toml is not the file that was saved"):
        artifact.load(tmp_path / "model")


def test_a_copy_is_the_same_model_and_shares_its_files(content: Fitted, tmp_path: Path) -> None:
    content.save(tmp_path / "model")
    version = artifact.copy(tmp_path / "model", tmp_path / "other")
    learned, found = artifact.load(tmp_path / "other")
    assert version == found == artifact.version_of(tmp_path / "model")
    assert same_answers(Fitted(learned), content)
    for name in FILES:
        assert (tmp_path / "model" / name).samefile(tmp_path / "other" / name)


@pytest.mark.parametrize("name", [*FILES, "manifest.json"])
def test_of_a_damaged_model_no_copy_is_made(content: Fitted, tmp_path: Path, name: str) -> None:
    content.save(tmp_path / "model")
    whole = (tmp_path / "model" / name).read_bytes()
    flipped = bytes([whole[0] ^ 1]) + whole[1:]
    for left in (whole[:-40], flipped, None):
        (tmp_path / "model" / name).unlink()
        if left is not None:
            (tmp_path / "model" / name).write_bytes(left)
        with pytest.raises(DataError):
            artifact.copy(tmp_path / "model", tmp_path / "other")
        assert [path.name for path in tmp_path.iterdir()] == ["model"]
        (tmp_path / "model" / name).write_bytes(whole)


@pytest.mark.parametrize("name", ["content", "ease", "user-knn"])
def test_nothing_of_a_user_who_is_forgotten_is_in_the_folder(
    name: str, camps: TwoCamps, tmp_path: Path
) -> None:
    parts = {"recommender": {"use": name}}
    rec = fit(camps.dataset, Plan.from_table({"encoder": {"use": "hashing"}, **parts}))
    rec.save(tmp_path / "model")
    before = artifact.version_of(tmp_path / "model")
    version = artifact.without_users(tmp_path / "model", ["u3", "u17", "nobody"], tmp_path / "left")
    learned, found = artifact.load(tmp_path / "left")
    assert version == found != before == artifact.version_of(tmp_path / "model")
    assert artifact.users_of(tmp_path / "left") == [f"u{i}" for i in range(40) if i not in (3, 17)]
    assert b'"u17"' in unpacked(tmp_path / "model")
    assert b'"u17"' not in unpacked(tmp_path / "left")
    kept = [user for user in range(40) if user not in (3, 17)]
    for user in kept:
        now = learned.users.index(f"u{user}", kind="user")
        expected = rec.learned.histories.items_of(user)
        assert np.array_equal(learned.histories.items_of(now), expected)
    left = Fitted(learned)
    answer = left.service.recommend(Query(user_id="u17"))
    assert (answer.mode, "user 'u17' is not known" in answer.note) == ("popular", True)
    first = left.recommend([f"u{user}" for user in kept], k=1)["item_id"]
    assert (
        np.mean([int(item[1:]) % 2 == user % 2 for item, user in zip(first, kept, strict=True)])
        > 0.95
    )
