"""Translation by a language model, shown how by a few examples per pair of languages."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import langcodes

from polyrec.core.errors import ConfigError
from polyrec.core.language import matches
from polyrec.llm.language_model import LanguageModel, Prompt
from polyrec.llm.rendering import undone
from polyrec.translate.translator import Translation, Translator

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyrec.encode.encoder import Kind
    from polyrec.llm.language_model import Completion

Pairs = tuple[tuple[str, str], ...]
"""Examples: the first pair names the languages, the others are text and translation."""

BRIDGE = "en"
"""Examples of all languages have the same English side, so any two of them make a pair."""

SHORTEST, LONGEST = 0.25, 4.0
"""A translation has between so many times the letters of its text, wide letters counted double."""

SPARE = 20
"""Letters by which a short translation may differ more than that."""

MOST_NAMES = 1
"""Words without a capital that a text may have which is the same in both languages."""

WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""Letters that stand for syllables or words."""

TOKENS_PER_BYTE = 0.7
LEAST_TOKENS = 32

TRANSLATE_VERSION = 1


@dataclass
class Llm(Translator):
    """Asks a language model for translations, with examples of the pair before each text.

    What comes back is checked: a translation that is empty, cut off, far too short or long, or says
    text or question back, is none.

    Attributes:
        model: the language model.
        examples: a TSV of your own for all that is translated: a line with the two languages'
            names, then a text and its translation per line; empty for those that ship.
    """

    model: LanguageModel
    examples: str = ""

    @property
    def sends_out(self) -> bool:
        """Whether the model is on another machine."""
        return self.model.sends_out

    @property
    def allow_user_text(self) -> bool:
        """Whether the model may be sent a user's own text."""
        return bool(getattr(self.model, "allow_user_text", False))

    @property
    def fingerprint(self) -> str:
        """Names model and examples."""
        return f"llm-{TRANSLATE_VERSION}/{self.model.fingerprint}/{self._examples_hash}"

    @property
    def _examples_hash(self) -> str:
        if not self.examples:
            return "shipped-1"
        return hashlib.sha256(repr(_own(self.examples)).encode()).hexdigest()[:8]

    def covers(self, source: str, target: str) -> bool:
        """Say whether there are examples of both languages, in the script that is wished for."""
        if self.examples:
            return True
        one, other = _base(source), _base(target)
        return shipped(one, other) is not None and matches(target, other)

    def _translate(
        self,
        texts: list[str],
        source: str,
        target: str,
        kind: Kind,
        advance: Callable[[int], None],
    ) -> list[Translation]:
        pairs = _own(self.examples) if self.examples else shipped(_base(source), _base(target))
        assert pairs is not None  # `covers` was asked
        prompts = [self._prompt(text, pairs) for text in texts]
        most_tokens = max(int(TOKENS_PER_BYTE * len(t.encode("utf-8", "replace"))) for t in texts)
        made = self.model.complete(prompts, max_tokens=LEAST_TOKENS + most_tokens, kind=kind)
        advance(len(texts))
        return [self._checked(text, each) for text, each in zip(texts, made, strict=True)]

    def _prompt(self, text: str, pairs: Pairs) -> Prompt:
        (asked, answered), *examples = pairs
        return Prompt(
            data=text,
            instruction=f"{asked} texts and their {answered} translations.",
            examples=tuple(examples),
            names=(asked, answered),
        )

    def _checked(self, text: str, completion: Completion) -> Translation:
        error = completion.error or (
            "the text is longer than the model takes" if completion.cut else ""
        )
        made = undone(completion.text, text)
        error = error or fault(text, made)
        if error:
            return Translation(text, "", error=f"llm: {error}")
        return Translation(made, f"llm/{completion.model}")


def fault(text: str, made: str) -> str:
    """Say why what a model wrote is no translation of a text; empty if it may be one."""
    if not made.strip():
        return "the translation is empty"
    if len(made.splitlines()) > 1:
        return "the translation has more than one line"
    if made.strip() == text.strip() and _words(text) > MOST_NAMES:
        return "the translation is the text itself"
    before, after = _width(text), _width(made)
    if after > LONGEST * before + SPARE or after < SHORTEST * before - SPARE:
        return f"the translation has {len(made)} letters for {len(text)}"
    return ""


def _width(text: str) -> int:
    """Count letters; those that stand for syllables or words count double."""
    return len(text) + len(WIDE.findall(text))


def _words(text: str) -> int:
    """Count what is hardly a name: words without a capital, and letters that stand for words."""
    plain = sum(word[0].isalpha() and not word[0].isupper() for word in text.split())
    return plain + len(WIDE.findall(text))


def _base(tag: str) -> str:
    return str(langcodes.Language.get(tag).language)


@lru_cache(maxsize=256)
def shipped(source: str, target: str) -> Pairs | None:
    """Give the examples that ship for two languages; None if there are none."""
    one, other = _sides(source), _sides(target)
    if one is None or other is None or source == target:
        return None
    return tuple((one[english], other[english]) for english in one if english in other)


@lru_cache(maxsize=64)
def _sides(tag: str) -> dict[str, str] | None:
    """Give the texts of a language by their English."""
    folder = files("polyrec.translate") / "examples"
    if tag == BRIDGE:
        some = sorted(each.name for each in folder.iterdir())[0]
        return {english: english for english, _ in _pairs((folder / some).read_text("utf-8"))}
    file = folder / f"{BRIDGE}-{tag}.tsv"
    return dict(_pairs(file.read_text("utf-8"))) if file.is_file() else None


def _own(path: str) -> Pairs:
    who = f"translator 'llm': examples {path}"
    try:
        pairs = _pairs(Path(path).read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{who} cannot be read: {error}", hint="give a TSV in UTF-8") from error
    except ValueError:
        pairs = ()
    if len(pairs) < 2:
        raise ConfigError(
            f"{who} holds no pairs of texts",
            hint="give a line with the languages' names, then lines of text, tab, translation",
        )
    return pairs


def _pairs(text: str) -> Pairs:
    rows = [line.split("\t") for line in text.splitlines() if line.strip()]
    return tuple((one, other) for one, other in rows)
