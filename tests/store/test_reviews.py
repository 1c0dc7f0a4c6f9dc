from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from polyrec.core.errors import DataError, UnknownIdError
from polyrec.store.memory import BY_A_PERSON, Memory, Remembered
from polyrec.store.review import APPROVED, EDITED, OPEN, REJECTED, TAKEN, Filter, Review
from polyrec.store.reviews import Reviews

if TYPE_CHECKING:
    from polyrec.store.database import Database

SAW = Remembered("sow", "engine", 0.3)


@pytest.fixture
def reviews(database: Database) -> Reviews:
    """A queue with one review, whose translation is in the memory of `x` too."""
    Memory(database, "de", "en", "x").remember({"Säge": SAW})
    reviews = Reviews(database)
    assert reviews.queue({"Säge": SAW}, source="de", target="en") == 1
    return reviews


def only(reviews: Reviews) -> Review:
    (found,) = reviews.page()
    return found


def recalled(database: Database, fingerprint: str = "x") -> Remembered | None:
    return Memory(database, "de", "en", fingerprint).recall(["Säge"]).get("Säge")


def test_what_is_queued_is_open_and_holds_all_that_is_known(reviews: Reviews) -> None:
    found = only(reviews)
    assert (found.source_text, found.source, found.target) == ("Säge", "de", "en")
    assert (found.text, found.engine, found.quality, found.error) == ("sow", "engine", 0.3, "")
    assert (found.state, found.reviewer, found.result) == (OPEN, "", "")
    assert reviews.get(found.id) == found
    assert [each.action for each in reviews.history(found.id)] == ["queued"]


def test_the_same_translation_is_queued_once_even_after_a_decision(reviews: Reviews) -> None:
    assert reviews.queue({"Säge": SAW}, source="de", target="en") == 0
    reviews.reject(only(reviews).id, "ada")
    assert reviews.queue({"Säge": SAW}, source="de", target="en") == 0
    assert reviews.queue({"Säge": SAW}, source="de", target="fr") == 1
    assert reviews.queue({"Säge": Remembered("saw", "y")}, source="de", target="en") == 1


def test_what_has_no_translation_is_queued_without_text_and_comes_first(reviews: Reviews) -> None:
    failed = Remembered("Hobel", "", error="no engine")
    reviews.queue(
        {"Hobel": failed, "Flöte": Remembered("flute", "e", 0.1)}, source="de", target="en"
    )
    assert [each.source_text for each in reviews.page()] == ["Hobel", "Flöte", "Säge"]
    first = reviews.page(limit=1)[0]
    assert (first.text, first.error) == ("", "no engine")
    with pytest.raises(DataError, match=f"review {first.id} has no text to be approved; edit it"):
        reviews.approve(first.id, "ada")
    assert reviews.edit(first.id, "ada", "plane").result == "plane"


def test_an_approved_text_wins_whatever_the_translator(
    reviews: Reviews, database: Database
) -> None:
    done = reviews.approve(only(reviews).id, "ada")
    assert (done.state, done.reviewer, done.result) == (APPROVED, "ada", "sow")
    for fingerprint in ("x", "y"):
        assert recalled(database, fingerprint) == Remembered("sow", "engine", 0.3, approved=True)
    assert Memory(database, "de", "fr", "x").recall(["Säge"]) == {}


def test_an_edited_text_wins_and_is_a_persons(reviews: Reviews, database: Database) -> None:
    done = reviews.edit(only(reviews).id, "ada", "saw")
    assert (done.state, done.text, done.result) == (EDITED, "sow", "saw")
    assert recalled(database, "y") == Remembered("saw", BY_A_PERSON, approved=True)


def test_a_rejected_text_is_out_of_use_whatever_makes_it(
    reviews: Reviews, database: Database
) -> None:
    done = reviews.reject(only(reviews).id, "ada")
    assert (done.state, done.result) == (REJECTED, "")
    other = Memory(database, "de", "en", "y")
    other.remember({"Säge": Remembered("sow", "other")})
    for fingerprint in ("x", "y"):
        found = recalled(database, fingerprint)
        assert found is not None
        assert found.rejected
    Memory(database, "de", "en", "z").remember({"Säge": Remembered("saw", "other")})
    assert recalled(database, "z") == Remembered("saw", "other")


def test_a_decision_can_be_made_again_and_every_change_is_kept(
    reviews: Reviews, database: Database
) -> None:
    number = only(reviews).id
    reviews.take("ada", number=number)
    reviews.edit(number, "ada", "saw")
    reviews.reject(number, "bob")
    found = recalled(database)
    assert found is not None
    assert found.rejected
    assert recalled(database, "y") is None
    reviews.edit(number, "eve", "hand saw")
    assert recalled(database, "y") == Remembered("hand saw", BY_A_PERSON, approved=True)
    reviews.approve(number, "eve")
    assert recalled(database) == Remembered("sow", "engine", 0.3, approved=True)
    lines = [(c.reviewer, c.action, c.before, c.after) for c in reviews.history(number)]
    assert lines == [
        ("", "queued", "", "sow"),
        ("ada", "taken", "", ""),
        ("ada", "edited", "", "saw"),
        ("bob", "rejected", "saw", ""),
        ("eve", "edited", "", "hand saw"),
        ("eve", "approved", "hand saw", "sow"),
    ]


def test_rejecting_one_translation_leaves_anothers_approval(
    reviews: Reviews, database: Database
) -> None:
    reviews.queue({"Säge": Remembered("saw", "y", 0.4)}, source="de", target="en")
    first, second = reviews.page()
    reviews.approve(second.id, "ada")
    reviews.reject(first.id, "ada")
    assert recalled(database) == Remembered("saw", "y", 0.4, approved=True)


def test_what_is_taken_is_not_for_others_until_its_time_is_over(reviews: Reviews) -> None:
    number = only(reviews).id
    taken = reviews.take("ada")
    assert taken is not None
    assert (taken.id, taken.state, taken.reviewer) == (number, TAKEN, "ada")
    assert reviews.take("bob") is None
    said = rf"review {number} is taken by ada until \S+; take another one"
    for decide in (
        lambda: reviews.take("bob", number=number),
        lambda: reviews.approve(number, "bob"),
        lambda: reviews.edit(number, "bob", "saw"),
        lambda: reviews.reject(number, "bob"),
    ):
        with pytest.raises(DataError, match=said):
            decide()
    assert reviews.count(Filter((OPEN,))) == 0
    assert reviews.count(Filter((TAKEN,))) == 1
    reviews.take("ada", number=number, for_s=0)
    assert reviews.count(Filter((OPEN,))) == 1
    assert reviews.count(Filter((TAKEN,))) == 0
    again = reviews.take("bob")
    assert again is not None
    assert again.reviewer == "bob"
    with pytest.raises(DataError, match="is taken by bob"):
        reviews.approve(number, "ada")


def test_what_was_decided_is_not_taken(reviews: Reviews) -> None:
    number = only(reviews).id
    reviews.approve(number, "ada")
    assert reviews.take("bob") is None
    with pytest.raises(DataError, match=f"review {number} was approved by ada; approve, edit or"):
        reviews.take("bob", number=number)


def test_a_reviewer_needs_a_name_and_a_review_must_exist(reviews: Reviews) -> None:
    with pytest.raises(DataError, match="the reviewer has no name; give --reviewer"):
        reviews.approve(only(reviews).id, " ")
    for call in (
        lambda: reviews.get(99),
        lambda: reviews.take("ada", number=99),
        lambda: reviews.reject(99, "ada"),
    ):
        with pytest.raises(UnknownIdError, match="no review has the id '99'; see polyrec review"):
            call()


def fill(reviews: Reviews, n: int) -> None:
    made = {f"Text {i}": Remembered(f"text {i}", "engine", 0.2) for i in range(n)}
    reviews.queue(made, source="de", target="en")


def test_threads_that_take_at_once_never_take_the_same(reviews: Reviews) -> None:
    fill(reviews, 39)
    ready = threading.Barrier(4)

    def work(name: str) -> list[int]:
        ready.wait()
        found = []
        while (taken := reviews.take(name)) is not None:
            found.append(taken.id)
        return found

    with ThreadPoolExecutor(4) as pool:
        taken = [number for found in pool.map(work, "abcd") for number in found]
    assert len(taken) == 40
    assert len(set(taken)) == 40


PROCESS = """
import json, sys, time
from polyrec.core.errors import DataError
from polyrec.store.database import Database
from polyrec.store.reviews import Reviews

reviews, name = Reviews(Database(sys.argv[1])), sys.argv[3]
taken, won = [], []
time.sleep(max(0, float(sys.argv[2]) - time.time()))
for number in range(1, 11):  # all want the same ones
    try:
        reviews.take(name, number=number)
        won.append(number)
    except DataError:
        pass
while (one := reviews.take(name)) is not None:
    taken.append(one.id)
print(json.dumps([won, taken]))
"""


def test_processes_that_take_at_once_never_take_the_same(
    reviews: Reviews, database_url: str
) -> None:
    fill(reviews, 29)
    together = str(time.time() + 2)
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", PROCESS, database_url, together, name],
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ("ada", "bob", "eve")
    ]
    answers = [json.loads(worker.communicate(timeout=60)[0]) for worker in workers]
    won = [number for found, _ in answers for number in found]
    taken = [number for _, found in answers for number in found]
    assert sorted(won) == list(range(1, 11))
    assert sorted(won + taken) == list(range(1, 31))


def test_reviews_are_filtered_by_state_and_languages_and_paged(reviews: Reviews) -> None:
    fill(reviews, 5)
    for source, target in (("pt-BR", "en"), ("pt", "de")):
        reviews.queue({"serra": Remembered("saw", "e", 0.5)}, source=source, target=target)
    assert reviews.count() == 8
    assert reviews.count(Filter(sources=["pt"])) == 2
    assert reviews.count(Filter(sources=["pt"], targets=["en"])) == 1
    assert reviews.count(Filter(sources=["fr"])) == 0
    pages = [reviews.page(limit=3, offset=offset) for offset in (0, 3, 6)]
    assert [len(page) for page in pages] == [3, 3, 2]
    assert len({each.id for page in pages for each in page}) == 8
    everything = list(reviews.each())
    assert [each.id for each in everything] == sorted(each.id for page in pages for each in page)
    some = list(reviews.each(after=everything[2].id, limit=4))
    assert some == everything[3:7]
    reviews.approve(everything[0].id, "ada")
    assert [each.id for each in reviews.each(Filter((APPROVED, EDITED)))] == [everything[0].id]


def test_all_reviews_are_given_block_by_block(
    reviews: Reviews, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("polyrec.store.reviews.BLOCK", 2)
    fill(reviews, 5)
    assert [each.id for each in reviews.each()] == [1, 2, 3, 4, 5, 6]
    assert [each.id for each in reviews.each(limit=5)] == [1, 2, 3, 4, 5]


ACTION = st.tuples(
    st.sampled_from(["take", "approve", "edit", "reject"]), st.sampled_from(["ada", "bob"])
)


@settings(
    max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(st.lists(ACTION, max_size=6))
def test_whatever_is_done_history_only_grows_and_says_what_is_in_use(
    database: Database, actions: list[tuple[str, str]]
) -> None:
    reviews = Reviews(database)
    text = f"Säge {reviews.count()}"
    made = Remembered("sow", "engine", 0.3)
    Memory(database, "de", "en", "x").remember({text: made})
    reviews.queue({text: made}, source="de", target="en")
    number = max(each.id for each in reviews.each())
    before = reviews.history(number)
    for action, name in actions:
        extra = {"edit": ("saw",)}.get(action, ())
        try:
            if action == "take":
                reviews.take(name, number=number)
            else:
                getattr(reviews, action)(number, name, *extra)
        except DataError:
            assert reviews.history(number) == before
            continue
        after = reviews.history(number)
        assert after[:-1] == before
        assert after[-1].reviewer == name
        before = after
    last, now = before[-1], reviews.get(number)
    found = Memory(database, "de", "en", "x").recall([text])[text]
    if last.action in ("approved", "edited"):
        assert found.text == last.after == now.result
        assert found.approved
    if last.action == "rejected":
        assert found.rejected


@pytest.mark.parametrize("number", [0, -1, 2**63, 10**30])
def test_a_number_that_no_row_can_have_is_not_known(reviews: Reviews, number: int) -> None:
    for ask in (reviews.get, lambda n: reviews.approve(n, "ada")):
        with pytest.raises(UnknownIdError, match=f"^no review has the id '{number}'"):
            ask(number)


def test_a_reviewer_whose_name_no_database_can_hold_gets_one_that_it_can(reviews: Reviews) -> None:
    taken = reviews.take("ada\udcff")
    assert taken is not None
    assert taken.reviewer == "ada?"
    assert reviews.edit(taken.id, "ada\udcff", "saw").reviewer == "ada?"
