from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from click.testing import CliRunner

if TYPE_CHECKING:
    from collections.abc import Iterator

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
NAMES = ("made_reviews", "reviews_page", "reviews_case")
SMALL = ["--users", "60", "--items", "40", "--each", "12", "--encoder", "hashing"]


@pytest.fixture(scope="module")
def examples() -> Iterator[dict[str, Any]]:
    """The example's files, as they are imported when it is run."""
    sys.path.insert(0, str(EXAMPLES))
    try:
        yield {name: __import__(name) for name in NAMES}
    finally:
        sys.path.remove(str(EXAMPLES))
        for name in NAMES:
            sys.modules.pop(name, None)


@pytest.fixture(scope="module")
def done(examples: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """What the example printed, and the folder that it wrote."""
    folder = tmp_path_factory.mktemp("case")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("POLYREC_CACHE", str(folder / "cache"))
        options = [*SMALL, "--out", str(folder / "out")]
        found = CliRunner().invoke(examples["reviews_case"].main, options, catch_exceptions=False)
    assert found.exit_code == 0
    return found.output, folder / "out"


def test_it_says_first_that_all_is_made_up(done: tuple[str, Path]) -> None:
    assert done[0].startswith("All of this is made up")
    page = (done[1] / "page.html").read_text("utf-8")
    assert page.index("All of this is made up") < page.index("<main>")


def test_it_prints_every_measure_and_five_people_with_five_books(done: tuple[str, Path]) -> None:
    text = done[0]
    for name in ("RMSE", "precision", "recall", "F1", "loss"):
        assert name in text
    assert text.count("writes ") == 5
    assert text.count("█ ") + text.count("█\n") >= 20


def test_texts_make_predictions_better_than_stars_alone(done: tuple[str, Path]) -> None:
    rows = json.loads((done[1] / "figures.json").read_text("utf-8"))["rows"]
    assert rows["text-mf"]["RMSE"] < rows["biased-mf"]["RMSE"] < rows["mean of all"]["RMSE"]
    assert rows["text-mf"]["F1"] > 0.5


def test_the_page_needs_nothing_from_outside(done: tuple[str, Path]) -> None:
    page = (done[1] / "page.html").read_text("utf-8")
    assert "http://" not in page
    assert "https://" not in page
    assert "<script" not in page
    pictures = sorted(path.name for path in done[1].glob("*.png"))
    assert pictures == [
        "loss-dark.png",
        "loss-light.png",
        "top-five-dark.png",
        "top-five-light.png",
    ]
    assert page.count("data:image/png") == 2
    assert page.count('class="bar"') == 25


def test_reviews_are_the_same_for_a_seed_and_in_six_languages(examples: dict[str, Any]) -> None:
    make = examples["made_reviews"].made_reviews
    one, other = make(80, 50, each=10), make(80, 50, each=10)
    assert one.texts == other.texts
    assert len(set(one.languages.tolist())) == 6
    assert make(80, 50, each=10, seed=1).texts != one.texts
    assert set(np.unique(one.stars)) <= {1, 2, 3, 4, 5}
    assert len(set(make(30, 1000, each=5).titles)) == 1000


def test_the_phrases_say_as_much_in_every_language(examples: dict[str, Any]) -> None:
    made = examples["made_reviews"]
    phrases = made.tomllib.loads(made.PHRASES.read_text("utf-8"))
    assert tuple(phrases) == made.LANGUAGES
    for own in phrases.values():
        assert len(set(own["places"].split())) == 34
        assert all(len(set(own[topic])) == 5 for topic in made.TOPICS)
        assert [len(each) for each in own["opening"]] == [2] * 5
        assert tuple(own["about"]) == made.TOPICS
        assert tuple(own["good"]) == tuple(own["bad"]) == made.SIDES


def test_nothing_that_is_held_out_is_learned_from(examples: dict[str, Any]) -> None:
    reviews = examples["made_reviews"].made_reviews(30, 20, each=10)
    case = examples["reviews_case"].prepared(reviews, "hashing")
    assert case.test.sum() == 60
    history = case.training.histories.matrix().toarray()
    assert not history[reviews.users[case.test], reviews.items[case.test]].any()
    said = np.array(reviews.texts, dtype=object)
    said[case.test] = "Something else altogether."
    other = examples["made_reviews"].Reviews(**{**vars(reviews), "texts": said.tolist()})
    again = examples["reviews_case"].prepared(other, "hashing")
    assert np.array_equal(again.training.vectors, case.training.vectors)
    assert np.array_equal(again.training.profiles, case.training.profiles)
