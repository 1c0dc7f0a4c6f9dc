from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

import polyrec
from polyrec.core.errors import DataError, UnknownIdError
from polyrec.core.types import IdMap
from polyrec.data.catalog import Catalog
from polyrec.data.dataset import Dataset
from polyrec.data.interactions import Interactions
from polyrec.evaluation.protocol import measure
from polyrec.evaluation.rows import to_json
from polyrec.pipeline.fitted import Fitted, fit
from polyrec.pipeline.plan import Plan
from polyrec.testing.worlds import translated

if TYPE_CHECKING:
    from polyrec.evaluation.evaluate import Evaluation

DATA = translated().view("one-language")
TRAIN, TEST = DATA.split(seed=0)
PLAN = {"encoder": "hashing", "debias": "language-mean", "recommender": "content"}


def same(one: Evaluation, other: Evaluation) -> bool:
    return to_json(one.rows) == to_json(other.rows)


@pytest.fixture(scope="module")
def rec() -> Fitted:
    return fit(TRAIN, Plan.from_table(PLAN), seed=2)


def test_it_is_a_public_name_though_packages_of_like_names_are_imported() -> None:
    code = (
        "import polyrec, polyrec.evaluation.protocol, polyrec.evaluation.evaluate\n"
        "import polyrec.cli.evaluate\n"
        "assert callable(polyrec.evaluate), polyrec.evaluate\n"
        "from polyrec import evaluate\n"
        "assert evaluate is polyrec.evaluation.evaluate.evaluate"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.returncode == 0


def test_it_gives_what_the_protocol_gives_with_intervals(rec: Fitted) -> None:
    found = polyrec.evaluate(rec, TEST, k=10)
    outcome = measure(
        rec.learned.plan.recommender,
        TRAIN.histories,
        TEST.histories,
        DATA.catalog.languages,
        vectors=rec.learned.vectors,
        k=10,
        seed=2,
    )
    assert ("all", "diversity") in outcome.per_user
    for (part, name), values in outcome.per_user.items():
        assert found.value(name, slice=part) == pytest.approx(np.nanmean(values))
    for name, value in outcome.of_all_lists.items():
        assert found.value(name) == value
    assert found.value("ndcg") > 0.5
    for row in found.rows:
        place = (row.dataset, row.view, row.split, row.seed, row.model, row.k)
        assert place == ("translated", "one-language", "given", 2, "content", 10)
        assert row.measure in outcome.of_all_lists or row.low <= row.value <= row.high
    assert np.isnan(found.value("ndcg", slice="history:50+"))
    assert np.isnan(found.value("never heard of"))


def test_it_prints_as_a_table_and_is_a_frame(rec: Fitted) -> None:
    found = polyrec.evaluate(rec, TEST, k=10)
    lines = str(found).splitlines()
    assert lines[0].split() == ["slice", "measure", "value", "95", "%", "interval", "users"]
    (ndcg,) = (line for line in lines if line.startswith("all") and "ndcg@10" in line)
    assert f"{found.value('ndcg'):.3f}" in ndcg
    assert "nan" not in str(found)
    frame = found.frame()
    assert isinstance(frame, pl.DataFrame)
    assert len(frame) == len(found.rows)
    assert frame.columns[:3] == ["dataset", "view", "split"]


def test_users_and_items_are_known_by_their_ids_whatever_their_order(rec: Fitted) -> None:
    turned = _turned(TEST)
    assert turned.interactions.users.names[0] == "u39"
    assert same(polyrec.evaluate(rec, turned), polyrec.evaluate(rec, TEST))


def _turned(data: Dataset) -> Dataset:
    """Give the same data with users and items in the opposite order."""
    names, ids = data.interactions.users.names, data.catalog.ids.names
    catalog = Catalog.from_texts(ids[::-1], data.catalog.texts[::-1])
    pairs = [
        (names[user], len(ids) - 1 - item)
        for user, item in zip(
            data.interactions.user.tolist(), data.interactions.item.tolist(), strict=True
        )
    ]
    return Dataset(catalog, Interactions.from_pairs(pairs, users=names[::-1]))


def test_users_who_are_not_known_are_left_out(rec: Fitted) -> None:
    names = tuple(f"x{i}" if i < 30 else f"u{i}" for i in range(40))
    some = replace(TEST, interactions=replace(TEST.interactions, users=IdMap(names)))
    found = polyrec.evaluate(rec, some)
    (row,) = (row for row in found.rows if (row.slice, row.measure) == ("all", "ndcg"))
    assert row.n == 10


def test_nobody_known_is_refused(rec: Fitted) -> None:
    strangers = IdMap(tuple(f"x{i}" for i in range(40)))
    some = replace(TEST, interactions=replace(TEST.interactions, users=strangers))
    with pytest.raises(
        DataError, match=r"^nobody in the test data is known; test on users of the training$"
    ):
        polyrec.evaluate(rec, some)


def test_an_item_that_is_not_known_is_refused_only_if_it_was_chosen(rec: Fitted) -> None:
    new = Catalog.from_texts(["new"], [{"de": "x"}])
    wider = replace(TEST, catalog=TEST.catalog.joined(new))
    assert same(polyrec.evaluate(rec, wider), polyrec.evaluate(rec, TEST))
    events = wider.interactions
    chosen = replace(events, item=np.where(np.arange(len(events)) == 0, 60, events.item))
    with pytest.raises(UnknownIdError, match=r"^no item has the id 'new'$"):
        polyrec.evaluate(rec, replace(wider, interactions=chosen))


def test_what_was_seen_in_training_is_no_test(rec: Fitted) -> None:
    for seen, n in ((TRAIN, len(TEST.interactions)), (DATA, 0)):
        with pytest.raises(
            DataError,
            match=rf"^{len(DATA.interactions) - len(TEST.interactions)} of "
            rf"{len(DATA.interactions) - n} test interactions stand in the training data too, "
            r"such as one with item '.*'; learn from one side of Dataset.split, and test on the",
        ):
            polyrec.evaluate(rec, seen)


def test_a_version_of_what_was_seen_in_training_is_no_test() -> None:
    works = tuple(f"w{item // 20}" for item in range(len(DATA.catalog)))
    catalog = replace(DATA.catalog, attributes={"work": works})
    train, test = (replace(side, catalog=catalog) for side in (TRAIN, TEST))
    with pytest.raises(DataError, match=r"with a work of which the same user has another version"):
        polyrec.evaluate(fit(train, Plan.from_table(PLAN)), test)
    train, test = replace(DATA, catalog=catalog).split(seed=0)
    assert polyrec.evaluate(fit(train, Plan.from_table(PLAN)), test).value("ndcg") > 0


def test_new_items_count_once_they_are_added(rec: Fitted) -> None:
    own = fit(TRAIN, Plan.from_table(PLAN))
    new = Catalog.from_texts(["new"], [{"en": DATA.catalog.texts[0][DATA.catalog.language[0]]}])
    own.add_items(new)
    events = Interactions.from_pairs([("u0", 0)], users=["u0"])
    found = polyrec.evaluate(own, Dataset(new, events), k=60)
    assert found.value("recall", slice="unseen-item") == 1.0
