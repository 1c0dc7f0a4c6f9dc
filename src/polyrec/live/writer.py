"""Answers in words: a language model's, within a time, where there is one; else our own."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from polyrec.core.errors import EngineError
from polyrec.core.limited import Limited
from polyrec.core.workers import Patience
from polyrec.live.told import tell
from polyrec.llm.around import Around
from polyrec.llm.language_model import Completion, Prompt
from polyrec.pipeline.profile_words import in_words
from polyrec.pipeline.wording.by_model import ByModel
from polyrec.pipeline.wording.worded import worded

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from polyrec.llm.language_model import LanguageModel
    from polyrec.pipeline.explanation import Explanation
    from polyrec.pipeline.learned import Learned
    from polyrec.pipeline.profile import Profile
    from polyrec.pipeline.wording.worded import Worded

FAILED = "the language model has failed"
LATE = "the language model did not answer in time"
UNUSABLE = "the language model gave nothing that can be used"

FIRST = Prompt("wood", "Say the word again.")
"""Asked when a service starts, so that a model on this machine is there, and loaded."""


@dataclass
class PatientLanguageModel(Around):
    """Asks a language model within a time; its own words on what failed stay inside.

    Prompts are asked side by side, and what has not begun in time is not asked. All of them hold
    what is a user's own.

    Attributes:
        model: the language model.
        limited: keeps the time; a model that fails or is late again and again is left alone.
        outcomes: how many prompts were `answered`, how many had an answer that was `unusable`, and
            how many had none, being `missing`: late, failed, or too many.
    """

    limited: Limited = field(
        default_factory=lambda: Limited(
            n_threads=2, most_waiting=16, patience=Patience(), who="the language model"
        )
    )
    outcomes: Counter[str] = field(default_factory=Counter, init=False, repr=False, compare=False)

    def _complete(
        self,
        prompts: list[Prompt],
        schema: Mapping[str, Any] | None,
        max_tokens: int,
        advance: Callable[[int], None],
    ) -> list[Completion]:
        def asking(prompt: Prompt) -> Callable[[], Completion]:
            def ask() -> Completion:
                try:
                    (made,) = self.model.complete(
                        [prompt], schema=schema, max_tokens=max_tokens, kind="query"
                    )
                except Exception as error:
                    tell("a language model has failed", error=type(error).__name__)
                    raise EngineError(FAILED, retryable=True) from error
                return replace(made, error=UNUSABLE) if made.error else made

            return ask

        made: list[Completion | None] = [None] * len(prompts)
        try:
            made = self.limited.together([asking(prompt) for prompt in prompts])
        finally:
            self.outcomes.update(map(_outcome, made))
        advance(len(prompts))
        return [each or Completion("", "", error=LATE) for each in made]


def _outcome(made: Completion | None) -> str:
    if made is None:
        return "missing"
    return "unusable" if made.error else "answered"


@dataclass(eq=False)
class Writer:
    """Words explanations and profiles, and has wishes read; requests' threads share it.

    Attributes:
        model: the language model that does it; None where the operator has named none.
    """

    model: PatientLanguageModel | None = None
    _by_model: WeakKeyDictionary[Learned, ByModel] = field(
        default_factory=WeakKeyDictionary, init=False, repr=False
    )

    @classmethod
    def of(cls, model: LanguageModel, *, within_s: float) -> Writer:
        """Make one whose model is asked within a time; one on this machine is loaded now.

        Raises:
            ConfigError: it would send users' own texts to another machine without leave, or cannot
                be used as it is set.
            EngineError: it is on this machine, and cannot be loaded.
        """
        model.check_leave()
        if not model.sends_out:
            model.complete([FIRST], max_tokens=1)
        patient = PatientLanguageModel(model)
        patient.limited.within_s = within_s
        return cls(patient)

    @property
    def outcomes(self) -> Mapping[str, int]:
        """What became of the prompts by now."""
        return {} if self.model is None else self.model.outcomes

    def explanations(
        self, learned: Learned, found: Sequence[Explanation], languages: Sequence[str]
    ) -> list[Worded]:
        """Word explanations, in order, in the first of the languages that there are templates in.

        Raises:
            LanguageError: a language is not a tag.
        """
        if self.model is None:
            return [worded(each, languages, wished=languages) for each in found]
        if (by_model := self._by_model.get(learned)) is None:
            by_model = ByModel(self.model, learned.catalog, learned.plan.detector)
            self._by_model[learned] = by_model
        return by_model.worded(found, languages, wished=languages)

    def profile(self, learned: Learned, profile: Profile, language: str) -> Worded:
        """Word a profile.

        Raises:
            LanguageError: the language is not a tag.
        """
        return in_words(learned, profile, language, self.model)
