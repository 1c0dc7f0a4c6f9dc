"""A profile in words: two sentences of a language model held to the keywords, or these alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from polyrec.core.errors import EngineError
from polyrec.core.language import language_name, standard_tag
from polyrec.llm.language_model import Prompt
from polyrec.pipeline.wish.offered import reads_meaning
from polyrec.pipeline.wording.by_model import not_used
from polyrec.pipeline.wording.plain import sentences_of, why_not_plain, why_other_language
from polyrec.pipeline.wording.worded import Worded

if TYPE_CHECKING:
    from polyrec.llm.language_model import LanguageModel
    from polyrec.pipeline.learned import Learned
    from polyrec.pipeline.profile import Profile

KEYWORDS = "keywords"
"""What words a profile where no model does, or its sentences cannot be used."""

INSTRUCTION = (
    "Say in one or two short sentences, in the language that is named, what this person likes. "
    "Use the words that are listed and nothing else: no names, no numbers, no advice."
)
EXAMPLES = (
    (
        "German; 70 %: wood, saw, Hobel; 30 %: tea, green",
        "Sie mögen vor allem Arbeiten mit Holz, Säge und Hobel. Daneben mögen Sie grünen Tee.",
    ),
    (
        "Spanish; 60 %: guitar, chords; 40 %: Garten, Rosen",
        "Le gusta sobre todo la guitarra y sus acordes. También le gustan los jardines y rosas.",
    ),
    (
        "English; 100 %: astronomie, étoiles, telescope",
        "You like astronomy, above all stars and telescopes.",
    ),
)
MOST_WORDS, MOST_TONGUES = 5, 2
"""So many keywords of an interest are told, in each of so many languages."""

MOST_TOKENS = 120

NEAR = 0.75
"""A sentence must lie nearer to the items of an interest than to this share of the catalog."""

LONGEST = 400
"""Letters of all sentences."""


def in_words(
    learned: Learned, profile: Profile, language: str, model: LanguageModel | None = None
) -> Worded:
    """Say in words what somebody likes, in their language.

    The model sees the keywords alone, no title and no own words. What it writes is used if it is
    one or two sentences in the language asked for, without numbers, quotes and links, each of which
    lies nearer to an interest than most of the catalog does; without an encoder that may read it,
    and reads meaning rather than letters, each must hold one of the keywords.

    Raises:
        LanguageError: the language is not a tag.
        ConfigError: the model would send it to another machine without leave.
    """
    language = standard_tag(language)
    plain = Worded(_listed(profile), language, KEYWORDS)
    if model is None or not profile.interests:
        return plain
    prompt = Prompt(_data(profile, language), INSTRUCTION, EXAMPLES, ("Likes", "Sentences"))
    try:
        answer = model.complete([prompt], max_tokens=MOST_TOKENS, kind="query")[0]
    except EngineError as error:
        return replace(plain, error=error.problem)
    if answer.error:
        return replace(plain, error=answer.error)
    text = " ".join(answer.text.split())
    if why := _why_not(learned, profile, text, language):
        return replace(plain, error=not_used(answer, why))
    return Worded(text, language, answer.model)


def _words(profile: Profile) -> list[list[str]]:
    """Give the keywords of each interest that are told."""
    return [
        [word for own in list(each.keywords.values())[:MOST_TONGUES] for word in own[:MOST_WORDS]]
        for each in profile.interests
    ]


def _listed(profile: Profile) -> str:
    return "; ".join(", ".join(words) for words in _words(profile) if words)


def _data(profile: Profile, language: str) -> str:
    parts = [
        f"{each.share:.0%}: {', '.join(words)}"
        for each, words in zip(profile.interests, _words(profile), strict=True)
        if words
    ]
    return "; ".join([language_name(language), *parts])


def _why_not(learned: Learned, profile: Profile, text: str, language: str) -> str:
    """Say why sentences cannot be used; empty if they can."""
    if len(text) > LONGEST:
        return f"it has {len(text)} letters"
    detector = learned.plan.detector
    why = why_not_plain(text) or why_other_language(text, language, detector, must_be_sure=True)
    if why:
        return why
    if not all(_is_about(learned, profile, each, language) for each in sentences_of(text)):
        return "it says what the keywords do not"
    return ""


def _is_about(learned: Learned, profile: Profile, sentence: str, language: str) -> bool:
    """Whether a sentence speaks of one of the interests."""
    may_read = learned.vectors is not None and learned.space.takes_user_text
    if not may_read or not reads_meaning(learned.plan.encoder):
        said = sentence.casefold()
        return any(word.casefold() in said for words in _words(profile) for word in words)
    vector = learned.space.queries([sentence], [language])[0]
    ids = learned.catalog.ids
    nearness = learned.vectors @ vector
    own = [
        float(nearness[ids.indices(liked.item_id for liked in each.items)].mean())
        for each in profile.interests
    ]
    return max(own) > float(np.quantile(nearness, NEAR))
