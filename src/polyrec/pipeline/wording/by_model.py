"""Explanations in a language model's words, held to the facts; else those of the templates."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from polyrec.core.errors import EngineError
from polyrec.core.language import language_name
from polyrec.llm.language_model import Completion, LanguageModel, Prompt, UnfinishedError
from polyrec.llm.rendering import undone
from polyrec.pipeline.wording.facts import Cause, Fact
from polyrec.pipeline.wording.held import Given, as_compared, names_of, why_not_held, without
from polyrec.pipeline.wording.plain import why_other_language
from polyrec.pipeline.wording.sentences import sentence, together
from polyrec.pipeline.wording.tongue import FIRST_STRONG, POP, first_words, tongue_of
from polyrec.pipeline.wording.worded import Worded, worded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from polyrec.data.catalog import Catalog
    from polyrec.pipeline.explanation import Explanation
    from polyrec.pipeline.wording.tongue import Tongue
    from polyrec.text.detect.detector import Detector

MOST_TOKENS = 200

EXAMPLES = (
    (
        Fact("chosen", items=(Cause("1", "und", "Faust", 0.6), Cause("2", "und", "Nora", 0.4))),
        Fact("choices", count=4, of=6),
        Fact("words", words=("opera",)),
    ),
    (
        Fact("chosen", items=(Cause("3", "und", "Python 3"),)),
        Fact("asked", words=("data",)),
        Fact("language", languages=("fr", "de")),
    ),
)
"""Facts about nothing of the catalog; the first two are told."""

NO_ISOLATES = str.maketrans("", "", FIRST_STRONG + POP)


@dataclass(frozen=True, eq=False)
class ByModel:
    """Has a language model word explanations; what it says beside the facts is not shown.

    Attributes:
        model: the language model. What somebody chose and asked is theirs: it leaves this machine
            only where the model has `allow_user_text`.
        catalog: the items that must not be named unless the facts name them.
        detector: finds the language of what was written; None trusts its words alone.
    """

    model: LanguageModel
    catalog: Catalog
    detector: Detector | None = None

    def worded(
        self,
        explanations: Sequence[Explanation],
        languages: Sequence[str] = (),
        *,
        wished: Sequence[str] = (),
    ) -> list[Worded]:
        """Word explanations, in order; arguments as for `worded`.

        Returns:
            Sentences of the model, with its name in `worded_by`; where they cannot be used, those
            of the templates, with the reason in `error`.

        Raises:
            ConfigError: the model cannot be used as it is set, or may not have what is a user's.
            LanguageError: a language is not a tag.
        """
        plain = [worded(each, languages, wished=wished) for each in explanations]
        able = [row for row, each in enumerate(plain) if not each.error]
        answers = self._answers([_prompt(plain[row]) for row in able])
        for row, answer in zip(able, answers, strict=True):
            plain[row] = self._checked(answer, plain[row])
        return plain

    def _answers(self, prompts: list[Prompt]) -> list[Completion]:
        try:
            return self.model.complete(prompts, max_tokens=MOST_TOKENS, kind="query")
        except EngineError as stop:
            done = stop.done if isinstance(stop, UnfinishedError) else [None] * len(prompts)
            failed = Completion("", "", error=stop.problem)
            return [each or failed for each in done]

    def _checked(self, answer: Completion, plain: Worded) -> Worded:
        if answer.error:
            return replace(plain, error=answer.error)
        tongue = tongue_of(plain.language)
        template = plain.text.translate(NO_ISOLATES)
        text = " ".join(undone(answer.text, template).translate(NO_ISOLATES).split())
        error = why_not_held(text, Given(plain.facts, template, self._others), tongue)
        if not error:
            bare = without(text, names_of(plain.facts))
            error = why_other_language(bare, plain.language, self.detector)
        if error:
            return replace(plain, error=not_used(answer, error))
        shown = apart(text, plain.facts, tongue)
        return replace(plain, text=shown, worded_by=answer.model)

    @cached_property
    def _others(self) -> frozenset[str]:
        """How the catalog's items begin, as `why_not_held` takes them."""
        texts = (text for texts in self.catalog.texts for text in texts.values())
        return frozenset(as_compared(first_words(text)) for text in texts)


def not_used(answer: Completion, why: str) -> str:
    """Say why what a model wrote is not shown."""
    return f"what {answer.model} wrote is not used: {why}"


def apart(text: str, facts: Sequence[Fact], tongue: Tongue) -> str:
    """Isolate the names of facts in a text, as sentences of templates do."""
    for name in names_of(facts):
        text = text.replace(name, tongue.apart(name))
    return text


def _prompt(plain: Worded) -> Prompt:
    tongue = tongue_of(plain.language)
    language = language_name(plain.language)
    return Prompt(
        data=plain.text.translate(NO_ISOLATES),
        instruction=(
            "Tell whoever asks why this item is recommended to them, in one or two sentences in "
            f"{language}. Say nothing but these facts. Repeat quoted names and numbers exactly."
        ),
        examples=tuple(_example(facts, tongue) for facts in EXAMPLES),
        names=("Facts", language),
    )


def _example(facts: tuple[Fact, ...], tongue: Tongue) -> tuple[str, str]:
    told = [sentence(fact, tongue).translate(NO_ISOLATES) for fact in facts]
    return together(told, tongue), together(told[:2], tongue)
