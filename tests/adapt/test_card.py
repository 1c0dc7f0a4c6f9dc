from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

import pytest
from markdown_it import MarkdownIt

from polyrec.adapt.card import card
from polyrec.core.registry import build

if TYPE_CHECKING:
    from pathlib import Path

LANGUAGES = [
    {"language": tag, "before": b, "after": a, "difference": a - b, "low": -0.01, "high": 0.1}
    | {"n": 120}
    for tag, b, a in (("all", 0.4, 0.45), ("de", 0.5, 0.525))
]
FACTS: dict[str, Any] = {
    "base": "e5-small",
    "base_sha256": "ab" * 32,
    "method": "full",
    "objectives": {"together": 1.0, "translations": 0.5},
    "data": {"name": "debian", "view": "one-language", "users": 553, "items": 6395, "texts": 28166}
    | {"interactions": 15588, "languages": ["en", "de"], "sha256": "cd" * 32},
    "best_epoch": 1,
    "seconds": {"frozen_layers": 90.0, "learning": 300.0},
    "seed": 3,
    "versions": {"polyrec": "0.1", "torch": "2.13"},
    "curve": [[0, None, 0.311], [1, 1.5, 0.352], [2, 1.2, 0.34]],
    "command": "polyrec adapt --data debian --out adapted",
    "health": {
        "passed": True,
        "reasons": [],
        "measure": "mAP",
        "test": "ntrex",
        "statistics": "tatoeba",
        "languages": LANGUAGES,
    },
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "head.safetensors").write_bytes(b"")
    return tmp_path


def shown(facts: dict[str, Any], folder: Path) -> str:
    return card(facts, folder, folder.parent / "adapted")


def test_it_says_what_learned_from_what_and_how(folder: Path) -> None:
    text = shown(FACTS, folder)
    assert text.startswith("---\nlibrary_name: sentence-transformers\n")
    assert "license: mit" in text
    assert "\n# adapted\n" in text
    assert "debian, shown as one-language: 553 users, 6,395 items, 15,588 interactions" in text
    assert f"SHA-256 of the data: `{'cd' * 32}`" in text
    assert "| together | 1 |\n| translations | 0.5 |" in text
    assert "2 epochs, of which number 1 is kept, 6.5 minutes, seed 3" in text
    assert "0.311 before, 0.352 after" in text
    assert "polyrec adapt --data debian --out adapted" in text
    assert "polyrec 0.1, torch 2.13" in text


def test_it_holds_health_before_and_after_by_language(folder: Path) -> None:
    text = shown(FACTS, folder)
    assert (
        "mAP on ntrex, debiased, statistics from tatoeba. The check of its health: passed" in text
    )
    assert "| de | 120 | 0.500 | 0.525 | -0.010 to +0.100 |" in text
    assert "they flatter" not in text


def test_it_tells_where_health_was_checked_on_what_it_learned_from(folder: Path) -> None:
    facts = FACTS | {"health": FACTS["health"] | {"test": "debian"}}
    assert "of debian, from which it learned too: they flatter" in shown(facts, folder)


def test_a_failure_stands_in_it_with_its_reasons(folder: Path) -> None:
    lost = {"passed": False, "reasons": ["mAP of de is 0.2, before 0.5"]}
    text = shown(FACTS | {"health": FACTS["health"] | lost}, folder)
    assert "The check of its health: failed." in text
    assert "mAP of de is 0.2, before 0.5" in text


def test_its_lines_of_a_plan_name_an_encoder_that_can_be_built(folder: Path) -> None:
    (lines,) = (
        token.content
        for token in MarkdownIt().parse(shown(FACTS, folder))
        if token.type == "fence" and token.info == "toml"
    )
    encoder = build("encoder", tomllib.loads(lines)["encoder"])
    assert encoder.encoder.model == "adapted"


def test_the_licence_of_another_base_is_not_guessed(folder: Path) -> None:
    text = shown(FACTS | {"base": "owner/model"}, folder)
    assert "license:" not in text
    assert "polyrec does not know it" in text


def test_no_path_of_a_machine_stands_in_it(folder: Path) -> None:
    data = FACTS["data"] | {"name": "/home/ada/items.csv, /home/ada/more.csv"}
    typed = {"command": "polyrec adapt --folder /home/ada/shop --out /home/ada/adapted"}
    text = shown(FACTS | {"base": "/home/ada/model", "data": data} | typed, folder)
    assert "polyrec adapt --folder shop --out adapted" in text
    assert "`model`, adapted" in text
    assert "Data: items.csv, more.csv, shown" in text
    assert "ada" not in text.replace("adapt", "")


def test_what_is_not_known_is_left_out(folder: Path) -> None:
    text = shown({"base": "e5-small"}, folder)
    assert "Its health was not checked." in text
    for word in ("None", "Data: unnamed,", "epoch", "seed", "| objective"):
        assert word not in text


def test_it_says_where_nothing_beat_the_base(folder: Path) -> None:
    text = shown(FACTS | {"best_epoch": 0}, folder)
    assert "2 epochs, of which none, as the base was best, is kept" in text
    assert "0.311 before, 0.311 after" in text
