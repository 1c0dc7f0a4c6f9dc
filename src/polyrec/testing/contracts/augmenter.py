"""What every augmenter promises: made texts say so, and say what they were made from."""

from __future__ import annotations

from typing import ClassVar

from polyrec.augment.augmenter import Augmenter, Synthetic
from polyrec.core.errors import DataError, LanguageError
from polyrec.core.language import UNDETERMINED, standard_tag
from polyrec.core.registry import name_of
from polyrec.testing.contracts.part import PartContract, refusal


class AugmenterContract(PartContract):
    """Write `class TestMine(AugmenterContract)` with `part = Mine()`.

    Attributes:
        texts: texts and their languages, such that it makes something of at least one.
    """

    kind = "augmenter"
    texts: ClassVar[tuple[tuple[str, str], ...]] = (
        ("La casa es grande.", "es"),
        ("The house is large and the garden is green.", "en"),
        ("Se puede jugar con el ordenador", "es"),
        ("A small program for important questions", "en"),
    )

    def made(self, *, seed: int = 0) -> list[Synthetic]:
        """Give what it makes of the texts."""
        part: Augmenter = self.make()
        texts, languages = zip(*self.texts, strict=True)
        return part.augment(texts, languages, seed=seed)

    def test_it_makes_texts_and_marks_each_as_made(self) -> None:
        made = self.made()
        assert made
        for each in made:
            assert isinstance(each, Synthetic)
            assert each.how == name_of(self.kind, self.part)
            assert each.language == standard_tag(each.language)
            assert each.language != UNDETERMINED

    def test_each_names_the_text_that_it_was_made_from(self) -> None:
        sources = [each.source for each in self.made()]
        assert sources == sorted(sources)
        assert all(0 <= source < len(self.texts) for source in sources)

    def test_nothing_made_is_blank_or_its_source_again_or_there_twice(self) -> None:
        made = self.made()
        assert all(each.text.strip() for each in made)
        assert all(each.text != self.texts[each.source][0] for each in made)
        assert len(set(made)) == len(made)

    def test_the_same_seed_makes_the_same(self) -> None:
        assert self.made(seed=3) == self.made(seed=3)

    def test_no_texts_give_none(self) -> None:
        assert self.make().augment([], []) == []
        assert self.make().augment(["", "  \n"], ["es", "en"]) == []

    def test_texts_without_a_language_are_left_alone(self) -> None:
        texts = [text for text, _ in self.texts]
        assert self.make().augment(texts, ["und"] * len(texts)) == []

    def test_blank_texts_between_others_change_nothing(self) -> None:
        plain = self.made()
        texts = [each for text, _ in self.texts for each in (text, " ")]
        tags = [each for _, tag in self.texts for each in (tag, tag)]
        found = self.make().augment(texts, tags)
        assert [(each.text, each.language) for each in found] == [
            (each.text, each.language) for each in plain
        ]
        assert [each.source for each in found] == [2 * each.source for each in plain]

    def test_what_is_no_list_of_texts_is_refused(self) -> None:
        assert "list" in refusal(DataError, lambda: self.make().augment("text", ["en"]))
        assert "7" in refusal(DataError, lambda: self.make().augment([7], ["en"]))
        assert "2" in refusal(DataError, lambda: self.make().augment(["a", "b"], ["en"]))
        refusal(LanguageError, lambda: self.make().augment(["a"], ["no language"]))
