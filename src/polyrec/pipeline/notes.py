"""What an answer says of itself: why it is less, or other, than was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from polyrec.pipeline.written import says_what_is_wanted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from polyrec.core.types import Mode, Query, SuggestedItem
    from polyrec.pipeline.learned import Learned

TAKEN_FOR = "the text is taken for"
"""Begins a note; behind it stands the language, in quotes, as which a text without tag is read."""

UNTRANSLATED = "the text is read untranslated"
"""Begins the last part of a note; behind it stands what the engine said."""


def notes_on(
    query: Query, mode: Mode, items: Sequence[SuggestedItem], *, learned: Learned
) -> list[str]:
    """Give the notes on an answer by what is learned; none where all is as it was asked for."""
    notes = []
    reads_text = learned.plan.recommender.needs_vectors
    unknown = query.user_id is not None and query.user_id not in learned.users
    if unknown and (mode != "popular" or says_more(query, learned)):
        notes.append(f"user {query.user_id!r} is not known")
    if says_what_is_wanted(query) and not reads_text:
        notes.append("this recommender cannot read texts")
    if mode == "popular":
        notes.append(f"{_why_popular(query, learned)}: these are popular items")
    if n_blank := sum(item.score == 0 for item in items):
        nothing = "nobody has chosen" if mode == "popular" else "nothing speaks for or against"
        notes.append(f"{nothing} {n_blank} of them (score 0)")
    if len(items) < query.k:
        notes.append(f"only {len(items)} of {query.k}: no further item may be shown")
    return notes


def says_more(query: Query, learned: Learned) -> bool:
    """Whether a query says more of who asks than their id, as far as the recommender can read."""
    reads_text = learned.plan.recommender.needs_vectors
    return bool(query.history) or (says_what_is_wanted(query) and reads_text)


def _why_popular(query: Query, learned: Learned) -> str:
    if says_more(query, learned):
        return "what is known of who asks says nothing of what may be shown"
    if query.user_id is None:
        return "nothing is known of who asks"
    user = f"user {query.user_id!r}"
    if query.user_id not in learned.users:
        return f"{user} is not known"
    index = learned.users.index(query.user_id, kind="user")
    if learned.histories.lengths[index]:
        return f"the history of {user} says nothing of what may be shown"
    return f"{user} has no history"
