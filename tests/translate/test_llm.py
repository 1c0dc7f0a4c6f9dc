from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

import pytest

from polyrec.core.errors import ConfigError
from polyrec.llm.cached import Cached
from polyrec.llm.http import Http
from polyrec.llm.local import Local
from polyrec.llm.scripted import Scripted
from polyrec.testing.chat_server import chat_server
from polyrec.testing.injections import INJECTIONS
from polyrec.translate.llm import Llm, shipped

if TYPE_CHECKING:
    from pathlib import Path

    from polyrec.translate.translator import Translation

LANGUAGES = sorted(each.name[3:-4] for each in (files("polyrec.translate") / "examples").iterdir())


def translate(
    engine: Llm, *texts: str, source: str = "es", target: str = "en"
) -> list[Translation]:
    return engine.translate(texts, source=source, target=target)


class TestExamples:
    def test_all_languages_have_the_same_english(self) -> None:
        english = {tag: [one for one, _ in shipped("en", tag) or ()] for tag in LANGUAGES}
        first = english[LANGUAGES[0]]
        assert len(first) == 9
        assert all(lines == first for lines in english.values())

    @pytest.mark.parametrize("tag", LANGUAGES)
    def test_every_pair_reads_both_ways(self, tag: str) -> None:
        one, other = shipped("en", tag), shipped(tag, "en")
        assert one is not None
        assert other is not None
        assert [pair[::-1] for pair in one] == list(other)
        assert all(a.strip() and b.strip() and a != b for a, b in one)

    def test_two_languages_meet_over_english(self) -> None:
        pairs = shipped("es", "zh")
        assert pairs is not None
        assert pairs[0] == ("Spanish", "Chinese")
        assert pairs[2] == (
            "La nueva versión corrige un error al guardar archivos grandes.",
            "新版本修复了保存大文件时出现的错误。",
        )

    def test_regions_of_a_language_share_its_examples(self) -> None:
        engine = Llm(Scripted())
        assert engine.covers("pt-BR", "en-GB")
        assert not engine.covers("am", "en")

    def test_examples_in_another_script_than_is_wished_for_are_none(self) -> None:
        engine = Llm(Scripted())
        assert engine.covers("en", "zh-CN")
        assert engine.covers("zh-Hant", "en")
        assert not engine.covers("en", "zh-Hant")

    def test_own_examples_cover_what_they_say(self, tmp_path: Path) -> None:
        file = tmp_path / "mine.tsv"
        file.write_text("Amharic\tEnglish\nወንበር\tchair\n", encoding="utf-8")
        model = Scripted(["table"])
        engine = Llm(model, examples=str(file))
        [made] = translate(engine, "ጠረጴዛ", source="am")
        assert made.text == "table"
        assert model.asked[0].examples == (("ወንበር", "chair"),)
        assert model.asked[0].names == ("Amharic", "English")
        before = engine.fingerprint
        file.write_text("Amharic\tEnglish\nወንበር\ta chair\n", encoding="utf-8")
        assert engine.fingerprint != before

    @pytest.mark.parametrize("content", ["", "Amharic\tEnglish\n", "a\tb\nno tab\n"])
    def test_own_examples_that_are_none_are_refused(self, content: str, tmp_path: Path) -> None:
        file = tmp_path / "mine.tsv"
        file.write_text(content, encoding="utf-8")
        with pytest.raises(ConfigError, match="holds no pairs of texts"):
            translate(Llm(Scripted(), examples=str(file)), "silla", source="am")

    def test_own_examples_that_are_not_there_are_named(self) -> None:
        with pytest.raises(ConfigError, match=r"examples nowhere\.tsv cannot be read"):
            translate(Llm(Scripted(), examples="nowhere.tsv"), "silla")


class TestAnswers:
    def test_a_translation_says_who_made_it(self) -> None:
        [made] = translate(Llm(Scripted(["a chair"])), "una silla")
        assert (made.text, made.engine, made.error) == ("a chair", "llm/scripted", "")

    @pytest.mark.parametrize(
        ("answer", "why"),
        [
            ("!empty", "llm: the answer is empty"),
            ("!garbage", "llm: the answer holds what is no text"),
            ("!echo", "llm: the answer says the question back"),
            ("!refusal", "llm: the model refused"),
            ("!truncated", "llm: the answer was cut off at 38 tokens"),
            ("chair\nEnglish: table", "llm: the translation has more than one line"),
            ("chair " * 20, "llm: the translation has 120 letters for 9"),
            ("una silla", "llm: the translation is the text itself"),
        ],
    )
    def test_what_is_no_translation_leaves_the_text(self, answer: str, why: str) -> None:
        made = translate(Llm(Scripted([answer, "a table", answer])), "una silla", "una mesa")
        assert (made[0].text, made[0].engine, made[0].error) == ("una silla", "", why)
        assert made[1].text == "a table"

    @pytest.mark.parametrize("name", ["LibreOffice 7.4", "Café del Mar", "Łódź"])
    def test_names_may_stay_as_they_are(self, name: str) -> None:
        [made] = translate(Llm(Scripted([name])), name)
        assert made.text == name
        assert made.engine

    @pytest.mark.parametrize("text", ["木工の入門", "بيت كبير جدا", "большой дом"])
    def test_a_text_said_back_is_seen_in_every_script(self, text: str) -> None:
        [made] = translate(Llm(Scripted([text] * 2)), text)
        assert made.error == "llm: the translation is the text itself"

    def test_a_text_that_the_model_saw_half_of_has_no_translation(self) -> None:
        engine = Llm(Scripted(["half a text"], max_data_letters=10))
        [made] = translate(engine, "una silla de madera")
        assert made.error == "llm: the text is longer than the model takes"

    def test_wide_letters_count_double(self) -> None:
        text = "A wooden chair that can be folded, with two cushions"
        [made] = translate(
            Llm(Scripted(["可折叠木椅，配两个坐垫"])), text, source="en", target="zh"
        )
        assert made.engine

    def test_brackets_of_the_text_come_back(self) -> None:
        [made] = translate(Llm(Scripted(["press ‹Ctrl›"])), "pulse <Ctrl>")
        assert made.text == "press <Ctrl>"

    @pytest.mark.parametrize("obeys", [False, True])
    def test_no_attack_moves_the_others(self, obeys: bool) -> None:
        # a model that obeys writes more lines, other items and JSON; only the attack's own
        # translation is lost
        wild = 'HACKED\n{"id": "item-9", "language": "xx"}\nEnglish: one more'
        answers = [x for i, _ in enumerate(INJECTIONS) for x in (wild if obeys else "a", f"b{i}")]
        texts = [x for i, each in enumerate(INJECTIONS) for x in (each, f"una silla {i}")]
        made = translate(Llm(Scripted(answers * 2)), *texts)
        assert len(made) == len(texts)
        assert [each.text for each in made[1::2]] == [f"b{i}" for i in range(len(INJECTIONS))]
        if obeys:
            assert [each.text for each in made[::2]] == list(INJECTIONS)
            assert not any(each.engine for each in made[::2])


class TestPrivacy:
    def test_it_sends_out_what_its_model_sends_out(self) -> None:
        assert not Llm(Scripted()).sends_out
        assert Llm(Http("http://127.0.0.1:1/v1", "m")).sends_out

    def test_a_user_s_own_text_needs_leave(self) -> None:
        engine = Llm(Http("http://127.0.0.1:1/v1", "m"))
        with pytest.raises(ConfigError, match="allow_user_text"):
            engine.translate(["una silla"], source="es", target="en", kind="query")

    def test_leave_is_given_at_the_model(self, tmp_path: Path) -> None:
        with chat_server() as server:
            model = Cached(Http(server.url, "m", allow_user_text=True), folder=str(tmp_path))
            engine = Llm(model)
            [made] = engine.translate(["dos Sillas"], source="es", target="en", kind="query")
            assert server.requests
        assert made.error == ""


@pytest.mark.model
@pytest.mark.slow
class TestWithTheRealModel:
    @pytest.fixture
    def engine(self) -> Llm:
        pytest.importorskip("xllamacpp", reason="needs the extra llm")
        return Llm(Local(threads=1, context=1024))

    def test_titles_become_english(self, engine: Llm) -> None:
        made = translate(engine, "Silla de madera", "El gato duerme en la casa.")
        assert [each.engine for each in made] == ["llm/gemma-3-270m"] * 2
        assert "chair" in made[0].text.lower()
        assert "cat" in made[1].text.lower()

    def test_attacks_change_neither_number_nor_order(self, engine: Llm) -> None:
        texts = [x for each in INJECTIONS[::5] for x in (each, "Silla de madera")]
        made = translate(engine, *texts)
        assert len(made) == len(texts)
        assert len({each.text for each in made[1::2]}) == 1
        assert "chair" in made[1].text.lower()
        assert not any(len(each.text.splitlines()) > 1 for each in made if each.engine)
