"""Repairs of signs: brackets, spaces, the punctuation of the target language, the first letter."""

from __future__ import annotations

import re

from polyrec.translate.surface import language_of

BRACKETS = ("()", "[]", "{}", "（）", "「」")
"""No quotes: one that runs over several sentences is closed in the last."""
CJK = r"[\u3040-\u30ff\u3400-\u9fff々〆]"
FULL_WIDTH = {
    "zh": {",": "，", ".": "。", "!": "！", "?": "？", ";": "；", ":": "："},
    "ja": {",": "、", ".": "。", "!": "！", "?": "？", ";": "；", ":": "："},
}
NO_STOP = "th km lo my hi ne mr bn bo el hy am"
"""Languages that end sentences with another sign, or with none."""

ARABIC = {"ar", "fa", "ur", "ps"}
ENDING = re.compile(r"(?<![.…])([.。!?！？])[\"'”’»)\]」]*$")
OPENED = re.compile(r"(^|[.!?…][\"”»)]*\s+|\n)([\"“«(]*)([^.!?¿¡…\n\"“«]+[^\s.!?¿¡…\n])([?!])")
SPACE = "[ \u00a0\u202f]"
HIGH = re.compile(rf"(?<=\w){SPACE}+([;:!?])(?=\s|$)")


def with_brackets(one: str, other: str, source: str, target: str) -> str:
    """Put in the bracket that is missing at an end, take out the one too many there."""
    del source, target
    for opening, closing in map(tuple, BRACKETS):
        if one.count(opening) != one.count(closing):
            continue
        more = other.count(opening) - other.count(closing)
        there = opening in one
        end = re.search(r"(?<![\s.!?。！？])[\s.!?。！？]*+$", other)
        assert end is not None
        at, stop = end.start(), re.search(rf"{re.escape(closing)}([\s.!?。！？]*)$", one)
        if more == 1 and stop:
            other = other[:at] + closing + other[at:]
        elif more == -1 and there and one.lstrip().startswith(opening):
            other = opening + other
        elif more == 1 and not there and other.startswith(opening):
            other = other[1:]
        elif more == -1 and not there and re.search(rf"[^\W_]{re.escape(closing)}$", other[:at]):
            other = other[: at - 1] + other[at:]
    return other


def with_spacing(one: str, other: str, source: str, target: str) -> str:
    """Take out spaces that no language wants, and put in those that French does."""
    if one == one.strip():
        other = other.strip()
    if "  " not in one:
        other = re.sub(r"(?<=\S) {2,}(?=\S)", " ", other)
    if not re.search(r"\w [,.](?=\s|$)", one):
        other = re.sub(rf"(?<=\w){SPACE}+([,.])(?=\s|$)", r"\1", other)
    if not re.search(r"[(\[] | [)\]]", one):
        other = re.sub(r"([(\[]) +(?=\w)|(?<=[\w.!?]) +(?=[)\]])", r"\1", other)
    if language_of(target) == "fr":
        return other if target.endswith("-CA") else _french(one, other)
    if language_of(source) != "fr" and HIGH.search(one):
        return other
    return HIGH.sub(r"\1", other)


def _french(one: str, other: str) -> str:
    """Put the space that does not break before high signs and inside quotes."""

    def spaced(match: re.Match[str]) -> str:
        kept = f"{match[1]}{match[2]}" in one  # a name such as Yahoo!
        return match[0] if kept else f"{match[1]}\u00a0{match[2]}"

    other = re.sub(r"([^\W\d_]+)([;:!?])(?=\s|$)", spaced, other)
    other = re.sub(r"«(?=\w)", "«\u00a0", other)
    return re.sub(r"(?<=[\w.!?])»", "\u00a0»", other)


def with_punctuation(one: str, other: str, source: str, target: str) -> str:
    """Write signs as the target does: Spanish openings, full width, the last sign of a sentence."""
    del source
    language = language_of(target)
    if language in FULL_WIDTH:
        signs = FULL_WIDTH[language]
        other = re.sub(
            rf"(?<={CJK}) *([,.!?;:])(?:(?={CJK}|[」』）]|$)| +)", lambda m: signs[m[1]], other
        )
    other = _ended(one, other, language)
    return _opened(one, other) if language == "es" else other


def _ended(one: str, other: str, language: str) -> str:
    """Put the sign that ends the source where the translation ends in a word."""
    end = ENDING.search(one.rstrip())
    text = other.rstrip()
    if end is None or not text or not text[-1].isalnum() or language in NO_STOP.split():
        return other
    last = one.rstrip().split()[-1][: -len(end[0])] if one.split() else ""
    sign = {"。": ".", "！": "!", "？": "?"}.get(end[1], end[1])
    if sign == "." and (len(last) < 5 or "." in last):  # an abbreviation
        return other
    if language in FULL_WIDTH and re.match(CJK, text[-1]):
        sign = FULL_WIDTH[language][sign]
    if language in ARABIC and sign == "?":
        sign = "؟"
    return text + sign + other[len(text) :]


def _opened(one: str, other: str) -> str:
    """Open Spanish questions and exclamations that the source has too."""

    def opened(match: re.Match[str]) -> str:
        rest = other[match.end() :].lstrip("\"'”’»)")
        ends = not rest or (rest[0].isspace() and not rest.lstrip()[:1].islower())
        if not ends or match[4] not in one.replace("？", "?").replace("！", "!"):
            return match[0]
        sign = "¿" if match[4] == "?" else "¡"
        return f"{match[1]}{match[2]}{sign}{match[3]}{match[4]}"

    return OPENED.sub(opened, other)


def with_capital(one: str, other: str, source: str, target: str) -> str:
    """Begin with a capital letter where the source does; names such as iPhone stay."""
    del source, target
    given, made = re.search(r"\w", one), re.search(r"\w", other)
    if not given or not made or not given[0].isupper() or not made[0].islower():
        return other
    word = re.match(r"\w+", other[made.start() :])
    assert word is not None
    capital = made[0].upper()
    if word[0] in re.findall(r"\w+", one) or len(capital) != 1 or capital == made[0]:
        return other
    return other[: made.start()] + capital + other[made.end() :]
