"""The set of words that mean different things in different places is whole."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import langcodes

FILE = Path(__file__).parents[2] / "benchmarks" / "ambiguity.tsv"


def rows() -> list[dict[str, str]]:
    with FILE.open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source, delimiter="\t", quoting=csv.QUOTE_NONE))


def test_six_languages_have_words_and_no_cell_is_empty() -> None:
    found = rows()
    assert {row["language"] for row in found} == {"de", "en", "es", "fr", "pt", "zh"}
    for row in found:
        assert all(value and value == value.strip() for value in row.values()), row
        assert langcodes.tag_is_valid(f"{row['language']}-{row['region']}")


def test_what_is_right_in_one_region_is_wrong_in_the_other() -> None:
    words = defaultdict(list)
    for row in rows():
        words[row["language"], row["word"]].append(row)
    for one, other in words.values():
        assert one["text"] == other["text"]
        assert one["region"] != other["region"]
        for name in ("", "_other"):
            assert one["right" + name] == other["wrong" + name]
            assert one["wrong" + name] == other["right" + name]
            assert one["right" + name] != one["wrong" + name]


def test_texts_hold_their_word_and_glosses_do_not() -> None:
    for row in rows():
        assert row["word"].casefold() in row["text"].casefold(), row
        assert row["word"].casefold() != row["gloss"].casefold(), row
