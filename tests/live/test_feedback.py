from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from polyrec.live.feedback import WEIGHTS, Feedback, feedback_of
from polyrec.store.event import KINDS, RATING, KeptEvent

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def said(*done: tuple[str, str, float | None]) -> Feedback:
    """Say what events mean that came in one after another."""
    return feedback_of(
        KeptEvent(number, "ada", item, kind, stars, NOON, NOON)
        for number, (item, kind, stars) in enumerate(done)
    )


def test_nobody_who_did_nothing_has_said_anything() -> None:
    assert feedback_of([]) == Feedback()


def test_the_strongest_thing_that_was_done_with_an_item_counts() -> None:
    found = said(("saw", "view", None), ("saw", "purchase", None), ("saw", "view", None))
    assert found == Feedback(("saw",), (1.0,))


def test_what_is_done_twice_counts_once() -> None:
    assert said(("saw", "view", None), ("saw", "view", None)).weights == (WEIGHTS["view"],)


def test_three_stars_and_more_are_for_an_item_and_fewer_against_it() -> None:
    found = said(("a", RATING, 3.0), ("b", RATING, 5.0), ("c", RATING, 2.5))
    assert found == Feedback(("a", "b"), (1 / 3, 1.0), ("c",))


def test_the_last_opinion_holds_whatever_was_clicked() -> None:
    assert said(("a", "dislike", None), ("a", RATING, 4.0)).disliked == ()
    assert said(("a", RATING, 4.0), ("a", "click", None), ("a", "dislike", None)).history == ()
    assert said(("a", "dislike", None), ("a", "view", None)).disliked == ("a",)


def test_who_buys_an_item_dislikes_it_no_more() -> None:
    assert said(("a", "dislike", None), ("a", "purchase", None)) == Feedback(("a",), (1.0,))


def test_events_count_in_the_order_in_which_they_came_in_whatever_the_clock_says() -> None:
    late, early = NOON + timedelta(hours=1), NOON
    first = KeptEvent(1, "ada", "a", "dislike", None, late, late)
    second = KeptEvent(2, "ada", "a", RATING, 5.0, early, early)
    assert feedback_of([second, first]) == Feedback(("a",), (1.0,))


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from(KINDS), st.floats(1, 5)), max_size=12
    )
)
def test_an_item_is_chosen_or_disliked_and_never_both(
    done: list[tuple[str, str, float]],
) -> None:
    found = said(*((item, kind, stars if kind == RATING else None) for item, kind, stars in done))
    assert sorted((*found.history, *found.disliked)) == sorted({item for item, _, _ in done})
    assert all(0 < weight <= 1 for weight in found.weights)
