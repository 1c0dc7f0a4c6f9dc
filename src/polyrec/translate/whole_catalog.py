"""A catalog in one language: every item's text translated, with where each translation is from."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from polyrec.core.errors import DataError
from polyrec.core.language import UNDETERMINED, matches, standard_tag
from polyrec.core.progress import progress
from polyrec.translate.cached import BLOCK
from polyrec.translate.translator import AS_IS, Translation, not_translated

if TYPE_CHECKING:
    from collections.abc import Sequence

    from polyrec.data.catalog import Catalog
    from polyrec.translate.translator import Translator

UNKNOWN = "the language of the text is not known"


@dataclass(frozen=True)
class InOneLanguage:
    """A catalog whose texts were translated.

    Attributes:
        table: one row per item in the catalog's order: `item_id`, `text` and its `language`,
            `source_text` and `source_language`, `engine`, `quality`, `approved`, `error`; then
            category and attributes. A text that could not be translated stands as it was, in its
            own language, with no engine.
        uncovered: texts that were left since nothing translates from their language, by language.
    """

    table: pl.DataFrame
    uncovered: Counter[str]

    def count(self, which: pl.Expr) -> int:
        """Count the rows for which something holds."""
        return self.table.filter(which).height

    @property
    def engines(self) -> dict[str, int]:
        """How many texts each engine translated, most first."""
        made = self.table.filter(~pl.col("engine").is_in(["", AS_IS]))
        return dict(Counter(made["engine"].to_list()).most_common())


def translate_catalog(catalog: Catalog, translator: Translator, target: str) -> InOneLanguage:
    """Translate the text that each item is shown by, unless it has one in the target language.

    Texts of one language are translated together, in blocks of `BLOCK`. Texts in `und`, and in
    languages that the translator does not cover, are left.

    Raises:
        LanguageError: the target is not BCP 47.
        DataError: the target is `und`.
        ConfigError: the translator cannot be used as it is set, or covers none of the languages.
        EngineError: the translator failed as a whole.
    """
    target = standard_tag(target)
    if target == UNDETERMINED:
        raise DataError(f"cannot translate into {target!r}", hint="name a language, such as 'en'")
    sources, texts = _shown(catalog, target)
    others = [tag for tag in sorted(set(sources) - {UNDETERMINED}) if not matches(target, tag)]
    if others and not any(translator.covers(tag, target) for tag in others):
        raise translator.uncovered(others[0], target)
    made = [Translation(text, AS_IS) for text in texts]
    uncovered: Counter[str] = Counter()
    with progress("translating", len(texts), unit="texts") as advance:
        for source, rows in _by_language(sources).items():
            if matches(target, source):
                advance(len(rows))
            elif source == UNDETERMINED or not translator.covers(source, target):
                known = source != UNDETERMINED
                why = f"nothing translates from {source!r} to {target!r}" if known else UNKNOWN
                for row in rows:
                    made[row] = not_translated(texts[row], why)
                uncovered.update({source: len(rows)} if known else {})
                advance(len(rows))
            else:
                for start in range(0, len(rows), BLOCK):
                    block = rows[start : start + BLOCK]
                    given = [texts[row] for row in block]
                    answers = translator.translate(given, source=source, target=target)
                    for row, answer in zip(block, answers, strict=True):
                        made[row] = answer
                    advance(len(block))
    return InOneLanguage(_table(catalog, target, sources, texts, made), uncovered)


def _shown(catalog: Catalog, target: str) -> tuple[list[str], list[str]]:
    """Give each item's language and text: in the target language if it has one."""
    shown = [catalog.text_for(item, [target]) for item in range(len(catalog))]
    return [language for language, _ in shown], [text for _, text in shown]


def _by_language(sources: Sequence[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for row, source in enumerate(sources):
        found.setdefault(source, []).append(row)
    return found


def _table(
    catalog: Catalog, target: str, sources: list[str], texts: list[str], made: list[Translation]
) -> pl.DataFrame:
    moved = [each.engine not in ("", AS_IS) for each in made]
    columns: dict[str, Any] = {
        "item_id": pl.Series(catalog.ids.names, dtype=pl.String),
        "text": [each.text for each in made],
        "language": [target if m else own for m, own in zip(moved, sources, strict=True)],
        "source_text": texts,
        "source_language": sources,
        "engine": [each.engine for each in made],
        "quality": pl.Series([each.quality for each in made], dtype=pl.Float64),
        "approved": [each.approved for each in made],
        "error": [each.error for each in made],
    }
    if any(catalog.category):
        columns["category"] = list(catalog.category)
    for name, values in catalog.attributes.items():
        columns.setdefault(name, pl.Series(values, strict=False))
    return pl.DataFrame(columns)
