from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

import polyrec
from polyrec.core.errors import ConfigError
from polyrec.encode.adapted import (
    base_table,
    check_verdict,
    encoder_table,
    is_adapted,
    keep_verdict,
    read_facts,
    write_facts,
)
from polyrec.encode.e5_adapted import SIZES
from polyrec.encode.e5_small import E5Small
from polyrec.encode.sentence import Sentence
from polyrec.testing.worlds import two_camps

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SOUND = {"passed": True, "reasons": []}
FAILED = {"passed": False, "reasons": ["mAP is 0.200, before 0.400"]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder that says of itself that it was adapted."""
    adapted = tmp_path / "adapted"
    adapted.mkdir()
    (adapted / "head.safetensors").write_bytes(b"weights")
    write_facts(adapted, {"base": "e5-small"})
    return adapted


def refused(call: Callable[[], Any]) -> str:
    with pytest.raises(ConfigError) as caught:
        call()
    return str(caught.value)


class TestVerdict:
    def test_what_nobody_checked_is_refused(self, folder: Path) -> None:
        assert refused(lambda: check_verdict(folder, "encoder 'e5-small'")) == (
            f"encoder 'e5-small': nobody has checked the health of {folder}; "
            f"run polyrec health {folder}, or set force = true"
        )

    def test_what_passed_may_be_used(self, folder: Path) -> None:
        keep_verdict(folder, SOUND)
        check_verdict(folder, "encoder 'e5-small'")
        assert read_facts(folder)["base"] == "e5-small"  # type: ignore[index]

    def test_what_failed_is_refused_with_the_figures(self, folder: Path) -> None:
        keep_verdict(folder, FAILED)
        assert refused(lambda: check_verdict(folder, "encoder 'sentence'")) == (
            f"encoder 'sentence': {folder} failed the check of its health: mAP is 0.200, before "
            "0.400; adapt for fewer epochs or with other weights of the objectives, or set "
            "force = true"
        )

    def test_weights_that_were_changed_since_are_refused(self, folder: Path) -> None:
        keep_verdict(folder, SOUND)
        (folder / "head.safetensors").write_bytes(b"others")
        told = refused(lambda: check_verdict(folder, "encoder 'e5-small'"))
        assert f"{folder} was changed since its health was checked; run polyrec health" in told

    def test_a_card_and_pictures_change_nothing(self, folder: Path) -> None:
        keep_verdict(folder, SOUND)
        (folder / "README.md").write_text("a card")
        (folder / "curves-light.png").write_bytes(b"a picture")
        check_verdict(folder, "encoder 'e5-small'")

    def test_a_folder_that_polyrec_did_not_adapt_is_let_through(self, tmp_path: Path) -> None:
        check_verdict(tmp_path, "encoder 'sentence'")
        assert read_facts(tmp_path) is None
        assert not is_adapted(tmp_path)

    @pytest.mark.parametrize(("content", "why"), [("{", "is not JSON"), ("[]", "holds no table")])
    def test_facts_that_cannot_be_read_are_refused(
        self, folder: Path, content: str, why: str
    ) -> None:
        (folder / "polyrec.json").write_text(content)
        told = refused(lambda: check_verdict(folder, "encoder 'sentence'"))
        assert told.startswith(f"{folder / 'polyrec.json'} {why}")
        assert told.endswith("; adapt again")


class TestAtTheDoor:
    @pytest.mark.parametrize("encoder", [E5Small, Sentence])
    def test_no_encoder_opens_a_folder_that_was_not_checked(
        self, folder: Path, encoder: type[Any]
    ) -> None:
        assert "nobody has checked" in refused(lambda: encoder(model=str(folder)).encode(["a"]))

    def test_a_plan_is_refused_before_anything_is_fitted(self, folder: Path) -> None:
        held = {"use": "e5-small", "model": str(folder)}
        table = {"encoder": {"use": "cached", "encoder": held}, "recommender": "content"}
        plan = polyrec.Plan.from_table(table)
        assert "nobody has checked the health" in refused(lambda: polyrec.fit(two_camps(), plan))
        held["force"] = True  # type: ignore[assignment]
        polyrec.Plan.from_table(table).check()


class TestNames:
    def test_the_fast_engine_reads_what_has_its_sizes(self, folder: Path, tmp_path: Path) -> None:
        assert encoder_table(folder) == {"use": "e5-small", "model": str(folder)}
        full = tmp_path / "full"
        full.mkdir()
        (full / "config.json").write_text(json.dumps(SIZES | {"more": 1}))
        assert encoder_table(full) == {"use": "e5-small", "model": str(full)}

    @pytest.mark.parametrize("config", [json.dumps(SIZES | {"hidden_size": 768}), "{", "[]"])
    def test_other_models_are_for_sentence(self, tmp_path: Path, config: str) -> None:
        (tmp_path / "config.json").write_text(config)
        assert encoder_table(tmp_path) == {"use": "sentence", "model": str(tmp_path)}

    def test_the_base_is_what_the_facts_say(self, folder: Path) -> None:
        assert base_table(folder) == {"use": "e5-small"}
        write_facts(folder, {"base": "owner/model", "settings": {"max_tokens": 32}})
        assert base_table(folder) == {"use": "sentence", "model": "owner/model", "max_tokens": 32}
        assert encoder_table(folder)["max_tokens"] == 32
        write_facts(folder, {})
        told = refused(lambda: base_table(folder))
        assert told == f"{folder / 'polyrec.json'} names no base; adapt again"
