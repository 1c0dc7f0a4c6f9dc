"""How a delimited file is written."""

from __future__ import annotations

from dataclasses import dataclass

from polyrec.core.errors import ConfigError


@dataclass(frozen=True)
class Layout:
    """How a delimited file is written.

    Attributes:
        separator: what stands between columns: one ASCII character or, without quotes, several.
        quote: whether a field that begins with a quote ends with one.
        encoding: how characters are written.
        escape: what stands before a quote that is a character, besides another quote; or empty.
        names: the columns, where the file has no header; or empty.
    """

    separator: str = ","
    quote: bool = True
    encoding: str = "utf-8"
    escape: str = ""
    names: tuple[str, ...] = ()


def check_separator(separator: str) -> None:
    """Refuse a separator that is not one plain character.

    Raises:
        ConfigError: it is not.
    """
    if len(separator.encode()) != 1 or separator in '"\r\n':
        raise ConfigError(f"separator is {separator!r}", hint="give one ASCII character")
