"""LibreTranslate, a service that anybody may run; texts leave the machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from polyrec.core.errors import ConfigError, EngineError
from polyrec.translate.service import Service, by_tag

if TYPE_CHECKING:
    from polyrec.core.errors import PolyrecError

CODES = """
ar az bg bn ca cs da de el en eo es et eu fa fi fr ga gl he hi hu id it ja ko ky lt lv ms nb nl pl
pt pt-BR ro ru sk sl sq sr sv th tl tr uk ur vi zh-Hans zh-Hant
"""


@dataclass
class LibreTranslate(Service):
    """Any server of LibreTranslate, from version 1.6 on.

    It translates between the languages that are installed there; one that is not is refused by it.

    Attributes:
        url: the endpoint, such as `https://host/translate`.
        key_env: the environment variable that holds the key; empty for a server without keys.
    """

    url: str = "http://127.0.0.1:5000/translate"

    engine: ClassVar[str] = "libretranslate"
    sources: ClassVar = by_tag(CODES, no="nb")
    targets: ClassVar = sources
    most_texts: ClassVar[int] = 50
    most_bytes: ClassVar[int] = 100_000
    key_header: ClassVar[str] = ""  # it goes into the body

    def _request(self, texts: list[str], source: str, target: str) -> dict[str, Any]:
        body = {"q": texts, "source": source, "target": target, "format": "text"}
        key = self._endpoint.key
        return body | {"api_key": key} if key else body

    def _texts_of(self, answer: Any) -> list[str]:
        found = answer["translatedText"]
        return list(found) if isinstance(found, list) else [found]

    def _explain(self, status: int, said: str) -> PolyrecError | None:
        low = said.lower()
        if status in (400, 401, 403) and "api key" in low:
            hint = f"check the key in {self.key_env}" if self.key_env else "set key_env"
            return self._refused(ConfigError, status, said, hint)
        if status == 400 and ("not supported" in low or "not available" in low):
            return self._refused(ConfigError, status, said, "install the language there")
        if status == 400 and "limit" in low:
            hint = "set batch_size lower, or shorten the texts"
            return self._refused(EngineError, status, said, hint)
        return None
