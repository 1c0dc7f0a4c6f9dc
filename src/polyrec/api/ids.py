"""Addresses that end in an id of any characters: slashes and line breaks belong to it."""

from __future__ import annotations

from starlette.convertors import StringConvertor, register_url_convertor

ANY_ID = "id"
"""Its name in addresses: `{item_id:id}`."""


class IdConvertor(StringConvertor):
    """Takes all that follows; the framework's own for paths stops at a line break."""

    regex = "(?s:.*)"


register_url_convertor(ANY_ID, IdConvertor())
