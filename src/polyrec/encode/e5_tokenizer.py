"""The tokenizer of multilingual-e5-small: characters mapped, words split, pieces of best score."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from polyrec.encode.e5_weights import Vocabulary

SPACE = "▁"
RUN_OF_SPACES = re.compile("  +")


class E5Tokenizer:
    """Cuts texts into token ids, as the model's SentencePiece tokenizer does.

    Its Viterbi search sums in double precision; where two ways to cut have the same score but for
    rounding, an engine that sums in single precision may pick the other one. Source: Kudo 2018,
    "Subword regularization".

    Args:
        vocabulary: the pieces with their scores.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        from tokenizers import Tokenizer
        from tokenizers.models import Unigram
        from tokenizers.pre_tokenizers import Metaspace

        pieces = list(vocabulary.pieces)
        # the five letters "<unk>" in a text are no unknown character, so no text may match them
        pieces[vocabulary.unknown] = "\0"
        scored = list(zip(pieces, vocabulary.scores, strict=True))
        self._tokenizer = Tokenizer(Unigram(scored, vocabulary.unknown, byte_fallback=False))
        # no piece goes over a word's end, so words can be cut one by one
        self._tokenizer.pre_tokenizer = Metaspace(SPACE, prepend_scheme="never")
        self._vocabulary = vocabulary
        self._longest = max(map(len, pieces))

    def ids(self, texts: Sequence[str], *, max_tokens: int) -> list[list[int]]:
        """Give the token ids of each text, from the opening token to the closing one.

        Args:
            texts: any number of texts.
            max_tokens: longer texts are cut, and then closed.
        """
        # what lies beyond can give no token that is kept, and might be a whole book
        most_letters = max_tokens * self._longest
        clean = [self._clean(text)[:most_letters] for text in texts]
        begin, end = self._vocabulary.begin, self._vocabulary.end
        cut = self._tokenizer.encode_batch(clean, add_special_tokens=False)
        pairs = [self._single(each.ids, each.tokens) for each in cut]
        return [[begin, *ids[: max_tokens - 2], end] for ids in pairs]

    def _clean(self, text: str) -> str:
        """Map characters, and write every run of spaces, and the start, as one mark."""
        mapped = text.translate(self._vocabulary.characters)
        marked = RUN_OF_SPACES.sub(" ", mapped).replace(" ", SPACE)
        return marked if marked.startswith(SPACE) else SPACE + marked

    def _single(self, ids: list[int], tokens: list[str]) -> list[int]:
        """Give every unknown character a token: the library joins those that stand together."""
        unknown = self._vocabulary.unknown
        if unknown not in ids:
            return ids
        counted = zip(ids, tokens, strict=True)
        return [i for i, token in counted for _ in range(len(token) if i == unknown else 1)]
