"""DeepL, a service; texts leave the machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from polyrec.core.errors import ConfigError, EngineError
from polyrec.translate.service import Service

if TYPE_CHECKING:
    from polyrec.core.errors import PolyrecError

SOURCES = """
ar bg cs da de el en es et fi fr he hu id it ja ko lt lv nb nl pl pt ro ru sk sl sv th tr uk vi zh
"""
ONLY_TARGETS = ("en-US", "en-GB", "pt-BR", "pt-PT", "zh-Hans", "zh-Hant")
"""Where DeepL wants to know the kind that is wished for."""


@dataclass
class DeepL(Service):
    """DeepL by its interface v2, with its own key.

    Attributes:
        url: https://api-free.deepl.com/v2/translate for free keys, which end in `:fx`.
        key_env: the environment variable that holds the key.
    """

    url: str = "https://api.deepl.com/v2/translate"
    key_env: str = "DEEPL_AUTH_KEY"

    engine: ClassVar[str] = "deepl"
    sources: ClassVar = {tag: tag.upper() for tag in SOURCES.split()} | {"no": "NB"}
    targets: ClassVar = {
        tag: code for tag, code in sources.items() if tag not in ("en", "pt", "zh")
    } | {tag: tag.upper() for tag in ONLY_TARGETS}
    most_texts: ClassVar[int] = 50
    most_bytes: ClassVar[int] = 120 * 1024  # of 128, which are for the whole request
    key_prefix: ClassVar[str] = "DeepL-Auth-Key "

    def _request(self, texts: list[str], source: str, target: str) -> dict[str, Any]:
        languages = {"source_lang": source, "target_lang": target}
        return {"text": texts, "preserve_formatting": True, **languages}

    def _texts_of(self, answer: Any) -> list[str]:
        return [each["text"] for each in answer["translations"]]

    def _explain(self, status: int, said: str) -> PolyrecError | None:
        if status == 403:
            hint = f"check the key in {self.key_env}; a free one wants url at api-free.deepl.com"
            return self._refused(ConfigError, status, said, hint)
        if status == 456:
            hint = "the quota is used up: wait for the next period, or raise it at DeepL"
            return self._refused(EngineError, status, said, hint)
        if status == 413:
            return self._refused(EngineError, status, said, "shorten the texts")
        if status == 400 and "_lang" in said:
            return self._refused(ConfigError, status, said, "name another pair of languages")
        return None
