from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl
import pytest

from polyrec.core.errors import ConfigError, DataError
from polyrec.core.types import Histories, IdMap, Query
from polyrec.llm.scripted import Scripted
from polyrec.pipeline import everyone as module
from polyrec.pipeline.everyone import everyone, write_everyone
from polyrec.pipeline.fitted import fit
from polyrec.pipeline.plan import Plan
from polyrec.pipeline.service import Service
from polyrec.rank.llm_rerank import UNJUDGED, LlmRerank
from polyrec.testing.worlds import two_camps

if TYPE_CHECKING:
    from pathlib import Path

RANKERS = ["prefer-languages", "language-mix", "diversity", "one-per-work"]


def service(recommender: str = "content", ranker: str = "prefer-languages") -> Service:
    """Fit on two camps, and add a user who has nothing and one who has all but one item."""
    table = {"encoder": "hashing", "recommender": recommender, "ranker": ranker}
    learned = fit(two_camps().dataset, Plan.from_table(table)).learned
    lists = [learned.histories.items_of(user).tolist() for user in range(len(learned.users))]
    lists += [[], list(range(39))]
    histories = Histories.from_lists(lists, n_items=40)
    users = IdMap((*learned.users.names, "nobody", "collector"))
    return Service(replace(learned, histories=histories, users=users))


def one_by_one(asked: Service, k: int) -> list[tuple[str, str, int, float, str]]:
    return [
        (user, item.item_id, rank, pytest.approx(item.score, rel=1e-4), answer.mode)
        for user in asked.learned.users.names
        for answer in [asked.recommend(Query(user_id=user, k=k))]
        for rank, item in enumerate(answer.items, start=1)
    ]


@pytest.mark.parametrize("ranker", RANKERS)
@pytest.mark.parametrize("recommender", ["content", "item-knn", "popularity"])
def test_everyone_gets_what_they_get_alone(
    recommender: str, ranker: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BLOCK", 9)
    asked = service(recommender, ranker)
    write_everyone(asked, tmp_path / "all.parquet", k=6)
    assert pl.read_parquet(tmp_path / "all.parquet").rows() == one_by_one(asked, 6)


def test_lists_longer_than_the_catalog_end_with_it() -> None:
    asked = service()
    found = pl.concat(everyone(asked, k=100))
    assert found.rows() == one_by_one(asked, 100)
    assert found.filter(pl.col("user_id") == "collector").height == 1


def test_it_is_one_file_of_plain_columns(tmp_path: Path) -> None:
    file = tmp_path / "made" / "all.parquet"
    write_everyone(service(), file, k=3)
    assert file.is_file()
    assert [path.name for path in file.parent.iterdir()] == ["all.parquet"]
    assert pl.read_parquet_schema(file) == module.SCHEMA


def test_what_breaks_off_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, file = service(), tmp_path / "all.parquet"
    write_everyone(asked, file, k=3)
    before = file.read_bytes()

    def broken(*_: object) -> None:
        raise DataError("no more")

    monkeypatch.setattr(module, "BLOCK", 9)
    monkeypatch.setattr(module, "_frame", broken)
    with pytest.raises(DataError, match="no more"):
        write_everyone(asked, file, k=3)
    assert file.read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 1


def test_it_refuses_a_list_of_no_items_before_it_writes(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="k is 0"):
        write_everyone(service(), tmp_path / "all.parquet", k=0)
    assert not list(tmp_path.iterdir())


def test_factor_models_give_everyone_what_they_get_alone() -> None:
    pytest.importorskip("numba", reason="needs the extra als")
    asked = service("text-als")
    found = pl.concat(everyone(asked, k=5))
    assert found.rows() == one_by_one(asked, 5)


def test_what_the_ranker_says_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BLOCK", 9)
    table = {"encoder": "hashing", "recommender": "content"}
    down = {"use": "scripted", "answers": ["!timeout"], "repeat": True}
    ranker = {"use": "llm-rerank", "method": "listwise", "model": down}
    fitted = fit(two_camps().dataset, Plan.from_table({**table, "ranker": ranker}))
    notes = fitted.recommend_everyone(tmp_path / "all.parquet", k=3)
    assert notes.total() == len(fitted.learned.users)
    assert all(note.startswith(UNJUDGED) for note in notes)
    assert not write_everyone(service(), tmp_path / "all.parquet", k=3)


def test_what_the_ranker_says_of_a_list_that_is_not_full_is_counted_too(tmp_path: Path) -> None:
    asked = service()
    down = Scripted(["!timeout"], repeat=True)
    plan = replace(asked.learned.plan, ranker=LlmRerank(down, method="listwise"))
    alone = Service(replace(asked.learned, plan=plan))
    nearly_all = len(alone.learned.catalog) - 5
    notes = write_everyone(alone, tmp_path / "all.parquet", k=nearly_all)
    assert notes.total() == len(alone.learned.users) - 2  # nobody is known, the collector has all
