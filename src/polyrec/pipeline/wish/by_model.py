"""Has a language model work a wish out; what it says is checked against the wish."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from polyrec.core.errors import EngineError
from polyrec.core.language import matches
from polyrec.llm.language_model import Prompt
from polyrec.pipeline.wish.by_rules import by_rules
from polyrec.pipeline.wish.find_avoided import find_avoided, is_part
from polyrec.pipeline.wish.find_count import find_count, numbers_in
from polyrec.pipeline.wish.find_languages import NOT, find_languages, languages_in, others_will_do
from polyrec.pipeline.wish.reading import Reading
from polyrec.pipeline.wish.wish import Said, Understood, Wish

if TYPE_CHECKING:
    from polyrec.llm.language_model import LanguageModel
    from polyrec.pipeline.wish.offered import Offered

MOST_OF_EACH, LONGEST_WORD = 5, 60
"""What an answer may hold."""

MOST_TOKENS = 120

INSTRUCTION = (
    "Read what somebody wishes and fill in the filters of a shop: languages they want to read in "
    "(tags), without (words they want to avoid, as they wrote them), k (how many). Leave out "
    "whatever the wish does not name."
)

EXAMPLES: tuple[tuple[str, dict[str, Any]], ...] = (
    (
        "three jazz records in Polish or Czech, no vocals",
        {"languages": ["pl", "cs"], "without": ["vocals"], "k": 3},
    ),
    ("Bücher über Vögel, am liebsten auf Dänisch", {"languages": ["da"]}),
    ("zapatos para correr sin cordones", {"without": ["cordones"]}),
    ("cheap tents", {}),
)


def by_model(wish: str, offered: Offered, model: LanguageModel) -> Understood:
    """Work a wish out.

    The model is asked for languages, words to avoid and how many; all else rules do. Of what it
    says, that stays which stands in the wish: a language or a number that it names, its own words
    behind a denial. Its languages stand beside those that rules found, the rest in their place;
    where nothing of a field stays, it is what rules found. Where the model fails, rules do it all,
    and `error` says why.

    Args:
        wish: the user's own words, in any language.
        offered: what the catalog has: the model can name no other language.
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
    return _checked(json.loads(done.text), reading, replace(rules, worked_by=done.model))


def _written(answer: dict[str, Any]) -> str:
    empty = {"languages": [], "without": [], "k": Wish.k}
    return json.dumps(empty | answer, ensure_ascii=False, separators=(",", ":"))


def _schema(offered: Offered) -> dict[str, Any]:
    tags = list(offered.languages) or ["und"]
    word = {"type": "string", "minLength": 1, "maxLength": LONGEST_WORD}
    fields = {
        "languages": {"type": "array", "items": {"enum": tags}, "maxItems": MOST_OF_EACH},
        "without": {"type": "array", "items": word, "maxItems": MOST_OF_EACH},
        "k": {"type": "integer", "minimum": 1, "maximum": 100},
    }
    return {
        "type": "object",
        "properties": fields,
        "required": list(fields),
        "additionalProperties": False,
    }


def _checked(given: dict[str, Any], reading: Reading, rules: Understood) -> Understood:
    """Put what the wish itself says in the place of what rules found."""
    languages = _languages(given, reading, rules.wish.languages)
    without = _avoided(given, reading)
    values: dict[str, Any] = {}
    if languages:
        values["languages"] = tuple(each.value for each in languages)
        values["language_mode"] = "prefer" if others_will_do(reading) else "only"
    if without:
        values["without"] = tuple(each.value for each in without)
    if count := _count(given, reading):
        values["k"] = given["k"]
    kept = [each for each in rules.said if each.field not in values]
    said = (*kept, *languages, *without, *count)
    return replace(rules, wish=replace(rules.wish, **values), said=said)


def _languages(given: dict[str, Any], reading: Reading, ruled: tuple[str, ...]) -> list[Said]:
    """Give those that rules found and those that the model adds; none where it adds none."""
    denied = any(each.value.startswith(NOT) for each in find_languages(reading))
    wished = {
        tag: words
        for tag, words in languages_in(reading).items()
        if tag in ruled or any(matches(tag, each) for each in given["languages"])
    }
    if denied or wished.keys() <= set(ruled):
        return []
    return [Said("languages", tag, words) for tag, words in wished.items()]


def _avoided(given: dict[str, Any], reading: Reading) -> list[Said]:
    avoided = find_avoided(reading, [*find_languages(reading), *find_count(reading)])
    words = dict.fromkeys(given["without"])
    return [
        Said("without", word, word)
        for word in words
        if any(is_part(word, each) for each in avoided)
    ]


def _count(given: dict[str, Any], reading: Reading) -> list[Said]:
    word = numbers_in(reading).get(given["k"])
    return [Said("k", str(given["k"]), word)] if word else []
