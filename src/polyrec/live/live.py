"""A model in service: answers that know what has happened since it was fitted."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from polyrec.core.errors import EngineError
from polyrec.core.limited import Limited
from polyrec.live.current import AGAIN_S, Current
from polyrec.live.people import LONGEST_HISTORY, NOBODY, People
from polyrec.models.rater import Rater
from polyrec.pipeline.explain import read_nothing
from polyrec.pipeline.profile import profile_of
from polyrec.pipeline.wish.ask import ask
from polyrec.store.audit import Audit
from polyrec.store.events import Events
from polyrec.store.items import Items
from polyrec.store.satisfaction import Satisfaction
from polyrec.store.users import Users

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from concurrent.futures import Future

    from polyrec.core.types import Query, Suggestion
    from polyrec.live.model import Model
    from polyrec.live.models_folder import Loaded, ModelsFolder
    from polyrec.live.people import Person
    from polyrec.llm.language_model import LanguageModel
    from polyrec.pipeline.explanation import Explanation
    from polyrec.pipeline.profile import Profile
    from polyrec.pipeline.wish.wish import Asked, Wish
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
    """

    def __init__(
        self,
        database: Database,
        model: Model | None = None,
        models: ModelsFolder | None = None,
        again_s: float = AGAIN_S,
    ) -> None:
        self.database = database
        self.models = models
        self.people = People(database)
        self.events, self.items = Events(database), Items(database)
        self.users, self.satisfaction = Users(database), Satisfaction(database)
        self.audit = Audit(database)
        self._reading = Limited(within_s=WORDS_WITHIN_S, n_threads=2)
        self.current = Current(database, model, again_s)

    @property
    def model(self) -> Model | None:
        """What answers; replaced as a whole, so that who needs it twice takes it once."""
        return self.current.model

    @property
    def fault(self) -> str:
        """Which kind of error kept items from the model; empty if all were taken in."""
        return self.current.fault

    def serving(self) -> Model:
        """Give the model that answers.

        Raises:
            EngineError: there is none.
        """
        if self.model is None:
            raise EngineError("no model is loaded", retryable=True)
        return self.model

    def ask(
        self, wish: str | Wish, query: Query, language_model: LanguageModel | None = None
    ) -> tuple[Model, Asked]:
        """Answer a wish in plain words, or what was understood of one, to who asks.

        A language model works the wish out in place of rules.

        Raises as `answer` and `polyrec.pipeline.wish.ask.ask` do.
        """
        model, person = self.serving(), self.who_asks(query)

        def recommend(each: Query) -> Suggestion:
            return self.answer(each, person, model)[1]

        return model, ask(model.service.learned, recommend, wish, query, language_model)

    def answer(
        self, query: Query, person: Person | None = None, model: Model | None = None
    ) -> tuple[Model, Suggestion]:
        """Answer a query with all that is known of its user, and say which model did.

        While the database cannot be read, or a text not encoded, the answer rests on what is known
        without, and its note says so.

        Args:
            query: what is asked.
            person: what is known of the user beyond the model; None reads it.
            model: what is to answer; None for what serves.

        Raises as `Service.recommend` does, and:
            EngineError: there is no model.
        """
        model = model or self.serving()
        joined, notes = self._known(query, model, person)
        try:
            found = model.service.recommend(joined)
        except EngineError:
            if joined.text is None and not joined.reviews:
                raise
            found = model.service.recommend(replace(joined, text=None, reviews=()))
            notes.append(NOT_ENCODED)
        notes += [found.note] if found.note else []
        return model, replace(found, note="; ".join(notes))

    def who_asks(self, query: Query) -> Person:
        """Give what is known of who asks beyond the model, as far as the database can be read."""
        return self.people.of(query.user_id) if query.user_id else NOBODY

    @property
    def waits(self) -> bool:
        """Whether answers wait for an engine that ranks."""
        return self.model is not None and self.model.service.learned.plan.ranker.waits

    def at_hand(self, query: Query) -> Person | None:
        """Give the same where it need not be read; else None."""
        return self.people.held(query.user_id) if query.user_id else NOBODY

    def explain(
        self, model: Model, query: Query, item_ids: Sequence[str], *, words: bool = True
    ) -> list[Explanation]:
        """Explain items to who asks; without `words`, no words of texts are read.

        Raises as `Service.explain_many` does, and:
            EngineError: words cannot be encoded.
        """
        joined, _ = self._known(query, model)
        reading = self._reading.in_turn if words else read_nothing
        return model.service.explain_many(joined, item_ids, reading=reading)

    def profile(self, query: Query, *, most: int = 5, actor: str = "") -> tuple[Model, Profile]:
        """Say what a user likes, by all that is known of them, and which model said so.

        Args:
            query: who it is, and in which languages it is read.
            most: interests at most.
            actor: whose key asks, for the audit; empty for the user's own session.

        Raises as `polyrec.pipeline.profile.profile_of` does, and:
            EngineError: there is no model, or the database cannot be read.
        """
        model, person = self.serving(), self.who_asks(query)
        joined, notes = self._joined(query, model, person)
        done = self.events.of(query.user_id, newest=LONGEST_HISTORY) if query.user_id else []
        when = {event.item: event.at.timestamp() for event in done}
        found = profile_of(model.service, replace(joined, text=person.text), most=most, times=when)
        if actor:
            self.audit.add("profile shown", actor=actor)
        return model, replace(found, note="; ".join(filter(None, [*notes, found.note])))

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
        self.current.at_once(lambda overlaid: overlaid.without_users([user_id]))
        if (model := self.model) is not None:
            model.service.learned.plan.forget_queries()
        if self.models is not None:
            self.models.forget([user_id])
            if model is not None and model.number:
                self.current.say_version(self.models.versions.get(model.number))
        return counts

    def keep_users(self, version: Version, users: Collection[str]) -> None:
        """Keep the users alone that are in a version's folder still, if that version answers."""
        model = self.model
        if model is None or model.number != version.number:
            return
        gone = set(model.overlaid.learned.users.names).difference(users)
        if gone:
            self.people.drop(gone)
            self.current.at_once(lambda overlaid: overlaid.without_users(gone))
        self.current.say_version(version)

    def rate(self, opinion: Opinion) -> int:
        """Keep how satisfied a user is; give its number."""
        return self.satisfaction.add(opinion)

    def put_items(self, items: Iterable[Item]) -> Future[None]:
        """Keep items, and have the model take them in; the future ends when it has.

        Raises as `Items.put` does.
        """
        items = list(items)
        self.items.put(items)
        return self.current.refresh([item.id for item in items])

    def delete_items(self, item_ids: Iterable[str]) -> int:
        """Delete items, and show them no more; give how many there were."""
        item_ids = list(item_ids)
        n_deleted = self.items.delete(item_ids)
        self.current.at_once(lambda overlaid: overlaid.without(item_ids))
        self.current.refresh(item_ids)  # if they were put again meanwhile
        return n_deleted

    def take(self, loaded: Loaded) -> None:
        """Let a model answer in place of the one that does; see `Current.take`."""
        self.current.take(loaded)

    def close(self) -> None:
        """Wait for what is under way, and end."""
        self.current.close()

    def _known(
        self, query: Query, model: Model, person: Person | None = None
    ) -> tuple[Query, list[str]]:
        """Say all that is known of who asks and may be read, and what is missing."""
        joined, notes = self._joined(query, model, person or self.who_asks(query))
        if model.may_read_texts or not (joined.text is not None or joined.reviews):
            return joined, notes
        return replace(joined, text=None, reviews=()), [*notes, NO_LEAVE]

    def _joined(self, query: Query, model: Model, person: Person) -> tuple[Query, list[str]]:
        """Add to a query what is known of its user beyond the model, and say what is missing."""
        if not query.user_id:
            return query, []
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
