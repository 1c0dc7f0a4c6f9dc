"""The model that answers now, and how another one, or other items, take their place in it."""

from __future__ import annotations

import gc
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from threading import Lock, Timer
from typing import TYPE_CHECKING

from polyrec.core.errors import EngineError
from polyrec.live.catalog import all_items
from polyrec.live.model import Model
from polyrec.live.overlay import Overlaid
from polyrec.live.patient import patient
from polyrec.store.forgotten import Forgotten
from polyrec.store.items import Items

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from polyrec.live.models_folder import Loaded
    from polyrec.store.database import Database
    from polyrec.store.versions import Version

AGAIN_S = 30.0


class Current:
    """Holds the model that answers; changes of it are made behind answers, one after another.

    Args:
        database: the items that are to be shown, and who was deleted.
        model: what answers; None while there is none.
        again_s: after so long, items that an engine failed to read are tried again.

    Attributes:
        model: what answers; replaced as a whole, so that who needs it twice takes it once. What
            makes it fast is worked out behind it.
        fault: which kind of error kept items from the model; empty if all were taken in.
    """

    def __init__(
        self, database: Database, model: Model | None = None, again_s: float = AGAIN_S
    ) -> None:
        self.again_s = again_s
        self.fault = ""
        self._items, self._forgotten = Items(database), Forgotten(database)
        self._changes = ThreadPoolExecutor(1, thread_name_prefix="polyrec-items")
        self._swap = Lock()
        # what happened to the model since the change under way began, if any is
        self._meanwhile: list[Callable[[Overlaid], Overlaid]] | None = None
        self._last_change: int | None = None  # of the database's items; None before it was read
        self._left: set[str] = set()  # items that an engine kept from the model
        self._again: Timer | None = None
        self._ahead = ThreadPoolExecutor(1, thread_name_prefix="polyrec-ahead")
        self.model = model

    @property
    def model(self) -> Model | None:
        """What answers."""
        return self._model

    @model.setter
    def model(self, model: Model | None) -> None:
        self._model = model
        if model is not None:
            self._ahead.submit(self._work_ahead)

    def take(self, loaded: Loaded) -> None:
        """Let a model answer in place of the one that does, once it knows the database's items.

        Users who were deleted meanwhile are taken out of it first. Items that an engine fails to
        read keep it from taking another one's place; the first one starts without them.

        Raises:
            EngineError: the database cannot be used, or items not be read.
        """
        learned, version = loaded.learned, loaded.version

        def taken() -> None:
            with self._changing():
                last_change = self._items.last_change()
                gone = self._forgotten.among(learned.users.names, after=loaded.last_forgotten)
                items = list(all_items(self._items))
                plain = Overlaid.of(patient(learned).without_users(gone))
                plain = plain.only({item.id for item in items})
                try:
                    overlaid = plain.put(items)
                except EngineError as error:
                    if self.model is not None:
                        raise
                    known = learned.catalog.ids
                    overlaid = plain.put(item for item in items if item.id in known)
                    self._leave((item.id for item in items if item.id not in known), error)
                if self.model is not None:  # which answers until all is ready
                    overlaid.learned.plan.recommender.work_ahead()
                self._put(Model.of(overlaid, version.hash, version.number, loaded.made))
                self._last_change = last_change
            _settle()

        self._changes.submit(taken).result()

    def refresh(self, item_ids: Sequence[str]) -> Future[None]:
        """Have the model show items as the database has them by then, or not at all."""

        def refreshed() -> None:
            with self._changing() as model:
                if model is None:
                    return
                try:
                    found, now = self._items.get(item_ids), model.overlaid
                    new = now.differing(found.values())
                    gone = now.shown_of(each for each in item_ids if each not in found)
                    overlaid = now.put(new).without(gone) if new or gone else now
                except EngineError as error:
                    self._leave(item_ids, error)
                    raise
                except Exception as error:
                    self.fault = type(error).__name__
                    raise
                if overlaid is not now:  # else a change of our own that comes back
                    self._put(model.changed(overlaid))
            if not self._left:
                self.fault = ""

        return self._changes.submit(refreshed)

    def follow(self) -> None:
        """Have the model show what others did to the database's items; one look if nobody did.

        Raises:
            EngineError: the database cannot be used.
        """
        while (last := self._last_change) is not None:
            changed, number = self._items.changed_since(last)
            if not changed:
                return
            self.refresh(changed)
            self._last_change = number

    def at_once(self, change: Callable[[Overlaid], Overlaid]) -> None:
        """Change the model now, and what is made of it meanwhile when that is done."""
        with self._swap:
            if self._meanwhile is not None:
                self._meanwhile.append(change)
            if self.model is not None:
                self.model = self.model.changed(change(self.model.overlaid))

    def say_version(self, version: Version) -> None:
        """Give the model, if it is of a version, the hash that its folder has now."""
        with self._swap:
            if self.model is not None and self.model.number == version.number:
                self.model = replace(self.model, version=version.hash)

    def close(self) -> None:
        """Wait for what is under way, and end."""
        with self._swap:
            if self._again is not None:
                self._again.cancel()
        self._changes.shutdown()
        self._ahead.shutdown(cancel_futures=True)

    def _leave(self, item_ids: Iterable[str], error: EngineError) -> None:
        """Leave items that an engine failed to read, and try again after a while."""
        self.fault = type(error).__name__
        with self._swap:
            self._left.update(item_ids)
            if self._again is None:
                self._again = Timer(self.again_s, self._try_again)
                self._again.daemon = True
                self._again.start()

    def _try_again(self) -> None:
        with self._swap:
            left, self._left, self._again = self._left, set(), None
        self.refresh(sorted(left))

    @contextmanager
    def _changing(self) -> Iterator[Model | None]:
        """Give the model for a change of it; what is done to it at once meanwhile is remembered."""
        with self._swap:
            self._meanwhile, model = [], self.model
        try:
            yield model
        finally:
            with self._swap:
                self._meanwhile = None

    def _put(self, model: Model) -> None:
        """Let a model answer that was made while `_changing`."""
        with self._swap:
            now = self.model
            if self._meanwhile:
                overlaid = model.overlaid
                for change in self._meanwhile:
                    overlaid = change(overlaid)
                model = model.changed(overlaid)
                if now is not None and now.number == model.number:  # its folder was rewritten
                    model = replace(model, version=now.version)
            self.model = model

    def _work_ahead(self) -> None:
        """Make answers fast, behind those that are given meanwhile."""
        if (model := self.model) is None:
            return
        try:
            model.service.work_ahead()
        except Exception as error:
            self.fault = type(error).__name__
            raise


def _settle() -> None:
    """Have Python's collector of garbage leave alone what is there now, the model above all.

    Each look through the texts of 200,000 items keeps all answers waiting for a tenth of a second.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
