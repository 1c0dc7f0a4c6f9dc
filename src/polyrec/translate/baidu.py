"""Baidu Translate, a service; texts leave the machine."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from polyrec.core.errors import ConfigError, EngineError
from polyrec.core.http import key_from
from polyrec.translate.service import Service, by_tag
from polyrec.translate.translator import Translation, not_translated

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyrec.encode.encoder import Kind

LINES = re.compile(r"(\s*[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]\s*)")
DONE = {"None", "0", "52000"}
PASSING = {"52001", "52002", "54003", "54005"}
"""Too slow, a fault of theirs, too many requests, too many long ones."""

SET_UP = {
    "52003": "check the number in {app_id_env}, and that the service is open to it",
    "54001": "check the key in {key_env}",
    "58000": "add this machine's address to those that Baidu allows",
    "58001": "name another pair of languages",
    "58002": "open the service at Baidu",
    "90107": "have the account verified at Baidu",
}
"""Codes by which Baidu asks for other settings, and what to do."""


@dataclass
class Baidu(Service):
    """Baidu's general translation, with the number of an application and its key.

    Requests are signed with the key, which itself is not sent. A request's lines are translated one
    by one, so lines of texts are sent, and put together again.

    Attributes:
        url: the endpoint.
        key_env: the environment variable that holds the key.
        app_id_env: the environment variable that holds the application's number.
    """

    url: str = "https://fanyi-api.baidu.com/api/trans/vip/translate"
    key_env: str = "BAIDU_TRANSLATE_KEY"
    app_id_env: str = "BAIDU_TRANSLATE_APP_ID"

    engine: ClassVar[str] = "baidu"
    sources: ClassVar = by_tag(
        "cs de el en hu it nl pl pt ru th yue",
        ar="ara", bg="bul", da="dan", es="spa", et="est", fi="fin", fr="fra", ja="jp", ko="kor",
        lzh="wyw", ro="rom", sl="slo", sv="swe", vi="vie", zh_Hans="zh", zh_Hant="cht",
    )  # fmt: skip
    targets: ClassVar = sources
    most_texts: ClassVar[int] = 500
    most_bytes: ClassVar[int] = 6000
    key_header: ClassVar[str] = ""  # it signs the request

    def _translate(
        self,
        texts: list[str],
        source: str,
        target: str,
        kind: Kind,
        advance: Callable[[int], None],
    ) -> list[Translation]:
        parted = [LINES.split(text) for text in texts]
        lines = [line for pieces in parted for line in pieces[::2] if line.strip()]
        made = iter(super()._translate(lines, source, target, kind, lambda _: None))
        found = []
        for text, pieces in zip(texts, parted, strict=True):
            new = [next(made) if i % 2 == 0 and p.strip() else None for i, p in enumerate(pieces)]
            errors = [each.error for each in new if each is not None and each.error]
            joined = "".join(
                piece if each is None else each.text
                for piece, each in zip(pieces, new, strict=True)
            )
            whole = Translation(joined, self.engine)
            found.append(not_translated(text, errors[0]) if errors else whole)
        advance(len(texts))
        return found

    def _size(self, text: str) -> int:
        return len(text.encode()) + 1

    def _request(self, texts: list[str], source: str, target: str) -> dict[str, Any]:
        app_id = key_from(self.app_id_env, self._who, "app_id_env")
        salt = str(secrets.randbelow(10**10))
        query = "\n".join(texts)
        signed = f"{app_id}{query}{salt}{self._endpoint.key}".encode()
        sign = hashlib.md5(signed, usedforsecurity=False).hexdigest()
        asked = {"q": query, "from": source, "to": target}
        return asked | {"appid": app_id, "salt": salt, "sign": sign}

    def _post(self, body: dict[str, Any]) -> Any:
        return self._endpoint.post(body, form=True, check=self._check)

    def _check(self, answer: Any) -> None:
        """Raise what an answer tells of: all of Baidu's answers have status 200."""
        if not isinstance(answer, dict):
            return
        code, said = str(answer.get("error_code")), str(answer.get("error_msg", ""))
        if code in DONE:
            return
        if code in PASSING:
            error = self._refused(EngineError, code, said, "try again later")
            error.retryable = True
            raise error
        names = {"app_id_env": self.app_id_env, "key_env": self.key_env}
        if code in SET_UP:
            raise self._refused(ConfigError, code, said, SET_UP[code].format(**names))
        if code == "54004":
            raise self._refused(EngineError, code, said, "the quota is used up: pay in at Baidu")
        raise self._refused(EngineError, code, said, "look the code up in Baidu's documents")

    def _texts_of(self, answer: Any) -> list[str]:
        return [each["dst"] for each in answer["trans_result"]]
