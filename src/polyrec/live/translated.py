"""Texts that are shown, translated for who asks: within a time, whatever the engine does."""

from __future__ import annotations

import threading
import time
from collections import Counter
from concurrent.futures import Future, wait
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from polyrec.core.counted import counted
from polyrec.core.errors import EngineError
from polyrec.core.language import UNDETERMINED, matches, standard_tag
from polyrec.core.workers import Patience, Workers
from polyrec.live.told import tell
from polyrec.translate.cached import REJECTED, Cached

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from polyrec.core.types import SuggestedItem
    from polyrec.store.database import Database
    from polyrec.translate.translator import Translation, Translator

Outcome = Literal["made", "remembered", "late", "failed", "uncovered", "refused"]

LATE = "not translated in time"
FAILED = "the translator has failed"
NOTHING = "nothing could be made of it"
NO_LANGUAGE = "its language is not known"
RESTS = "the translator has failed again and again, and is left alone for a while"
BUSY = "too much is being translated"
NO_TRANSLATOR = "nothing is translated: no translator is set up"
NO_WISH = "nothing is translated: name the language to translate into"


@dataclass(frozen=True)
class Shown:
    """What a shown text is in a wished language.

    Attributes:
        text: the translation; None where there is none.
        language: the wished language.
        engine: what made it, `person` for a person's own words; empty where there is none.
        quality: by whoever judged it, 0 to 1, or None.
        error: why there is no translation; empty where there is one.
    """

    text: str | None
    language: str
    engine: str = ""
    quality: float | None = None
    error: str = ""


@dataclass(frozen=True)
class Translated:
    """What became of the texts of one answer.

    Attributes:
        shown: one per item; None where its text is in a wished language already.
        note: says in words what is missing, or is empty.
        outcomes: how many texts came to which end.
    """

    shown: tuple[Shown | None, ...]
    note: str = ""
    outcomes: Mapping[Outcome, int] = field(default_factory=Counter)


_Text = tuple[str, str, str]
"""Source language, target language and text."""

_Made = dict[str, "Translation"]


@dataclass
class Interpreter:
    """Translates what is shown into the first wished language; requests' threads share it.

    What the memory has is taken from there, a person's words before all. The rest is given to a few
    threads, and waited for until the time is over. What comes late is kept by the memory, so that
    the next answer has it; a text that is under way is not asked for twice. An engine that fails,
    or is late, again and again is left alone for a while.

    Attributes:
        translator: what is asked; None where the operator has set up none.
        budget_s: how long an answer may wait.
        n_threads: how many calls of the translator run at once.
        most_waiting: how many calls may wait behind them.
        most_answers: how many answers may wait at once; further ones go without.
        patience: counts what fails.
    """

    translator: Cached | None
    budget_s: float = 2.0
    n_threads: int = 2
    most_waiting: int = 32
    most_answers: int = 8
    patience: Patience = field(default_factory=Patience)

    def __post_init__(self) -> None:
        self._workers = Workers(self.n_threads, self.most_waiting)
        self._answers = threading.BoundedSemaphore(self.most_answers)
        self._under_way: dict[_Text, Future[_Made | None]] = {}
        self._lock = threading.Lock()

    @classmethod
    def of(
        cls, translator: Translator, database: Database, *, budget_s: float = 2.0
    ) -> Interpreter:
        """Make one that remembers, in the service's own database unless it names another."""
        cached = translator if isinstance(translator, Cached) else Cached(translator)
        return cls(replace(cached, database=cached.database or database.named), budget_s=budget_s)

    def translate(self, items: Sequence[SuggestedItem], languages: Sequence[str]) -> Translated:
        """Translate the texts of items that are in none of the wished languages.

        Raises:
            LanguageError: a language is not BCP 47.
        """
        nothing = (None,) * len(items)
        if not languages:
            return Translated(nothing, NO_WISH)
        foreign = {
            row: item
            for row, item in enumerate(items)
            if item.text.strip() and not any(matches(wished, item.language) for wished in languages)
        }
        if not foreign:
            return Translated(nothing)
        if self.translator is None:
            return Translated(nothing, NO_TRANSLATOR)
        target = standard_tag(languages[0])
        keys = {
            row: (standard_tag(item.language), target, item.text) for row, item in foreign.items()
        }
        ends = self._ends(self.translator, set(keys.values()))
        shown = [ends[keys[row]][0] if row in keys else None for row in range(len(items))]
        outcomes = Counter(ends[key][1] for key in keys.values())
        return Translated(tuple(shown), _note(shown), outcomes)

    def _ends(self, translator: Cached, texts: set[_Text]) -> dict[_Text, tuple[Shown, Outcome]]:
        """Say of each text how it is shown, and how that came."""
        end = time.monotonic() + self.budget_s
        ends: dict[_Text, tuple[Shown, Outcome]] = {}
        left = set()
        remembered = _remembered(translator, texts)
        for key in texts:
            if key in remembered:
                ends[key] = _shown(remembered[key], key, "remembered")
            elif key[0] == UNDETERMINED:
                ends[key] = _missing(NO_LANGUAGE, key, "uncovered")
            else:
                left.add(key)
        if not left:
            return ends
        if self.patience.left_s:
            return ends | {key: _missing(RESTS, key, "refused") for key in left}
        if not self._answers.acquire(blocking=False):
            return ends | {key: _missing(BUSY, key, "refused") for key in left}
        try:
            asked = self._asked(translator, left)
            futures = {future for future in asked.values() if future is not None}
            if wait(futures, max(0.0, end - time.monotonic())).not_done:
                self.patience.lose()
        finally:
            self._answers.release()
        return ends | {key: _end(future, key) for key, future in asked.items()}

    def _asked(
        self, translator: Cached, texts: set[_Text]
    ) -> dict[_Text, Future[_Made | None] | None]:
        """Have texts translated, language by language, unless they are under way already."""
        with self._lock:
            asked: dict[_Text, Future[_Made | None] | None]
            asked = {key: self._under_way[key] for key in texts if key in self._under_way}
            new = sorted(texts - asked.keys())
            for pair in sorted({key[:2] for key in new}):
                block = [key for key in new if key[:2] == pair]
                future = self._workers.submit(self._work(translator, block))
                asked |= dict.fromkeys(block, future)
                if future is not None:
                    self._under_way |= dict.fromkeys(block, future)
        for future in {asked[key] for key in new} - {None}:
            assert future is not None
            future.add_done_callback(self._forget)
        return asked

    def _forget(self, done: Future[_Made | None]) -> None:
        with self._lock:
            self._under_way = {k: each for k, each in self._under_way.items() if each is not done}

    def _work(self, translator: Cached, block: list[_Text]) -> Callable[[], _Made | None]:
        source, target, _ = block[0]
        texts = [text for *_, text in block]

        def work() -> _Made | None:
            try:
                if not translator.covers(source, target):
                    return None
                made = translator.translate(texts, source=source, target=target)
                found = dict(zip(texts, made, strict=True))
            except Exception as error:
                self.patience.lose()
                tell("a translator has failed", error=type(error).__name__)
                raise
            self.patience.regain()
            return found

        return work


def _remembered(translator: Cached, texts: set[_Text]) -> dict[_Text, Translation]:
    """Find what the memory has; nothing where the database cannot be used."""
    found: dict[_Text, Translation] = {}
    try:
        for source, target in sorted({key[:2] for key in texts if key[0] != UNDETERMINED}):
            own = [key[2] for key in texts if key[:2] == (source, target)]
            for text, made in translator.recalled(own, source=source, target=target).items():
                found[source, target, text] = made
    except EngineError as error:
        tell("the translation memory is out of use", error=type(error).__name__)
    return found


def _end(future: Future[_Made | None] | None, key: _Text) -> tuple[Shown, Outcome]:
    if future is None:
        return _missing(BUSY, key, "refused")
    if not future.done():
        return _missing(LATE, key, "late")
    if future.exception() is not None:
        return _missing(FAILED, key, "failed")
    made = future.result()
    if made is None:
        return _missing(f"nothing translates from {key[0]!r} to {key[1]!r}", key, "uncovered")
    return _shown(made[key[2]], key, "made")


def _shown(made: Translation, key: _Text, outcome: Outcome) -> tuple[Shown, Outcome]:
    """Show a translation; an engine's own words stay inside, as they may hold an address."""
    if not made.engine:
        said = REJECTED if made.error.startswith(REJECTED) else NOTHING
        return _missing(said, key, "failed")
    return Shown(made.text, key[1], made.engine, made.quality), outcome


def _missing(why: str, key: _Text, outcome: Outcome) -> tuple[Shown, Outcome]:
    return Shown(None, key[1], error=why), outcome


def _note(shown: Sequence[Shown | None]) -> str:
    errors = Counter(each.error for each in shown if each is not None and each.error)
    if not errors:
        return ""
    n_texts = sum(each is not None for each in shown)
    why = ", ".join(f"{error} ({n:,})" for error, n in errors.most_common(3))
    return f"{errors.total():,} of {counted(n_texts, 'text')} untranslated: {why}"
