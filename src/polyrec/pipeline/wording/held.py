"""Whether sentences of a language model keep to the facts that it was given."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

import regex

from polyrec.pipeline.wording.plain import QUOTES, why_not_plain
from polyrec.pipeline.wording.sentences import WITHOUT_SPACES
from polyrec.pipeline.wording.tongue import first_words
from polyrec.text.tokens import Token, tokenizer_for
from polyrec.text.words import normal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from polyrec.pipeline.wording.facts import Fact
    from polyrec.pipeline.wording.tongue import Tongue

MOST_OF_TEMPLATE, SPARE = 1.2, 60
"""A text may have so many times the letters of the templates, and so many more."""

LEAST_NAME = 4
"""Letters of another item's name that tell it from a word."""


@dataclass(frozen=True)
class Given:
    """What sentences are held to.

    Attributes:
        facts: all that may be said.
        template: the same in sentences of templates.
        others: how other items of the catalog begin, in lower case.
    """

    facts: tuple[Fact, ...]
    template: str
    others: frozenset[str]


@dataclass(frozen=True)
class Vocabulary:
    """Words of a language that claim nothing, and those that claim much."""

    harmless: frozenset[str]
    telling: frozenset[str]


def why_not_held(text: str, given: Given, tongue: Tongue) -> str:
    """Say what in a text is no fact, or why it is no explanation; empty if it can be used.

    Names, words, numbers and percentages must be those of the facts, every other word one of the
    templates' sentences, a stop word or a harmless one. Negations, numbers and quantities in words
    are refused where the templates have none. How a text joins what it may say is not checked.

    Raises:
        MissingExtraError: the words of the language cannot be told apart without an extra.
    """
    names = names_of(given.facts)
    rest = without(text, names)
    told = without(given.template, names)
    checks = (
        _length(text, given.template),
        why_not_plain(rest, told),
        _main(text, given.facts),
        _others(rest, given),
        _words(rest, told, tongue),
    )
    return next(filter(None, checks), "")


def names_of(facts: Iterable[Fact]) -> list[str]:
    """Give what facts name, as sentences show it, the longest first."""
    named = {
        first_words(name)
        for fact in facts
        for name in (*(cause.text.strip() or cause.item_id for cause in fact.items), *fact.words)
    }
    return sorted(named, key=lambda name: (-len(name), name))


def without(text: str, names: Iterable[str]) -> str:
    """Take names out of a text, where they stand as words, with the quotation marks around them."""
    for name in map(regex.escape, names):
        text = regex.sub(rf"[{QUOTES}]\s?{name}\s?[{QUOTES}]", " ", text)
        text = regex.sub(rf"(?<![\p{{L}}\p{{N}}]){name}(?![\p{{L}}\p{{N}}])", " ", text)
    return text


def _length(text: str, template: str) -> str:
    is_long = len(text) > MOST_OF_TEMPLATE * len(template) + SPARE
    return f"it has {len(text)} letters" if is_long else ""


def _main(text: str, facts: tuple[Fact, ...]) -> str:
    """Refuse what does not tell the first fact that names something."""
    named = names_of(next(([fact] for fact in facts if fact.items or fact.words), []))
    if named and not any(name in text for name in named):
        return f"it does not name {named[-1]!r}"
    return ""


def _others(rest: str, given: Given) -> str:
    """Refuse names of items that the facts do not name."""
    said, template = as_compared(rest).split(), f" {as_compared(given.template)} "
    for start in range(len(said)):
        for end in range(len(said), start, -1):
            name = " ".join(said[start:end])
            known = len(name) >= LEAST_NAME and name in given.others
            if known and f" {name} " not in template:
                return f"it names {name!r}, which no fact names"
    return ""


def as_compared(text: str) -> str:
    """Write a text as names are compared: words in lower case, nothing between them."""
    return " ".join(regex.sub(r"[^\p{L}\p{M}\p{N}]+", " ", text.casefold()).split())


def _words(rest: str, template: str, tongue: Tongue) -> str:
    cut = tokenizer_for(tongue.tag)
    told = {each for token in cut(template) for each in (token.word, token.term)}
    known = _vocabulary(tongue.tag)
    found = [token for token in cut(rest) if not token.word.isdecimal()]
    if not found:
        return "it says nothing about what it names"
    for token in found:
        if told.isdisjoint((token.word, token.term)) and not _may_say(token, known, tongue.tag):
            return f"it says {token.word!r}, which no fact says"
    return ""


def _may_say(token: Token, known: Vocabulary, tag: str) -> bool:
    names = {token.word, token.term}
    if not known.telling.isdisjoint(names):
        return False
    if tag in WITHOUT_SPACES and any(each in token.word for each in known.telling):
        return False
    return token.is_stop or not known.harmless.isdisjoint(names)


@lru_cache
def _vocabulary(tag: str) -> Vocabulary:
    file = files("polyrec.pipeline.wording") / "vocabulary.toml"
    lists = tomllib.loads(file.read_text(encoding="utf-8"))[tag]
    cut = tokenizer_for(tag)

    def read(words: str) -> frozenset[str]:
        found = {each for token in cut(words) for each in (token.word, token.term)}
        return frozenset(found | {normal(word) for word in words.split()})

    return Vocabulary(read(lists["harmless"]), read(lists["telling"]))
