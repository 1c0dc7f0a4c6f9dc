from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from polyrec.core.errors import DataError
from polyrec.core.types import Query
from polyrec.pipeline import artifact, learned
from polyrec.pipeline.fitted import Fitted, fit, load

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from polyrec.data.catalog import Catalog
    from polyrec.pipeline.plan import Plan
    from polyrec.testing.worlds import TwoCamps

QUERIES = [Query(user_id="u0"), Query(history=("i0", "i4")), Query(text="wood saw", k=4)]


@pytest.fixture
def rec(camps: TwoCamps, plan: Callable[[str], Plan], monkeypatch: pytest.MonkeyPatch) -> Fitted:
    """Give a model that believes that its forty items are many."""
    monkeypatch.setattr(learned, "HALF_FROM", 40)
    monkeypatch.setattr(learned, "BLOCK", 7)
    monkeypatch.setattr(artifact, "LARGE_BYTES", 2000)
    return fit(camps.dataset, plan("content"), seed=5)


def test_vectors_of_many_items_are_half_as_large_and_as_good(
    rec: Fitted, camps: TwoCamps, plan: Callable[[str], Plan], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learned, "HALF_FROM", 41)
    whole = fit(camps.dataset, plan("content"), seed=5)
    half, full = rec.learned.vectors, whole.learned.vectors
    assert half is not None
    assert full is not None
    assert (half.dtype, full.dtype) == (np.float16, np.float32)
    for item in range(40):
        cosines = rec.learned.cosines(item)
        assert cosines.dtype == np.float32
        assert np.allclose(cosines, full @ full[item], atol=1e-3)


def test_what_was_saved_answers_alike_from_files_that_stay_on_disk(
    rec: Fitted, tmp_path: Path
) -> None:
    rec.save(tmp_path / "model")
    manifest = json.loads((tmp_path / "model" / "manifest.json").read_text())
    assert manifest["large"]["vectors"].startswith("large-")
    assert set(manifest["large"].values()) <= set(manifest["sha256"])
    loaded = load(tmp_path / "model")
    vectors = loaded.learned.vectors
    assert vectors is not None
    assert vectors.dtype == np.float16
    assert isinstance(vectors.base, np.memmap)
    assert loaded.service.recommend_many(QUERIES) == rec.service.recommend_many(QUERIES)
    assert loaded.similar(["i1", "i2"]).equals(rec.similar(["i1", "i2"]))


def test_items_can_be_added_to_what_lies_on_disk(
    rec: Fitted, new_items: Catalog, tmp_path: Path
) -> None:
    rec.save(tmp_path / "model")
    loaded = load(tmp_path / "model")
    for each in (rec, loaded):
        each.add_items(new_items)
        assert each.learned.vectors is not None
        assert each.learned.vectors.dtype == np.float16
    assert loaded.service.recommend_many(QUERIES) == rec.service.recommend_many(QUERIES)
    loaded.save(tmp_path / "model")  # over the files that it reads from
    assert load(tmp_path / "model").similar(["new-even"]).equals(rec.similar(["new-even"]))


def test_a_large_file_that_has_changed_is_damage(rec: Fitted, tmp_path: Path) -> None:
    rec.save(tmp_path / "model")
    file = tmp_path / "model" / "large-0.npy"
    raw = bytearray(file.read_bytes())
    raw[-1] ^= 1
    file.write_bytes(raw)
    with pytest.raises(DataError, match=r"large-0\.npy is not the file that was saved"):
        load(tmp_path / "model")


def test_no_file_outside_the_folder_is_read(rec: Fitted, tmp_path: Path) -> None:
    rec.save(tmp_path / "model")
    (tmp_path / "model" / "large-0.npy").rename(tmp_path / "large-0.npy")
    file = tmp_path / "model" / "manifest.json"
    file.write_text(file.read_text().replace("large-0.npy", "../large-0.npy"))
    with pytest.raises(DataError, match="is damaged"):
        load(tmp_path / "model")


def test_a_model_of_the_first_format_can_be_read(
    camps: TwoCamps, plan: Callable[[str], Plan], tmp_path: Path
) -> None:
    rec = fit(camps.dataset, plan("content"))
    rec.save(tmp_path / "model")
    file = tmp_path / "model" / "manifest.json"
    manifest = json.loads(file.read_text())
    del manifest["large"]
    file.write_text(json.dumps(manifest | {"format": 1}))
    assert load(tmp_path / "model").similar(["i1"]).equals(rec.similar(["i1"]))


def test_large_files_without_users_are_shared_with_the_model_that_forgets_some(
    rec: Fitted, tmp_path: Path
) -> None:
    rec.save(tmp_path / "model")
    artifact.without_users(tmp_path / "model", ["u3"], tmp_path / "left")
    large = [
        json.loads((tmp_path / name / "manifest.json").read_text())["large"]
        for name in ("model", "left")
    ]
    assert large[0].keys() == large[1].keys() >= {"vectors", "items"}
    shared = {
        name
        for name in large[0]
        if (tmp_path / "model" / large[0][name]).samefile(tmp_path / "left" / large[1][name])
    }
    assert "vectors" in shared
    assert not shared & {"items", "weights"}
    left = load(tmp_path / "left")
    assert len(left.learned.users) == 39
    assert left.similar(["i1", "i2"]).equals(rec.similar(["i1", "i2"]))
