from __future__ import annotations

import numpy as np

from polyrec.encode.word2vec import Word2Vec


def test_words_of_like_company_lie_near_each_other() -> None:
    rng = np.random.default_rng(0)
    camps = [[f"{camp}word{i}" for i in range(60)] for camp in ("even", "odd")]
    texts = [" ".join(rng.choice(camps[i % 2], 8, replace=False)) for i in range(600)]
    encoder = Word2Vec(size=16).fit(texts, ["en"] * len(texts))
    even, odd = (encoder.encode(camp, languages=["en"] * 60) for camp in camps)
    assert (even @ even.T).mean() > (even @ odd.T).mean() + 0.2
