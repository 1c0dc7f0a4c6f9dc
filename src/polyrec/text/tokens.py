"""Cuts texts into words, and says which are stop words and what their stems are."""

from __future__ import annotations

import logging
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

import regex

from polyrec.core.errors import DataError, MissingExtraError
from polyrec.text.dictionaries import pieces_by
from polyrec.text.tools import DICTIONARY_FORMS, GENERIC, tools_for
from polyrec.text.words import Piece, elided, lower, normal, words

if TYPE_CHECKING:
    from collections.abc import Callable

LOG = logging.getLogger(__name__)

_ARABIC_MARKS = regex.compile(r"[\u064b-\u065f\u0670]")
_ARABIC_AND = regex.compile(r"^[وف](?=ال..)")
_LOCK = Lock()


class Token(NamedTuple):
    """One word of a text.

    Attributes:
        word: as it stands in the text, in lower case; Korean verbs in their dictionary's form.
        term: by which it is counted: its stem or its dictionary's form, else the word.
        is_stop: whether it is a stop word, or has a part of speech that carries no subject.
        shown: how a person wants to see it: the word, or its dictionary's form.
    """

    word: str
    term: str
    is_stop: bool
    shown: str


class Tokenizer:
    """Cuts texts of one language; may be used by several threads.

    Args:
        language: BCP 47 tag; `und` is cut by rules alone.
        strict: whether a missing extra is an error; else the language is cut by rules alone, which
            is logged, and `tools.generic` says so.

    Attributes:
        tools: what it uses.

    Raises:
        LanguageError: the language is not a tag.
        MissingExtraError: the language needs an extra that is not installed.
    """

    def __init__(self, language: str, *, strict: bool = True) -> None:
        self.tools = tools_for(language)
        self._pieces: Callable[[str], list[Piece]] = words
        if self.tools.extra:
            try:
                self._pieces = pieces_by(self.tools)
            except MissingExtraError as error:
                if strict:
                    raise
                _say_once(str(error))
                self.tools = GENERIC
        self._stop_words = stop_words(self.tools.language)
        self._term = _stemmer(self.tools.stems)
        self._tokens = lru_cache(maxsize=2**16)(self._tokens_of)

    def __call__(self, text: str) -> list[Token]:
        """Cut one text."""
        found: list[Token] = []
        for piece in self._pieces(normal(text)):
            found += self._tokens(piece)
        return found

    def _tokens_of(self, piece: Piece) -> list[Token]:
        return [self._token(each, piece) for each in elided(piece.word, self.tools.language)]

    def _token(self, found: str, piece: Piece) -> Token:
        word = lower(found, self.tools.language)
        form = piece.form.lower()
        names = (_folded(word), form)
        is_stop = piece.is_function or found.endswith("'")
        is_stop = is_stop or not self._stop_words.isdisjoint(names)
        return Token(word, form or self._term(word), is_stop, form or word)


def tokens(
    text: str,
    language: str = "und",
    *,
    drop_stop_words: bool = False,
    stem: bool = False,
    strict: bool = True,
) -> list[str]:
    """Cut a text into words, in order and in lower case.

    Args:
        text: any text; one without a letter or digit gives none.
        language: BCP 47 tag. `tools_for` says what it is cut by; a language without a row in the
            table is cut by rules alone, into pairs of characters where its script has no spaces.
        drop_stop_words: leave out what carries no subject.
        stem: give stems, or dictionary forms, in place of words.
        strict: whether a missing extra is an error; else the text is cut by rules alone.

    Raises:
        DataError: the text is not a text.
        LanguageError: the language is not a tag.
        MissingExtraError: the language needs an extra that is not installed.
    """
    if not isinstance(text, str):
        raise DataError(f"text is {text!r}, not a text")
    found = tokenizer_for(language, strict=strict)(text)
    kept = [token for token in found if not (drop_stop_words and token.is_stop)]
    return [token.term if stem else token.word for token in kept]


@lru_cache(maxsize=1024)
def tokenizer_for(language: str, *, strict: bool = True) -> Tokenizer:
    """Give the tokenizer of a language, made once; arguments and errors as for `Tokenizer`."""
    return Tokenizer(language, strict=strict)


@lru_cache(maxsize=256)
def stop_words(language: str) -> frozenset[str]:
    """Give the stop words of a language, in lower case; none where there is no list.

    Raises:
        LanguageError: the language is not a tag.
    """
    code = tools_for(language).stop_words
    if not code:
        return frozenset()
    import stopwordsiso

    found = (lower(normal(word), language) for word in stopwordsiso.stopwords(code))
    return frozenset(_folded(word) for word in found) - {""}


def _folded(word: str) -> str:
    """Take away the marks of Arabic, which most texts leave out."""
    return word if word.isascii() else _ARABIC_MARKS.sub("", word)


@lru_cache(maxsize=64)
def _stemmer(algorithm: str) -> Callable[[str], str]:
    if algorithm in ("", DICTIONARY_FORMS):
        return _folded
    import snowballstemmer

    snowball = snowballstemmer.stemmer(algorithm)

    def stem(word: str) -> str:
        if "." in word:  # a name, such as `node.js`
            return word
        bare = _folded(word)
        if algorithm == "arabic":  # "and" before the article, as light10 takes it off (Larkey 2002)
            bare = _ARABIC_AND.sub("", bare)
        with _LOCK:  # it keeps the word that it works on
            return str(snowball.stemWord(bare)) or bare

    return stem


@lru_cache(maxsize=256)
def _say_once(what: str) -> None:
    LOG.warning("%s; until then its texts are cut by rules alone", what)
