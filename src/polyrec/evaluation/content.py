"""What a report shows, before anything is drawn."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from polyrec.core.types import Doubles, Floats, Integers, Strings, SuggestedItem, Suggestion
    from polyrec.evaluation.rows import Row


@dataclass(frozen=True, eq=False)
class Exposure:
    """Who is shown which language.

    Attributes:
        languages: tags in order of their share in the catalog, largest first, shape (languages,).
        catalog_share: share of the catalog in each language, shape (languages,).
        shares: main language of the history (rows) x language recommended (columns), rows sum to
            one; a row without users is NaN. Shape (languages, languages).
        n_users: users with each main language, shape (languages,).
    """

    languages: Strings
    catalog_share: Doubles
    shares: Doubles
    n_users: Integers


@dataclass(frozen=True, eq=False)
class SpaceMap:
    """Items in two dimensions, before and after debiasing.

    Attributes:
        before: shape (items, 2).
        after: shape (items, 2).
        languages: shape (items,).
    """

    before: Floats
    after: Floats
    languages: Strings


@dataclass(frozen=True)
class Card:
    """One user: some of what they know, and what they get."""

    user_id: str
    n_history: int
    history: tuple[SuggestedItem, ...]
    suggestion: Suggestion


@dataclass(frozen=True)
class Content:
    """Everything on a report.

    Attributes:
        title: the report's heading.
        lead: one or two sentences below it.
        rows: everything measured.
        models: the models' names in the order of the table, each with one line on what it is.
        exposure: by model name; may be empty.
        space: the 2-D maps, or None.
        curves: of models that learned in epochs, by name: epoch, loss and nDCG on what was held out
            inside the training data (NaN where unknown), shape (epochs, 3).
        cards: some users.
        facts: label and value of what was used: data, seeds, texts per second, peak memory ...
    """

    title: str
    lead: str
    rows: Sequence[Row]
    models: Mapping[str, str]
    exposure: Mapping[str, Exposure] = field(default_factory=dict)
    space: SpaceMap | None = None
    curves: Mapping[str, Floats] = field(default_factory=dict)
    cards: tuple[Card, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
