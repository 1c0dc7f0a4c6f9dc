from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result

    Run = Callable[..., Result]


def test_the_nearest_items_are_shown_below_the_one_asked_for(run: Run, content_model: str) -> None:
    result = run("similar", content_model, "säge", "flute", "-k", 2)
    assert result.exit_code == 0, result.output
    assert "like säge (de): Handsäge für Holz" in result.stdout
    assert "like flute (en): Wooden flute" in result.stdout


def test_similar_items_as_json(run: Run, content_model: str) -> None:
    found = json.loads(run("similar", content_model, "säge", "-k", 3, "--json").stdout)
    assert [each["item_id"] for each in found] == ["säge"]
    assert len(found[0]["items"]) == 3
    assert set(found[0]["items"][0]) == {"item_id", "score", "language", "text"}
    scores = [item["score"] for item in found[0]["items"]]
    assert scores == sorted(scores, reverse=True)


def test_a_model_without_vectors_knows_similar_items_too(run: Run, ease_model: str) -> None:
    found = json.loads(run("similar", ease_model, "saw", "-k", 1, "--json").stdout)
    assert found[0]["items"][0]["item_id"] == "plane"


def test_an_unknown_item_is_a_fault_of_data(run: Run, content_model: str) -> None:
    result = run("similar", content_model, "saw", "nosuch")
    assert (result.exit_code, result.stdout) == (3, "")
    assert "no item has the id 'nosuch'" in result.stderr


def test_without_an_item_nothing_can_be_shown(run: Run, content_model: str) -> None:
    assert run("similar", content_model).exit_code == 2
