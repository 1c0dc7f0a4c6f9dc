from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from polyrec.core.errors import ConfigError, EngineError, UnknownNameError
from polyrec.encode.hashing import Hashing
from polyrec.encode.no_debias import NoDebias
from polyrec.testing.scripted_translator import ScriptedTranslator
from polyrec.translate.back_translation import BackTranslation
from polyrec.translate.checked import Checked
from polyrec.translate.quality import Quality
from polyrec.translate.repaired import Repaired
from polyrec.translate.translator import Translation

if TYPE_CHECKING:
    from polyrec.core.types import Doubles
    from polyrec.encode.encoder import Kind

GOOD, FAIR, POOR = "a good course", "a fair course", "a poor course"


@dataclass
class Told(Quality):
    """Judges by the words of the translation."""

    @property
    def fingerprint(self) -> str:
        return "told"

    def _estimate(
        self, sources: list[str], translations: list[str], source: str, target: str, kind: Kind
    ) -> Doubles:
        worth = {"good": 0.9, "fair": 0.4, "poor": 0.1}
        return np.array([max(worth.get(word, 0) for word in t.split()) for t in translations])


def known(engine: str = "first", **made: str) -> ScriptedTranslator:
    return ScriptedTranslator(made, engine=engine)


def checked(*texts: str, **settings: object) -> list[Translation]:
    return Checked(quality=Told(), **settings).translate(texts, source="es", target="en")


def test_every_translation_carries_its_estimate() -> None:
    made = checked("uno", "dos", translator=known(uno=GOOD, dos=POOR))
    assert [each.quality for each in made] == [0.9, 0.1]


def test_what_is_not_good_enough_is_tried_again_and_the_better_one_kept() -> None:
    first = known(uno=GOOD, dos=POOR, tres=FAIR)
    retry = known("second", uno=POOR, dos=FAIR, tres=POOR)
    made = checked("uno", "dos", "tres", translator=first, retry=retry, threshold=0.5)
    assert [(each.engine, each.quality) for each in made] == [
        ("first", 0.9),
        ("second", 0.4),
        ("first", 0.4),
    ]
    assert retry.calls[0][0] == ["dos", "tres"]


def test_what_the_first_cannot_translate_goes_to_the_second() -> None:
    (made,) = checked("uno", translator=known(), retry=known("second", uno=POOR))
    assert (made.engine, made.quality) == ("second", 0.1)
    assert made.error


def test_a_second_engine_that_breaks_costs_nothing_and_is_named() -> None:
    retry = ScriptedTranslator(faults=[EngineError("no answer")])
    (made,) = checked("uno", translator=known(uno=POOR), retry=retry)
    assert (made.text, made.quality, made.error) == (POOR, 0.1, "no answer")
    elsewhere = ScriptedTranslator(pairs=[("fr", "en")])
    assert checked("uno", translator=known(uno=POOR), retry=elsewhere)[0].error == ""


@dataclass
class Approved(ScriptedTranslator):
    def _translate(self, texts: list[str], *args: object) -> list[Translation]:
        return [Translation(POOR, "memory", approved=True) for _ in texts]


def test_what_a_person_approved_is_neither_judged_nor_tried_again() -> None:
    retry = known("second", uno=GOOD)
    (made,) = checked("uno", translator=Approved(), retry=retry)
    assert made == Translation(POOR, "memory", approved=True)
    assert not retry.calls


def test_a_threshold_that_cannot_be_is_refused() -> None:
    with pytest.raises(ConfigError, match="threshold is 2"):
        Checked(known(), Told(), threshold=2)


def test_a_meaning_that_moved_shows_on_the_way_back() -> None:
    back = ScriptedTranslator({"the blue house": "la casa azul", "the red dog": "el perro rojo"})
    quality = BackTranslation(back, encoder=Hashing(), debias=NoDebias())
    sources, made = ["la casa azul"] * 3, ["the blue house", "the red dog", "what is this"]
    found = quality.estimate(sources, made, source="es", target="en")
    assert found[0] == pytest.approx(1)
    assert found[1] < 0.9
    assert found[2] == 0  # nothing came back
    both = replace(quality, quality=Told())
    assert both.estimate(sources, made, source="es", target="en").max() == 0


def test_a_users_own_text_is_not_translated_back_where_it_may_not_go() -> None:
    outside = ScriptedTranslator({}, rest="{}", outside=True)
    quality = BackTranslation(outside, encoder=Hashing(), debias=NoDebias())
    quality.estimate(["a"], ["b"], source="es", target="en")
    with pytest.raises(ConfigError, match="allow_user_text"):
        quality.estimate(["a"], ["b"], source="es", target="en", kind="query")


def test_what_was_mended_says_so_and_what_was_fine_does_not() -> None:
    held = known(Uno="the *uno", Dos="The two")
    made = Repaired(held).translate(["Uno", "Dos"], source="es", target="en")
    assert [(each.text, each.engine) for each in made] == [
        ("The uno", "repaired/first"),
        ("The two", "first"),
    ]


def test_nothing_is_mended_in_what_was_approved_or_not_translated() -> None:
    approved = Repaired(Approved()).translate(["Uno"], source="es", target="en")
    assert approved == [Translation(POOR, "memory", approved=True)]
    (made,) = Repaired(known()).translate(["*uno  dos"], source="es", target="en")
    assert (made.text, made.translated) == ("*uno  dos", False)


def test_repairs_may_be_chosen_and_are_known_by_name() -> None:
    held = known(Uno="the *uno")
    (made,) = Repaired(held, ["marks"]).translate(["Uno"], source="es", target="en")
    assert made.text == "the uno"
    with pytest.raises(UnknownNameError, match=r"did you mean 'marks'"):
        Repaired(held, ["mark"])


@pytest.mark.parametrize("wrap", [Repaired, lambda held: Checked(held, Told())])
def test_a_wrapper_is_as_private_as_what_it_holds(wrap: object) -> None:
    outside = ScriptedTranslator({"uno": GOOD}, outside=True)
    wrapped = wrap(outside)
    assert wrapped.sends_out
    with pytest.raises(ConfigError, match="allow_user_text"):
        wrapped.translate(["uno"], source="es", target="en", kind="query")
    assert not wrap(known()).sends_out
