"""What a running service holds: the model that answers, keys, limits."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from polyrec.api.metrics import Metrics
from polyrec.api.settings import Settings
from polyrec.api.throttle import Throttle
from polyrec.core.errors import UnknownIdError
from polyrec.pipeline import artifact
from polyrec.pipeline.fitted import Fitted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from polyrec.api.keys import Keys
    from polyrec.pipeline.service import Service


@dataclass(frozen=True)
class Model:
    """A model that answers.

    Attributes:
        service: what is asked.
        version: the hash of the folder that it was read from.
        made: when that folder was written, in seconds since 1970.
    """

    service: Service
    version: str
    made: float

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


def load_model(folder: str | Path) -> Model:
    """Read a model from its folder.

    Raises:
        DataError: the folder is not a model, or is damaged.
    """
    folder = Path(folder)
    learned, version = artifact.load(folder)
    return Model(Fitted(learned).service, version, artifact.made(folder))


@dataclass
class Serving:
    """All that requests are answered with.

    Attributes:
        model: what answers, replaced as a whole: a request asks for it once. None while there is
            none, and `/health/ready` says so.
        keys: what opens the service.
        settings: limits.
        throttle: counts what each key asks for.
        metrics: counts what is answered, and how.
    """

    model: Model | None
    keys: Keys
    settings: Settings = field(default_factory=Settings)
    throttle: Throttle = field(init=False)
    metrics: Metrics = field(init=False)

    def __post_init__(self) -> None:
        self.throttle = Throttle(self.settings.requests_per_s, self.settings.burst)
        self.metrics = Metrics(self._version)

    def _version(self) -> tuple[str, float] | None:
        model = self.model
        return None if model is None else (model.version, model.made)
