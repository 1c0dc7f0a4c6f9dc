"""The service's log: one JSON object per line, without ids, texts, addresses of people or keys."""

from __future__ import annotations

import json
import logging
from typing import Any

LOG = logging.getLogger("polyrec.api")


def log(event: str, **facts: Any) -> None:
    """Write one line; facts must not be taken from a request."""
    LOG.info(json.dumps({"event": event, **facts}))
