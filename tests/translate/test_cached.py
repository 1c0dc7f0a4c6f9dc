from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from polyrec.core.errors import ConfigError, EngineError
from polyrec.store.database import Database
from polyrec.store.memory import Memory
from polyrec.store.reviews import Reviews
from polyrec.translate import cached
from polyrec.translate.cached import REJECTED, Cached
from polyrec.translate.translator import Translation, Translator

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyrec.encode.encoder import Kind

pytestmark = pytest.mark.usefixtures("database_url")


@dataclass
class Upper(Translator):
    """Puts texts into capitals, writes down what it was asked for, and fails where it is told."""

    name: str = "upper"
    quality: float | None = 0.8
    suffix: str = ""
    error: str = ""
    fails_at: str = ""
    breaks_at: str = ""
    allow_user_text: bool = False
    outside: bool = False
    out_of_order: bool = False
    asked: list[str] = field(default_factory=list, init=False, compare=False)

    @property
    def sends_out(self) -> bool:
        return self.outside

    @property
    def fingerprint(self) -> str:
        return self.name

    def covers(self, source: str, target: str) -> bool:
        return "fr" not in (source, target)

    def uncovered(self, source: str, target: str) -> ConfigError:
        return ConfigError(f"no French by {self.name}")

    def _translate(
        self,
        texts: list[str],
        source: str,
        target: str,
        kind: Kind,
        advance: Callable[[int], None],
    ) -> list[Translation]:
        if self.out_of_order:
            raise EngineError(f"{self.name} is out of order")
        if self.breaks_at in texts and self.breaks_at:
            raise KeyboardInterrupt
        self.asked += texts
        advance(len(texts))
        return [self._one(text) for text in texts]

    def _one(self, text: str) -> Translation:
        if text == self.fails_at:
            return Translation(text, "", error="it failed")
        return Translation(text.upper() + self.suffix, self.name, self.quality, error=self.error)


@dataclass
class First(Upper):
    """Holds a list of translators and gives what the first one gives."""

    translators: list[Translator] = field(default_factory=list)

    def _translate(
        self,
        texts: list[str],
        source: str,
        target: str,
        kind: Kind,
        advance: Callable[[int], None],
    ) -> list[Translation]:
        return self.translators[0]._translate(texts, source, target, kind, advance)


def texts_of(part: Translator, texts: list[str], kind: Kind = "passage") -> list[str]:
    return [each.text for each in part.translate(texts, source="de", target="en", kind=kind)]


def one(part: Translator, text: str = "säge") -> Translation:
    (found,) = part.translate([text], source="de", target="en")
    return found


def queued() -> list[tuple[str, str]]:
    return [(each.source_text, each.text) for each in Reviews(Database()).each()]


TEXTS = ["säge", "hobel", "säge", "  ", "flöte"]


def test_remembering_changes_no_translation() -> None:
    part = Cached(Upper())
    expected = Upper().translate(TEXTS, source="de", target="en")
    assert part.translate(TEXTS, source="de", target="en") == expected
    assert part.translate(TEXTS, source="de", target="en") == expected
    assert part.fingerprint == "upper"


def test_each_text_is_translated_once_in_all_processes_to_come() -> None:
    inner = Upper()
    part = Cached(inner)
    texts_of(part, TEXTS)
    assert inner.asked == ["säge", "hobel", "flöte"]
    assert (part.hits, part.misses, part.characters) == (1, 3, 14)
    texts_of(part, ["hobel", "neu"])
    assert inner.asked[3:] == ["neu"]
    other = Upper()
    assert texts_of(Cached(other), TEXTS) == ["SÄGE", "HOBEL", "SÄGE", "  ", "FLÖTE"]
    assert other.asked == []


def test_languages_and_translator_each_have_translations_of_their_own() -> None:
    inner = Upper()
    part = Cached(inner)
    part.translate(["gift"], source="de", target="en")
    part.translate(["gift"], source="da", target="en")
    part.translate(["gift"], source="de", target="es")
    Cached(Upper("other", suffix="!")).translate(["gift"], source="de", target="en")
    assert inner.asked == ["gift"] * 3
    assert one(part, "gift").text == "GIFT"
    assert one(Cached(Upper("other")), "gift").text == "GIFT!"


def test_what_is_done_is_kept_when_the_work_is_broken_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cached, "BLOCK", 2)
    texts = list("abcde")
    with pytest.raises(KeyboardInterrupt):
        texts_of(Cached(Upper(breaks_at="e")), texts)
    inner = Upper()
    assert texts_of(Cached(inner), texts) == list("ABCDE")
    assert inner.asked == ["e"]


def test_what_failed_is_given_as_it_is_and_tried_again_next_time() -> None:
    failed = one(Cached(Upper(fails_at="säge")))
    assert failed == Translation("säge", "", error="it failed")
    assert one(Cached(Upper())).text == "SÄGE"


def test_a_users_own_text_is_looked_up_but_neither_kept_nor_queued() -> None:
    inner = Upper(quality=0.1)
    part = Cached(inner, review_below=0.5)
    assert texts_of(part, ["my secret"], "query") == ["MY SECRET"]
    assert texts_of(part, ["my secret"], "query") == ["MY SECRET"]
    assert inner.asked == ["my secret"] * 2
    assert Memory(Database(), "de", "en", "upper").recall(["my secret"]) == {}
    assert queued() == []
    texts_of(part, ["säge"])
    assert texts_of(part, ["säge"], "query") == ["SÄGE"]
    assert inner.asked[2:] == ["säge"]


def test_a_users_own_text_leaves_the_machine_only_with_leave() -> None:
    part = Cached(Upper(outside=True))
    assert part.sends_out
    with pytest.raises(ConfigError, match="Cached would send a user's own text to another machine"):
        texts_of(part, ["säge"], "query")
    allowed = Cached(Upper(outside=True, allow_user_text=True))
    assert texts_of(allowed, ["säge"], "query") == ["SÄGE"]


def test_a_pair_that_the_held_translator_does_not_cover_is_refused() -> None:
    with pytest.raises(ConfigError, match="no French by upper"):
        Cached(Upper()).translate(["scie"], source="fr", target="en")


def test_what_is_doubtful_is_queued_once() -> None:
    texts_of(Cached(Upper(quality=0.4)), ["säge"])
    assert queued() == []
    part = Cached(Upper(quality=0.4, fails_at="hobel"), review_below=0.5)
    for _ in range(2):  # from the memory too
        texts_of(part, ["säge", "hobel"])
        assert sorted(queued()) == [("hobel", ""), ("säge", "SÄGE")]
    texts_of(Cached(Upper("good", 0.5), review_below=0.5), ["flöte"])
    texts_of(Cached(Upper("silent", None), review_below=0.5), ["tee"])
    assert len(queued()) == 2


def test_where_nobody_judged_what_failed_on_the_way_is_doubtful() -> None:
    for name, quality in (("silent", None), ("good", 0.9), ("bad", 0.1)):
        part = Cached(Upper(name, quality, suffix=name, error="another failed"), review_below=0.5)
        assert one(part).error == "another failed"
        assert one(part).error == "another failed"
    assert queued() == [("säge", "SÄGEsilent"), ("säge", "SÄGEbad")]


def test_an_approved_text_wins_whatever_the_engine() -> None:
    part = Cached(Upper(quality=0.4), review_below=0.5)
    one(part)
    reviews = Reviews(Database())
    reviews.edit(1, "ada", "saw")
    for inner in (Upper(), Upper("other", 0.1)):
        found = one(Cached(inner, review_below=0.5))
        assert found == Translation("saw", "person", None, approved=True)
        assert inner.asked == []
    reviews.approve(1, "ada")
    assert one(part) == Translation("SÄGE", "upper", 0.4, approved=True)
    assert len(queued()) == 1


def test_a_rejected_text_is_not_used_and_not_asked_for_again() -> None:
    inner = Upper(quality=0.4)
    part = Cached(inner, review_below=0.5)
    one(part)
    Reviews(Database()).reject(1, "ada")
    assert one(part) == Translation("säge", "", error=REJECTED)
    assert inner.asked == ["säge"]
    assert one(Cached(Upper("same"), review_below=0.5)) == Translation("säge", "", error=REJECTED)
    assert one(Cached(Upper("other", suffix="!"))).text == "SÄGE!"
    assert len(queued()) == 1


def test_in_place_of_a_rejected_text_comes_that_of_the_next_translator_in_the_list() -> None:
    same, next_one, last = Upper("same"), Upper("next", 0.1, "!"), Upper("last", 0.9, "?")
    part = Cached(First("first", translators=[same, next_one, last]), review_below=0.5)
    assert texts_of(part, ["säge", "hobel"]) == ["SÄGE", "HOBEL"]
    memory = Memory(Database(), "de", "en", "first")
    reviews = Reviews(Database())
    reviews.queue({"säge": memory.recall(["säge"])["säge"]}, source="de", target="en")
    reviews.reject(1, "ada")
    for _ in range(2):
        assert one(part) == Translation("SÄGE!", "next", 0.1)
    assert next_one.asked == ["säge"]
    assert queued() == [("säge", "SÄGE"), ("säge", "SÄGE!")]
    reviews.reject(2, "ada")
    assert texts_of(part, ["säge", "hobel"]) == ["SÄGE?", "HOBEL"]
    assert (same.asked, last.asked) == (["säge", "hobel", "säge"], ["säge"])


def test_a_next_translator_that_cannot_be_asked_is_told() -> None:
    part = Cached(First("first", translators=[Upper("same"), Upper("down", out_of_order=True)]))
    one(part)
    found = Memory(Database(), "de", "en", "first").recall(["säge"])
    Reviews(Database()).queue(found, source="de", target="en")
    Reviews(Database()).reject(1, "ada")
    assert one(part) == Translation("säge", "", error=f"{REJECTED}; down is out of order")


PROCESS = """
import sys
sys.path.insert(0, sys.argv[1])
from test_cached import Cached, Upper

part = Cached(Upper(suffix=sys.argv[2]))
for start in range(0, 40, 10):
    made = part.translate([f"text {i}" for i in range(start, start + 20)], source="de", target="en")
print(" ".join(each.text for each in made))
"""


def test_processes_may_share_a_memory_and_all_give_what_was_first() -> None:
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", PROCESS, str(__file__).rpartition("/")[0], suffix],
            stdout=subprocess.PIPE,
            text=True,
        )
        for suffix in "abc"
    ]
    answers = {worker.communicate(timeout=60)[0] for worker in workers}
    assert [worker.returncode for worker in workers] == [0, 0, 0]
    assert len(answers) == 1


def test_a_setting_that_cannot_be_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"review_below is 1.5; give a number 0 to 1"):
        Cached(Upper(), review_below=1.5)
    with pytest.raises(ConfigError, match="database holds a password") as caught:
        Cached(Upper(), database="postgresql://me:hunter2@host/name")
    assert "hunter2" not in str(caught.value)


def test_a_database_that_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLYREC_DATABASE", "/dev/null/memory.sqlite")
    with pytest.raises(EngineError, match=r"the database /dev/null/memory\.sqlite cannot be used"):
        one(Cached(Upper()))
