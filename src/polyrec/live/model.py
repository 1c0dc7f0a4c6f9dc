"""A model that answers: its service, and which version it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from polyrec.core.errors import UnknownIdError
from polyrec.pipeline.service import Service

if TYPE_CHECKING:
    from collections.abc import Iterable

    from polyrec.live.overlay import Overlaid


@dataclass(frozen=True, eq=False)
class Model:
    """A model that answers; nothing in it changes, another one takes its place.

    Attributes:
        overlaid: what it knows, with the items of the database.
        version: the hash of the folder that it was read from.
        number: that of its row in the table `versions`; 0 for one that is in no database.
        made: when the folder was written, in seconds since 1970.
        service: what is asked.
    """

    overlaid: Overlaid
    version: str
    number: int
    made: float
    service: Service

    @classmethod
    def of(cls, overlaid: Overlaid, version: str, number: int = 0, made: float = 0.0) -> Model:
        """Make a model answer."""
        service = Service(overlaid.learned, overlaid.withdrawn)
        return cls(overlaid, version, number, made, service)

    @property
    def may_read_texts(self) -> bool:
        """Whether users' own texts may be read: not where an engine would get them without leave.

        A model that reads no texts at all may.
        """
        plan = self.service.learned.plan
        reads = plan.encoder is not None and plan.recommender.needs_vectors
        return not reads or plan.space.takes_user_text

    def changed(self, overlaid: Overlaid) -> Model:
        """Give the same version with other items."""
        return Model.of(overlaid, self.version, self.number, self.made)

    def check_items(self, item_ids: Iterable[str]) -> None:
        """Refuse ids of items that are not known.

        The nearest ids are not looked for, as elsewhere: that would take whoever asks for nonsense
        a moment, and the service a second.

        Raises:
            UnknownIdError: an item is not known.
        """
        known = self.service.learned.catalog.ids
        for item_id in item_ids:
            if item_id not in known:
                raise UnknownIdError("item", item_id)
