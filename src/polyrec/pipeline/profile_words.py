"""A profile in words: two sentences of a language model held to the keywords, or these alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from polyrec.core.errors import EngineError
from polyrec.core.language import UNDETERMINED, language_name, matches, standard_tag
from polyrec.llm.language_model import Prompt

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

LONGEST, MOST_SENTENCES = 400, 2
END = re.compile(r"(?<=[.!?؟।])\s+|(?<=[。！？])\s*")
FOREIGN = re.compile(r"https?:|www\.|@|[<>{}\[\]]|\d", re.IGNORECASE)
QUOTED = re.compile('["“„«»”「『]')


@dataclass(frozen=True)
class Worded:
    """A profile in words.

    Attributes:
        text: the sentences, or the keywords, those of one interest parted by commas.
        language: tag of the sentences; that asked for.
        worded_by: `keywords`, or the model that wrote the sentences.
        error: why a model that was asked did not; else empty.
    """

    text: str
    language: str
    worded_by: str = KEYWORDS
    error: str = ""


def in_words(
    learned: Learned, profile: Profile, language: str, model: LanguageModel | None = None
) -> Worded:
    """Say in words what somebody likes, in their language.

    The model sees the keywords alone, no title and no own words. What it writes is used if it is
    one or two sentences in the language asked for, without numbers, quotes and links, each of which
    lies nearer to an interest than most of the catalog does; without an encoder that may read it,
    each must hold one of the keywords.

    Raises:
        LanguageError: the language is not a tag.
        ConfigError: the model would send it to another machine without leave.
    """
    language = standard_tag(language)
    plain = Worded(_listed(profile), language)
    if model is None or not profile.interests:
        return plain
    prompt = Prompt(_data(profile, language), INSTRUCTION, EXAMPLES, ("Likes", "Sentences"))
    try:
        answer = model.complete([prompt], max_tokens=MOST_TOKENS, kind="query")[0]
    except EngineError as error:
        return Worded(plain.text, language, error=str(error))
    text = " ".join(answer.text.split())
    if fault := answer.error or _why_not(learned, profile, text, language):
        return Worded(plain.text, language, error=fault)
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
    sentences = [each for each in END.split(text) if each.strip()]
    if len(text) > LONGEST or len(sentences) > MOST_SENTENCES:
        return f"the answer is longer than {MOST_SENTENCES} short sentences"
    if FOREIGN.search(text) or QUOTED.search(text):
        return "the answer holds numbers, quotes or links"
    if (found := learned.plan.preparation.language_of(text)) != UNDETERMINED:
        if not matches(language, found):
            return f"the answer is in {found!r}, not in {language!r}"
    elif learned.plan.detector is not None:
        return "the language of the answer is not sure"
    if not all(_is_about(learned, profile, sentence, language) for sentence in sentences):
        return "the answer says what the keywords do not"
    return ""


def _is_about(learned: Learned, profile: Profile, sentence: str, language: str) -> bool:
    """Whether a sentence speaks of one of the interests."""
    if learned.vectors is None or not learned.space.takes_user_text:
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
