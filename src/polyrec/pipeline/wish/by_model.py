"""Has a language model work a wish out; what it says is checked against the wish."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from polyrec.core.errors import EngineError
from polyrec.core.language import matches
from polyrec.llm.language_model import Prompt
from polyrec.pipeline.wish.by_rules import by_rules, rest
from polyrec.pipeline.wish.find_avoided import find_avoided, is_part
from polyrec.pipeline.wish.find_category import find_category
from polyrec.pipeline.wish.find_count import find_count, numbers_in
from polyrec.pipeline.wish.find_languages import find_languages, languages_in, others_will_do
from polyrec.pipeline.wish.reading import Reading
from polyrec.pipeline.wish.wish import Said, Understood, Wish

if TYPE_CHECKING:
    from polyrec.core.types import LanguageMode
    from polyrec.llm.language_model import LanguageModel
    from polyrec.pipeline.wish.offered import Offered

MOST_CATEGORIES, MOST_OF_EACH, LONGEST_WORD = 100, 5, 60
"""What an answer may hold; of more categories the model sees those of most items."""

MOST_TOKENS = 200

INSTRUCTION = (
    "Read what somebody wishes and fill in the filters of a shop: languages they want to read in "
    "(tags), language_mode (any, prefer, only), category, without (words they want to avoid, as "
    "they wrote them), k (how many). Leave out whatever the wish does not name."
)

EXAMPLES: tuple[tuple[str, dict[str, Any]], ...] = (
    (
        "three jazz records in Polish or Czech, no vocals",
        {
            "languages": ["pl", "cs"],
            "language_mode": "only",
            "category": "jazz",
            "without": ["vocals"],
            "k": 3,
        },
    ),
    (
        "Bücher über Vögel, am liebsten auf Dänisch",
        {"languages": ["da"], "language_mode": "prefer", "category": "nature"},
    ),
    ("zapatos para correr sin cordones", {"category": "sport", "without": ["cordones"]}),
    ("something cheap", {}),
)


def by_model(wish: str, offered: Offered, model: LanguageModel) -> Understood:
    """Work a wish out.

    Of what the model says, that stays which stands in the wish: a language or a number that it
    names, words of its own behind a denial, a category that a word of it names or lies near. What
    becomes no filter stays in the text. Where the model fails, rules do it, and `error` says why.

    Args:
        wish: the user's own words, in any language.
        offered: what the catalog has: the model can name nothing else.
        model: the language model.

    Raises:
        ConfigError: the wish would leave the machine without leave.
    """
    rules = by_rules(wish, offered)
    prompt = Prompt(
        wish,
        INSTRUCTION,
        tuple((asked, _written(answer)) for asked, answer in EXAMPLES),
        ("Wish", "Filters"),
    )
    try:
        (done,) = model.complete(
            [prompt], schema=_schema(offered), max_tokens=MOST_TOKENS, kind="query"
        )
    except EngineError:
        return replace(rules, error="the language model cannot be asked now")
    if done.error:
        return replace(rules, error="the language model gave nothing that can be used")
    reading = Reading.of(wish, rules.wish.text_language)
    return _checked(json.loads(done.text), reading, offered, replace(rules, worked_by=done.model))


def _written(answer: dict[str, Any]) -> str:
    empty = {"languages": [], "language_mode": "any", "category": "", "without": [], "k": 10}
    return json.dumps(empty | answer, ensure_ascii=False, separators=(",", ":"))


def _schema(offered: Offered) -> dict[str, Any]:
    tags = list(offered.languages) or ["und"]
    word = {"type": "string", "minLength": 1, "maxLength": LONGEST_WORD}
    fields = {
        "languages": {"type": "array", "items": {"enum": tags}, "maxItems": MOST_OF_EACH},
        "language_mode": {"enum": ["any", "prefer", "only"]},
        "category": {"enum": ["", *offered.categories[:MOST_CATEGORIES]]},
        "without": {"type": "array", "items": word, "maxItems": MOST_OF_EACH},
        "k": {"type": "integer", "minimum": 1, "maximum": 100},
    }
    return {
        "type": "object",
        "properties": fields,
        "required": list(fields),
        "additionalProperties": False,
    }


def _checked(
    given: dict[str, Any], reading: Reading, offered: Offered, rules: Understood
) -> Understood:
    """Keep what the wish itself says."""
    named = languages_in(reading)
    languages = {tag: words for tag, words in named.items() if _is_among(tag, given["languages"])}
    asked, counts = find_languages(reading), find_count(reading)
    avoided = find_avoided(reading, [*asked, *counts])
    without = tuple(
        word
        for word in dict.fromkeys(given["without"])
        if any(is_part(word, each) for each in avoided)
    )
    counted = numbers_in(reading).get(given["k"])
    taken = [each for each in asked if each.value in languages]
    taken += [each for each in asked if each.value == "prefer" and taken]
    taken += [each for each in counts if each.value == str(given["k"])]
    taken += [each for each in avoided if any(is_part(word, each) for word in without)]
    elsewhere = [*asked, *counts, *avoided]
    categories = find_category(
        reading, offered.categories, elsewhere, offered.nearest, rules.wish.text
    )
    category = next((each for each in categories if each.value == given["category"]), None)
    mode: LanguageMode = "any" if not languages else "prefer" if others_will_do(reading) else "only"
    made = replace(
        rules.wish,
        text=rest(reading.text, taken),
        languages=tuple(languages),
        language_mode=mode,
        category=None if category is None else category.value,
        without=without,
        k=given["k"] if counted else Wish.k,
    )
    said = [Said("languages", tag, words) for tag, words in languages.items()]
    said += [Said("without", word, word) for word in without]
    if category is not None:
        said.append(Said("category", category.value, reading.text[category.start : category.end]))
    if counted:
        said.append(Said("k", str(given["k"]), counted))
    return replace(rules, wish=made, said=tuple(said))


def _is_among(tag: str, given: list[str]) -> bool:
    return any(matches(tag, each) for each in given)
