"""Asks a language model which candidates suit whoever asks."""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import rankdata

from polyrec.core.errors import ConfigError, EngineError
from polyrec.core.language import UNDETERMINED
from polyrec.core.limited import Limited
from polyrec.core.types import NO_ITEM
from polyrec.rank.llm_question import ORDER, Question, permutation, wording
from polyrec.rank.ranker import Context, Ranker

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyrec.core.types import Doubles, Histories, Integers, Rankings
    from polyrec.llm.language_model import Completion, LanguageModel

    Judged = tuple[Doubles, str]
    """A key for each candidate, lower for what suits better, inf for none; why there is none."""

UNJUDGED = "the language model judged nothing, so the order is the recommender's"
"""Begins a note; behind it stands why, perhaps in an engine's own words."""

JUDGED = "the language model judged only"
"""The same where it judged some: behind it stands how many of how many."""

METHODS = ("pointwise", "listwise")
ORDERS = ("ranked", "reversed", "shuffled")
AT_ONCE = 4
"""So many candidates are asked about before the clock is looked at."""

SPARE_TOKENS, TOKENS_PER_NUMBER = 24, 6

LATE = "no answer came in time"
TOO_LONG = "the question is longer than the model takes; show less of it, or raise max_data_letters"


@dataclass
class LlmRerank(Ranker):
    """Has a language model judge the first candidates, by their texts and those of the history.

    `pointwise` asks of each whether it suits, and orders them by how much likelier Yes is than No;
    `listwise` asks for the order of all at once, as numbers, of which only a permutation can
    become. Both ask in the first wished language, else in that of which the history has most.
    Judged candidates share out their own places; what was not judged in time keeps its place, and
    a note says so. Only items for which something speaks are judged.

    Attributes:
        model: is asked; one on another machine needs `allow_user_text = true`.
        method: `pointwise` or `listwise`.
        n_candidates: how many are judged, from the first place on.
        min_history: who chose fewer items is not asked about.
        max_history: nor is who chose more; 0 for no end.
        n_shown_history: so many items of the history are shown, the latest where times are known.
        max_text_letters: how much of each text is shown.
        weight: 0 keeps the recommender's order, 1 takes the model's; between them places are mixed.
        orders: of the candidates for `listwise`: `ranked`, `reversed`, `shuffled`; of several the
            mean counts, as models like what stands in certain places.
        time_budget_s: how long an answer waits for the model.
    """

    model: LanguageModel
    method: str = "pointwise"
    n_candidates: int = 20
    min_history: int = 1
    max_history: int = 0
    n_shown_history: int = 8
    max_text_letters: int = 60
    weight: float = 0.5
    orders: list[str] = field(default_factory=lambda: ["ranked"])
    time_budget_s: float = 3.0
    _limited: Limited = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise ConfigError(f"method is {self.method!r}", hint=f"give {' or '.join(METHODS)}")
        for name in ("n_candidates", "n_shown_history", "max_text_letters"):
            if getattr(self, name) < 1:
                raise ConfigError(f"{name} is {getattr(self, name)}", hint="give at least 1")
        for name in ("min_history", "max_history"):
            if getattr(self, name) < 0:
                raise ConfigError(f"{name} is {getattr(self, name)}", hint="give 0 or more")
        if not 0 <= self.weight <= 1:
            raise ConfigError(f"weight is {self.weight}", hint="give 0 to 1")
        if not self.orders or not set(self.orders) <= set(ORDERS):
            raise ConfigError(f"orders is {self.orders}", hint=f"give some of {', '.join(ORDERS)}")
        if not self.time_budget_s > 0:
            raise ConfigError(f"time_budget_s is {self.time_budget_s}", hint="give more than 0")
        if self.model.sends_out and not getattr(self.model, "allow_user_text", False):
            raise ConfigError(
                f"the language model {type(self.model).__name__} would send what people chose to "
                "another machine",
                hint="set allow_user_text = true for the model if it may",
            )
        self._limited = Limited(self.time_budget_s)

    @property
    def waits(self) -> bool:
        """True: for the language model."""
        return True

    def depth(self, context: Context) -> int:
        """As many as are judged, where anybody may be asked about."""
        n_users = 0 if context.histories is None else len(context.histories)
        if any(self._concerns(context, user) for user in range(n_users)):
            return max(context.k, self.n_candidates)
        return context.k

    def _order(self, rankings: Rankings, context: Context) -> np.ndarray:
        order = np.tile(np.arange(rankings.k, dtype=np.float64), (len(rankings), 1))
        for user in range(len(rankings)):
            items = rankings.items[user, : self.n_candidates]
            items = items[items != NO_ITEM]
            if len(items) < 2 or not self._concerns(context, user):
                continue
            found, why = self._judged(self._question(items, context, user))
            judged = np.flatnonzero(np.isfinite(found))
            if len(judged):
                order[user, judged[mixed_order(found[judged], self.weight)]] = judged
            if not len(judged):
                context.notes.append(f"{UNJUDGED}: {why}")
            elif len(judged) < len(items):
                context.notes.append(f"{JUDGED} {len(judged)} of {len(items)} candidates")
        return order

    def _concerns(self, context: Context, user: int) -> bool:
        """Say whether there is something to ask about a user."""
        if context.text_of is None or context.histories is None or context.above is not None:
            return False
        n = int(context.histories.lengths[user])
        short = not self.max_history or n <= self.max_history
        return self.min_history <= n and short and bool(n or context.wish.strip())

    def _question(self, items: Integers, context: Context, user: int) -> Question:
        assert context.text_of is not None
        assert context.histories is not None
        shown = _shown(context.histories, user, self.n_shown_history)
        return Question(
            wording(_language(context, context.histories.items_of(user))),
            tuple(context.text_of(item) for item in shown.tolist()),
            tuple(context.text_of(item) for item in items.tolist()),
            context.wish,
            self.max_text_letters,
        )

    def _judged(self, question: Question) -> Judged:
        """Have as many candidates judged as time allows."""
        n, end = len(question.candidates), time.monotonic() + self.time_budget_s

        def in_time(work: Callable[[], Judged]) -> Judged | None:
            return work() if time.monotonic() < end else None

        if self.method == "pointwise":
            works = [
                partial(self._fitting, question, range(start, min(start + AT_ONCE, n)))
                for start in range(0, n, AT_ONCE)
            ]
        else:
            works = [partial(self._listed, question, shown_order(o, n)) for o in self.orders]
        try:
            made = self._limited.in_turn([partial(in_time, work) for work in works])
        except EngineError as error:
            return np.full(n, np.inf), error.problem
        done = [each for each in made if each is not None]
        keys = [key for key, _ in done if np.isfinite(key).any()]
        if not keys:
            return np.full(n, np.inf), next((why for _, why in done if why), LATE)
        # of pointwise each has keys for candidates of its own, of listwise for all
        return np.minimum.reduce(keys) if self.method == "pointwise" else np.mean(keys, axis=0), ""

    def _fitting(self, question: Question, rows: range) -> Judged:
        """Ask of some candidates whether they suit."""
        answers = (question.words.yes, question.words.no)
        made = self.model.likelihood([question.fits(row) for row in rows], answers, kind="query")
        keys = np.full(len(question.candidates), np.inf)
        for row, each in zip(rows, made, strict=True):
            if not _why_not(each):
                keys[row] = each.logs[1] - each.logs[0]
        return keys, next((_why_not(each) for each in made if _why_not(each)), "")

    def _listed(self, question: Question, order: list[int]) -> Judged:
        """Ask for the order of all candidates, shown in an order."""
        n = len(order)
        prompt, schema = question.best_first(order), question.schema
        most = SPARE_TOKENS + TOKENS_PER_NUMBER * n
        [made] = self.model.complete([prompt], schema=schema, max_tokens=most, kind="query")
        keys = np.full(n, np.inf)
        if not _why_not(made):
            keys[permutation(json.loads(made.text)[ORDER], order)] = np.arange(n)
        return keys, _why_not(made)


def mixed_order(keys: Doubles, weight: float) -> Integers:
    """Order places by a key for each, lower for better, and by what they were.

    Args:
        keys: of places in their order so far; equal ones keep it.
        weight: 0 keeps the order, 1 takes that of the keys.

    Returns:
        The places, best first.
    """
    new = rankdata(keys, method="ordinal") - 1
    mixed = (1 - weight) * np.arange(len(keys)) + weight * new
    return np.argsort(mixed, kind="stable")


def shown_order(name: str, n: int) -> list[int]:
    """Give the order in which n candidates are shown: one of `ORDERS`; shuffled alike each time."""
    order = np.arange(n)
    if name == "shuffled":
        order = np.random.default_rng(n).permutation(n)
    return [int(place) for place in (order[::-1] if name == "reversed" else order)]


def _why_not(completion: Completion) -> str:
    return completion.error or (TOO_LONG if completion.cut else "")


def _shown(histories: Histories, user: int, n: int) -> Integers:
    """Choose items of a history: the latest, else those that count most."""
    place = slice(histories.indptr[user], histories.indptr[user + 1])
    of_worth = histories.weights if histories.times is None else histories.times
    return histories.items[place][np.argsort(-of_worth[place], kind="stable")[:n]]


def _language(context: Context, history: Integers) -> str:
    if context.languages:
        return context.languages[0]
    counts = Counter(context.item_languages[history].tolist())
    del counts[UNDETERMINED]
    return str(counts.most_common(1)[0][0]) if counts else UNDETERMINED
