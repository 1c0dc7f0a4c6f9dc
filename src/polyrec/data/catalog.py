"""The items: ids, one text and language for each, all texts known by language, category."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from polyrec.core.errors import DataError
from polyrec.core.language import matches
from polyrec.core.types import Booleans, IdMap, Integers, Strings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

OF_MEANING = {"work", "new", "market"}
"""Attributes that say something about an item even where they are empty."""

TRUE_OR_FALSE = {
    **dict.fromkeys(("true", "yes", "1", "1.0"), True),
    **dict.fromkeys(("false", "no", "0", "0.0", "none", ""), False),
}
"""What may stand in the column `new`, and what it means."""


@dataclass(frozen=True)
class Catalog:
    """Items in a fixed order; everything else about them stands in the same order.

    Attributes:
        ids: item ids.
        text: the one text by which each item is shown and, unless `pooled`, encoded.
        language: BCP 47 tag of that text; `und` where unknown.
        texts: every text known of each item, by language, `text` among them.
        category: each item's category; empty where it has none.
        attributes: further columns by name; `work` says which work an item is a version of,
            `new` whether it has only just come, so that nobody can have chosen it yet, `market` in
            which market it is sold.
        pooled: whether an item's vector is the mean over all its texts rather than of `text`.
    """

    ids: IdMap
    text: tuple[str, ...]
    language: tuple[str, ...]
    texts: tuple[Mapping[str, str], ...]
    category: tuple[str, ...]
    attributes: Mapping[str, tuple[object, ...]] = field(default_factory=dict)
    pooled: bool = False

    def __post_init__(self) -> None:
        lengths = {
            "text": len(self.text),
            "language": len(self.language),
            "texts": len(self.texts),
            "category": len(self.category),
        } | {name: len(column) for name, column in self.attributes.items()}
        for name, length in lengths.items():
            if length != len(self.ids):
                raise DataError(f"catalog has {len(self.ids)} items but {length} of {name}")

    @classmethod
    def from_texts(
        cls,
        item_ids: Sequence[str],
        texts: Sequence[Mapping[str, str]],
        *,
        category: Sequence[str] | None = None,
        attributes: Mapping[str, tuple[object, ...]] | None = None,
    ) -> Catalog:
        """Build a catalog from each item's texts by language; the first one given is its `text`.

        An item without any text has the empty text in `und`.
        """
        shown = [next(iter(by.items()), ("und", "")) for by in texts]
        return cls(
            IdMap(tuple(item_ids)),
            tuple(text for _, text in shown),
            tuple(language for language, _ in shown),
            tuple(dict(by) or {"und": ""} for by in texts),
            tuple(category) if category is not None else ("",) * len(item_ids),
            attributes or {},
        )

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def languages(self) -> Strings:
        """The language of each item's text, shape (items,)."""
        return np.array(self.language, dtype=np.str_)

    @property
    def categories(self) -> Strings:
        """The category of each item, shape (items,)."""
        return np.array(self.category, dtype=np.str_)

    @property
    def names_works(self) -> bool:
        """Whether there is an attribute `work`."""
        return "work" in self.attributes

    @property
    def works(self) -> Integers:
        """Which work each item is a version of, shape (items,): equal numbers are one work.

        From the attribute `work`; an item that names none is a work of its own.
        """
        named = self.attributes.get("work")
        if named is None:
            return np.arange(len(self))
        keys = [
            ("work", str(work)) if work not in (None, "") else ("item", item_id)
            for work, item_id in zip(named, self.ids.names, strict=True)
        ]
        number = {key: i for i, key in enumerate(dict.fromkeys(keys))}
        return np.array([number[key] for key in keys], dtype=np.int64)

    @property
    def new(self) -> Booleans | None:
        """Which items have only just come, shape (items,); None where the catalog does not say.

        From the attribute `new`: true or false, or these words; an item that says nothing is not.

        Raises:
            DataError: something else stands there.
        """
        said = self.attributes.get("new")
        if said is None:
            return None
        words = [str(value).strip().lower() for value in said]
        for word, item_id in zip(words, self.ids.names, strict=True):
            if word not in TRUE_OR_FALSE:
                raise DataError(
                    f"the item {item_id!r} has {word!r} in the column 'new'",
                    hint=f"give one of {', '.join(filter(None, TRUE_OR_FALSE))}",
                )
        return np.array([TRUE_OR_FALSE[word] for word in words], dtype=np.bool_)

    @property
    def markets(self) -> Strings | None:
        """The market that each item is sold in, shape (items,); None where nothing tells.

        From the attribute `market`; an item that names none has the empty text.
        """
        named = self.attributes.get("market")
        if named is None:
            return None
        return np.array(["" if name is None else str(name).strip() for name in named], np.str_)

    def with_new(self, new: Booleans) -> Catalog:
        """Give the same items, told which more of them have only just come, shape (items,)."""
        told = new if self.new is None else new | self.new
        return replace(self, attributes={**self.attributes, "new": tuple(told.tolist())})

    def languages_for(self, wished: Sequence[str]) -> Strings:
        """Give the language in which `text_for` would show each item, shape (items,)."""
        kinds, kind = self._tongues
        first = {
            tag: next((place for place, wish in enumerate(wished) if matches(wish, tag)), None)
            for tag in {tag for _, tags in kinds for tag in tags}
        }
        shown = []
        for own, tags in kinds:
            good = [(place, tag) for tag in tags if (place := first[tag]) is not None]
            shown.append(min(good, key=lambda found: found[0])[1] if good else own)
        return np.array(shown, dtype=np.str_)[kind]

    def readable(self, wished: Sequence[str]) -> Booleans:
        """Say of each item whether it has a text in one of the wished languages, shape (items,)."""
        kinds, kind = self._tongues
        good = [any(matches(wish, tag) for wish in wished for tag in tags) for _, tags in kinds]
        return np.array(good, dtype=np.bool_)[kind]

    def of_category(self, name: str) -> Booleans:
        """Say of each item whether it is of a category, shape (items,)."""
        names, number = self._numbered_categories
        return np.asarray(number == names.get(name, -1))

    @cached_property
    def _tongues(self) -> tuple[list[tuple[str, tuple[str, ...]]], Integers]:
        """List the languages of a text and of all texts as they occur, and which each item has."""
        own = [(tag, tuple(by)) for tag, by in zip(self.language, self.texts, strict=True)]
        number = {each: i for i, each in enumerate(dict.fromkeys(own))}
        return list(number), np.array([number[each] for each in own], dtype=np.int64)

    @cached_property
    def _numbered_categories(self) -> tuple[dict[str, int], Integers]:
        number = {name: i for i, name in enumerate(dict.fromkeys(self.category))}
        return number, np.array([number[name] for name in self.category], dtype=np.int64)

    def joined(self, more: Catalog) -> Catalog:
        """Put further items behind these; attributes that only one side has are left out.

        All but `work`, `new` and `market`: items that name no work are works of their own, those
        that do not say that they are new are not, and those that name no market have none.

        Raises:
            DataError: an item is in both.
        """
        return Catalog(
            IdMap(self.ids.names + more.ids.names),
            self.text + more.text,
            self.language + more.language,
            self.texts + more.texts,
            self.category + more.category,
            {
                name: (*self._column(name), *more._column(name))
                for name in (*self.attributes, *more.attributes)
                if name in OF_MEANING or (name in self.attributes and name in more.attributes)
            },
            self.pooled,
        )

    def _column(self, name: str) -> tuple[object, ...]:
        return self.attributes.get(name, (None,) * len(self))

    def shown(self, languages: Sequence[str]) -> Catalog:
        """Show each item in the given languages (one per item), knowing no other text of it."""
        text = tuple(by[language] for by, language in zip(self.texts, languages, strict=True))
        texts = tuple({lang: t} for lang, t in zip(languages, text, strict=True))
        return replace(self, text=text, language=tuple(languages), texts=texts, pooled=False)

    def text_for(self, item: int, languages: Sequence[str]) -> tuple[str, str]:
        """Give language and text of an item, in the first wished language that it has."""
        for wished in languages:
            for language, text in self.texts[item].items():
                if matches(wished, language):
                    return language, text
        return self.language[item], self.text[item]
