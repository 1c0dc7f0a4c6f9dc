"""A translator that remembers: the memory in the database, and people's decisions before it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from polyrec.core.component import settings_of
from polyrec.core.errors import ConfigError, EngineError
from polyrec.core.language import standard_tag
from polyrec.core.texts import storable
from polyrec.translate.translator import Translation, Translator, not_translated
from polyrec.translate.wrapper import Wrapper

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from polyrec.encode.encoder import Kind
    from polyrec.store.database import Database
    from polyrec.store.memory import Memory

BLOCK = 64
"""So many translations are kept at once; no more are lost if the work is broken off."""

REJECTED = "a reviewer rejected its translation"


@dataclass
class Cached(Wrapper):
    """Asks the translator that it holds only for what the memory in the database does not have.

    The memory finds translations by the held translator's fingerprint, both languages and the text.
    A text that a person approved wins, whatever made it. In place of one that a person rejected
    comes that of the next translator in a list that the held one has, or else the source text.
    Several processes may share a database. What is done is kept if the work is broken off. A user's
    own text is looked up but not kept.

    Attributes:
        database: a file's path or a URL without password; empty for `POLYREC_DATABASE`, else a file
            in the user's data folder.
        review_below: translations of a lower quality enter the review queue, and of those that
            nobody judged the ones with an error; without it none do.
    """

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
    def fingerprint(self) -> str:
        """That of the held translator: remembering changes no translation."""
        return self.translator.fingerprint

    @cached_property
    def store(self) -> Database:
        """The database that holds memory and review queue."""
        from polyrec.store.database import Database

        return Database(self.database)

    def recalled(self, texts: Sequence[str], *, source: str, target: str) -> dict[str, Translation]:
        """Find what the memory has of texts, without asking the translator.

        A person's text comes before all; those that a person rejected are left out.

        Raises:
            LanguageError: a language is not BCP 47.
            EngineError: the database cannot be used.
        """
        from polyrec.store.memory import Memory

        source, target = standard_tag(source), standard_tag(target)
        memory = Memory(self.store, source, target, self.translator.fingerprint)
        found = _recall(memory, [storable(text) for text in texts])
        recalled = {text: found.get(storable(text)) for text in texts}
        return {text: made for text, made in recalled.items() if made is not None}

    def _translate(
        self,
        texts: list[str],
        source: str,
        target: str,
        kind: Kind,
        advance: Callable[[int], None],
    ) -> list[Translation]:
        work = _Work(self.store, source, target, kind, self.review_below)
        distinct = list(dict.fromkeys(texts))
        advance(len(texts) - len(distinct))
        found, asked = work.done(self.translator, distinct, advance)
        self.misses += len(asked)
        self.hits += len(texts) - len(asked)
        self.characters += sum(map(len, asked))
        said = [REJECTED]
        for part in _listed(self.translator):
            left = [text for text in distinct if found[text] is None]
            if left and part.covers(source, target) and (kind == "passage" or part.takes_user_text):
                try:
                    found |= work.done(part, left)[0]
                except (ConfigError, EngineError) as error:
                    said.append(str(error))
        return [found[text] or not_translated(text, "; ".join(said)) for text in texts]


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
        translator: Translator,
        texts: list[str],
        advance: Callable[[int], None] = lambda _n: None,
    ) -> tuple[dict[str, Translation | None], list[str]]:
        """Translate different texts, those that the memory lacks by asking.

        Returns:
            What became of each text, None where a person rejected it, and the texts asked for.
        """
        from polyrec.store.memory import Memory

        memory = Memory(self.database, self.source, self.target, translator.fingerprint)
        found = _recall(memory, texts)
        new = [text for text in texts if text not in found]
        advance(len(found))
        self._queue(found)
        for start in range(0, len(new), BLOCK):
            block = new[start : start + BLOCK]
            answers = translator.translate(
                block, source=self.source, target=self.target, kind=self.kind
            )
            made: dict[str, Translation | None] = dict(zip(block, answers, strict=True))
            if self.kind == "passage":
                _remember(memory, made)
                made |= _recall(memory, block)  # another process may have been quicker
                self._queue(made)
            found |= made
            advance(len(block))
        return found, new

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
    """Say whether a person should look: a judged quality decides, else whether something failed."""
    if made.engine and made.quality is not None:
        return made.quality < least
    return bool(made.error) or not made.engine


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
