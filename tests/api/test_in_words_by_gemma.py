"""The real Gemma in a service: what it says is held, or what says it in its place is named."""

from __future__ import annotations

from typing import Any

import pytest

from polyrec.live.writer import Writer
from polyrec.llm.local import Local

pytestmark = [pytest.mark.model, pytest.mark.slow]

GEMMA = "gemma-3-270m"


@pytest.fixture
def spoken(desk: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Give a service whose answers may wait for Gemma."""
    pytest.importorskip("xllamacpp", reason="needs the extra llm")
    for place in ("wording.by_model", "profile_words"):
        monkeypatch.setattr(f"polyrec.pipeline.{place}.MOST_TOKENS", 40)
    desk.serving.writer = Writer.of(Local(threads=1), within_s=120)
    return desk


def says_who(said: dict[str, Any], by: str, instead: str) -> None:
    assert (said[by], bool(said["error"])) in {(GEMMA, False), (instead, True)}


def test_a_wish_is_held_to_its_words(spoken: Any) -> None:
    wish = "two tools for wood in German, no saws"
    asked = spoken.write("/ask", scope="read", wish=wish).json()
    says_who(asked, "worked_by", "rules")
    assert asked["understood"]["languages"] in ([], ["de"])
    assert asked["understood"]["without"] in ([], ["saws"])
    assert asked["understood"]["k"] in {2, 10}


def test_an_explanation_names_what_was_chosen(spoken: Any) -> None:
    (item,) = spoken.get("/recommend/ada", k=1, explain="true", languages="en").json()["items"]
    said = item["explanation"]["in_words"]
    says_who(said, "worded_by", "template")
    assert any(text in said["text"] for text in ("hand saw for wood", "plane for wood"))


def test_a_profile_holds_a_keyword(spoken: Any) -> None:
    headers = spoken.open("admin")
    profile = spoken.client.get("/users/ada/profile?languages=en", headers=headers).json()
    said = profile["in_words"]
    says_who(said, "worded_by", "keywords")
    assert any(word in said["text"].casefold() for word in ("wood", "saw", "plane", "hand"))
