"""An explanation in words: in the language of who asks, from nothing but the facts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from polyrec.pipeline.wording.facts import Fact, facts_of
from polyrec.pipeline.wording.sentences import sentence, together
from polyrec.pipeline.wording.tongue import tongue_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from polyrec.pipeline.explanation import Explanation

TEMPLATE = "template"


@dataclass(frozen=True)
class Worded:
    """An explanation, or a profile, in words.

    Attributes:
        text: one or more sentences to who asks.
        language: the language that they are in, as a BCP 47 tag.
        worded_by: the language model that wrote them; `template` or `keywords` where none did.
        error: why they are not in a language that was asked for, or not those of the model that
            was; else empty.
        facts: what they say, the most important first.
    """

    text: str
    language: str
    worded_by: str
    error: str = ""
    facts: tuple[Fact, ...] = ()


def worded(
    explanation: Explanation, languages: Sequence[str] = (), *, wished: Sequence[str] = ()
) -> Worded:
    """Word an explanation by templates: less than a millisecond, and nothing is asked.

    Args:
        explanation: what is known of the item and of who asks.
        languages: those that who asks reads, most wished first; the first is taken in which there
            are templates, and English where there is none.
        wished: the languages that were wished for items; where the item's text is in none of them,
            that is said.

    Raises:
        LanguageError: a language is not a tag.
    """
    tongue, is_asked_for = tongue_for(languages)
    facts = facts_of(explanation, wished)
    text = together([sentence(fact, tongue) for fact in facts], tongue)
    error = "" if is_asked_for else f"there are no templates in {' or '.join(languages)}"
    return Worded(text, tongue.tag, TEMPLATE, error, facts)
