"""A sentence for each fact, in any of the languages; messages stand here in English."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from polyrec.pipeline.wording.facts import Fact, FactKind
    from polyrec.pipeline.wording.tongue import Tongue


PLAIN: dict[FactKind, str] = {
    "own": "It is one of your choices already.",
    "against": "None of your choices speaks for it.",
    "near-text": "It is near to what you wrote.",
    "everyone": "It is shown to everyone, whatever they chose.",
    "unchosen": "Nobody has chosen it yet.",
    "unknown": "Nothing is known of your taste yet.",
    "nothing": "Nothing speaks for it or against it: it only fills a place.",
}
"""What is the same of all items."""

WITHOUT_SPACES = ("ja", "zh", "zh-Hant")
"""Languages whose sentences follow each other without a space."""


def sentence(fact: Fact, tongue: Tongue) -> str:
    """Say a fact to who asks."""
    if message := PLAIN.get(fact.kind):
        return tongue.say(message)
    return SAID[fact.kind](fact, tongue)


def together(sentences: Sequence[str], tongue: Tongue) -> str:
    """Put sentences behind each other."""
    return ("" if tongue.tag in WITHOUT_SPACES else " ").join(sentences)


def _chosen(fact: Fact, tongue: Tongue) -> str:
    names = []
    for cause in fact.items:
        name = tongue.quoted(cause.text, cause.item_id)
        if cause.share is not None:
            share = tongue.percent(cause.share)
            name = tongue.say("%(name)s (%(share)s)", name=name, share=share)
        names.append(name)
    return tongue.say("Because you chose %(items)s.", items=tongue.listed(names))


def _choices(fact: Fact, tongue: Tongue) -> str:
    return tongue.say_number(
        "%(num)s of your %(all)s choices speaks for it.",
        "%(num)s of your %(all)s choices speak for it.",
        fact.count,
        all=tongue.number(fact.of),
    )


def _nearest(fact: Fact, tongue: Tongue) -> str:
    (cause,) = fact.items
    item = tongue.quoted(cause.text, cause.item_id)
    return tongue.say("The nearest of your choices is %(item)s.", item=item)


def _asked(fact: Fact, tongue: Tongue) -> str:
    return tongue.say_number(
        "Your word that lies nearest to it: %(words)s.",
        "Your words that lie nearest to it: %(words)s.",
        len(fact.words),
        words=_words_listed(fact, tongue),
    )


def _words(fact: Fact, tongue: Tongue) -> str:
    return tongue.say_number(
        "The word of its text that fits best: %(words)s.",
        "The words of its text that fit best: %(words)s.",
        len(fact.words),
        words=_words_listed(fact, tongue),
    )


def _popular(fact: Fact, tongue: Tongue) -> str:
    return tongue.say_number("%(num)s person chose it.", "%(num)s people chose it.", fact.count)


def _language(fact: Fact, tongue: Tongue) -> str:
    own, *wished = map(tongue.language, fact.languages)
    return tongue.say(
        "Language of its text: %(language)s; you wished for: %(wished)s.",
        language=own,
        wished=tongue.listed(wished, "or"),
    )


def _words_listed(fact: Fact, tongue: Tongue) -> str:
    return tongue.listed([tongue.quoted(word) for word in fact.words])


SAID: dict[FactKind, Callable[[Fact, Tongue], str]] = {
    "chosen": _chosen,
    "choices": _choices,
    "nearest": _nearest,
    "asked": _asked,
    "words": _words,
    "popular": _popular,
    "language": _language,
}
"""What says the other kinds."""
