from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from polyrec.core.errors import ConfigError, DataError
from polyrec.data.catalog import Catalog
from polyrec.encode.from_file import FromFile
from polyrec.encode.hashing import Hashing
from polyrec.encode.language_mean import LanguageMean
from polyrec.encode.statistics import Statistics
from polyrec.pipeline.space import Space
from polyrec.testing.worlds import two_languages

if TYPE_CHECKING:
    from pathlib import Path

CATALOG = two_languages().dataset.catalog
ENCODER = Hashing(size=64)


@pytest.fixture
def file(tmp_path: Path) -> str:
    """Statistics of texts that are not the catalog's."""
    other = two_languages(n_contents=30, seed=5).dataset.catalog
    vectors = ENCODER.encode(other.text)
    path = tmp_path / "statistics.npz"
    Statistics(vectors, other.languages, ENCODER.fingerprint).save(path)
    return str(path)


def test_what_is_saved_is_read_in_half_precision(tmp_path: Path) -> None:
    vectors, languages = ENCODER.encode(CATALOG.text), CATALOG.languages
    Statistics(vectors, languages, "mine").save(tmp_path / "s.npz")
    read = Statistics.load(tmp_path / "s.npz")
    assert np.allclose(read.vectors, vectors, atol=1e-3)
    assert read.vectors.dtype == np.float32
    assert read.languages.tolist() == languages.tolist()
    assert read.encoder == "mine"


def test_the_held_debias_learns_from_the_file_and_not_from_the_catalog(file: str) -> None:
    read = Statistics.load(file)
    expected = LanguageMean().fit(read.vectors, read.languages)
    vectors = ENCODER.encode(CATALOG.text)
    part = FromFile(file, LanguageMean()).fit(vectors, CATALOG.languages)
    freed = part.apply(vectors, CATALOG.languages)
    assert np.allclose(freed, expected.apply(vectors, CATALOG.languages), atol=1e-6)


def test_a_language_with_one_item_is_freed_as_if_there_were_many(file: str) -> None:
    items = [{"de": CATALOG.text[0]}, {"fr": CATALOG.text[1]}]
    small = Catalog.from_texts(["a", "b"], items)
    alone = Space(ENCODER, LanguageMean(shrinkage=0)).fit(small)
    assert not np.isfinite(alone).all() or (np.abs(alone) < 1e-6).all()
    one, other = Space(ENCODER, FromFile(file, LanguageMean())).fit(small)
    raw = ENCODER.encode(small.text)
    assert one @ other > raw[0] @ raw[1]


def test_another_encoder_than_the_files_is_refused(file: str) -> None:
    space = Space(Hashing(size=64, ngram=4), FromFile(file, LanguageMean()))
    with pytest.raises(ConfigError, match=r"hashing-1/64/3, but the encoder is hashing-1/64/4"):
        space.fit(CATALOG)
    vectors = Hashing(size=32).encode(CATALOG.text)
    with pytest.raises(ConfigError, match=r"of 64 dimensions, those of the catalog have 32"):
        FromFile(file, LanguageMean()).fit(vectors, CATALOG.languages)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    missing = str(tmp_path / "none.npz")
    with pytest.raises(DataError, match=r"^there is no file of statistics .*; make one with "):
        Space(ENCODER, FromFile(missing, LanguageMean())).fit(CATALOG)


@pytest.mark.parametrize(
    "arrays",
    [
        {"vectors": np.zeros((2, 3)), "languages": np.array(["de"]), "encoder": np.array("e")},
        {"vectors": np.zeros(3), "languages": np.array(["de"] * 3), "encoder": np.array("e")},
        {"vectors": np.full((1, 3), np.nan), "languages": np.array(["de"]), "encoder": "e"},
        {"vectors": np.zeros((1, 3)), "languages": np.array([1]), "encoder": np.array("e")},
        {"vectors": np.zeros((1, 3)), "encoder": np.array("e")},
    ],
)
def test_a_file_with_other_things_in_it_is_refused(tmp_path: Path, arrays: dict) -> None:
    np.savez(tmp_path / "s.npz", **arrays)
    with pytest.raises(DataError, match="is no file of statistics"):
        Statistics.load(tmp_path / "s.npz")


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    for content in (b"", b"PK\x03\x04rubbish", b"plain text"):
        (tmp_path / "s.npz").write_bytes(content)
        with pytest.raises(DataError, match="is no file of statistics"):
            Statistics.load(tmp_path / "s.npz")


def test_a_file_is_never_unpickled(tmp_path: Path) -> None:
    np.savez(tmp_path / "s.npz", vectors=np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(DataError, match="is no file of statistics"):
        Statistics.load(tmp_path / "s.npz")
