from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from polyrec.adapt.adapt import Adapt
from polyrec.adapt.objectives.every import OBJECTIVES
from polyrec.core.errors import ConfigError, DataError, UnknownNameError
from polyrec.encode.sentence import Sentence

if TYPE_CHECKING:
    from polyrec.data.dataset import Dataset

SMALL: dict[str, Any] = {
    "epochs": 3,
    "batch_size": 16,
    "frozen_layers": 1,
    "learning_rate": 1e-3,
    "max_tokens": 32,
    "patience": 3,
}


@pytest.mark.parametrize("method", ["full", "lora"])
def test_what_is_saved_gives_the_vectors_that_were_learned(
    method: str, data: Dataset, base: Path, tmp_path: Path
) -> None:
    import torch

    adapted = Adapt(method=method, **SMALL).run(data, base)
    rng = np.random.default_rng(0)
    weights = adapted.network.weights()
    for name, tensor in weights.items():  # as if much had been learned
        weights[name] = tensor + 0.1 * torch.from_numpy(rng.standard_normal(tensor.shape))
    adapted.network.set_weights(weights)
    texts = list(data.catalog.text[:9])
    learned = adapted.network.all_vectors(adapted.network.keep(texts))
    adapted.save(tmp_path)
    found = Sentence(str(tmp_path), max_tokens=32, force=True).encode(texts)
    before = Sentence(str(base), max_tokens=32).encode(texts)
    assert (found * learned).sum(axis=1).min() > 0.999
    assert (found * before).sum(axis=1).min() < 0.99
    facts = json.loads((tmp_path / "polyrec.json").read_text())
    assert facts["method"] == method
    assert [row[0] for row in facts["curve"]] == [0, 2, 3]


def test_a_head_is_a_matrix_beside_a_reference_to_the_base(
    data: Dataset, base: Path, tmp_path: Path
) -> None:
    from safetensors.numpy import load_file

    adapted = Adapt(method="head", **SMALL).run(data, base)
    texts = list(data.catalog.text[:9])
    learned = adapted.network.all_vectors(adapted.network.keep(texts))
    adapted.save(tmp_path)
    head = load_file(tmp_path / "head.safetensors")
    before = Sentence(str(base), max_tokens=32).encode(texts)
    made = before @ head["weight"].T + head["bias"]
    made /= np.linalg.norm(made, axis=1, keepdims=True)
    assert (made * learned).sum(axis=1).min() > 0.999
    assert json.loads((tmp_path / "polyrec.json").read_text())["base"] == str(base)


def test_the_same_seed_learns_the_same_and_another_does_not(data: Dataset, base: Path) -> None:
    one, same, other = (Adapt(seed=seed, **SMALL).run(data, base) for seed in (1, 1, 2))
    assert np.array_equal(one.curve, same.curve, equal_nan=True)
    assert not np.array_equal(one.curve[:, 1], other.curve[:, 1], equal_nan=True)


def test_the_best_epoch_is_kept_which_may_be_the_base(data: Dataset, base: Path) -> None:
    how = {**SMALL, "learning_rate": 1e-9}
    adapted = Adapt(method="head", **how).run(data, base)
    best = adapted.curve[:, 0] == adapted.facts["best_epoch"]
    assert adapted.curve[best, 2] == adapted.curve[:, 2].max()
    assert adapted.curve[0, 0] == 0


def test_quality_is_looked_at_every_second_epoch_and_after_the_last(
    data: Dataset, base: Path
) -> None:
    adapted = Adapt(method="head", **SMALL).run(data, base)
    assert adapted.curve[:, 0].tolist() == [0, 2, 3]


def test_what_counts_less_is_shown_fewer_texts(
    data: Dataset, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from polyrec.adapt.objectives.together import Together
    from polyrec.adapt.objectives.translations import Translations

    sizes: dict[type, set[int]] = {}
    for part in (Together, Translations):

        def loss(self: Any, network: Any, rng: Any, size: int, was: Any = part.loss) -> Any:
            sizes.setdefault(type(self), set()).add(size)
            return was(self, network, rng, size)

        monkeypatch.setattr(part, "loss", loss)
    weights = {"together": 2.0, "translations": 0.5}
    Adapt(objectives=weights, method="head", **SMALL).run(data, base)
    assert sizes == {Together: {16}, Translations: {4}}


def test_no_epoch_begins_after_the_time_is_over(data: Dataset, base: Path) -> None:
    adapted = Adapt(max_minutes=1e-6, **SMALL).run(data, base)
    assert adapted.curve[:, 0].tolist() == [0, 1]


RUN = """
import sys, time
from pathlib import Path
sys.path.insert(0, {here!r})
from polyrec.adapt.adapt import Adapt
from polyrec.adapt.learner import Learner
from polyrec.data.load import read_dataset
data = read_dataset(Path({data!r}))
how = Adapt(**{how!r})
if {slow}:
    step = Learner._epoch
    def slowly(self, epoch, advance):
        print("epoch", epoch, flush=True)
        time.sleep(60 if epoch == 3 else 0)
        return step(self, epoch, advance)
    Learner._epoch = slowly
found = how.run(data, Path({base!r}), work=Path({work!r}))
print([row[1:] for row in found.curve.tolist()][1:], found.facts["best_epoch"], flush=True)
"""


@pytest.mark.slow
def test_a_run_that_was_killed_goes_on_to_the_same_end(
    data: Dataset, base: Path, tmp_path: Path
) -> None:
    from polyrec.data.write import write_dataset

    (tmp_path / "data").mkdir()
    write_dataset(data, tmp_path / "data")

    def start(work: str, *, slow: bool) -> subprocess.Popen[str]:
        how = {**SMALL, "epochs": 4, "patience": 4}
        code = RUN.format(
            here=str(Path(__file__).parent),
            data=str(tmp_path / "data"),
            base=str(base),
            work=str(tmp_path / work),
            how=how,
            slow=slow,
        )
        return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)

    whole, _ = start("whole", slow=False).communicate(timeout=300)
    killed = start("work", slow=True)
    assert killed.stdout is not None
    assert any("epoch 3" in line for line in killed.stdout)
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait(timeout=60)
    killed.stdout.close()
    assert (tmp_path / "work" / "state.json").is_file()
    again, _ = start("work", slow=False).communicate(timeout=300)
    assert again.strip()
    assert again == whole
    assert not (tmp_path / "work").exists()


def test_the_checkpoint_of_another_run_is_refused(
    data: Dataset, base: Path, tmp_path: Path
) -> None:
    work = tmp_path / "work"
    work.mkdir()
    (work / "state.json").write_text(json.dumps({"run": {"seed": 7}}))
    with pytest.raises(ConfigError, match="other settings or data; delete it"):
        Adapt(**SMALL).run(data, base, work=work)


def test_a_run_that_is_over_gives_its_outcome_again_without_learning(
    data: Dataset, base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from polyrec.adapt.network import Network

    how, work = Adapt(**SMALL), tmp_path / "work"
    first = how.run(data, base, work=work, keep_work=True)
    monkeypatch.delattr(Network, "keep")
    again = how.run(data, base, work=work)
    assert np.array_equal(first.curve, again.curve, equal_nan=True)
    assert first.facts == again.facts
    weights = again.network.weights()
    for name, tensor in first.network.weights().items():
        assert tensor.equal(weights[name])
    assert not work.exists()


def test_frozen_layers_are_run_once_per_text(
    data: Dataset, base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from polyrec.adapt.network import Network

    first = Adapt(**SMALL).run(data, base, kept_in=tmp_path)
    monkeypatch.delattr(Network, "keep")
    again = Adapt(**SMALL).run(data, base, kept_in=tmp_path)
    assert np.array_equal(first.curve, again.curve, equal_nan=True)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"objectives": {}}, "objectives is empty; give one of"),
        ({"objectives": {"together": 0.0}}, "the weight of 'together' is 0.0; give one above 0"),
        ({"method": "half"}, "method is 'half'; give one of"),
        ({"epochs": 0}, "epochs is 0; give at least 1"),
        ({"learning_rate": 0.0}, "learning_rate is 0.0; give a number above 0"),
    ],
)
def test_settings_that_cannot_be_are_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        Adapt(**given)


def test_an_objective_that_there_is_not_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'together'"):
        Adapt(objectives={"togeter": 1.0})


@pytest.mark.parametrize("frozen", [2, -1])
def test_a_model_of_fewer_layers_is_refused(frozen: int, data: Dataset, base: Path) -> None:
    with pytest.raises(ConfigError, match="the model has 2 layers; give 0 to 1"):
        Adapt(**{**SMALL, "frozen_layers": frozen}).run(data, base)


@pytest.mark.parametrize("name", sorted(OBJECTIVES))
def test_every_objective_falls_while_it_is_learned(name: str, data: Dataset, base: Path) -> None:
    how = {**SMALL, "epochs": 12, "patience": 12, "frozen_layers": 0}
    curve = Adapt(objectives={name: 1.0}, **how).run(data, base).curve
    assert curve[-1, 1] < curve[1, 1]


@pytest.mark.parametrize("half", [False, True], ids=["single", "half"])
def test_processors_with_and_without_half_precision_learn(
    half: bool, data: Dataset, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("polyrec.adapt.network.has_half", lambda: half)
    how = {**SMALL, "epochs": 12, "patience": 12}
    curve = Adapt(**how).run(data, base).curve
    assert curve[-1, 1] < curve[1, 1]


def test_data_without_translations_have_none_to_learn_from(data: Dataset, base: Path) -> None:
    from dataclasses import replace

    shown = data.view("en")
    alone = replace(shown, all_texts=None)
    with pytest.raises(DataError, match="0 items have texts in several languages"):
        Adapt(objectives={"translations": 1.0}, **SMALL).run(alone, base)
