from __future__ import annotations

import sys

import numpy as np
import pytest

from polyrec.core.errors import MissingExtraError
from polyrec.encode.word2vec import Word2Vec

pytest.importorskip("gensim", reason="needs the extra word2vec")


def test_words_of_like_company_lie_near_each_other() -> None:
    rng = np.random.default_rng(0)
    camps = [[f"{camp}word{i}" for i in range(60)] for camp in ("even", "odd")]
    texts = [" ".join(rng.choice(camps[i % 2], 8, replace=False)) for i in range(600)]
    encoder = Word2Vec(size=16).fit(texts, ["en"] * len(texts))
    even, odd = (encoder.encode(camp, languages=["en"] * 60) for camp in camps)
    assert (even @ even.T).mean() > (even @ odd.T).mean() + 0.2


def test_without_its_extra_it_learns_nothing_but_encodes(monkeypatch: pytest.MonkeyPatch) -> None:
    fitted = Word2Vec(size=8).fit(["hammer wood", "hammer wood"], ["en", "en"])
    monkeypatch.setitem(sys.modules, "gensim.models", None)
    assert fitted.encode(["hammer"], languages=["en"]).any()
    with pytest.raises(MissingExtraError, match=r"gensim; pip install 'polyrec\[word2vec\]'"):
        Word2Vec(size=8).fit(["hammer wood", "hammer wood"], ["en", "en"])
