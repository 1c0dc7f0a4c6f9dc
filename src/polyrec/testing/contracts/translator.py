"""What every translator promises."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from polyrec.core.errors import ConfigError, DataError
from polyrec.core.registry import build, table_of
from polyrec.testing.contracts.part import PartContract, refusal

ODD_TEXTS = (
    "a\0b",
    "\0",
    "\ud800 half a pair",
    "one line\nanother\r\n\n\ta third   and more",
    "word " * 2000,
    "<b>bold</b> &amp; <a href='x'>",
    r"^a/b$ \[c] <d> @e *f #g {h} ~i | \\",
    "[[t:b:1]]x[[/]] [",
    "{0} %s %(name)s $VAR {{x}}",
    "🪚🪵 👩‍👩‍👧",
    "\u202eabc\u200b\ufeff",
    "\\",
    "?",
)


class TranslatorContract(PartContract):
    """Write `class TestMine(TranslatorContract)` with `part = Mine()`.

    Attributes:
        source: a language that it translates from.
        target: the one that it translates into.
        uncovered_target: one that it does not translate into.
        texts: texts, no two alike, that it can translate; none is its own translation.
    """

    kind = "translator"
    source: str = "es"
    target: str = "en"
    uncovered_target: ClassVar[str] = "eu"
    texts: tuple[str, ...] = ("La casa es azul.", "El perro come", "Un libro de historia")

    def make(self) -> Any:
        """Give the part itself: translators learn nothing, and may be slow to load."""
        return self.part

    def translate(self, texts: Any, **options: Any) -> Any:
        options = {"source": self.source, "target": self.target} | options
        return self.make().translate(texts, **options)

    def test_parts_with_equal_settings_are_equal(self) -> None:
        one, other = super().make(), super().make()
        assert one is not other
        assert one == other == self.part
        assert one.fingerprint == other.fingerprint == self.part.fingerprint

    def test_each_text_has_one_translation_with_its_engine(self) -> None:
        made = self.translate(self.texts)
        assert len(made) == len(self.texts)
        for text, translation in zip(self.texts, made, strict=True):
            assert translation.text
            assert translation.text != text
            assert translation.translated, translation.error
            assert translation.engine != "as-is"
            assert not translation.approved

    def test_order_and_company_change_no_translation(self) -> None:
        made = self.translate(self.texts)
        assert self.translate(self.texts[::-1])[::-1] == made
        assert [self.translate([text])[0] for text in self.texts] == made

    def test_the_same_text_has_the_same_translation(self) -> None:
        one, other, again = self.translate([self.texts[0], self.texts[1], self.texts[0]])
        assert one == again
        assert one != other
        assert self.translate([self.texts[0]]) == [one]

    def test_no_texts_give_no_translations(self) -> None:
        assert self.translate([]) == []

    def test_blank_texts_stay_as_they_are(self) -> None:
        made = self.translate(["", self.texts[0], " \n\t"])
        assert [(each.text, each.engine) for each in made[::2]] == [
            ("", "as-is"),
            (" \n\t", "as-is"),
        ]
        assert made[1] == self.translate([self.texts[0]])[0]

    def test_texts_in_the_wished_language_stay_as_they_are(self) -> None:
        for target in (self.source, self.source.upper()):
            made = self.translate(self.texts, target=target)
            assert [(each.text, each.engine) for each in made] == [(t, "as-is") for t in self.texts]

    def test_odd_texts_are_translated_or_stay_with_a_reason(self) -> None:
        for text, made in zip(ODD_TEXTS, self.translate(ODD_TEXTS), strict=True):
            if made.translated:
                assert made.text.strip() or not text.strip(" \0")
                assert "\ud800" not in made.text
            else:
                assert made.text == text
                assert made.error

    def test_odd_texts_change_nothing_for_their_neighbours(self) -> None:
        alone = self.translate(self.texts[:1])[0]
        for odd in ODD_TEXTS:
            made = self.translate([self.texts[0], odd, self.texts[0]])
            assert made[0] == made[2] == alone, odd[:40]

    def test_both_kinds_of_text_can_be_translated(self) -> None:
        assert self.translate(self.texts, kind="query") == self.translate(self.texts)

    def test_tags_may_be_spelled_in_any_way(self) -> None:
        loose = {"source": self.source.upper(), "target": self.target.replace("-", "_")}
        assert self.translate(self.texts[:1], **loose) == self.translate(self.texts[:1])

    def test_it_covers_the_pair_that_it_translates(self) -> None:
        part = self.make()
        assert part.covers(self.source, self.target)
        assert not part.covers(self.source, self.uncovered_target)

    def test_a_pair_that_it_does_not_cover_is_refused(self) -> None:
        call = lambda: self.translate(self.texts, target=self.uncovered_target)
        message = refusal(ConfigError, call)
        assert f"'{self.uncovered_target}'" in message
        assert f"'{self.source}'" in message

    def test_languages_that_nobody_knows_are_refused(self) -> None:
        for asked in ({"source": "und"}, {"target": "und"}, {"source": ""}):
            call = partial(self.translate, ["a"], **asked)
            assert "'und'" in refusal(DataError, call)
        assert "'q q'" in refusal(DataError, lambda: self.translate(["a"], target="q q"))

    def test_what_is_not_a_text_is_refused(self) -> None:
        assert "text 1 is None" in refusal(DataError, lambda: self.translate(["a", None]))
        assert "'abc'" in refusal(DataError, lambda: self.translate("abc"))

    def test_a_users_own_text_leaves_only_where_that_is_allowed(self) -> None:
        part = self.make()
        assert isinstance(part.sends_out, bool)
        table = table_of(self.kind, part)
        if "allow_user_text" not in table:
            return
        kept = build(self.kind, table | {"allow_user_text": False})
        if not kept.sends_out:
            return
        ask = lambda: kept.translate(
            self.texts, source=self.source, target=self.target, kind="query"
        )
        assert "allow_user_text = true" in refusal(ConfigError, ask)
        assert not kept.takes_user_text
