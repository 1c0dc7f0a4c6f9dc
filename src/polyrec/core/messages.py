"""What polyrec says to people in their languages: messages in catalogues, and languages' names."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import langcodes
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

if TYPE_CHECKING:
    from pathlib import Path

    from babel import Locale


def messages_in(file: Path, locale: Locale) -> Translations:
    """Read a catalogue of messages (`.po`); its file's name is its domain."""
    with file.open("rb") as opened:
        catalog = read_po(opened, locale=locale)
    compiled = io.BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return Translations(compiled, file.stem)


def language_called(tag: str, locale: Locale) -> str:
    """Name a language in the language of a locale; a tag that has no name is its own."""
    if named := locale.languages.get(tag.replace("-", "_")):
        return str(named)
    parsed = langcodes.Language.get(tag)
    name = locale.languages.get(parsed.language or "", tag)
    more = [
        locale.scripts.get(parsed.script or ""),
        locale.territories.get(parsed.territory or ""),
    ]
    return f"{name} ({', '.join(filter(None, more))})" if any(more) else str(name)
