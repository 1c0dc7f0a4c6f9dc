from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from polyrec.data.catalog import Catalog
from polyrec.data.dataset import Dataset
from polyrec.data.interactions import Interactions

if TYPE_CHECKING:
    from pathlib import Path

WOOD = ("saw", "plane", "chisel", "oak", "joint", "glue", "lathe", "bench")
MONEY = ("bond", "stock", "rate", "bank", "fund", "loan", "yield", "share")
GERMAN_WORDS = (
    *("Säge", "Hobel", "Beitel", "Eiche", "Fuge", "Leim", "Drehbank", "Werkbank"),
    *("Anleihe", "Aktie", "Zins", "Bank", "Fonds", "Kredit", "Rendite", "Anteil"),
)
GERMAN = dict(zip(WOOD + MONEY, GERMAN_WORDS, strict=True))


@pytest.fixture(scope="session")
def data() -> Dataset:
    """Two camps of users: woodworkers and bankers; every item in English and German."""
    rng = np.random.default_rng(0)
    texts, pairs = [], []
    for item in range(64):
        words = rng.choice(WOOD if item % 2 else MONEY, 3, replace=False)
        german = " ".join(GERMAN[word] for word in words)
        texts.append({"en": f"{' '.join(words)} {item}", "de": f"{german} {item}"})
    for user in range(60):
        own = np.arange(user % 2, 64, 2)
        pairs += [(f"u{user:02}", int(item)) for item in rng.choice(own, 10, replace=False)]
    ids = [f"i{item:02}" for item in range(64)]
    category = ["wood" if item % 2 else "money" for item in range(64)]
    catalog = Catalog.from_texts(ids, texts, category=category)
    return Dataset(catalog, Interactions.from_pairs(pairs), name="camps")


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory, data: Dataset) -> Path:
    """A tiny XLM-R whose weights are random."""
    pytest.importorskip("sentence_transformers", reason="needs the extra torch")
    from polyrec.testing.torch_models import tiny_xlm_r

    lines = [text for by in data.catalog.texts for text in by.values()]
    return tiny_xlm_r(tmp_path_factory.mktemp("base") / "tiny", lines=lines)
