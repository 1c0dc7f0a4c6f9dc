from __future__ import annotations

from typing import Any

import pytest

from polyrec.core.errors import ConfigError, EngineError, MissingExtraError
from polyrec.core.registry import build
from polyrec.testing.scripted_translator import ScriptedTranslator
from polyrec.translate.apertium import Apertium
from polyrec.translate.fallback import Fallback
from polyrec.translate.pivot import Pivot
from polyrec.translate.translator import Translation

SEA = {"mar": "sea", "sol": "sun"}


def ask(part: Any, texts: list[str], **options: Any) -> list[Translation]:
    return part.translate(texts, **{"source": "es", "target": "de"} | options)


class TestPivot:
    def test_it_goes_through_the_language_in_the_middle(self) -> None:
        first = ScriptedTranslator(SEA, [("es", "en")], "one", quality=0.5)
        second = ScriptedTranslator({"sea": "Meer", "sun": "Sonne"}, [("en", "de")], "two")
        made = ask(Pivot(first, "en", second), ["mar", "sol"])
        assert made == [
            Translation("Meer", "pivot(en)/one+two"),
            Translation("Sonne", "pivot(en)/one+two"),
        ]
        assert first.calls == [(["mar", "sol"], "es", "en", "passage")]
        assert second.calls == [(["sea", "sun"], "en", "de", "passage")]

    def test_one_translator_may_make_both_steps(self) -> None:
        both = ScriptedTranslator(SEA | {"sea": "Meer"}, [("es", "en"), ("en", "de")])
        assert ask(Pivot(both), ["mar"]) == [Translation("Meer", "pivot(en)/scripted")]

    def test_what_one_step_fails_on_is_the_text_itself_with_the_reason(self) -> None:
        first = ScriptedTranslator(SEA, engine="one")
        second = ScriptedTranslator({"sea": "Meer"}, engine="two")
        made = ask(Pivot(first, "en", second), ["pan", "sol", "mar"])
        assert made == [
            Translation("pan", "", error="one does not know it"),
            Translation("sol", "", error="two does not know it"),
            Translation("Meer", "pivot(en)/one+two"),
        ]
        assert second.calls[0][0] == ["sun", "sea"]

    def test_errors_on_the_way_are_carried_on(self) -> None:
        first = Fallback([ScriptedTranslator(engine="zero"), ScriptedTranslator(SEA)])
        second = ScriptedTranslator({"sea": "Meer"}, engine="two")
        (made,) = ask(Pivot(first, "en", second), ["mar"])
        expected = Translation("Meer", "pivot(en)/scripted+two", error="zero does not know it")
        assert made == expected

    def test_a_step_that_is_none_costs_nothing(self) -> None:
        only = ScriptedTranslator(SEA, [("es", "en")])
        assert ask(Pivot(only), ["mar"], target="en") == [Translation("sea", "scripted")]

    def test_a_step_that_nobody_makes_is_named(self) -> None:
        first, second = (
            ScriptedTranslator({}, [("es", "en")]),
            ScriptedTranslator({}, [("en", "fr")]),
        )
        with pytest.raises(ConfigError) as caught:
            ask(Pivot(first, "en", second), ["mar"])
        assert str(caught.value) == (
            "no way from 'es' to 'de' through 'en': translator ScriptedTranslator does not "
            "translate from 'en' to 'de'; name another one, or pivot through a third language"
        )

    def test_a_users_own_text_goes_only_where_both_steps_may_have_it(self) -> None:
        inside, outside = ScriptedTranslator(SEA), ScriptedTranslator(rest="x", outside=True)
        part = Pivot(inside, "en", outside)
        assert part.sends_out
        with pytest.raises(ConfigError, match="allow_user_text = true"):
            ask(part, ["mar"], kind="query")
        assert not inside.calls
        outside.allow_user_text = True
        assert ask(part, ["mar"], kind="query")[0].text == "x"
        assert outside.calls == [(["sea"], "en", "de", "query")]

    def test_its_fingerprint_names_what_it_holds_and_the_way(self) -> None:
        one, other = ScriptedTranslator(engine="a"), ScriptedTranslator(engine="b")
        parts = [Pivot(one), Pivot(other), Pivot(one, "es"), Pivot(one, "en", other)]
        assert len({part.fingerprint for part in parts}) == 4
        assert Pivot(one).fingerprint == Pivot(one, "eng", one).fingerprint

    def test_a_middle_that_is_no_language_is_refused(self) -> None:
        with pytest.raises(ConfigError, match="through is 'und'; name a language"):
            Pivot(ScriptedTranslator(), "und")

    def test_a_plan_names_it_with_what_it_holds(self) -> None:
        table = {"use": "pivot", "translator": "apertium", "second": {"use": "apertium"}}
        assert build("translator", table) == Pivot(Apertium(), "en", Apertium())


class TestFallback:
    def test_what_the_first_does_not_know_goes_to_the_next(self) -> None:
        first = ScriptedTranslator({"mar": "Meer"}, engine="one")
        second = ScriptedTranslator({"sol": "Sonne"}, engine="two", quality=0.5)
        made = ask(Fallback([first, second]), ["sol", "mar", "pan"])
        assert made == [
            Translation("Sonne", "two", 0.5, error="one does not know it"),
            Translation("Meer", "one"),
            Translation("pan", "", error="one does not know it; two does not know it"),
        ]
        assert second.calls[0][0] == ["sol", "pan"]

    def test_who_is_not_needed_is_not_asked(self) -> None:
        first, second = ScriptedTranslator(rest="x"), ScriptedTranslator(rest="y")
        assert ask(Fallback([first, second]), ["a"])[0].text == "x"
        assert not second.calls

    @pytest.mark.parametrize("fault", [EngineError("it broke"), ConfigError("no key")])
    def test_one_that_breaks_is_named_in_the_error(self, fault: Any) -> None:
        first, second = ScriptedTranslator(rest="x", faults=[fault]), ScriptedTranslator(rest="y")
        made = ask(Fallback([first, second]), ["a", "b"])
        assert made == [Translation("y", "scripted", error=str(fault))] * 2

    def test_one_that_is_not_installed_is_named_in_the_error(self) -> None:
        part = Fallback([Apertium(binary="no-such-program"), ScriptedTranslator(rest="y")])
        (made,) = ask(part, ["a"])
        assert made == Translation(
            "y",
            "scripted",
            error="translator 'apertium' needs the program no-such-program; "
            "apt-get install apertium",
        )

    def test_one_that_does_not_cover_the_pair_is_passed_over_in_silence(self) -> None:
        first = ScriptedTranslator({}, [("fr", "de")])
        assert ask(Fallback([first, ScriptedTranslator(rest="y")]), ["a"])[0].error == ""

    def test_if_all_break_it_breaks(self) -> None:
        parts = [
            ScriptedTranslator(faults=[EngineError("one broke", retryable=True, wait_s=3)]),
            ScriptedTranslator(faults=[ConfigError("no key")]),
        ]
        with pytest.raises(EngineError) as caught:
            ask(Fallback(list(parts)), ["a"])
        assert str(caught.value) == "no translator could be used: one broke | no key"
        assert caught.value.retryable
        assert caught.value.wait_s == 3

    def test_if_none_is_set_up_it_is_the_settings_fault(self) -> None:
        parts = [ScriptedTranslator(faults=[ConfigError(f"no key {i}")]) for i in (1, 2)]
        with pytest.raises(ConfigError, match=r"no key 1 \| no key 2"):
            ask(Fallback(list(parts)), ["a"])

    def test_if_none_covers_the_pair_each_says_why(self) -> None:
        part = Fallback([Apertium(binary="no-such-program"), ScriptedTranslator({}, [("a", "b")])])
        with pytest.raises(ConfigError) as caught:
            ask(part, ["a"])
        assert "apt-get install apertium | translator ScriptedTranslator does" in str(caught.value)

    def test_a_users_own_text_goes_only_to_those_that_may_have_it(self) -> None:
        outside = ScriptedTranslator(rest="x", outside=True)
        part = Fallback([outside, ScriptedTranslator(rest="y")])
        assert part.sends_out
        (made,) = ask(part, ["my illness"], kind="query")
        assert made.text == "y"
        assert "would send a user's own text" in made.error
        assert not outside.calls
        with pytest.raises(ConfigError, match="allow_user_text = true"):
            ask(Fallback([outside]), ["my illness"], kind="query")

    def test_none_at_all_is_refused(self) -> None:
        with pytest.raises(ConfigError, match="translators is empty; name at least one"):
            Fallback([])

    def test_its_fingerprint_names_all_in_order(self) -> None:
        one, other = ScriptedTranslator(engine="a"), ScriptedTranslator(engine="b")
        assert Fallback([one, other]).fingerprint != Fallback([other, one]).fingerprint


def test_a_program_that_is_missing_stays_the_error_through_a_pivot() -> None:
    with pytest.raises(MissingExtraError, match="apt-get install apertium apertium-fr-es"):
        ask(Pivot(Apertium(binary="no-such-program"), "es"), ["a"], source="fr", target="en")


def test_a_pivot_between_two_kinds_of_the_language_in_the_middle_has_nothing_to_do() -> None:
    made = ask(Pivot(ScriptedTranslator()), ["sea"], source="en-US", target="en-GB")
    assert made == [Translation("sea", "as-is")]


def test_what_a_person_approved_stays_approved_where_one_step_is_all() -> None:
    class Approving(ScriptedTranslator):
        def _translate(self, *given: Any) -> list[Translation]:
            return [Translation("sea", "person", 0.9, approved=True) for _ in given[0]]

    only = Approving(pairs=[("es", "en"), ("en", "de")])
    expected = [Translation("sea", "person", 0.9, approved=True)]
    assert ask(Pivot(only), ["mar"], target="en") == expected
    assert ask(Pivot(only), ["mar"], source="en") == expected
    (both,) = ask(Pivot(only), ["mar"])
    assert not both.approved
