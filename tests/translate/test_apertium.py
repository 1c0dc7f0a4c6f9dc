from __future__ import annotations

import os
import stat
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from polyrec.core.errors import ConfigError, EngineError, MissingExtraError
from polyrec.translate.apertium import Apertium
from polyrec.translate.apertium_stream import from_stream, to_stream
from polyrec.translate.pivot import Pivot
from polyrec.translate.translator import Translation

if TYPE_CHECKING:
    from pathlib import Path


def ask(part: Any, texts: list[str], source: str = "es", target: str = "en") -> list[Translation]:
    return part.translate(texts, source=source, target=target)


def program(folder: Path, script: str) -> str:
    """Write a program that takes the place of apertium."""
    file = folder / "apertium"
    file.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return str(file)


class TestStream:
    @given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
    @example("a *b*  [c] ^d$ {e}.")
    def test_a_text_comes_back_as_it_went(self, text: str) -> None:
        assume(text.strip())
        assert from_stream(to_stream(text, "7"), text, "7") == (text, 0)

    def test_marks_are_taken_away_and_counted_and_signs_of_the_text_stay(self) -> None:
        stream = to_stream("C# *a* pan", "1").replace("pan", "*pan").replace("a", "@a", 1)
        assert from_stream(stream, "C# *a* pan", "1") == ("C# *a* pan", 2)

    @pytest.mark.parametrize("stream", ["", "house[2]", "house", "house[1]more"])
    def test_what_is_not_closed_by_its_own_number_is_no_translation(self, stream: str) -> None:
        assert from_stream(stream, "casa", "1") is None


class TestTranslations:
    def test_paragraphs_and_white_space_stay(self) -> None:
        (made,) = ask(Apertium(), ["  La casa es azul.\n\n\tEl perro come.\nY duerme. "])
        assert made == Translation(
            "  The house is blue.\n\n\tThe dog eats.\nAnd it sleeps. ", "apertium"
        )

    def test_addresses_and_signs_stay(self) -> None:
        (made,) = ask(Apertium(), ["^casa$/[1]\\ en https://casa.es/perro o yo@casa.es *C#*"])
        for kept in ("^", "$/[1]\\ ", " https://casa.es/perro ", " yo@casa.es ", " *C#*"):
            assert kept in made.text

    def test_unknown_words_stay_unmarked_and_are_counted(self) -> None:
        part = Apertium()
        (made,) = ask(part, ["La xyzzy es azul"])
        assert made.text == "The xyzzy is blue"
        assert part.unknown_words == 1

    @settings(max_examples=8, deadline=None)
    @given(st.lists(st.text(max_size=30), max_size=40))
    def test_any_texts_keep_their_places(self, texts: list[str]) -> None:
        given_texts = [each for text in texts for each in (text, "La casa es azul")]
        made = ask(Apertium(batch_size=30), given_texts)
        assert [each.text for each in made[1::2]] == ["The house is blue"] * len(texts)
        assert all(each.translated for each in made)

    @pytest.mark.parametrize(
        ("source", "target", "mode"),
        [
            ("es", "en", "spa-eng"),
            ("es-MX", "en-GB", "spa-eng"),
            ("es", "en-US", "spa-eng_US"),
            ("es", "pt-BR", "es-pt_BR"),
            ("es", "pt", "es-pt"),
            ("pt-BR", "es", "pt-es"),
            ("fr-CA", "es", "fr-es"),
        ],
    )
    def test_the_pair_that_fits_best_is_taken(self, source: str, target: str, mode: str) -> None:
        assert Apertium()._mode(source, target) == mode

    def test_what_has_no_pair_goes_through_another_language(self) -> None:
        through = Pivot(Apertium(), "es")
        assert ask(through, ["La maison est bleue."], "fr")[0].text == "The house is blue."
        assert ask(through, ["A casa é azul."], "pt")[0].engine == "pivot(es)/apertium"
        assert ask(Apertium(), ["The house is blue."], "en", "es")[0].text == "La casa es azul."

    def test_several_threads_may_ask(self) -> None:
        part = Apertium()
        with ThreadPoolExecutor(4) as pool:
            found = pool.map(lambda n: ask(part, [f"{n} casas"])[0].text, range(2, 10))
        assert list(found) == [f"{n} houses" for n in range(2, 10)]

    def test_its_fingerprint_names_version_and_data(self, tmp_path: Path) -> None:
        known = Apertium().fingerprint
        assert known.startswith("apertium-1/3.")
        assert known == Apertium(batch_size=1, timeout_s=5).fingerprint
        assert known != Apertium(data_folder=str(tmp_path)).fingerprint


class TestFaults:
    def test_a_program_that_is_missing_is_named_with_the_package(self) -> None:
        with pytest.raises(MissingExtraError) as caught:
            ask(Apertium(binary="no-such-program"), ["casa"])
        assert str(caught.value) == (
            "translator 'apertium' needs the program no-such-program; "
            "apt-get install apertium apertium-eng-spa"
        )

    def test_a_pair_that_is_missing_is_named_with_the_package(self) -> None:
        with pytest.raises(ConfigError) as caught:
            ask(Apertium(), ["casa"], "es", "ca")
        problem = caught.value.problem
        assert problem.startswith("translator 'apertium' does not translate from 'es' to 'ca'; ")
        assert "en to es, " in problem.partition("; installed: ")[2]
        assert caught.value.hint == "apt-get install apertium-spa-cat"

    def test_a_pair_that_debian_does_not_have_wants_another_way(self) -> None:
        with pytest.raises(ConfigError) as caught:
            ask(Apertium(), ["casa"], "es", "ja")
        assert caught.value.hint == "pivot through a third language"

    def test_a_folder_without_pairs_has_none(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match="installed: none"):
            ask(Apertium(data_folder=str(tmp_path)), ["casa"])

    def test_one_that_is_late_is_ended_with_all_that_it_started(self, tmp_path: Path) -> None:
        binary = program(tmp_path, f"sleep 60 & echo $! > {tmp_path}/child; wait")
        start = time.monotonic()
        with pytest.raises(EngineError) as caught:
            ask(Apertium(binary, timeout_s=0.5), ["casa"])
        assert time.monotonic() - start < 10
        assert caught.value.retryable
        assert str(caught.value) == (
            f"translator 'apertium': {binary} was not done within 0.5 s; "
            "raise timeout_s, or lower batch_size"
        )
        child = int((tmp_path / "child").read_text())
        for _ in range(100):
            if not _runs(child):
                break
            time.sleep(0.05)
        assert not _runs(child)

    @pytest.mark.parametrize(
        ("script", "problem"),
        [
            ("kill -9 $$", "was ended by signal 9"),
            ("echo oh no >&2; exit 3", "ended with code 3: oh no"),
            ("cat > /dev/null", "spa-eng gave 1 paragraphs for 2"),
            (r"cat > /dev/null; printf 'a\0b\0'", "spa-eng gave something else for a paragraph"),
        ],
    )
    def test_one_that_breaks_says_how(self, tmp_path: Path, script: str, problem: str) -> None:
        with pytest.raises(EngineError) as caught:
            ask(Apertium(program(tmp_path, script)), ["casa\n\nperro"])
        assert problem in str(caught.value)
        assert caught.value.hint == "try: echo text | apertium spa-eng"

    def test_a_text_on_which_it_breaks_takes_no_other_with_it(self, tmp_path: Path) -> None:
        text = 'text=$(tr "\\0" "\\n"); case $text in *poison*) exit 1;; esac'
        binary = program(tmp_path, f'{text}; printf "%s" "$text" | tr "\\n" "\\0"')
        made = ask(Apertium(binary), ["casa", "poison", "perro", "libro", "agua"])
        assert [each.translated for each in made] == [True, False, True, True, True]
        assert [each.text for each in made] == ["casa", "poison", "perro", "libro", "agua"]
        assert made[1].error.endswith("ended with code 1")

    def test_what_cannot_be_run_says_so(self, tmp_path: Path) -> None:
        file = tmp_path / "apertium"
        file.write_bytes(b"\x7fELF nonsense")
        file.chmod(0o755)
        with pytest.raises(EngineError, match=r"cannot be run: .*; set binary"):
            ask(Apertium(str(file)), ["casa"])

    @pytest.mark.parametrize(
        ("setting", "problem"),
        [
            ({"batch_size": 0}, "batch_size is 0; give at least 1"),
            ({"timeout_s": 0}, "timeout_s is 0; give a number above 0"),
        ],
    )
    def test_a_setting_that_cannot_be_is_refused(self, setting: Any, problem: str) -> None:
        with pytest.raises(ConfigError) as caught:
            Apertium(**setting)
        assert str(caught.value) == problem


def _runs(process: int) -> bool:
    try:
        with open(f"/proc/{process}/stat", encoding="ascii") as file:  # noqa: PTH123
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_nothing_is_left_in_the_temporary_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    ask(Apertium(), ["casa"])
    assert os.listdir(tmp_path) == []  # noqa: PTH208
