"""The libraries that know the words of Chinese, Japanese, Korean and Thai; loaded when first used.

Each gives the words of a normal text, with dictionary forms where it knows them. None writes a
file, a log or a line anywhere; one thread at a time uses one.
"""

from __future__ import annotations

import os
from functools import lru_cache
from threading import RLock
from typing import TYPE_CHECKING, Any

from polyrec.core.errors import MissingExtraError
from polyrec.text.words import LETTER, Piece, runs, words

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyrec.text.tools import Tools

_LOCK = RLock()


def pieces_by(tools: Tools) -> Callable[[str], list[Piece]]:
    """Give what finds the words of a language whose tools need an extra, loaded.

    Raises:
        MissingExtraError: the extra is not installed.
    """
    with _LOCK:
        try:
            return _LOADERS[tools.words]()
        except ModuleNotFoundError as error:
            raise MissingExtraError(
                f"the tokenizer of {tools.language!r}",
                needs=tools.words,
                remedy=f"pip install 'polyrec[{tools.extra}]'",
            ) from error


@lru_cache(maxsize=1)
def _rjieba() -> Callable[[str], list[Piece]]:
    import rjieba

    def cut(text: str) -> list[Piece]:
        return words(text, own=r"\p{Han}", cut=lambda run: map(Piece, rjieba.cut(run)))

    return cut


@lru_cache(maxsize=1)
def _sudachipy() -> Callable[[str], list[Piece]]:
    from sudachipy import Dictionary

    tokenizer = Dictionary(dict="core").tokenizer()

    def run(text: str) -> list[Piece]:
        found = []
        for start in range(0, len(text), _JA_LONGEST):
            with _LOCK:
                found += list(tokenizer.tokenize(text[start : start + _JA_LONGEST]))
        return [
            Piece(each.surface(), each.dictionary_form(), each.part_of_speech()[0] in _JA_FUNCTION)
            for each in found
        ]

    def cut(text: str) -> list[Piece]:
        return words(text, own=r"\p{Han}\p{Hiragana}\p{Katakana}ー", cut=run)

    return cut


_JA_LONGEST = 10_000
"""Characters that are cut at a time; sudachipy refuses over 49,149 bytes."""

_JA_FUNCTION = (
    "助詞",
    "助動詞",
    "代名詞",
    "連体詞",
    "接続詞",
    "感動詞",
    "補助記号",
    "記号",
    "空白",
)
"""Particles, auxiliaries, pronouns, conjunctions, interjections, signs."""


@lru_cache(maxsize=1)
def _kiwipiepy() -> Callable[[str], list[Piece]]:
    from kiwipiepy import Kiwi

    # without names of several words, which are many: half the time to load, a third of the memory
    kiwi = Kiwi(num_workers=1, load_multi_dict=False)

    def cut(text: str) -> list[Piece]:
        with _LOCK:
            found = kiwi.tokenize(text)  # all of it: spaces and other scripts tell it something
        known: dict[int, list[Piece]] = {token.start: [] for token in found}
        for token in found:
            known[token.start] += _korean_piece(token)
        made: list[Piece] = []
        for match in runs(text, r"\p{Hangul}"):
            if match.lastgroup == "own":
                made += [piece for at in range(*match.span()) for piece in known.get(at, ())]
            else:
                made += words(match.group())
        return made

    return cut


def _korean_piece(token: Any) -> list[Piece]:
    tag = str(token.tag)
    if tag.startswith(_KO_NO_WORD) or not LETTER.search(token.form):
        return []
    form = token.lemma if tag.startswith("V") else ""
    return [Piece(form or token.form, form, tag.startswith(_KO_FUNCTION))]


_KO_NO_WORD = ("E", "XS", "SF", "SP", "SS", "SE", "SO", "SW", "SB", "UN", "Z", "VCP")
"""Endings, suffixes, signs and the copula: no words of their own."""

_KO_FUNCTION = ("J", "NP", "NNB", "VX", "VCN", "MM", "MAJ", "IC")


@lru_cache(maxsize=1)
def _pythainlp() -> Callable[[str], list[Piece]]:
    # it makes a folder in the user's home when it is imported, unless told not to
    quiet = not {"PYTHAINLP_READ_ONLY", "PYTHAINLP_READ_MODE"} & os.environ.keys()
    if quiet:
        os.environ["PYTHAINLP_READ_ONLY"] = "1"
    try:
        from pythainlp.tokenize.newmm import segment
    finally:
        if quiet:
            del os.environ["PYTHAINLP_READ_ONLY"]

    def cut(text: str) -> list[Piece]:
        return words(text, own=r"\p{Thai}", cut=lambda run: map(Piece, segment(run)))

    return cut


_LOADERS: dict[str, Callable[[], Callable[[str], list[Piece]]]] = {
    "kiwipiepy": _kiwipiepy,
    "pythainlp": _pythainlp,
    "rjieba": _rjieba,
    "sudachipy": _sudachipy,
}
