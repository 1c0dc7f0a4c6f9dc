"""A model in service: answers that know what has happened since it was fitted."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from threading import Lock, Timer
from typing import TYPE_CHECKING, Any

from polyrec.core.errors import EngineError
from polyrec.live.catalog import all_items
from polyrec.live.model import Model
from polyrec.live.overlay import Overlaid
from polyrec.live.patient import Limited, patient
from polyrec.live.people import NOBODY, People
from polyrec.models.rater import Rater
from polyrec.store.audit import Audit
from polyrec.store.events import Events
from polyrec.store.forgotten import Forgotten
from polyrec.store.items import Items
from polyrec.store.satisfaction import Satisfaction
from polyrec.store.users import Users

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from polyrec.core.types import Query, Suggestion
    from polyrec.live.models_folder import Loaded, ModelsFolder
    from polyrec.pipeline.explanation import Explanation
    from polyrec.store.database import Database
    from polyrec.store.event import Event
    from polyrec.store.events import Appended
    from polyrec.store.items import Item
    from polyrec.store.satisfaction import Opinion
    from polyrec.store.users import User
    from polyrec.store.versions import Version

UNREAD = "what this user did lately could not be read"
"""The database's fault; the answer is made without."""

NOT_ENCODED = "the text could not be read, or not in time"
"""An engine's fault; the answer is made without."""

NO_LEAVE = "this model cannot read texts of users: its plan does not let them leave the machine"

AGAIN_S = 30.0

WORDS_WITHIN_S = 0.7
"""So long an explanation waits for words to be read; what comes late is there for the next one."""


class Live:
    """Answers with a model and with what the database knows beyond it; threads may share it.

    Whatever is written is in the database when a call returns. What users did counts in their next
    answer; items are taken into the model behind the call, one change after another, and are shown
    within seconds.

    Args:
        database: users, items and events.
        model: what answers; None while there is none.
        models: the folder that it was read from, with others that serve or have served; None where
            nobody is taken out of folders.
        again_s: after so long, items that an engine failed to read are tried again.

    Attributes:
        model: what answers; replaced as a whole, so that who needs it twice takes it once. What
            makes it fast is worked out behind it.
        fault: which kind of error kept items from the model; empty if all were taken in.
    """

    def __init__(
        self,
        database: Database,
        model: Model | None = None,
        models: ModelsFolder | None = None,
        again_s: float = AGAIN_S,
    ) -> None:
        self.again_s = again_s
        self.database = database
        self.models = models
        self.people = People(database)
        self.events, self.items = Events(database), Items(database)
        self.users, self.satisfaction = Users(database), Satisfaction(database)
        self.audit = Audit(database)
        self.fault = ""
        self._reading = Limited(within_s=WORDS_WITHIN_S, n_threads=2)
        self._changes = ThreadPoolExecutor(1, thread_name_prefix="polyrec-items")
        self._swap = Lock()
        # what happened to the model since the change under way began, if any is
        self._meanwhile: list[Callable[[Overlaid], Overlaid]] | None = None
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

    def serving(self) -> Model:
        """Give the model that answers.

        Raises:
            EngineError: there is none.
        """
        if self.model is None:
            raise EngineError("no model is loaded", retryable=True)
        return self.model

    def answer(self, query: Query) -> tuple[Model, Suggestion]:
        """Answer a query with all that is known of its user, and say which model did.

        While the database cannot be read, or a text not encoded, the answer rests on what is known
        without, and its note says so.

        Raises as `Service.recommend` does, and:
            EngineError: there is no model.
        """
        model = self.serving()
        joined, notes = self._known(query, model)
        try:
            found = model.service.recommend(joined)
        except EngineError:
            if joined.text is None:
                raise
            found = model.service.recommend(replace(joined, text=None))
            notes.append(NOT_ENCODED)
        notes += [found.note] if found.note else []
        return model, replace(found, note="; ".join(notes))

    def fetch(self, query: Query) -> None:
        """Read what an answer takes from the database, so that the answer does not."""
        if query.user_id:
            self.people.of(query.user_id)

    def has_at_hand(self, query: Query) -> bool:
        """Whether an answer takes neither the database nor an encoder."""
        if query.text is not None:
            return False
        person = self.people.held(query.user_id) if query.user_id else None
        return not query.user_id or (person is not None and not person.text)

    def explain(self, model: Model, query: Query, item_ids: Sequence[str]) -> list[Explanation]:
        """Explain items to who asks.

        Raises as `Service.explain_many` does, and:
            EngineError: words cannot be encoded.
        """
        joined, _ = self._known(query, model)
        return model.service.explain_many(joined, item_ids, reading=self._reading.in_turn)

    def record(self, events: Sequence[Event], *, key: str = "") -> Appended:
        """Keep what users did; raises as `Events.append` does."""
        added = self.events.append(events, key=key)
        self.people.drop(event.user for event in events)
        return added

    def put_users(self, users: Iterable[User]) -> None:
        """Keep what users say about themselves; raises as `Users.put` does."""
        users = list(users)
        self.users.put(users)
        self.people.drop(user.id for user in users)

    def export_user(self, user_id: str, *, actor: str) -> dict[str, Any]:
        """Give all that is stored about a user, and note it; raises as `Users.export` does."""
        learned = self.learned_of(user_id)
        found = self.users.export(user_id, elsewhere=bool(learned))
        self.audit.add("user exported", actor=actor)
        return {**found, "learned": learned}

    def learned_of(self, user_id: str) -> list[str]:
        """Give the items that the model has learned that a user chose."""
        model = self.model
        if model is None or user_id not in model.service.learned.users:
            return []
        learned = model.service.learned
        items = learned.histories.items_of(learned.users.index(user_id, kind="user"))
        return [learned.catalog.ids.names[item] for item in items.tolist()]

    def delete_user(self, user_id: str, *, actor: str) -> dict[str, int]:
        """Delete a user: their rows, and what models know of them, in memory and on disk.

        See `Users.delete`, and `Learned.without_users` for what remains until the next fit.

        Returns:
            How many rows of each table there were.
        """
        counts = self.users.delete(user_id, actor=actor)
        self.people.drop([user_id])
        self._at_once(lambda overlaid: overlaid.without_users([user_id]))
        if (model := self.model) is not None:
            model.service.learned.plan.forget_queries()
        if self.models is not None:
            self.models.forget([user_id])
            self._say_version(self.models)
        return counts

    def keep_users(self, version: Version, users: Collection[str]) -> None:
        """Keep the users alone that are in a version's folder still, if that version answers."""
        model = self.model
        if model is None or model.number != version.number:
            return
        gone = set(model.overlaid.learned.users.names).difference(users)
        if gone:
            self.people.drop(gone)
            self._at_once(lambda overlaid: overlaid.without_users(gone))
        with self._swap:
            if self.model is not None and self.model.number == version.number:
                self.model = replace(self.model, version=version.hash)

    def rate(self, opinion: Opinion) -> int:
        """Keep how satisfied a user is; give its number."""
        return self.satisfaction.add(opinion)

    def put_items(self, items: Iterable[Item]) -> Future[None]:
        """Keep items, and have the model take them in; the future ends when it has.

        Raises as `Items.put` does.
        """
        items = list(items)
        self.items.put(items)
        return self._refresh([item.id for item in items])

    def delete_items(self, item_ids: Iterable[str]) -> int:
        """Delete items, and show them no more; give how many there were."""
        item_ids = list(item_ids)
        n_deleted = self.items.delete(item_ids)
        self._at_once(lambda overlaid: overlaid.without(item_ids))
        self._refresh(item_ids)  # if they were put again meanwhile
        return n_deleted

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
                forgotten = Forgotten(self.database)
                gone = forgotten.among(learned.users.names, after=loaded.last_forgotten)
                items = list(all_items(self.items))
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

        self._changes.submit(taken).result()

    def close(self) -> None:
        """Wait for what is under way, and end."""
        with self._swap:
            if self._again is not None:
                self._again.cancel()
        self._changes.shutdown()
        self._ahead.shutdown(cancel_futures=True)

    def _refresh(self, item_ids: Sequence[str]) -> Future[None]:
        """Have the model show items as the database has them by then, or not at all."""

        def refreshed() -> None:
            with self._changing() as model:
                if model is None:
                    return
                try:
                    found = self.items.get(item_ids)
                    gone = [item_id for item_id in item_ids if item_id not in found]
                    overlaid = model.overlaid.put(found.values()).without(gone)
                except EngineError as error:
                    self._leave(item_ids, error)
                    raise
                except Exception as error:
                    self.fault = type(error).__name__
                    raise
                self._put(model.changed(overlaid))
            if not self._left:
                self.fault = ""

        return self._changes.submit(refreshed)

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
        self._refresh(sorted(left))

    def _at_once(self, change: Callable[[Overlaid], Overlaid]) -> None:
        """Change the model now, and what is made of it meanwhile when that is done."""
        with self._swap:
            if self._meanwhile is not None:
                self._meanwhile.append(change)
            if self.model is not None:
                self.model = self.model.changed(change(self.model.overlaid))

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

    def _say_version(self, models: ModelsFolder) -> None:
        """Give the model the version that its folder has now: without somebody it is another."""
        with self._swap:
            if self.model is not None and self.model.number:
                version = models.versions.get(self.model.number).hash
                self.model = replace(self.model, version=version)

    def _work_ahead(self) -> None:
        """Make answers fast, behind those that are given meanwhile."""
        if (model := self.model) is None:
            return
        try:
            model.service.work_ahead()
        except Exception as error:
            self.fault = type(error).__name__
            raise

    def _known(self, query: Query, model: Model) -> tuple[Query, list[str]]:
        """Say all that is known of who asks and may be read, and what is missing."""
        joined, notes = self._joined(query, model)
        if joined.text is None or model.may_read_texts:
            return joined, notes
        return replace(joined, text=None), [*notes, NO_LEAVE]

    def _joined(self, query: Query, model: Model) -> tuple[Query, list[str]]:
        """Add to a query what is known of its user beyond the model, and say what is missing."""
        if not query.user_id:
            return query, []
        person = self.people.of(query.user_id)
        learned, feedback = model.service.learned, person.feedback
        if person == NOBODY and query.user_id in learned.users:
            return query, []
        known = learned.catalog.ids
        if isinstance(learned.plan.recommender, Rater):
            pairs = list(feedback.stars.items())
        else:
            pairs = list(zip(feedback.history, feedback.weights, strict=True))
        chosen = [(item, weight) for item, weight in pairs if item in known]
        given = query.weights or (1.0,) * len(query.history)
        joined = replace(
            query,
            history=(*query.history, *(item for item, _ in chosen)),
            weights=(*given, *(weight for _, weight in chosen)),
            disliked=(*query.disliked, *(item for item in feedback.disliked if item in known)),
        )
        if person.text and query.text is None:
            joined = replace(joined, text=person.text, text_language=person.language)
        if query.user_id not in learned.users and (joined.history or joined.text):
            joined = replace(joined, user_id=None)  # known by what they did, not by the model
        return joined, [] if person.is_whole else [UNREAD]
