from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from polyrec.core.errors import ConfigError, DataError
from polyrec.evaluation.tuned import Tuned, TunedModel
from polyrec.testing.worlds import two_camps

if TYPE_CHECKING:
    from pathlib import Path

DATA = two_camps().dataset
TUNED = Tuned(
    data=DATA.fingerprint,
    view="as-given",
    text_seed=1,
    split="random",
    seed=3,
    models={"ease": TunedModel({"use": "ease", "l2": 7.5}, 0.25, 30)},
    objective="random",
    space="abc",
)


def test_it_is_written_as_benchmarks_read_it() -> None:
    assert json.loads(TUNED.to_json()) == {
        "data": DATA.fingerprint,
        "view": "as-given",
        "text_seed": 1,
        "split": "random",
        "seed": 3,
        "objective": "random",
        "space": "abc",
        "models": {
            "ease": {"recommender": {"use": "ease", "l2": 7.5}, "validation": 0.25, "trials": 30}
        },
    }


def test_what_is_written_is_read(tmp_path: Path) -> None:
    (tmp_path / "tuned.json").write_text(TUNED.to_json())
    assert Tuned.load(tmp_path) == TUNED


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"models": {"ease": {"l2": 1}}}'])
def test_another_file_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "tuned.json").write_text(text)
    with pytest.raises(DataError, match=r"tuned.json is not what polyrec tune writes: .*; make it"):
        Tuned.load(tmp_path)


def test_a_file_that_does_not_tell_objective_and_space_goes_on(tmp_path: Path) -> None:
    document = json.loads(TUNED.to_json())
    del document["objective"], document["space"]
    (tmp_path / "tuned.json").write_text(json.dumps(document))
    older = Tuned.load(tmp_path)
    TUNED.check_same(older, tmp_path)
    assert replace(TUNED, models={}).joined(older) == TUNED
    with pytest.raises(ConfigError, match=r" holds what was tuned with other seed, space; name an"):
        replace(TUNED, seed=4, space="def").check_same(TUNED, tmp_path)


def test_a_folder_without_it_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r" has no tuned.json; make it with polyrec tune --out$"):
        Tuned.load(tmp_path)


def test_it_serves_the_split_that_it_was_found_in_and_no_other() -> None:
    TUNED.check(DATA, split="random", seed=3)
    TUNED.check(DATA.view("en"), split="random", seed=3)
    for split, seed in (("random", 0), ("cold-items", 3)):
        with pytest.raises(
            ConfigError,
            match=r"^the settings were tuned in the training part of the split 'random', seed 3, "
            rf"which holds test interactions of the split '{split}', seed {seed}; polyrec tune "
            rf"--split {split} --seed {seed}$",
        ):
            TUNED.check(DATA, split=split, seed=seed)
    with pytest.raises(
        ConfigError, match=r"^the settings were tuned on other data than made; tune on these: polyr"
    ):
        TUNED.check(DATA.split(seed=3)[0], split="random", seed=3)
