"""Asks a running service, and tells it what people do."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Self, Unpack
from urllib.parse import quote
from uuid import uuid4

from polyrec.client.read import read
from polyrec.client.values import (
    Alike,
    Answer,
    Asked,
    DeletedUser,
    Event,
    KeptEvents,
    KeptItems,
    Profile,
    Reading,
    Ready,
    StoredItem,
    Wish,
    Wishes,
)
from polyrec.core.errors import (
    ConfigError,
    DataError,
    EngineError,
    UnknownIdError,
)
from polyrec.core.http import Endpoint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from types import TracebackType

    from polyrec.core.errors import PolyrecError

KEY = "POLYREC_KEY"
"""The environment variable that holds the key where none is given."""

WHO = "the client"
MOST_AT_ONCE, MOST_BYTES = 1000, 200_000
"""So many events, items or users go into one request, and so many bytes of them."""


class Client:
    """A service at an address; threads may share one.

    What may pass (no connection, no answer in time, 429, 503) is tried again after a pause, as long
    as the service wishes. What does something each time is then not done twice.

    Args:
        url: the address, such as `http://127.0.0.1:8000`.
        key: opens the service; empty for the environment variable `POLYREC_KEY`.
        timeout_s: how long to wait to connect, and for each part of an answer.
        retries: how often to try again.

    Raises:
        ConfigError: the address or a setting cannot be used.
    """

    def __init__(
        self, url: str, *, key: str = "", timeout_s: float = 30.0, retries: int = 4
    ) -> None:
        key = key or os.environ.get(KEY, "").strip()
        self._at = Endpoint(url, WHO, timeout_s, retries, explain=_explain, given_key=key)
        self._once = Endpoint(url, WHO, timeout_s, 0, explain=_explain)

    def __repr__(self) -> str:
        return f"Client({self._at.url!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._at.close()
        self._once.close()

    def recommend(self, user_id: str, **wishes: Unpack[Wishes]) -> Answer:
        """Recommend to a user.

        Args:
            user_id: one who is not known gets what is popular.
            wishes: how the list is to be.

        Raises:
            ConfigError: no key, or one that does not open this.
            DataError: a wish cannot be.
            EngineError: the service cannot be reached, or cannot answer now.
        """
        return read(Answer, self._get(f"/recommend/{_path(user_id)}", wishes))

    def recommend_to(
        self,
        *,
        history: Sequence[str] = (),
        text: str | None = None,
        text_language: str = "und",
        **wishes: Unpack[Wishes],
    ) -> Answer:
        """Recommend to somebody without an account.

        Args:
            history: items that they chose.
            text: what they look for, in any language.
            text_language: its language, where it is known.
            wishes: how the list is to be.

        Raises as `recommend` does.
        """
        who = {"history": list(history), "text": text, "text_language": text_language}
        return read(Answer, self._at.send("POST", "/recommend", body=who | dict(wishes)))

    def ask(
        self, wish: str | Wish, *, user_id: str | None = None, translate: bool = False
    ) -> Asked:
        """Answer a wish in plain words.

        Args:
            wish: the words, in any language, or what was understood before, perhaps changed.
            user_id: who asks, where that is known.
            translate: translate texts that are in no wished language into the first of them.

        Raises as `recommend` does.
        """
        body: dict[str, Any] = {"user_id": user_id, "translate": translate}
        body |= {"wish": wish} if isinstance(wish, str) else {"understood": asdict(wish)}
        return read(Asked, self._at.send("POST", "/ask", body=body))

    def similar(self, item_id: str, **wishes: Unpack[Reading]) -> Alike:
        """Give the items nearest to an item.

        Args:
            item_id: the item.
            wishes: how the list is to be read.

        Raises as `recommend` does, and:
            UnknownIdError: no item has the id.
        """
        found = self._get(f"/similar/{_path(item_id)}", wishes, _unless("item", item_id))
        return read(Alike, found)

    def send_events(self, events: Iterable[Event], *, key: str = "") -> KeptEvents:
        """Tell what people did; it is on disk when this returns.

        Many go in several requests, each of which is kept as a whole or not at all.

        Args:
            events: any number.
            key: a name for all of them, by which they count once however often they are sent; empty
                for one that is made up, so that a request that is tried again counts once.

        Raises as `recommend` does.
        """
        key, added, repeated, unknown = key or uuid4().hex, 0, 0, 0
        for n, rows in enumerate(_batches(_event(event) for event in events)):
            headers = {"Idempotency-Key": f"{key}/{n}"}
            sent = self._at.send("POST", "/events", body={"events": rows}, headers=headers)
            kept = read(KeptEvents, sent)
            added, repeated = added + kept.added, repeated + kept.repeated
            unknown += kept.unknown_items
        return KeptEvents(added, repeated, unknown)

    def put_items(self, items: Iterable[StoredItem]) -> KeptItems:
        """Keep items, in place of those that are there; many go in several requests.

        Raises as `recommend` does.
        """
        stored, shown = 0, ""
        for rows in _batches(asdict(item) for item in items):
            kept = read(KeptItems, self._at.send("PUT", "/items", body={"items": rows}))
            stored, shown = stored + kept.stored, kept.shown
        return KeptItems(stored, shown)

    def items(self) -> Iterator[StoredItem]:
        """Give all items in the order of their ids, page by page; raises as `recommend` does."""
        return (read(StoredItem, row) for row in self._pages("/items", "items"))

    def item(self, item_id: str) -> StoredItem:
        """Give one item; raises as `similar` does."""
        found = self._get(f"/items/{_path(item_id)}", {}, _unless("item", item_id))
        return read(StoredItem, found)

    def delete_items(self, item_ids: Iterable[str]) -> int:
        """Delete items, and give how many there were; raises as `recommend` does."""
        return sum(
            int(self._at.send("POST", "/items/delete", body={"item_ids": rows})["deleted"])
            for rows in _batches(item_ids)
        )

    def put_users(self, users: Iterable[Profile]) -> int:
        """Keep what users say about themselves; raises as `recommend` does."""
        return sum(
            int(self._at.send("PUT", "/users", body={"users": rows})["stored"])
            for rows in _batches(asdict(user) for user in users)
        )

    def users(self) -> Iterator[Profile]:
        """Give all who said something about themselves; raises as `recommend` does."""
        return (read(Profile, row) for row in self._pages("/users", "users"))

    def rate_satisfaction(self, user_id: str, score: int, *, comment: str = "") -> None:
        """Keep how satisfied a user is, 1 to 5; raises as `recommend` does."""
        body = {"user_id": user_id, "score": score, "comment": comment}
        self._at.send("POST", "/satisfaction", body=body, once=True)

    def export_user(self, user_id: str) -> dict[str, Any]:
        """Give all that is stored about a user.

        Raises as `recommend` does, and:
            UnknownIdError: nothing is.
        """
        path = f"/users/{_path(user_id)}/export"
        found: dict[str, Any] = self._get(path, {}, _unless("user", user_id))
        return found

    def delete_user(self, user_id: str) -> DeletedUser:
        """Delete a user; raises as `recommend` does."""
        return read(DeletedUser, self._at.send("DELETE", f"/users/{_path(user_id)}"))

    def ready(self) -> Ready:
        """Say which model answers, without waiting for one and without a key.

        Raises:
            EngineError: none does, or the service cannot be reached.
        """
        return read(Ready, self._once.send("GET", "/health/ready"))

    def _get(
        self,
        path: str,
        wishes: Mapping[str, Any],
        explain: Callable[[int, str], PolyrecError | None] | None = None,
    ) -> Any:
        query = {name: wish for name, wish in wishes.items() if wish is not None}
        return self._at.send("GET", path, query=query, explain=explain)

    def _pages(self, path: str, name: str) -> Iterator[Any]:
        cursor = ""
        while True:
            page = self._get(path, {"cursor": cursor, "limit": MOST_AT_ONCE})
            yield from page[name]
            if not (cursor := page["next"] or ""):
                return


def _path(name: str) -> str:
    """Encode an id; dots too, which would be taken for folders."""
    return quote(name, safe="").replace(".", "%2E")


def _event(event: Event) -> dict[str, Any]:
    at = None if event.at is None else event.at.isoformat()
    return asdict(event) | {"at": at}


def _batches(rows: Iterable[Any]) -> Iterator[list[Any]]:
    """Part rows so that each request is small enough; a row that is too long goes alone."""
    batch: list[Any] = []
    size = 0
    for row in rows:
        length = len(json.dumps(row))
        if batch and (len(batch) == MOST_AT_ONCE or size + length > MOST_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(row)
        size += length
    if batch:
        yield batch


def _explain(status: int, said: str) -> PolyrecError | None:
    """Make the error that a problem stands for; None where the request may be tried again."""
    match status:
        case 401 | 403:
            return ConfigError(f"the service answered {status}: {said}", hint="check the key")
        case 404 | 405:
            return ConfigError(f"the service answered {status}: {said}", hint="check the address")
        case 409:
            said = f"the service answered 409: {said}"
            return ConfigError(said, hint="its operator's plan or model decides")
        case 500:
            return EngineError(f"the service answered 500: {said}", hint="its log says why")
        case _ if 400 <= status < 500 and status not in (408, 425, 429):
            return DataError(f"the service answered {status}: {said}")
    return None


def _unless(kind: str, name: str) -> Callable[[int, str], PolyrecError | None]:
    """Read a 404 as the lack of an id."""
    return lambda status, said: (
        UnknownIdError(kind, name) if status == 404 else _explain(status, said)
    )
