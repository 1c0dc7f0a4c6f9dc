"""Google Cloud Translation, a service; texts leave the machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from polyrec.core.errors import ConfigError, EngineError
from polyrec.translate.service import Service, by_tag

if TYPE_CHECKING:
    from polyrec.core.errors import PolyrecError

CODES = """
ak am ar as ay az be bg bho bm bn bs ca ceb ckb co cs cy da de doi dv ee el en eo es et eu fa fi fil
fr fy ga gd gl gn gu ha haw he hi hmn hr ht hu hy id ig ilo is it ja jv ka kk km kn ko kri ku ky la
lb lg ln lo lt lus lv mai mg mi mk ml mn mr ms mt my ne nl no nso ny om or pa pl ps pt pt-PT qu ro
ru rw sa sd si sk sl sm sn so sq sr st su sv sw ta te tg th ti tk tr ts tt ug uk ur uz vi xh yi yo
zu
"""
RATES = ("rate limit", "rateLimitExceeded", "RATE_LIMIT", "per minute", "per 100 seconds")


@dataclass
class Google(Service):
    """Google Cloud Translation by its interface v2 ("Basic"), with a key.

    The key goes in a header, so that it stands in no address.

    Attributes:
        url: the endpoint.
        key_env: the environment variable that holds the key.
    """

    url: str = "https://translation.googleapis.com/language/translate/v2"
    key_env: str = "GOOGLE_TRANSLATE_KEY"

    engine: ClassVar[str] = "google"
    sources: ClassVar = by_tag(CODES, zh_Hans="zh-CN", zh_Hant="zh-TW", nb="no")
    targets: ClassVar = sources
    most_texts: ClassVar[int] = 128
    most_bytes: ClassVar[int] = 30_000
    key_header: ClassVar[str] = "X-Goog-Api-Key"

    def _request(self, texts: list[str], source: str, target: str) -> dict[str, Any]:
        # "html", which is the default, would escape signs
        return {"q": texts, "source": source, "target": target, "format": "text"}

    def _texts_of(self, answer: Any) -> list[str]:
        return [each["translatedText"] for each in answer["data"]["translations"]]

    def _explain(self, status: int, said: str) -> PolyrecError | None:
        low = said.lower()
        if status in (400, 401) and "key" in low:
            return self._refused(ConfigError, status, said, f"check the key in {self.key_env}")
        if status == 400 and ("language" in low or "invalid value" in low):
            return self._refused(ConfigError, status, said, "name another pair of languages")
        if status == 403 and any(word.lower() in low for word in RATES):
            error = self._refused(EngineError, status, said, "try again later")
            error.retryable = True
            return error
        if status == 403 and ("limit" in low or "quota" in low):
            hint = "the quota is used up: wait for the next day, or raise it at Google"
            return self._refused(EngineError, status, said, hint)
        if status == 413 or (status == 400 and "too long" in low):
            return self._refused(EngineError, status, said, "shorten the texts")
        return None
