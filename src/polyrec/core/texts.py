"""What every part does with the texts that it is given: check them, and make them fit for files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from polyrec.core.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Sequence


def check_texts(texts: Sequence[str], name: str = "texts") -> None:
    """Refuse what is no list of texts; `name` is what messages call it.

    Raises:
        DataError: something is not a text, or a text is given in place of a list.
    """
    if isinstance(texts, str):
        raise DataError(f"{name} is the text {texts!r}", hint="give a list of texts")
    for i, text in enumerate(texts):
        if not isinstance(text, str):
            where = f"text {i}" if name == "texts" else f"text {i} of {name}"
            raise DataError(f"{where} is {text!r}, not a text")


def storable(text: str) -> str:
    """Replace what no file can hold: NUL by a space, half of a surrogate pair by `?`."""
    return text.replace("\0", " ").encode("utf-8", "replace").decode()
