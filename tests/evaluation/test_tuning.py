from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import polyrec
from polyrec.core.errors import ConfigError, DataError, EngineError, UnknownNameError
from polyrec.core.registry import build
from polyrec.core.search_space import Between
from polyrec.core.types import Training
from polyrec.encode.hashing import Hashing
from polyrec.evaluation import tuning
from polyrec.evaluation.tuned import Tuned
from polyrec.evaluation.tuning import INNER, tune
from polyrec.models.ease import Ease
from polyrec.models.hold_out import hold_out
from polyrec.models.hybrid import Hybrid
from polyrec.models.recommender import Recommender
from polyrec.pipeline.plan import Plan
from polyrec.testing.worlds import translated

if TYPE_CHECKING:
    from pathlib import Path

    from polyrec.core.types import Histories
    from polyrec.models.hold_out import HeldOut

DATA = translated().view("one-language")
TRAIN, TEST = DATA.split(seed=0)
PLAN = Plan.from_table(
    {"encoder": {"use": "hashing"}, "debias": "language-mean", "recommender": "hybrid"}
)
MODELS = ["ease", "content"]


def tuned(**others: Any) -> Tuned:
    options: dict[str, Any] = {"models": MODELS, "trials": 5}
    return tune(PLAN, DATA, **(options | others))


def pairs(histories: Histories) -> set[tuple[int, int]]:
    user = np.repeat(np.arange(len(histories)), histories.lengths)
    return set(zip(user.tolist(), histories.items.tolist(), strict=True))


def values(found: Tuned) -> dict[str, list[tuple[dict[str, Any], float]]]:
    return {n: [(t.settings, t.value) for t in trials] for n, trials in found.trials.items()}


def test_every_model_has_as_many_trials_and_the_best_is_taken() -> None:
    found = tuned()
    assert list(found.models) == list(found.trials) == ["content", "ease"]
    for name, model in found.models.items():
        trials = found.trials[name]
        assert len(trials) == model.trials == 5
        assert model.validation == max(trial.value for trial in trials) >= trials[0].value
        (best, *_) = (trial for trial in trials if trial.value == model.validation)
        assert model.recommender == {"use": name, **best.settings}
    assert (found.view, found.text_seed, found.split, found.seed) == (
        *("one-language", 1),
        *("random", 0),
    )
    assert found.data == DATA.fingerprint


def test_a_value_is_the_mean_of_what_the_inner_splits_give() -> None:
    (trial, *_) = tuned(models=["ease"], trials=1).trials["ease"]
    inner_seed = int(np.random.SeedSequence([0, INNER]).generate_state(1)[0])
    expected = []
    for part in hold_out(TRAIN.histories, seed=inner_seed):
        model = Ease().fit(Training(part.train))
        expected.append(part.ndcg(model.score(part.seen).copy()))
    assert trial.value == pytest.approx(np.mean(expected))
    for objective, value in zip(("random", "cold-items"), expected, strict=True):
        (alone,) = tuned(models=["ease"], trials=1, objective=objective).trials["ease"]
        assert alone.value == pytest.approx(value)


def test_no_model_learns_from_or_is_asked_about_a_test_interaction(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given: list[Histories] = []
    fit, score = Recommender.fit, Recommender.score

    def spied_fit(self: Recommender, training: Training, *, seed: int = 0) -> Recommender:
        given.append(training.histories)
        return fit(self, training, seed=seed)

    def spied_score(self: Recommender, histories: Histories, **others: Any) -> Any:
        given.append(histories)
        return score(self, histories, **others)

    monkeypatch.setattr(Recommender, "fit", spied_fit)
    monkeypatch.setattr(Recommender, "score", spied_score)
    tuned(models=["ease", "content", "hybrid"], trials=2)
    learned = [each for each in given if len(each) == len(TRAIN.histories)]
    assert len(learned) >= 12
    for each in learned:
        assert pairs(each) < pairs(TRAIN.histories)
        assert not pairs(each) & pairs(TEST.histories)
    kept = {frozenset(TRAIN.histories.items_of(user).tolist()) for user in range(40)}
    for each in given:  # whoever they are of
        for user in range(len(each)):
            assert any(set(each.items_of(user).tolist()) <= items for items in kept)


def test_what_is_split_sees_the_data_and_all_else_the_training_part(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given = []

    def spy(histories: Histories, **others: Any) -> list[HeldOut]:
        given.append(histories)
        return hold_out(histories, **others)

    monkeypatch.setattr(tuning, "hold_out", spy)
    tuned(models=["ease"], trials=1, split="cold-items", seed=2)
    train, _ = DATA.split("cold-items", seed=2)
    assert [pairs(each) for each in given] == [pairs(train.histories)]


def test_inner_splits_keep_the_versions_of_a_work_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given = []

    def spy(histories: Histories, **others: Any) -> list[HeldOut]:
        given.append(others["works"])
        return hold_out(histories, **others)

    monkeypatch.setattr(tuning, "hold_out", spy)
    works = tuple(i // 2 for i in range(len(DATA.catalog)))
    named = replace(DATA.catalog, attributes={"work": works})
    tune(PLAN, replace(DATA, catalog=named, all_texts=None), models=["ease"], trials=1)
    tuned(models=["ease"], trials=1)
    assert given[0].tolist() == list(works)
    assert given[1] is None


def test_a_model_that_holds_out_more_does_not_draw_the_same_items_again() -> None:
    inner_seed = int(np.random.SeedSequence([0, INNER]).generate_state(1)[0])
    for part in hold_out(TRAIN.histories, seed=inner_seed):
        assert len(hold_out(part.train, seed=0)) == 2


def test_trials_go_on_where_they_ended(tmp_path: Path) -> None:
    tuned(out=tmp_path, trials=3)
    found = tuned(out=tmp_path, trials=12)
    assert values(found) == values(tuned(trials=12))
    assert len(tuned(out=tmp_path, trials=4).trials["ease"]) == 4


def test_a_run_that_was_killed_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = 0
    fit = Ease._fit

    def killed(self: Ease, training: Training, seed: int) -> None:
        nonlocal calls
        calls += 1
        if calls == 12:
            raise KeyboardInterrupt
        fit(self, training, seed)

    with monkeypatch.context() as patched:
        patched.setattr(Ease, "_fit", killed)
        with pytest.raises(KeyboardInterrupt):
            tuned(out=tmp_path, trials=12)
    assert not (tmp_path / "tuned.json").exists()
    assert values(tuned(out=tmp_path, trials=12)) == values(tuned(trials=12))


OTHERS: dict[str, dict[str, Any]] = {
    "seed": {"seed": 1},
    "split": {"split": "cold-items"},
    "objective": {"objective": "random"},
    "text seed": {"text_seed": 2},
}


def test_other_questions_have_trials_of_their_own(tmp_path: Path) -> None:
    first = values(tuned(out=tmp_path, models=["content"]))
    for other in OTHERS.values():
        (tmp_path / "tuned.json").unlink()
        assert values(tuned(out=tmp_path, models=["content"], **other)) != first
    (tmp_path / "tuned.json").unlink()
    encoder = replace(PLAN, encoder=Hashing(size=64))
    assert values(tune(encoder, DATA, models=["content"], trials=5, out=tmp_path)) != first
    (tmp_path / "tuned.json").unlink()
    assert values(tuned(out=tmp_path, models=["content"])) == first


def test_what_answers_another_question_is_not_written_over(tmp_path: Path) -> None:
    tuned(out=tmp_path, models=["ease"], trials=1)
    before = (tmp_path / "tuned.json").read_text()
    for name, other in OTHERS.items():
        with pytest.raises(ConfigError) as caught:
            tuned(out=tmp_path, models=["content"], trials=1, **other)
        assert str(caught.value) == (
            f"{tmp_path} holds what was tuned with other {name}; name another folder with --out"
        )
    encoder = replace(PLAN, encoder=Hashing(size=64))
    with pytest.raises(ConfigError, match=r" holds what was tuned with other space; "):
        tune(encoder, DATA, models=["content"], trials=1, out=tmp_path)
    rest = DATA.where(np.arange(len(DATA.interactions)) > 3).view("en")
    with pytest.raises(ConfigError, match=r" with other data, view, split; "):
        tune(PLAN, rest, models=["ease"], trials=1, split="cold-items", out=tmp_path)
    assert (tmp_path / "tuned.json").read_text() == before


def test_models_that_were_tuned_before_are_kept(tmp_path: Path) -> None:
    both = tuned(trials=2)
    ease = tuned(out=tmp_path, trials=2, models=["ease"])
    plan = (tmp_path / "plans" / "ease.toml").read_text()
    found = tuned(out=tmp_path, trials=2, models=["content"])
    assert found.models == both.models
    assert list(found.trials) == ["content"]
    assert Tuned.load(tmp_path) == replace(found, trials={})
    assert (tmp_path / "plans" / "ease.toml").read_text() == plan
    assert (tmp_path / "plans" / "content.toml").is_file()
    trials = json.loads((tmp_path / "trials.json").read_text())["trials"]
    assert [each["value"] for each in trials["ease"]] == [t.value for t in ease.trials["ease"]]
    assert len(trials["content"]) == 2
    (tmp_path / "plans" / "content.toml").unlink()
    assert tuned(out=tmp_path, trials=1, models=["ease"]).models["ease"].trials == 1
    assert [file.name for file in (tmp_path / "plans").iterdir()] == ["ease.toml"]


def test_trials_that_cannot_be_read_are_not_written_over(tmp_path: Path) -> None:
    tuned(out=tmp_path, trials=1, models=["ease"])
    for text in ("{", "[]", "{}"):
        (tmp_path / "trials.json").write_text(text)
        with pytest.raises(
            DataError, match=r"trials.json is not what polyrec tune writes: .*; nam"
        ):
            tuned(out=tmp_path, trials=1, models=["content"])
        assert (tmp_path / "trials.json").read_text() == text


def test_vectors_are_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    encode = Hashing.encode
    monkeypatch.setattr(
        Hashing, "encode", lambda *args, **kwargs: made.append(1) or encode(*args, **kwargs)
    )
    tuned(models=["content", "hybrid"], trials=2)
    once = len(made)
    tuned(models=["content", "hybrid"], trials=4)
    assert len(made) == 2 * once


def test_an_encoder_that_fails_is_no_trial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*args: Any, **kwargs: Any) -> np.ndarray:
        raise EngineError("no answer")

    with monkeypatch.context() as patched:
        patched.setattr(Hashing, "_encode", fails)
        with pytest.raises(EngineError, match="no answer"):
            tuned(out=tmp_path)
        assert values(tuned(out=tmp_path, models=["ease"])) == values(tuned(models=["ease"]))
    assert tuned(out=tmp_path).models["content"].trials == 5


def test_what_is_written_can_be_used(tmp_path: Path) -> None:
    found = tuned(out=tmp_path)
    assert replace(found, trials={}) == Tuned.load(tmp_path)
    for name, model in found.models.items():
        plan = Plan.load(tmp_path / "plans" / f"{name}.toml")
        assert plan.recommender == build("recommender", dict(model.recommender))
        assert plan.encoder == PLAN.encoder
        assert polyrec.evaluate(polyrec.fit(TRAIN, plan), TEST).value("ndcg") > 0
    document = json.loads((tmp_path / "trials.json").read_text())
    assert document["objective"] == "both"
    assert [trial["value"] for trial in document["trials"]["ease"]] == [
        trial.value for trial in found.trials["ease"]
    ]


def test_trials_that_a_model_refuses_are_counted_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    space = {"memory_limit_gb": Between(1e-9, 1.0, log=True)}
    monkeypatch.setattr(Ease, "search_space", space)
    found = tuned(out=tmp_path, trials=8)
    refused = [trial for trial in found.trials["ease"] if trial.refused]
    assert 0 < len(refused) < 8
    assert "ease would need" in refused[0].refused
    assert found.models["ease"].trials == 8
    monkeypatch.setattr(Ease, "search_space", {})
    monkeypatch.setattr(Ease, "_check_memory", _refuse)
    found = tuned(out=tmp_path, trials=8)
    assert list(found.models) == ["content"]
    assert "null" in (tmp_path / "trials.json").read_text()


def _refuse(self: Ease, side: int) -> None:
    raise ConfigError("too large")


def test_what_a_contender_sets_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    (model,) = tuned(models=["hybrid-raw-sharp"], trials=2).models.values()
    assert model.recommender["sharpness"] == 40.0
    sharp = tuned(models=["hybrid-raw-sharp"], trials=2).trials["hybrid-raw-sharp"][1]
    assert sharp.settings.keys() == Hybrid.search_space.keys() - {"sharpness"}


def test_all_that_can_be_tuned_is_by_default() -> None:
    found = tuned(models=None, trials=1)
    assert {"popularity", "ease", "content", "hybrid"} <= set(found.models)
    assert not {"content-raw", "hybrid-en", "section-only"} & set(found.models)


def test_what_cannot_be_tuned_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="no model to compare is named 'eas'"):
        tuned(models=["eas"])
    with pytest.raises(UnknownNameError, match="no objective is named 'test'"):
        tuned(objective="test")
    with pytest.raises(ConfigError, match=r"^trials is 0; give at least 1$"):
        tuned(trials=0)
    with pytest.raises(ConfigError, match=r"^the plan has no encoder to tune with; add"):
        tune(replace(PLAN, encoder=None), DATA)
    few = DATA.where(np.arange(len(DATA.interactions)) < 3)
    with pytest.raises(DataError, match=r"^the training part is too small to hold anything out"):
        tune(PLAN, few, models=["ease"])
