"""A translator that remembers: the memory in the database, and people's decisions before it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from polyrec.core.component import settings_of
from polyrec.core.errors import ConfigError
from polyrec.translate.translator import Translation, Translator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from polyrec.encode.encoder import Kind
    from polyrec.store.database import Database
    from polyrec.store.memory import Memory

BLOCK = 64
"""So many translations are kept at once; no more are lost if the work is broken off."""

REJECTED = "a reviewer rejected its translation"


@dataclass
class Cached(Translator):
    """Asks the translator that it holds only for what the memory in the database does not have.

    The memory finds translations by the held translator's fingerprint, both languages and the text.
    A text that a person approved wins, whatever made it. In place of one that a person rejected
    comes that of the next translator in a list that the held one has, or else the source text.
    Several processes may share a database. What is done is kept if the work is broken off. A user's
    own text is looked up but not kept.

    Attributes:
        translator: makes the translations.
        database: a file's path or a URL without password; empty for `POLYREC_DATABASE`, else a file
            in the user's data folder.
        review_below: translations of a lower quality, and those with an error, enter the review
            queue; without it none do.
    """

    translator: Translator
    database: str = ""
    review_below: float | None = None
    hits: int = field(default=0, init=False, repr=False, compare=False)
    misses: int = field(default=0, init=False, repr=False, compare=False)
    characters: int = field(default=0, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.review_below is not None and not 0 <= self.review_below <= 1:
            raise ConfigError(f"review_below is {self.review_below}", hint="give a number 0 to 1")
        if "://" in self.database:  # a password is refused before a repr can show it
            from polyrec.store.address import address_of

            address_of(self.database)

    @property
    def sends_out(self) -> bool:
        """Whether texts leave this machine: if the held translator sends them."""
        return self.translator.sends_out

    @property
    def allow_user_text(self) -> bool:
        """Whether the held translator may send a user's own text."""
        return bool(getattr(self.translator, "allow_user_text", False))

    @property
    def fingerprint(self) -> str:
        """That of the held translator: remembering changes no translation."""
        return self.translator.fingerprint

    def covers(self, source: str, target: str) -> bool:
        """Say whether the held translator can translate from one language to another."""
        return self.translator.covers(source, target)

    def _translate(
        self,
        texts: list[str],
        source: str,
        target: str,
        kind: Kind,
        advance: Callable[[int], None],
    ) -> list[Translation]:
        from polyrec.store.database import Database

        work = _Work(Database(self.database), source, target, kind, self.review_below)
        distinct = list(dict.fromkeys(texts))
        asked: list[str] = []

        def ask(block: list[str]) -> list[Translation]:
            asked.extend(block)
            return self.translator._translate(block, source, target, kind, advance)

        def known(n_texts: int) -> None:
            advance(n_texts + len(texts) - len(distinct))

        found = work.done(distinct, self.translator.fingerprint, ask, known)
        self.misses += len(asked)
        self.hits += len(texts) - len(asked)
        self.characters += sum(map(len, asked))
        for part in _listed(self.translator):
            left = [text for text in distinct if found[text] is None]
            if left and part.covers(source, target):

                def ask_next(block: list[str], part: Translator = part) -> list[Translation]:
                    return part.translate(block, source=source, target=target, kind=kind)

                found |= work.done(left, part.fingerprint, ask_next)
        return [found[text] or Translation(text, "", error=REJECTED) for text in texts]


@dataclass(frozen=True)
class _Work:
    """One call's languages and database."""

    database: Database
    source: str
    target: str
    kind: Kind
    review_below: float | None

    def done(
        self,
        texts: list[str],
        fingerprint: str,
        ask: Callable[[list[str]], list[Translation]],
        known: Callable[[int], None] = lambda _n: None,
    ) -> dict[str, Translation | None]:
        """Translate different texts, those that the memory lacks by asking; None if rejected."""
        from polyrec.store.memory import Memory

        memory = Memory(self.database, self.source, self.target, fingerprint)
        found = _recall(memory, texts)
        new = [text for text in texts if text not in found]
        known(len(found))
        self._queue(found)
        for start in range(0, len(new), BLOCK):
            block = new[start : start + BLOCK]
            made: dict[str, Translation | None] = dict(zip(block, ask(block), strict=True))
            if self.kind == "passage":
                _remember(memory, made)
                made |= _recall(memory, block)  # another process may have been quicker
                self._queue(made)
            found |= made
        return found

    def _queue(self, found: dict[str, Translation | None]) -> None:
        """Put what a person should look at into the review queue."""
        from polyrec.store.memory import Remembered
        from polyrec.store.reviews import Reviews

        least = self.review_below
        if least is None or self.kind != "passage":
            return
        doubtful = {
            text: Remembered(each.text, each.engine, each.quality, each.error)
            for text, each in found.items()
            if each is not None and not each.approved and _is_doubtful(each, least)
        }
        if doubtful:
            Reviews(self.database).queue(doubtful, source=self.source, target=self.target)


def _is_doubtful(made: Translation, least: float) -> bool:
    low = made.quality is not None and made.quality < least
    return low or bool(made.error) or not made.engine


def _recall(memory: Memory, texts: Sequence[str]) -> dict[str, Translation | None]:
    return {
        text: None
        if each.rejected
        else Translation(each.text, each.engine, each.quality, each.approved, each.error)
        for text, each in memory.recall(texts).items()
    }


def _remember(memory: Memory, made: dict[str, Translation | None]) -> None:
    """Keep what was translated; what failed is tried again next time."""
    from polyrec.store.memory import Remembered

    rows = {
        text: Remembered(each.text, each.engine, each.quality, each.error, each.approved)
        for text, each in made.items()
        if each is not None and each.engine
    }
    if rows:
        memory.remember(rows)


def _listed(translator: Translator) -> Iterable[Translator]:
    """Give the translators in lists that a translator holds."""
    for value in settings_of(translator).values():
        if isinstance(value, list):
            yield from (each for each in value if isinstance(each, Translator))
