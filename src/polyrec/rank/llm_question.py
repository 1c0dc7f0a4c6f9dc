"""What a language model is asked about candidates, in the language of whoever gets the answer."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import langcodes

from polyrec.llm.language_model import Prompt

if TYPE_CHECKING:
    from collections.abc import Sequence

DEFAULT = "en"
ORDER = "order"
"""The list of numbers in an answer."""

NO_MARKS = str.maketrans("[]{}|", "()()/")
"""What questions are made of may not stand in a text of others."""


@dataclass(frozen=True)
class Wording:
    """The words of one language; `llm_wordings.toml` says what each is.

    Attributes:
        asked: names a question.
        answered: names an answer.
        chosen: stands before what somebody chose.
        wished: stands before what somebody says to want.
        offered: stands before candidates.
        yes: the answer that a candidate suits.
        no: the answer that it does not.
        fits: the instruction that is answered with one of these.
        best_first: the instruction that is answered with numbers.
        examples: what somebody chose, what suits them and what does not.
    """

    asked: str
    answered: str
    chosen: str
    wished: str
    offered: str
    yes: str
    no: str
    fits: str
    best_first: str
    examples: tuple[dict[str, Any], ...]


@lru_cache(maxsize=1)
def wordings() -> dict[str, Wording]:
    """Give the words of every language that there are questions in."""
    text = (files("polyrec.rank") / "llm_wordings.toml").read_text("utf-8")
    tables = tomllib.loads(text)
    return {
        tag: Wording(**{**table, "examples": tuple(table["examples"])})
        for tag, table in tables.items()
    }


@lru_cache(maxsize=256)
def wording(tag: str) -> Wording:
    """Give the words of a language; English where there are none."""
    return wordings().get(str(langcodes.Language.get(tag).language), wordings()[DEFAULT])


@dataclass(frozen=True)
class Question:
    """Whether, or in which order, candidates suit somebody.

    Texts are data: cut, without the marks that questions are made of. What is the same for all
    candidates stands first, so that a model reads it once.

    Attributes:
        words: of the language in which is asked.
        history: texts of what somebody chose.
        candidates: texts of what is offered.
        wish: what somebody says to want; empty for nothing.
        most_letters: of each text.
    """

    words: Wording
    history: tuple[str, ...]
    candidates: tuple[str, ...]
    wish: str = ""
    most_letters: int = 60

    @property
    def schema(self) -> dict[str, Any]:
        """Give what an answer to `best_first` keeps to: as many of these numbers as there are."""
        n = len(self.candidates)
        numbers = {"type": "array", "items": {"enum": [*range(1, n + 1)]}, "minItems": n}
        return {
            "type": "object",
            "properties": {ORDER: {**numbers, "maxItems": n}},
            "required": [ORDER],
            "additionalProperties": False,
        }

    def fits(self, candidate: int) -> Prompt:
        """Ask whether a candidate suits."""
        words = self.words
        examples = []
        for i, each in enumerate(words.examples):
            shown = [(each["fits"], words.yes), (each["not"], words.no)]
            for offered, answer in shown if i % 2 else shown[::-1]:
                examples.append((self._said(each["chosen"], self._text(offered)), answer))
        data = self._said(self.history, self._text(self.candidates[candidate]), self.wish)
        return Prompt(data, words.fits, tuple(examples), (words.asked, words.answered))

    def best_first(self, order: Sequence[int]) -> Prompt:
        """Ask for the order of all candidates, which are numbered as they stand in `order`."""
        words = self.words
        examples = []
        for i, each in enumerate(words.examples):
            shown = [each["fits"], each["not"]]
            answer = {ORDER: [1, 2] if i % 2 else [2, 1]}
            said = self._said(each["chosen"], self._numbered(shown if i % 2 else shown[::-1]))
            examples.append((said, json.dumps(answer, separators=(",", ":"))))
        shown = [self.candidates[each] for each in order]
        data = self._said(self.history, self._numbered(shown), self.wish)
        return Prompt(data, words.best_first, tuple(examples), (words.asked, words.answered))

    def _said(self, history: Sequence[str], offered: str, wish: str = "") -> str:
        parts = [(self.words.wished, self._text(wish)), (self.words.chosen, self._joined(history))]
        said = [f"{name}: {text}" for name, text in parts if text]
        return " || ".join([*said, f"{self.words.offered}: {offered}"])

    def _joined(self, texts: Sequence[str]) -> str:
        return " | ".join(map(self._text, texts))

    def _numbered(self, texts: Sequence[str]) -> str:
        return " ".join(f"[{i}] {self._text(text)}" for i, text in enumerate(texts, 1))

    def _text(self, text: str) -> str:
        line = " ".join(text[: 4 * self.most_letters].split())
        return line.translate(NO_MARKS)[: self.most_letters].strip()


def permutation(said: Sequence[int], order: Sequence[int]) -> list[int]:
    """Make an order of candidates of the numbers that a model wrote.

    Whatever they are, each candidate comes out once: a number that is none, or stands a second
    time, counts for nothing, and what has no number stays behind the others as it was.

    Args:
        said: numbers from 1 on, best first.
        order: the candidates that were shown under the numbers, a permutation of 0, 1, 2, ...
    """
    named = [order[number - 1] for number in dict.fromkeys(said) if 1 <= number <= len(order)]
    left = set(order) - set(named)
    return [*named, *sorted(left)]
