"""The multilingual space: an encoder and what frees its vectors from language bias."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from polyrec.core.component import fresh
from polyrec.core.language import standard_tag
from polyrec.core.vectors import unit_rows
from polyrec.pipeline.preparation import Bridged, Preparation

if TYPE_CHECKING:
    from polyrec.augment.augmenter import Augmenter
    from polyrec.core.types import Booleans, Floats, Strings
    from polyrec.data.catalog import Catalog
    from polyrec.encode.debias import Debias
    from polyrec.encode.encoder import Encoder, Kind


@dataclass
class Space:
    """Where items of all languages and what people ask for lie together.

    Attributes:
        encoder: makes the vectors; one that learns is replaced by a fitted copy in `fit`.
        debias: learned on the catalog by `fit`.
        preparation: what happens to texts before they are encoded.
        augmenter: makes further texts for the debias to learn from, or None.
        bridged: what became of the texts of the last call, where a translator brings them into one
            language.
        made: how many texts the augmenter made for the last catalog, by language.
    """

    encoder: Encoder
    debias: Debias
    preparation: Preparation = field(default_factory=Preparation)
    augmenter: Augmenter | None = None
    bridged: Bridged = field(default_factory=Bridged, init=False)
    made: Counter[str] = field(default_factory=Counter, init=False)

    @property
    def takes_user_text(self) -> bool:
        """Whether a user's own text may be read: it stays here, or the plan lets it go."""
        translator = self.preparation.translator
        return self.encoder.takes_user_text and (translator is None or translator.takes_user_text)

    def fit(self, catalog: Catalog, *, chosen: Booleans | None = None, seed: int = 0) -> Floats:
        """Encode a catalog, learn its languages' statistics, and give the items' vectors.

        Made texts are only learned from: every item's vector is of its own texts alone.

        Args:
            catalog: the items.
            chosen: of which items texts may be made, shape (items,): those that somebody chose in
                the training data; None for all.
            seed: draws what texts are made.

        Returns:
            Unit rows, shape (items, dim).

        Raises:
            ConfigError: the debias learns from a file that another encoder made, or the translator
                covers none of the languages.
        """
        self.preparation.check_covers(_texts_of(catalog)[1])
        texts, languages, item = self._texts_of(catalog)
        if self.encoder.learns:
            self.encoder = fresh(self.encoder).fit(texts, languages)
        self.debias.check_encoder(self.encoder.fingerprint)
        raw = self.encoder.encode(texts, languages=languages)
        rows = np.arange(len(texts)) if chosen is None else np.flatnonzero(chosen[item])
        made, tags = self._made([texts[row] for row in rows], languages[rows], seed)
        self.debias.fit(np.concatenate([raw, made]), np.concatenate([languages, tags]))
        return _mean_by_item(self.debias.apply(raw, languages), item, len(catalog))

    def items(self, catalog: Catalog) -> Floats:
        """Give the vectors of further items with what was learned before, shape (items, dim)."""
        texts, languages, item = self._texts_of(catalog)
        vectors = self.debias.apply(self.encoder.encode(texts, languages=languages), languages)
        return _mean_by_item(vectors, item, len(catalog))

    def queries(self, texts: list[str], languages: list[str]) -> Floats:
        """Give the vectors of what people ask for, shape (texts, dim).

        Empty texts, and those of which the encoder knows no word, give zeros.

        Raises:
            ConfigError: a user's own text would leave the machine without leave.
        """
        tags = np.array([standard_tag(tag) for tag in languages], dtype=np.str_)
        texts, tags, self.bridged = self.preparation.prepared(texts, tags, kind="query")
        raw = self.encoder.encode(texts, kind="query", languages=tags)
        vectors = self.debias.apply(raw, tags)
        # what the encoder knows no word of says nothing, whatever the debias would take away
        blank = np.array([not text.strip() for text in texts], dtype=np.bool_)
        vectors[blank | ~raw.any(axis=1)] = 0.0
        return vectors

    def words(self, words: list[str], language: str, *, kind: Kind = "passage") -> Floats:
        """Give the vectors of single words, as they stand, shape (words, dim).

        Those that the encoder does not know give zeros.

        Raises:
            ConfigError: a user's own words would leave the machine without leave.
        """
        tags = np.full(len(words), standard_tag(language))
        raw = self.encoder.encode(words, kind=kind, languages=tags)
        vectors = self.debias.apply(raw, tags)
        vectors[~raw.any(axis=1)] = 0.0
        return vectors

    def _made(self, texts: list[str], languages: Strings, seed: int) -> tuple[Floats, Strings]:
        """Give the vectors and languages of texts that the augmenter makes of others."""
        made = (
            []
            if self.augmenter is None
            else self.augmenter.augment(texts, languages.tolist(), seed=seed)
        )
        tags = np.array([each.language for each in made], dtype=np.str_)
        self.made = Counter(tags.tolist())
        return self.encoder.encode([each.text for each in made], languages=tags), tags

    def _texts_of(self, catalog: Catalog) -> tuple[list[str], Strings, np.ndarray]:
        """List the texts to encode, their languages, and which item each belongs to."""
        texts, languages, item = _texts_of(catalog)
        texts, languages, self.bridged = self.preparation.prepared(texts, languages)
        return texts, languages, item


def _texts_of(catalog: Catalog) -> tuple[list[str], Strings, np.ndarray]:
    """List a catalog's texts, their languages, and which item each belongs to."""
    if not catalog.pooled:
        return list(catalog.text), catalog.languages, np.arange(len(catalog))
    rows = [
        (text, language, item)
        for item, by in enumerate(catalog.texts)
        for language, text in by.items()
    ]
    texts, languages, items = zip(*rows, strict=True)
    return list(texts), np.array(languages, dtype=np.str_), np.array(items)


def _mean_by_item(vectors: Floats, item: np.ndarray, n_items: int) -> Floats:
    if len(vectors) == n_items:
        return vectors
    sums = np.zeros((n_items, vectors.shape[1]), dtype=np.float32)
    np.add.at(sums, item, vectors)
    return unit_rows(sums)
