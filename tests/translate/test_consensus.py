from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pytest

from polyrec.core.errors import ConfigError, EngineError
from polyrec.testing.scripted_translator import ScriptedTranslator
from polyrec.translate.apertium import Apertium
from polyrec.translate.consensus import Consensus, agreement
from polyrec.translate.kept import lost, numbers
from polyrec.translate.quality import Quality
from polyrec.translate.translator import Translation

if TYPE_CHECKING:
    from polyrec.core.types import Doubles
    from polyrec.encode.encoder import Kind

SOURCE = "El curso tiene 12 lecciones"
RIGHT, ALIKE = "The course has 12 lessons", "The course has got 12 lessons"
WRONG = "The cure holds readings"


@dataclass
class Numbers(Quality):
    """Judges by the numbers that are kept alone."""

    @property
    def fingerprint(self) -> str:
        return "numbers"

    def _estimate(
        self, sources: list[str], translations: list[str], source: str, target: str, kind: Kind
    ) -> Doubles:
        pairs = zip(sources, translations, strict=True)
        return np.array([1 - lost(numbers(a), numbers(b)) for a, b in pairs])


def engine(name: str, made: str, **options: object) -> ScriptedTranslator:
    return ScriptedTranslator({SOURCE: made}, engine=name, **options)


def ask(*engines: ScriptedTranslator, kind: Kind = "passage", **settings: object) -> Translation:
    consensus = Consensus(list(engines), Numbers(), **settings)
    return consensus.translate([SOURCE], source="es", target="en", kind=kind)[0]


def test_what_two_of_three_engines_say_wins_over_what_drops_the_number() -> None:
    made = ask(engine("a", WRONG), engine("b", RIGHT), engine("c", ALIKE))
    assert made.text in (RIGHT, ALIKE)
    assert made.engine in ("consensus/b", "consensus/c")
    assert made.quality is not None
    assert 0.5 < made.quality < 1  # the number is there, but one of the others disagrees
    assert not made.error


def test_a_translation_that_stands_alone_has_its_estimate_as_quality() -> None:
    assert ask(engine("a", RIGHT), ScriptedTranslator()).quality == 1
    assert ask(engine("a", RIGHT), engine("b", RIGHT), priors={"a": 0.3}).quality == 1


def test_agreement_alone_takes_the_one_in_the_middle() -> None:
    engines = engine("a", WRONG), engine("b", "It has 12 units"), engine("c", RIGHT)
    assert ask(*engines, engine("d", ALIKE), mbr_weight=1).text in (RIGHT, ALIKE)


def test_of_two_engines_quality_decides() -> None:
    assert ask(engine("a", WRONG), engine("b", RIGHT)).engine == "consensus/b"
    assert ask(engine("b", RIGHT), engine("a", WRONG)).engine == "consensus/b"


def test_equal_candidates_go_to_the_earlier_engine_unless_a_prior_speaks() -> None:
    engines = engine("a", RIGHT), engine("b", RIGHT)
    assert ask(*engines).engine == "consensus/a"
    assert ask(*engines, priors={"b": 0.1}).engine == "consensus/b"
    assert ask(*engines, priors={"b es-en": 0.1}).engine == "consensus/b"
    assert ask(*engines, priors={"b": 0.1, "b es-en": -0.1}).engine == "consensus/a"
    assert ask(*engines, priors={"b en-es": 0.1}).engine == "consensus/a"


def test_a_prior_holds_for_what_was_repaired_too() -> None:
    engines = engine("a", RIGHT), engine("repaired/b", RIGHT)
    assert ask(*engines, priors={"b": 0.1}).engine == "consensus/repaired/b"


def test_an_engine_that_fails_is_left_out_and_named() -> None:
    broken = engine("a", WRONG, faults=[EngineError("no answer in 60 s")])
    made = ask(broken, engine("b", RIGHT))
    assert (made.text, made.engine) == (RIGHT, "consensus/b")
    assert made.error == "no answer in 60 s"


def test_a_text_that_one_engine_does_not_know_is_taken_from_another() -> None:
    ignorant = ScriptedTranslator(engine="a")
    made = ask(ignorant, engine("b", RIGHT))
    assert made.text == RIGHT
    assert made.error


def test_a_text_that_nobody_can_translate_stays_with_the_reasons() -> None:
    made = ask(ScriptedTranslator(), ScriptedTranslator())
    assert not made.translated
    assert made.text == SOURCE
    assert made.error


def test_if_all_engines_break_the_consensus_does_too() -> None:
    faults = [EngineError("no answer"), ConfigError("no key")]
    engines = [engine(str(i), RIGHT, faults=[fault]) for i, fault in enumerate(faults)]
    with pytest.raises(EngineError, match=r"no answer \| no key"):
        ask(*engines)


def test_an_engine_that_does_not_cover_the_pair_is_not_asked() -> None:
    other = engine("a", WRONG, pairs=[("fr", "en")])
    assert ask(other, engine("b", RIGHT)).error == ""
    assert not other.calls
    both = Consensus([other, engine("b", RIGHT, pairs=[("es", "en")])], Numbers())
    assert both.covers("fr", "en")
    assert not both.covers("de", "en")


def test_an_engine_that_is_not_installed_is_named() -> None:
    made = Consensus([Apertium(binary="no-such-program"), engine("b", RIGHT)], Numbers())
    (made,) = made.translate([SOURCE], source="es", target="en")
    assert made.engine == "consensus/b"
    assert "apt-get install apertium" in made.error


def test_a_users_own_text_goes_to_those_only_that_may_have_it() -> None:
    outside = engine("a", RIGHT, outside=True)
    made = ask(outside, engine("b", ALIKE), kind="query")
    assert made.engine == "consensus/b"
    assert "allow_user_text" in made.error
    assert not outside.calls
    with pytest.raises(ConfigError, match="allow_user_text"):
        ask(outside, kind="query")


def test_approved_translations_need_no_vote() -> None:
    @dataclass
    class Approved(ScriptedTranslator):
        def _translate(self, *args: object) -> list[Translation]:
            return [Translation(WRONG, "memory", approved=True)]

    made = ask(engine("a", RIGHT), Approved(), engine("b", RIGHT))
    assert (made.text, made.engine, made.approved) == (WRONG, "consensus/memory", True)


def test_agreement_is_the_mean_chrf_beside_the_others() -> None:
    found = agreement([0, 0, 1, 2, 2, 2], ["abc", "abc", "alone", "one two", "one two", "xyz"])
    assert found[:3].tolist() == [1, 1, 0]
    assert found[3] == found[4] == pytest.approx(0.5)
    assert found[5] == 0
    assert agreement([], []).shape == (0,)


def test_settings_that_cannot_be_are_refused() -> None:
    with pytest.raises(ConfigError, match="translators is empty"):
        Consensus([])
    with pytest.raises(ConfigError, match="mbr_weight is 2"):
        Consensus([ScriptedTranslator()], Numbers(), mbr_weight=2)
