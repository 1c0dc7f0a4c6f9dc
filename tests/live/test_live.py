from __future__ import annotations

import gc
from threading import Event as Flag
from typing import TYPE_CHECKING, Any

import pytest

import polyrec
from polyrec.core.errors import EngineError
from polyrec.core.types import Query
from polyrec.live.catalog import to_catalog, to_items
from polyrec.live.feedback import Feedback
from polyrec.live.live import Live
from polyrec.live.models_folder import Loaded, ModelsFolder
from polyrec.live.overlay import Overlaid
from polyrec.live.people import NOBODY, Person
from polyrec.live.start import start
from polyrec.pipeline.plan import Plan
from polyrec.store.database import Database
from polyrec.store.event import Event
from polyrec.store.items import Item
from polyrec.store.users import User
from polyrec.store.versions import Versions
from polyrec.testing.unpacked import unpacked
from polyrec.testing.worlds import two_camps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from polyrec.core.types import Suggestion
    from polyrec.data.dataset import Dataset
    from polyrec.pipeline.learned import Learned


def ask(live: Live, user: str, k: int = 3) -> Suggestion:
    return live.answer(Query(user_id=user, k=k))[1]


def ids(answer: Suggestion) -> list[str]:
    return [item.item_id for item in answer.items]


def test_an_event_changes_the_next_answer_of_who_did_it(live: Live) -> None:
    assert ask(live, "new").mode == "popular"
    live.record([Event("new", "flute", "click")])
    answer = ask(live, "new", k=2)
    assert answer.mode == "fold-in"
    assert sorted(ids(answer)) == ["drum", "harp"]


def test_an_event_of_a_known_user_joins_what_the_model_knows(live: Live) -> None:
    assert "plane" in ids(ask(live, "ada", k=2))
    live.record([Event("ada", "plane", "purchase")])
    answer = ask(live, "ada", k=1)
    assert answer.mode == "personal"
    assert ids(answer) == ["chisel"]


def test_what_somebody_dislikes_is_not_shown_and_does_not_count(live: Live) -> None:
    live.record([Event("ada", "saw", "dislike")])
    assert ask(live, "ada").mode == "popular"
    assert "saw" not in ids(ask(live, "ada", k=6))
    live.record([Event("eve", "harp", "dislike")])
    assert ids(ask(live, "eve", k=1)) == ["drum"]


def test_an_event_about_an_item_that_no_model_knows_is_kept_and_harms_nobody(live: Live) -> None:
    live.record([Event("ada", "kettle", "purchase"), Event("ada", "pan", "dislike")])
    assert ask(live, "ada").mode == "personal"
    assert len(live.events.of("ada")) == 2


def test_what_somebody_says_about_themselves_counts(live: Live) -> None:
    live.put_users([User("new", "music", "en")])
    answer = ask(live, "new")
    assert answer.mode == "text"
    assert sorted(ids(answer)) == ["drum", "flute", "harp"]


def test_who_is_deleted_is_a_stranger(live: Live) -> None:
    live.put_users([User("new", "music", "en")])
    live.record([Event("new", "flute", "click")])
    live.delete_user("new", actor="test")
    assert ask(live, "new").mode == "popular"


def test_a_new_item_is_recommended_once_its_text_has_arrived(live: Live) -> None:
    live.put_items([Item("lute", {"en": "lute for music"})]).result()
    assert "lute" in ids(ask(live, "eve"))
    live.record([Event("new", "lute", "click")])
    assert ask(live, "new").mode == "fold-in"


def test_a_new_text_of_a_known_item_is_shown(live: Live) -> None:
    live.put_items([Item("harp", {"de": "Harfe", "en": "a harp"})]).result()
    (harp,) = (item for item in ask(live, "eve").items if item.item_id == "harp")
    assert (harp.language, harp.text) == ("de", "Harfe")


def test_a_deleted_item_is_shown_no_more_until_it_comes_back(live: Live) -> None:
    harp = Item("harp", {"en": "harp for music"})
    live.put_items([harp])
    assert live.delete_items(["harp", "nothing"]) == 1
    assert "harp" not in ids(ask(live, "eve", k=6))
    assert "harp" not in [found.item_id for found in live.serving().service.similar("flute")]
    live.put_items([harp]).result()
    assert "harp" in ids(ask(live, "eve", k=6))


def test_a_model_that_is_taken_shows_the_items_of_the_database_and_no_others(
    live: Live, shop: Dataset, learned: Learned
) -> None:
    kept = [item for item in to_items(shop.catalog) if item.id != "drum"]
    live.items.put([*kept, Item("lute", {"en": "lute for music"})])
    row = Versions(live.database).add("model-1", "1" * 64)
    live.take(Loaded(learned, row, made=0.0, last_forgotten=0))
    assert live.serving().version == "1" * 64
    assert sorted(ids(ask(live, "eve", k=9))) == ["chisel", "harp", "lute", "plane", "saw"]


def test_what_was_fitted_is_not_changed_by_items_that_come_later(
    live: Live, learned: Learned
) -> None:
    before = live.serving()
    live.put_items([Item("lute", {"en": "lute for music"})]).result()
    assert len(learned.catalog) == len(before.service.learned.catalog) == 6
    assert len(before.service.recommend(Query(user_id="eve", k=9)).items) == 5


def test_a_catalog_and_its_items_are_the_same(shop: Dataset) -> None:
    assert to_catalog([*to_items(shop.catalog)]) == shop.catalog


def test_without_a_model_nothing_is_answered_and_events_are_kept(database_url: str) -> None:
    live = Live(Database())
    with pytest.raises(EngineError, match="no model is loaded"):
        live.answer(Query(user_id="ada"))
    live.record([Event("ada", "saw", "view")])
    live.put_items([Item("saw", {"en": "saw"})]).result()
    live.close()


@pytest.fixture
def served(
    models: ModelsFolder, database: Database, fit_model: Callable[[str], Path]
) -> Iterator[Live]:
    """A model in service that lies in a folder of models."""
    live = Live(database, models=models)
    live.take(start(models, live.items, fit_model("user-knn")))
    yield live
    live.close()


def test_nothing_of_a_user_who_is_deleted_is_in_memory_or_on_disk(
    served: Live, models: ModelsFolder
) -> None:
    served.record([Event("u17", "i4", "click")])
    before = served.serving()
    assert served.answer(Query(user_id="u17"))[1].mode == "personal"
    served.delete_user("u17", actor="test")
    model, answer = served.answer(Query(user_id="u17"))
    assert answer.mode == "popular"
    assert "u17" not in model.service.learned.users
    assert len(model.service.learned.histories) == 39
    assert b"u17" not in unpacked(models.root)
    row = models.versions.active()
    assert row is not None
    assert (model.number, model.version) == (row.number, row.hash)
    assert model.version != before.version
    assert models.load(row.number).learned.users == model.service.learned.users
    # who had begun to be answered is answered by what was there then
    assert before.service.recommend(Query(user_id="u17")).mode == "personal"


def test_who_is_deleted_while_items_are_taken_in_stays_deleted(
    served: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = Overlaid.put
    begun, deleted = Flag(), Flag()

    def slow(self: Overlaid, items: Any) -> Overlaid:
        found = put(self, items)
        begun.set()
        assert deleted.wait(10)
        return found

    monkeypatch.setattr(Overlaid, "put", slow)
    future = served.put_items([Item("i3", {"en": "another text"})])
    assert begun.wait(10)
    served.delete_user("u17", actor="test")
    version = served.serving().version
    deleted.set()
    future.result()
    model = served.serving()
    assert "u17" not in model.service.learned.users
    assert model.service.learned.catalog.text[3] == "another text"
    assert model.version == version


def test_who_is_deleted_while_another_model_is_taken_stays_deleted(
    served: Live, models: ModelsFolder, fit_model: Callable[[str], Path]
) -> None:
    other = models.register(fit_model("content"))
    loaded = models.load(other.number)
    served.delete_user("u3", actor="test")
    assert "u3" in loaded.learned.users
    served.take(loaded)
    model = served.serving()
    assert model.number == other.number
    assert "u3" not in model.service.learned.users


def test_who_asks_is_at_hand_once_they_were_read(live: Live) -> None:
    live.put_users([User("zoe", "flute for music", "en")])
    assert live.at_hand(Query(history=("saw",))) == NOBODY
    assert live.at_hand(Query(user_id="zoe")) is None
    read = live.who_asks(Query(user_id="zoe"))
    assert read.text == "flute for music"
    assert live.at_hand(Query(user_id="zoe")) is read
    live.record([Event("zoe", "plane", "purchase")])
    assert live.at_hand(Query(user_id="zoe")) is None


def test_an_answer_rests_on_what_was_read_before_it(live: Live) -> None:
    person = Person(Feedback(("flute",), (1.0,)))
    _, answer = live.answer(Query(user_id="new", k=2), person)
    assert answer.mode == "fold-in"
    assert sorted(ids(answer)) == ["drum", "harp"]


def test_what_makes_a_model_fast_is_worked_out_behind_each_that_answers(
    live: Live, learned: Learned, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[object] = []

    def note(recommender: object) -> None:
        done.append(recommender)

    monkeypatch.setattr(type(learned.plan.recommender), "_work_ahead", note)
    live.put_items([Item("oboe", {"en": "oboe for music"})]).result()
    live.current._ahead.submit(str).result()
    assert done[-1] is live.serving().service.learned.plan.recommender


def test_work_ahead_that_fails_is_told_and_the_model_answers(
    live: Live, learned: Learned, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(type(learned.plan.recommender), "_work_ahead", fails)
    live.current.model = live.serving()
    live.current._ahead.submit(str).result()
    assert live.fault == "MemoryError"
    assert ask(live, "ada").items


def test_a_model_of_stars_is_told_stars(database: Database, tmp_path: Path) -> None:
    rated = two_camps(others=0.4).dataset
    plan = Plan.from_table({"recommender": {"use": "biased-mf", "factors": 4}})
    polyrec.fit(rated, plan).save(tmp_path / "model")
    models = ModelsFolder(tmp_path / "models", database)
    live = Live(database, models=models)
    live.take(start(models, live.items, tmp_path / "model"))
    stars = [Event("new", f"i{i}", "rating", rating=5 if i % 2 else 1) for i in range(12)]
    live.record([*stars, Event("new", "i20", "click")])
    _, answer = live.answer(Query(user_id="new", k=5))
    assert answer.mode == "fold-in"
    assert {int(item[1:]) % 2 for item in ids(answer)} == {1}
    assert all(item.score > 3 for item in answer.items)
    live.close()


def test_whoever_is_deleted_takes_what_was_asked_out_of_memory(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = live.serving().service.learned.plan
    cleared: list[str] = []
    monkeypatch.setattr(type(plan.encoder), "forget_queries", lambda _: cleared.append("all"))
    live.delete_user("ada", actor="test")
    assert cleared == ["all"]


def test_the_garbage_collector_does_not_look_through_a_model_that_serves(served: Live) -> None:
    learned = served.serving().service.learned
    assert gc.is_tracked(learned)
    assert not any(each is learned for each in gc.get_objects())
    gc.unfreeze()
    assert any(each is learned for each in gc.get_objects())
