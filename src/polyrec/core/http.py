"""The one http client: JSON to a service and back, with time-outs, retries, a key kept secret."""

from __future__ import annotations

import json
import os
import threading
import time
import urllib.parse
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from polyrec.core.errors import ConfigError, EngineError
from polyrec.core.http_pauses import may_pass, pause, wished_pause
from polyrec.core.http_words import message_in, shortened

if TYPE_CHECKING:
    import httpx2

    from polyrec.core.errors import PolyrecError

RETRIED = {408, 425, 429, 500, 502, 503, 504}
"""Answers after which the same request may succeed."""

NOT_TAKEN = {429, 503}
"""Answers of a service that has not begun with the request."""

MOST_BYTES = 256 * 2**20
"""No answer is read beyond this size."""

HIDDEN = "***"

Explain = Callable[[int, str], "PolyrecError | None"]


@dataclass(frozen=True)
class _Request:
    """One request, as often as it is tried.

    Attributes:
        method: the method.
        url: where it goes.
        content: its body, or None.
        headers: all that we set.
        check: looks at each answer.
        explain: makes the error for a status and the service's own words where it knows better.
        once: it does something each time that it is taken.
    """

    method: str
    url: str
    content: bytes | None
    headers: Mapping[str, str]
    check: Callable[[Any], object] | None = None
    explain: Explain | None = None
    once: bool = False


@dataclass
class Endpoint:
    """One address that takes and gives JSON; safe to use from several threads.

    Redirects are not followed, so that neither texts nor key go where nobody sent them. The key is
    read from the environment for each request, and stands in no repr, message or log.

    Attributes:
        url: where requests go, http or https.
        who: who calls, for messages: `encoder 'http'`.
        timeout_s: how long to wait to connect, and for each part of an answer.
        retries: further tries after a fault that may pass: no connection, no answer in time, 408,
            425, 429, 5xx.
        key_env: the environment variable that holds the key; empty for no key.
        key_header: the header that carries the key; empty where `key` goes into the body.
        key_prefix: stands before the key there.
        explain: makes the error for a status and the service's own words where it knows better;
            None leaves it to the client.
        given_key: the key itself, in place of an environment variable.
    """

    url: str
    who: str
    timeout_s: float = 60.0
    retries: int = 4
    key_env: str = ""
    key_header: str = "Authorization"
    key_prefix: str = "Bearer "
    explain: Explain | None = None
    given_key: str = field(default="", repr=False)
    _client: Any = field(default=None, init=False, repr=False, compare=False)
    _lock: Any = field(default_factory=threading.Lock, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        import httpx2

        try:
            url = httpx2.URL(self.url)
        except httpx2.InvalidURL:
            url = httpx2.URL("")
        if url.scheme not in ("http", "https") or not url.host:
            raise ConfigError(
                f"{self.who}: url is {self._shown!r}",
                hint="give an address such as https://host/v1",
            )
        if url.userinfo:
            raise ConfigError(
                f"{self.who}: url holds a user name or password",
                hint="put the key into an environment variable, and name it with key_env",
            )
        if not self.timeout_s > 0:
            raise ConfigError(f"timeout_s is {self.timeout_s}", hint="give a number above 0")
        if self.retries < 0:
            raise ConfigError(f"retries is {self.retries}", hint="give 0 or more")

    @property
    def _shown(self) -> str:
        """The address as messages show it, without what may be a secret."""
        head, at, tail = self.url.partition("?")[0].rpartition("@")
        return f"{HIDDEN}@{tail}" if at and head else tail

    def post(
        self, body: Any, *, form: bool = False, check: Callable[[Any], object] | None = None
    ) -> Any:
        """Send JSON, and give the JSON of the answer.

        Args:
            body: what to send.
            form: send it as the fields of a form.
            check: looks at each answer, for services that tell of faults in good answers; what it
                raises counts as the fault of that try.

        Raises:
            ConfigError: the environment holds no key, or the service refuses it.
            EngineError: the service cannot be reached, refuses, or gives no JSON, after all tries.
        """
        headers = self._headers()
        content = json.dumps(body, ensure_ascii=False).encode()
        if form:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            content = urllib.parse.urlencode(body).encode()
        return self._tried(_Request("POST", self.url, content, headers, check, self.explain))

    def send(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        explain: Explain | None = None,
        once: bool = False,
    ) -> Any:
        """Send a request to a path below the address, and give the JSON of the answer.

        Args:
            method: the method.
            path: begins with a slash; ids in it are percent-encoded.
            body: becomes JSON; None sends none.
            query: what stands behind the path.
            headers: further headers.
            explain: for this request, in place of the endpoint's own.
            once: it does something each time that it is taken, so that it is tried again only where
                it was not: without a connection, after 429 and after 503.

        Raises as `post` does, and what `explain` gives.
        """
        url = self.url.rstrip("/") + path
        if query:
            url += f"?{urllib.parse.urlencode(query, doseq=True)}"
        content = None if body is None else json.dumps(body).encode()
        ours = self._headers() | dict(headers or {})
        return self._tried(
            _Request(method, url, content, ours, explain=explain or self.explain, once=once)
        )

    def close(self) -> None:
        """Close connections; the next request opens new ones."""
        with self._lock:
            if self._client is not None:
                self._client.close()
                self._client = None

    def _tried(self, request: _Request) -> Any:
        from tenacity import Retrying, retry_if_exception, stop_after_attempt

        tries = Retrying(
            stop=stop_after_attempt(self.retries + 1),
            retry=retry_if_exception(may_pass),
            wait=pause,
            sleep=time.sleep,
            reraise=True,
        )
        return tries(self._once, request)

    @property
    def key(self) -> str:
        """The key, read from the environment; empty if none is named.

        Raises:
            ConfigError: the environment holds no key, or none that can be one.
        """
        if self.given_key or not self.key_env:
            return _usable_key(self.given_key, self.who, "the key that was given")
        return key_from(self.key_env, self.who)

    def _headers(self) -> dict[str, str]:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if (key := self.key) and self.key_header:
            headers[self.key_header] = f"{self.key_prefix}{key}"
        return headers

    def _once(self, request: _Request) -> Any:
        import httpx2

        try:
            with self._opened().stream(
                request.method, request.url, content=request.content, headers=request.headers
            ) as answer:
                raw = self._read(answer)
        except httpx2.TimeoutException as error:
            raise self._fault(
                f"did not answer within {self.timeout_s:g} s",
                "raise timeout_s, or send less at a time",
                not request.once or isinstance(error, httpx2.ConnectTimeout),
            ) from error
        except httpx2.TransportError as error:
            raise self._fault(
                f"cannot be reached: {error or type(error).__name__}",
                "check url and service",
                not request.once or isinstance(error, httpx2.ConnectError),
            ) from error
        except httpx2.HTTPError as error:
            raise self._fault(f"gave what cannot be read: {error}", "check the service") from error
        if not 200 <= answer.status_code < 300:
            raise self._refusal(request, answer, message_in(raw, self._hidden))
        try:
            found = json.loads(raw)
        except ValueError as error:
            problem = f"{self.who}: {self._shown} gave no JSON but {shortened(raw, self._hidden)!r}"
            raise EngineError(problem, hint="check that url is the right one") from error
        if request.check is not None:
            request.check(found)
        return found

    def _opened(self) -> httpx2.Client:
        import httpx2

        with self._lock:
            if self._client is None:
                self._client = httpx2.Client(timeout=self.timeout_s, follow_redirects=False)
                weakref.finalize(self, self._client.close)
            client: httpx2.Client = self._client
        return client

    def _read(self, answer: httpx2.Response) -> bytes:
        parts, size = [], 0
        for part in answer.iter_bytes():
            size += len(part)
            if size > MOST_BYTES:
                problem = f"{self.who}: {self._shown} gave more than {MOST_BYTES // 2**20} MB"
                raise EngineError(problem, hint="send less at a time")
            parts.append(part)
        return b"".join(parts)

    def _fault(self, what: str, hint: str, may_pass: bool = True) -> EngineError:
        return EngineError(f"{self.who}: {self._shown} {what}", hint=hint, retryable=may_pass)

    def _hidden(self, said: str) -> str:
        return said.replace(self.key, HIDDEN) if self.key else said

    def _refusal(self, request: _Request, answer: httpx2.Response, said: str) -> PolyrecError:
        status = answer.status_code
        if request.explain is not None and (known := request.explain(status, said)) is not None:
            return known
        problem = f"{self.who}: {self._shown} answered {status}" + (f": {said}" if said else "")
        if status in (401, 403):
            wrong = f"check the key in {self.key_env}" if self.key_env else "set key_env"
            return ConfigError(problem, hint=wrong)
        if status not in (NOT_TAKEN if request.once else RETRIED):
            return EngineError(problem, hint="check url, model and settings")
        wait_s = wished_pause(answer.headers.get("Retry-After", ""))
        return EngineError(problem, hint="try again later", retryable=True, wait_s=wait_s)


def key_from(variable: str, who: str, setting: str = "key_env") -> str:
    """Read a key from the environment.

    Raises:
        ConfigError: the environment holds no key, or none that can be one.
    """
    key = os.environ.get(variable, "").strip()
    if not key:
        raise ConfigError(
            f"{who}: the environment variable {variable} holds no key",
            hint=f"set {variable}, or {setting} to another variable",
        )
    return _usable_key(key, who, f"the key in {variable}", f"set {variable} anew")


def _usable_key(key: str, who: str, where: str, remedy: str = "give it anew") -> str:
    if not key.isascii() or (key and not key.isprintable()):
        raise ConfigError(f"{who}: {where} holds signs that no key can have", hint=remedy)
    return key
