"""A made space whose faults are known: each language has an offset, and translations are twins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pytest

from polyrec.data.parallel import Parallel
from polyrec.encode.encoder import Encoder, Kind
from polyrec.encode.lsar import Lsar
from polyrec.encode.no_debias import NoDebias
from polyrec.encode.statistics import Statistics
from polyrec.evaluation.health.check import Health, check_health
from polyrec.evaluation.health.rows import ALL, HealthRow, find
from polyrec.evaluation.health.setting import Setting, spaces
from polyrec.evaluation.health.tables import (
    best_space,
    difference_table,
    language_table,
    lead,
    space_table,
    to_markdown,
)
from polyrec.models.popularity import Popularity
from polyrec.pipeline.plan import Plan

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyrec.core.types import Floats

TAGS = ("de", "en", "fr", "ja")
N = 60


@dataclass
class Offset(Encoder):
    """Reads `de:7` as sentence 7, and puts every language somewhere else."""

    size: float = 2.0

    @property
    def dim(self) -> int:
        return 24

    @property
    def fingerprint(self) -> str:
        return f"offset/{self.size}"

    def _encode(self, texts: list[str], kind: Kind, advance: Callable[[int], None]) -> Floats:
        contents = np.random.default_rng(0).standard_normal((4 * N, 24))
        offsets = dict(zip(TAGS, np.random.default_rng(1).standard_normal((4, 24)), strict=True))
        rows = []
        for text in texts:
            tag, _, number = text.partition(":")
            rows.append(contents[int(number)] + self.size * offsets[tag])
        advance(len(texts))
        return np.array(rows, dtype=np.float32)


def sentences(start: int, stop: int, *, pairs: bool = False) -> Parallel:
    tags = [("en", TAGS[2 * (i % 2)]) if pairs else TAGS for i in range(start, stop)]
    said = [{tag: f"{tag}:{start + i}" for tag in own} for i, own in enumerate(tags)]
    return Parallel.from_sentences(said, name="made")


def setting(test: Parallel, *, size: float = 2.0) -> Setting:
    encoder, other = Offset(size), sentences(N, 4 * N)
    vectors = encoder.encode(other.texts)
    return Setting(
        encoder, test, Statistics(vectors, other.languages, encoder.fingerprint), "other"
    )


@pytest.fixture(scope="module")
def health() -> Health:
    return check_health(setting(sentences(0, N)))


@pytest.fixture(scope="module")
def paired() -> Health:
    return check_health(setting(sentences(0, N, pairs=True)))


def row(health: Health, space: str, measure: str, language: str = ALL) -> HealthRow:
    (found,) = find(health.rows, space=space, measure=measure, language=language)
    return found


def test_the_offset_hides_translations_until_it_is_taken_away(health: Health) -> None:
    assert row(health, "raw", "map").value < 0.5
    assert row(health, "centred", "map").value < 0.5
    for space in ("language-mean", "lsar"):
        found = row(health, space, "map")
        assert found.value > 0.95
        assert found.low <= found.value <= found.high
        assert found.n == N
    assert row(health, "lir", "map").value > row(health, "raw", "map").value + 0.2


def test_the_asking_language_fills_the_raw_list_and_no_other(health: Health) -> None:
    pool = row(health, "chance", "same-language-pool").value
    assert pool == pytest.approx((N - 1) / (4 * N - 1))
    assert row(health, "raw", "same-language").value > 0.8
    assert row(health, "language-mean", "same-language").value < 0.3


def test_pairwise_retrieval_is_blind_to_the_offset_of_a_whole_language(health: Health) -> None:
    assert row(health, "language-mean", "to-pivot").value > 0.98
    assert row(health, "language-mean", "from-pivot").value > 0.98


def test_controls_are_at_chance(health: Health) -> None:
    chance = row(health, "chance", "map").value
    assert row(health, "random", "map").value == pytest.approx(chance, abs=0.02)
    assert row(health, "random", "to-pivot").value == pytest.approx(1 / N, abs=0.03)
    for space in ("language-mean", "lsar"):
        assert row(health, space, "map-shuffled").value == pytest.approx(chance, abs=0.02)
        assert row(health, space, "to-pivot-shuffled").value == pytest.approx(1 / N, abs=0.03)
    assert row(health, "chance", "to-pivot").value == pytest.approx(1 / N)


def test_differences_are_paired(health: Health) -> None:
    found = row(health, "raw - language-mean", "map")
    one, other = row(health, "raw", "map"), row(health, "language-mean", "map")
    assert found.value == pytest.approx(one.value - other.value)
    assert found.high < 0
    assert not find(health.rows, space="language-mean - language-mean")


def test_every_language_is_measured_and_the_pivot_only_in_the_pool(health: Health) -> None:
    for tag in TAGS:
        assert row(health, "lsar", "map", tag).value > 0.9
        assert bool(find(health.rows, measure="to-pivot", language=tag)) == (tag != "en")


def test_hubs_are_measured_with_an_interval(health: Health) -> None:
    found = row(health, "raw", "hub-skewness")
    assert found.low <= found.value <= found.high
    assert 0 <= row(health, "raw", "anti-hubs").value <= 1


def test_a_space_without_offsets_is_left_as_good_as_it_was() -> None:
    sound = check_health(setting(sentences(0, N), size=0.0))
    for space in ("raw", "language-mean", "lsar"):
        assert row(sound, space, "map").value > 0.99
    assert best_space(sound) in sound.spaces


def test_pairs_are_asked_in_both_directions_and_in_no_pool(paired: Health) -> None:
    assert not find(paired.rows, measure="map")
    assert row(paired, "lsar", "to-pivot").value > 0.98
    assert row(paired, "random", "to-pivot").value < 0.2
    assert "there is no pool of all languages to ask" in lead(paired)
    assert "mAP" not in to_markdown(paired)


def test_tables_hold_every_space_and_language(health: Health, paired: Health) -> None:
    for each in (health, paired):
        names = ["raw", "centred", "language-mean", "lir", "lsar", "random", "chance"]
        assert [cells[0] for cells in space_table(each).rows] == names
        assert [cells[0] for cells in difference_table(each).rows] == [
            "raw",
            "centred",
            "lir",
            "lsar",
        ]
        for table in (space_table(each), difference_table(each), language_table(each)):
            assert all(len(cells) == len(table.columns) for cells in table.rows)
    assert [cells[0] for cells in language_table(health).rows] == list(TAGS)
    assert [cells[0] for cells in language_table(paired).rows] == ["de", "fr"]


def test_the_lead_says_what_was_measured_with_what(health: Health) -> None:
    said = lead(health)
    assert "offset/2.0 on made: 60 sentences in 4 languages, 240 texts" in said
    assert "statistics from other (720 texts)" in said


def test_languages_without_statistics_are_named() -> None:
    given = setting(sentences(0, 9))
    kept = given.statistics.languages != "ja"
    some = Statistics(given.statistics.vectors[kept], given.statistics.languages[kept], "offset")
    found = check_health(Setting(given.encoder, given.test, some, "some"))
    assert "The statistics have no texts in ja." in lead(found)


def test_a_plans_own_debias_is_held_beside_the_others() -> None:
    assert "plan" not in spaces(Plan(Popularity()))
    assert "plan" not in spaces(Plan(Popularity(), debias=NoDebias()))
    assert spaces(Plan(Popularity(), debias=Lsar(rank=2)))["plan"] == Lsar(rank=2)
