"""The log of what happens beside answers: one JSON object per line, without ids, texts or paths."""

from __future__ import annotations

import json
import logging
from typing import Any

LOG = logging.getLogger("polyrec.live")
TOLD = "told"
"""Where a record has what was told, for logs with other facts on each line."""


def tell(event: str, **facts: Any) -> None:
    """Write one line; facts are numbers, hashes of models and words of ours."""
    told = {"event": event, **facts}
    LOG.info(json.dumps(told), extra={TOLD: told})
