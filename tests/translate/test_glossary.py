from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyrec.core.errors import ConfigError
from polyrec.testing.scripted_translator import ScriptedTranslator
from polyrec.translate.apertium import Apertium
from polyrec.translate.glossary import Glossary
from polyrec.translate.glossary_terms import Terms, folded
from polyrec.translate.translator import Translation

if TYPE_CHECKING:
    from pathlib import Path

TABLE = """number,en,de,ja,pt-BR,note of mine
1,saw,Säge,鋸,serra,x
2,band saw,Bandsäge,帯鋸,serra de fita,
3,wood,Holz,木,madeira,
4,saw,Sägeblatt,,,
5,table,,テーブル,mesa,
"""


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "terms.csv"
    path.write_text(TABLE, encoding="utf-8")
    return str(path)


def ask(part: Any, texts: list[str], source: str = "en", target: str = "de") -> list[Translation]:
    return part.translate(texts, source=source, target=target)


class TestAlone:
    def test_the_longest_term_is_taken_and_the_first_row_counts(self, file: str) -> None:
        made = ask(Glossary(file), ["band saw", "saw", "wood, band saw & saw (2)"])
        assert [each.text for each in made] == ["Bandsäge", "Säge", "Holz, Bandsäge & Säge (2)"]
        assert {each.engine for each in made} == {"glossary"}

    def test_case_is_kept(self, file: str) -> None:
        made = ask(Glossary(file), ["WOOD", "Band Saw", "säge holz"][:2])
        assert [each.text for each in made] == ["HOLZ", "Bandsäge"]
        back = ask(Glossary(file), ["Holz"], "de", "pt")
        assert back[0].text == "Madeira"

    def test_a_text_with_a_rest_stays_and_says_why(self, file: str) -> None:
        (made,) = ask(Glossary(file), ["wooden saw"])
        assert made == Translation(
            "wooden saw", "", error="translator 'glossary': not all of it is in terms.csv"
        )

    def test_scripts_without_spaces_have_no_borders_and_katakana_does(self, file: str) -> None:
        made = ask(Glossary(file), ["帯鋸木", "木のテーブル", "テーブルクロス"], "ja", "en")
        assert made[0].text == "band saw wood"
        assert not made[1].translated
        assert not made[2].translated
        assert ask(Glossary(file), ["テーブル木"], "ja", "en")[0].text == "table wood"

    def test_languages_are_matched_as_everywhere(self, file: str) -> None:
        part = Glossary(file)
        assert part.covers("en-GB", "pt")
        assert part.covers("pt-BR", "de-AT")
        assert not part.covers("en", "fr")
        assert not part.covers("pt-PT", "en")

    def test_columns_that_are_missing_are_named(self, file: str) -> None:
        with pytest.raises(ConfigError) as caught:
            ask(Glossary(file), ["saw"], "en", "fr")
        assert str(caught.value) == (
            f"translator 'glossary' has no columns for 'en' and 'fr'; {file} has en, de, ja, "
            "pt-BR; add a column, or name another translator"
        )

    @pytest.mark.parametrize(
        ("content", "problem"),
        [
            (None, "cannot be read: No such file or directory; set file"),
            (b"", "has fewer than two columns of languages"),
            (b"en,comment of mine\na,b\n", "has fewer than two columns of languages"),
            (b"en,de\n\xff,b\n", "cannot be read: 'utf-8' codec can't decode"),
        ],
    )
    def test_a_file_that_cannot_be_used_says_why(
        self, tmp_path: Path, content: bytes | None, problem: str
    ) -> None:
        path = tmp_path / "terms.csv"
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(ConfigError) as caught:
            ask(Glossary(str(path)), ["saw"])
        assert str(caught.value).startswith(f"translator 'glossary': {path} {problem}")

    def test_a_table_with_tabs_and_short_rows_is_read(self, tmp_path: Path) -> None:
        path = tmp_path / "terms.tsv"
        path.write_text('en\tde\n"quoted" saw\t"Säge"\nwood\n', encoding="utf-8")
        assert ask(Glossary(str(path)), ['"quoted" saw'])[0].text == '"Säge"'

    def test_its_fingerprint_names_the_content(self, file: str, tmp_path: Path) -> None:
        known = Glossary(file).fingerprint
        other = tmp_path / "other.csv"
        other.write_text(TABLE, encoding="utf-8")
        assert Glossary(str(other)).fingerprint == known
        other.write_text(TABLE + "6,oak,Eiche\n", encoding="utf-8")
        assert Glossary(str(other)).fingerprint != known
        assert Glossary(file, ScriptedTranslator()).fingerprint != known

    def test_no_file_is_refused(self) -> None:
        with pytest.raises(ConfigError, match="file is empty; name a table"):
            Glossary("")


class TestAroundAnother:
    def test_terms_are_forced_and_the_rest_is_the_others(self, file: str) -> None:
        held = ScriptedTranslator(rest="<{}>", quality=0.5)
        made = ask(Glossary(file, held), ["a Saw of wood", "saw", "nothing"])
        assert made == [
            Translation("<a Säge of Holz>", "glossary/scripted", 0.5),
            Translation("Säge", "glossary"),
            Translation("<nothing>", "scripted", 0.5),
        ]
        assert len(held.calls) == 1
        assert "saw" not in held.calls[0][0][0].lower()

    def test_where_a_place_is_lost_the_text_is_translated_plainly(self, file: str) -> None:
        held = ScriptedTranslator({"a saw": "eine Säge!"}, rest="lost", engine="it")
        (made,) = ask(Glossary(file, held), ["a saw"])
        assert made == Translation(
            "eine Säge!", "it", error="translator 'glossary': it lost the place of a term"
        )

    def test_the_names_in_place_of_terms_pass_through_a_real_engine(self, tmp_path: Path) -> None:
        path = tmp_path / "terms.csv"
        path.write_text("es,en\ncasa,HOME\nperro,hound\n", encoding="utf-8")
        made = ask(Glossary(str(path), Apertium()), ["La casa del perro es azul."], "es", "en")
        assert "HOME" in made[0].text
        assert "hound" in made[0].text
        assert made[0].engine == "glossary/apertium"

    def test_pairs_without_columns_are_left_to_the_other(self, file: str) -> None:
        part = Glossary(file, ScriptedTranslator(rest="x", pairs=[("en", "fr")]))
        assert ask(part, ["saw"], "en", "fr") == [Translation("x", "scripted")]
        with pytest.raises(ConfigError, match="ScriptedTranslator does not translate"):
            ask(part, ["saw"])

    def test_a_users_own_text_goes_where_the_other_may_have_it(self, file: str) -> None:
        held = ScriptedTranslator(rest="x", outside=True)
        part = Glossary(file, held)
        assert part.sends_out
        with pytest.raises(ConfigError, match="allow_user_text = true"):
            part.translate(["my illness"], source="en", target="de", kind="query")
        assert not held.calls


@given(st.text(), st.lists(st.text(min_size=1), max_size=5))
def test_terms_are_found_in_order_and_never_cross(text: str, terms: list[str]) -> None:
    found = list(Terms.of(terms, ["x"] * len(terms)).matches(text))
    assert all(one.end <= other.start for one, other in pairwise(found))
    assert {folded(text[each.start : each.end]) for each in found} <= {folded(t) for t in terms}
    assert len(folded(text)) == len(text)
